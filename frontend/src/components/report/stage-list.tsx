import type { StageOut } from "../../utils/api/types";
import { STAGES } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  stages: readonly StageOut[];
  onRetry(stage: StageOut["name"]): void;
  retrying: boolean;
}

/** What is done, what is being done, what is left; a failed step is named and can be tried again. */
export function StageList({ stages, onRetry, retrying }: Props) {
  const failed = stages.filter((stage) => stage.state === "failed" && stage.error?.code !== "stage_blocked");
  const shown = stages.filter((stage) => stage.state !== "skipped");
  return (
    <div className="stages">
      <ul>
        {shown.map((stage) => (
          <li key={stage.name} className={`stages__item stages__item--${stage.state}`}>
            <span className="stages__mark" aria-hidden="true">
              {stage.state === "done" && <Icon name="tick" />}
              {stage.state === "failed" && <Icon name="remove" />}
            </span>
            {stage.state === "done" ? STAGES[stage.name].done : STAGES[stage.name].doing}
            {stage.state === "failed" && ": stopped"}
            {stage.state === "running" && <span className="only-heard"> now</span>}
          </li>
        ))}
      </ul>
      {failed.map((stage) => (
        <div className="problem" role="alert" key={stage.name}>
          <strong>
            {STAGES[stage.name].doing} stopped. {stage.error?.message}
          </strong>
          {stage.error?.hint && <span>{stage.error.hint}</span>}
          {!stage.parked && (
            <button type="button" className="btn" disabled={retrying} onClick={() => onRetry(stage.name)}>
              Try again
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
