import { useEffect, useRef } from "react";
import { useFinishInterview } from "../../hooks/queries/interviews";
import { type TakeView, takeStore } from "../../hooks/take-store";
import { clock } from "../../utils/format";
import { Problem } from "../ui/problem";

interface Props {
  interviewId: string;
  takes: TakeView[];
  /** The interviewer is still saying the last words: the report waits for them. */
  speaking: boolean;
  onBack(): void;
  onFinished(): void;
}

/** The end of the interview: waits for what is still being sent, then closes it. */
export function Leaving({ interviewId, takes, speaking, onBack, onFinished }: Props) {
  const finish = useFinishInterview(interviewId);
  const begun = useRef(false);
  const open = takes.filter((view) => !view.leftOver && view.upload?.phase !== "done");
  const failed = open.filter((view) => view.upload?.phase === "failed");
  const held = open.some((view) => view.upload?.phase === "held");
  const left = open.reduce((sum, view) => sum + view.session.durationMs - (view.upload?.sentMs ?? 0), 0);
  const { mutate } = finish;

  useEffect(() => {
    if (open.length > 0 || begun.current) return;
    begun.current = true;
    mutate();
  }, [open.length, mutate]);

  const over = finish.isSuccess && !speaking;
  useEffect(() => {
    if (over) onFinished();
  }, [over, onFinished]);

  return (
    <section className="leaving" aria-labelledby="leaving-title">
      <h2 id="leaving-title">
        {failed.length > 0 ? "One answer could not be saved" : "That was the last question"}
      </h2>
      {failed.length === 0 && (
        <p role="status">
          {held
            ? `${clock(left)} of recording is kept in this browser. Sign in again, and it is sent.`
            : open.length > 0
              ? `Sending the last of it: ${clock(left)} of recording to go. Leave this page open.`
              : "Everything is saved. Opening your report."}
        </p>
      )}
      {failed.map((view) => (
        <div className="problem" role="alert" key={view.session.id}>
          <strong>{view.upload?.detail}</strong>
          {view.upload?.hint && <span>{view.upload.hint}</span>}
          <div className="row">
            <button type="button" className="btn" onClick={() => takeStore.retry(view.session.id)}>
              Try again
            </button>
            <button type="button" className="btn" onClick={() => void takeStore.discard(view.session.id)}>
              Go on without it
            </button>
          </div>
        </div>
      ))}
      <Problem error={finish.error} onRetry={() => finish.mutate()} />
      {finish.isSuccess && speaking && (
        <button type="button" className="btn" onClick={onFinished}>
          Open the report now
        </button>
      )}
      <button type="button" className="btn btn--quiet" onClick={onBack}>
        Back to the last question
      </button>
    </section>
  );
}
