import type { InterviewOut, ProgressOut } from "../../utils/api/types";
import { shorten } from "../../utils/format";
import { places } from "../../utils/places";
import { STAGES } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  interview: InterviewOut;
  progress: ProgressOut;
}

/** While the answers are read: a list that fills in. A finished one can be opened at once. */
export function Reading({ interview, progress }: Props) {
  const at = places(interview.questions, (item) => item.id);
  const answered = progress.answers.filter((answer) => answer.take_id !== null);
  return (
    <section className="reading sheet" aria-labelledby="reading-title">
      <h2 id="reading-title">Your answers are being read</h2>
      <p role="status">
        {progress.stages_done} of {progress.stages_total} steps are done. Each answer takes about as long as
        you spoke; you can close this page and come back.
      </p>
      <div className="reading__bar" aria-hidden="true">
        <span style={{ width: `${(progress.stages_done / Math.max(1, progress.stages_total)) * 100}%` }} />
      </div>
      <ol>
        {answered.map((answer) => {
          const place = at.get(answer.question_id);
          const question = interview.questions.find((item) => item.id === answer.question_id);
          const running = answer.stages.find((stage) => stage.state === "running");
          const own = answer.stages.filter((stage) => stage.name !== "cloud_video");
          const failed = own.some((stage) => stage.state === "failed");
          const ready = own.every((stage) => ["done", "skipped", "failed"].includes(stage.state));
          return (
            <li key={answer.question_id}>
              <span className={ready && !failed ? "reading__mark reading__mark--done" : "reading__mark"}>
                {ready && !failed ? <Icon name="tick" /> : place?.number}
              </span>
              <span>
                <span className="serif">{shorten(question?.question.text ?? "A question", 90)}</span>
                <span className="hush">
                  {ready ? (
                    <a href={`#${place?.anchor}`}>{failed ? "A step stopped. Open it" : "Open it"}</a>
                  ) : running ? (
                    STAGES[running.name].doing
                  ) : (
                    "Waiting for its turn"
                  )}
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
