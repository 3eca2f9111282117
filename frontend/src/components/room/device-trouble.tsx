import type { DeviceTrouble as Trouble } from "../../utils/devices";
import { clock } from "../../utils/format";

interface Props {
  trouble: Trouble;
  /** How much of a broken-off answer is kept; null when none was running. */
  keptMs: number | null;
  onRetry(): void;
  onType(): void;
}

/** A camera or microphone that is not there, and the ways on. */
export function DeviceTrouble({ trouble, keptMs, onRetry, onType }: Props) {
  return (
    <div className="problem room__trouble" role="alert">
      <strong>{trouble.detail}</strong>
      <span>
        {keptMs !== null && `Your answer up to ${clock(keptMs)} is kept. `}
        {trouble.hint}
      </span>
      <div className="row">
        <button type="button" className="btn" onClick={onRetry}>
          Try again
        </button>
        <button type="button" className="btn" onClick={onType}>
          Type this answer
        </button>
      </div>
    </div>
  );
}
