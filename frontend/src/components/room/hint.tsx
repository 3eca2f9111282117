import { aboutMinutes } from "../../utils/format";
import type { Phase } from "../../utils/room";

interface Props {
  phase: Phase;
  /** True when the question cannot be heard. */
  silent: boolean;
  nearLimit: boolean;
  /** Who speaks in place of the chosen voice, and why. */
  note: string | null;
  seconds: number;
  onAgain(): void;
}

/** The one line under the big button: what is happening, and what is not. */
export function Hint({ phase, silent, nearLimit, note, seconds, onAgain }: Props) {
  return (
    <div className="room__hint" role="status">
      {phase === "arriving" &&
        silent &&
        "The voice is not there for this question. Read it instead, then answer."}
      {(phase === "arriving" || phase === "asking") && note}
      {phase === "thinking" && "Take the time you need. Nothing is recorded until you start."}
      {phase === "answering" &&
        (nearLimit
          ? "One minute of room is left for this answer."
          : `Suggested: ${aboutMinutes(seconds)}. Nobody cuts you off.`)}
      {phase === "answered" && (
        <button type="button" className="btn" onClick={onAgain}>
          Answer again
        </button>
      )}
    </div>
  );
}
