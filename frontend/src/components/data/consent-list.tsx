import { useState } from "react";
import { useConsent, useDeleteResults } from "../../hooks/queries/privacy";
import { about, agreedIn, type ConsentKind, entryWords, made, moment, standing } from "../../utils/privacy";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";

/** What was agreed to, kind by kind, with a way to withdraw it and to delete what was made with it. */
export function ConsentList({ kinds }: { kinds: ConsentKind[] }) {
  const choose = useConsent();
  const remove = useDeleteResults();
  const say = useSay();
  const [deleting, setDeleting] = useState<ConsentKind | null>(null);

  const withdraw = (kind: ConsentKind) =>
    choose.mutate(
      { kind: kind.kind, granted: false },
      { onSuccess: () => say("Withdrawn. It has stopped.") },
    );

  return (
    <>
      <Problem error={choose.error} />
      <ul className="data__kinds">
        {kinds.map((kind) => {
          const { title, says } = about(kind);
          const results = made(kind);
          return (
            <li key={kind.kind}>
              <span>
                <b>{title}</b>
                <span className="hush">{says}</span>
                <span>{standing(kind)}</span>
                {agreedIn(kind) === 0 && results && (
                  <span className="row">
                    There {kind.results === 1 ? "is" : "are"} still {results}.
                    <button type="button" className="btn btn--quiet" onClick={() => setDeleting(kind)}>
                      <Icon name="bin" /> Delete {kind.results === 1 ? "it" : "them"}
                    </button>
                  </span>
                )}
                {kind.history.length > 0 && (
                  <details>
                    <summary>History</summary>
                    <ol>
                      {kind.history.map((entry) => (
                        <li key={`${entry.at}-${entry.interview_id}`}>
                          <time dateTime={entry.at}>{moment(entry.at)}</time>
                          <span>{entryWords(entry)}</span>
                        </li>
                      ))}
                    </ol>
                  </details>
                )}
              </span>
              {agreedIn(kind) > 0 && (
                <button
                  type="button"
                  className="btn"
                  disabled={choose.isPending}
                  aria-label={`Withdraw: ${title}`}
                  onClick={() => withdraw(kind)}
                >
                  Withdraw
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {deleting && (
        <Dialog
          title={deleting.kind === "recording" ? "Delete your recorded answers?" : "Delete what was made?"}
          confirm="Delete"
          disabled={remove.isPending}
          onClose={() => setDeleting(null)}
          onConfirm={() => remove.mutate(deleting.kind, { onSuccess: () => setDeleting(null) })}
        >
          <p>
            {deleting.kind === "recording"
              ? `${made(deleting)} go, with recording, words, measures and grade. Typed answers stay. This cannot be undone.`
              : `${made(deleting)}: only that goes, and what rests on it is made again without it. This cannot be undone.`}
          </p>
          <Problem error={remove.error} />
        </Dialog>
      )}
    </>
  );
}
