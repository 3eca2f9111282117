import { type TakeView, takeStore } from "../../hooks/take-store";
import { clock } from "../../utils/format";

/** Recordings that a closed or crashed tab left behind: the person decides. */
export function LeftOvers({ takes, place }: { takes: TakeView[]; place(questionId: string): number }) {
  const open = takes.filter((view) => view.leftOver);
  if (open.length === 0) return null;
  return (
    <div className="leftovers">
      {open.map(({ session }) => (
        <div className="problem" role="alert" key={session.id}>
          <strong>
            We kept {clock(session.durationMs)} of your answer to question {place(session.questionId)}.
          </strong>
          <span>The page was closed before you were done.</span>
          <div className="row">
            <button type="button" className="btn" onClick={() => void takeStore.adopt(session.id)}>
              Send it
            </button>
            <button type="button" className="btn" onClick={() => void takeStore.discard(session.id)}>
              Record again
            </button>
          </div>
        </div>
      ))}
    </div>
  );
}
