import { useChooseProvider } from "../../hooks/queries/providers";
import type { ProviderPort, ProviderSetup } from "../../utils/api/types";
import { Problem } from "../ui/problem";

interface Props {
  port: ProviderPort;
  providers: ProviderSetup[];
}

/** Who does one kind of work. To do without them is always a choice. */
export function PortChoice({ port, providers }: Props) {
  const choose = useChooseProvider();
  const able = providers.filter((provider) => port.providers.includes(provider.id));
  const chosen = able.find((provider) => provider.id === port.chosen);
  const fixed = port.chosen_by === "environment";
  return (
    <fieldset className="services__port" disabled={fixed || choose.isPending}>
      <legend>{port.title}</legend>
      <div className="segments">
        {[{ id: null, title: port.built_in ? "Built in" : "None" }, ...able].map((one) => (
          <label key={one.id ?? "embedded"}>
            <input
              type="radio"
              name={port.id}
              checked={port.chosen === one.id}
              onChange={() => choose.mutate({ port: port.id, provider: one.id })}
            />
            {one.title}
          </label>
        ))}
      </div>
      <p className="hush">
        {chosen ? `Is given: ${chosen.receives[port.id]}` : port.embedded}
        {chosen && port.personal && " Each candidate is asked before every interview."}
        {fixed && ` Set by whoever runs this installation (${port.variable}).`}
      </p>
      {chosen && chosen.missing.length > 0 && (
        <p className="services__gap" role="status">
          {chosen.title} is not complete yet: {chosen.missing.join(", ").toLowerCase()}. Until it is, the work
          is done without it, and the report says so.
        </p>
      )}
      <Problem error={choose.error} />
    </fieldset>
  );
}
