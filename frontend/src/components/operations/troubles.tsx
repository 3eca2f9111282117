import { useRunAgain, useRunAllAgain } from "../../hooks/queries/operations";
import type { Operations, Trouble } from "../../utils/api/types";
import { when } from "../../utils/format";
import { meaning, tried } from "../../utils/operations";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";

interface Props {
  state: Operations;
  onPage(page: number): void;
}

/** What failed, grouped by reason and one by one; each can be set going again. */
export function Troubles({ state, onPage }: Props) {
  const one = useRunAgain();
  const all = useRunAllAgain();
  const say = useSay();
  const again = (trouble: Trouble) =>
    one.mutate(trouble, { onSuccess: () => say(`${trouble.name} runs again.`) });
  const everything = (reason: string) =>
    all.mutate(reason, {
      onSuccess: ({ retried, left }) =>
        say(`${retried} run again${left > 0 ? `, ${left} are left: press once more` : ""}.`),
    });
  if (state.total === 0) return <p className="hush">Nothing failed, and nothing is set aside.</p>;
  return (
    <>
      <ul className="ops__reasons">
        {state.reasons.map(({ reason, count: number }) => (
          <li key={reason}>
            <span>
              <span className="num">{number}</span> <code>{reason}</code>
              {meaning(reason) && <span className="hush">{meaning(reason)}</span>}
            </span>
            <button type="button" className="btn" disabled={all.isPending} onClick={() => everything(reason)}>
              Run all of these again
            </button>
          </li>
        ))}
      </ul>
      <Problem error={all.error ?? one.error} />
      <h3>{state.total === 1 ? "The one" : `All ${state.total}, the newest first`}</h3>
      <ul className="ops__troubles">
        {state.troubles.map((trouble) => (
          <li key={trouble.id}>
            <div>
              <strong>{trouble.name}</strong>
              {trouble.parked && <span className="ops__parked">set aside</span>}
              <span className="hush">
                <code>{trouble.reason}</code>, {tried(trouble)}
                {trouble.at && (
                  <>
                    , <time dateTime={trouble.at}>{when(trouble.at)}</time>
                  </>
                )}
              </span>
              <span className="hush ops__id">
                {trouble.take_id ? `take ${trouble.take_id}` : `job ${trouble.id}`}
              </span>
            </div>
            <button
              type="button"
              className="btn btn--quiet"
              disabled={one.isPending}
              aria-label={`Run ${trouble.name} of ${trouble.take_id ?? trouble.id} again`}
              onClick={() => again(trouble)}
            >
              Run again
            </button>
          </li>
        ))}
      </ul>
      {state.pages > 1 && (
        <nav className="ops__pages" aria-label="Pages of what failed">
          <button
            type="button"
            className="btn"
            disabled={state.page <= 1}
            onClick={() => onPage(state.page - 1)}
          >
            Newer
          </button>
          <span>
            Page {state.page} of {state.pages}
          </span>
          <button
            type="button"
            className="btn"
            disabled={state.page >= state.pages}
            onClick={() => onPage(state.page + 1)}
          >
            Older
          </button>
        </nav>
      )}
    </>
  );
}
