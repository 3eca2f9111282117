import type { ProviderSetup } from "../../utils/api/types";
import { when } from "../../utils/format";

/** How the last calls went. */
export function ProviderLog({ provider }: { provider: ProviderSetup }) {
  const { state } = provider;
  if (!state) return <p className="hush">The queue does not answer, so the last calls cannot be shown.</p>;
  if (!state.answered_at && state.errors.length === 0) return null;
  return (
    <div className="services__log">
      <h3>Last calls</h3>
      {state.paused_s > 0 && (
        <p>
          It failed several times and is left alone for {state.paused_s} more seconds. Then one call tries
          again.
        </p>
      )}
      {state.answered_at && <p className="hush">Last answered: {when(state.answered_at)}.</p>}
      <ul>
        {state.errors.map((error) => (
          <li key={`${error.at}${error.code}`}>
            <time dateTime={error.at}>{when(error.at)}</time>
            <span>
              {error.message} <code>{error.code}</code>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
