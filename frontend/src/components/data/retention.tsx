import { useRetention } from "../../hooks/queries/privacy";
import { count } from "../../utils/format";
import { choices, type Privacy } from "../../utils/privacy";
import { Problem } from "../ui/problem";

/** How long recordings stay, and whether the answers go with them. */
export function Retention({ retention }: { retention: Privacy["retention"] }) {
  const change = useRetention();
  const { days, answers_too, most_days } =
    change.isPending && change.variables ? { ...retention, ...change.variables } : retention;
  return (
    <>
      <fieldset className="segments" aria-label="How long recordings stay">
        {choices(most_days, days).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="days"
              checked={one === days}
              onChange={() => change.mutate({ days: one, answers_too })}
            />
            {count(one, "day")}
          </label>
        ))}
      </fieldset>
      <label className="data__tick">
        <input
          type="checkbox"
          checked={answers_too}
          onChange={(event) => change.mutate({ days, answers_too: event.target.checked })}
        />
        <span>
          <b>Delete the answers with them</b>
          <span className="hush">
            {answers_too
              ? `What you said, typed and were told about it goes after ${count(days, "day")}, too.`
              : "What you said and the report stay until you delete them."}
          </span>
        </span>
      </label>
      <p className="hush">
        What is older goes within the hour. Here recordings stay for at most {count(most_days, "day")}.
      </p>
      <Problem error={change.error} />
    </>
  );
}
