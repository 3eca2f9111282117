import type { Operations } from "../../utils/api/types";
import { when } from "../../utils/format";
import { span } from "../../utils/operations";

/** Services of others that are chosen or were used lately. */
export function ProviderStates({ providers }: { providers: Operations["providers"] }) {
  if (providers.length === 0)
    return <p className="hush">None is in use: everything is done on these machines.</p>;
  return (
    <ul className="ops__providers">
      {providers.map((provider) => (
        <li key={provider.id}>
          <strong>{provider.title}</strong>
          <span>
            {provider.paused_seconds > 0
              ? `Left alone for ${span(provider.paused_seconds)} more, after it failed several times.`
              : provider.chosen
                ? "In use."
                : "Not chosen any more."}
          </span>
          <span className="hush">
            {provider.answered_at
              ? `Last answered ${when(provider.answered_at)}. `
              : "It has not answered yet. "}
            {provider.last_error && (
              <>
                Last error {when(provider.last_error.at)}: <code>{provider.last_error.code}</code>.{" "}
              </>
            )}
            Today: <span className="num">${provider.cost_today_usd.toFixed(2)}</span>.
          </span>
        </li>
      ))}
    </ul>
  );
}
