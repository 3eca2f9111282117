import type { AnswerOut, Evidence, Observation, StageOut } from "../../utils/api/types";
import { count } from "../../utils/format";
import { DROPPED, MOMENTS } from "../../utils/words";
import { EvidenceButton } from "./evidence-button";

interface Props {
  answer: AnswerOut;
  /** The person agreed to it, so a reason for its absence is of interest. */
  agreed: boolean;
  retrying: boolean;
  onRetry(stage: StageOut["name"]): void;
  onShow(evidence: Evidence): void;
}

/** Moments that a service of others described, those that this machine's own measurement contradicts left out. */
export function Observations({ answer, agreed, retrying, onRetry, onShow }: Props) {
  const stage = answer.stages.find((item) => item.name === "cloud_video");
  const found = answer.observations;
  if (!stage || (stage.state === "skipped" && !agreed)) return null;
  const copies = answer.copies;
  return (
    <section className="moments" aria-label="Described moments">
      <h3>Described moments</h3>
      {["waiting", "queued", "running"].includes(stage.state) && (
        <p role="status">
          Twelve Labs is looking at the recording. That takes some minutes; your grade does not wait for it.
        </p>
      )}
      {stage.state === "skipped" && <p>Nothing was sent. {stage.reason}</p>}
      {stage.state === "failed" && (
        <div className="problem">
          <strong>Nothing was described. {stage.error?.message}</strong>
          {stage.error?.hint && <span>{stage.error.hint}</span>}
          <button type="button" className="btn" disabled={retrying} onClick={() => onRetry("cloud_video")}>
            Try again
          </button>
        </div>
      )}
      {found && (
        <>
          <p className="hush">{summary(found.observations.length, found.dropped)}</p>
          <ul>
            {found.observations.map((item) => (
              <li key={`${item.kind}-${item.start_ms}`}>
                <EvidenceButton evidence={moment(item)} onShow={onShow} />
                <span className="moments__check">
                  {item.checked === "agrees"
                    ? MOMENTS[item.kind].agrees
                    : "Not checked: nothing was measured to compare"}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {copies && (
        <p className="hush">
          Copies at Twelve Labs:{" "}
          {copies === "deleted"
            ? "deleted, and the deletion confirmed."
            : ["done", "failed", "skipped"].includes(stage.state)
              ? "being deleted."
              : "kept until it has looked."}
        </p>
      )}
    </section>
  );
}

function moment(item: Observation): Evidence {
  return {
    quote: "",
    start_ms: item.start_ms,
    end_ms: item.end_ms,
    label: `${MOMENTS[item.kind].name}. ${item.text}`,
  };
}

function summary(kept: number, dropped: Record<string, number | undefined>): string {
  const reasons = Object.entries(dropped).filter(
    (entry): entry is [keyof typeof DROPPED, number] => !!entry[1],
  );
  const total = reasons.reduce((sum, [, number]) => sum + number, 0);
  const why = reasons.map(([reason, number]) => `${number} ${DROPPED[reason]}`).join(", ");
  const shown = `Twelve Labs, checked against this machine’s measurement: ${count(kept, "moment")} kept`;
  return total === 0 ? `${shown}, none dropped.` : `${shown}, ${total} dropped (${why}).`;
}
