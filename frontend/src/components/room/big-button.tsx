interface Props {
  word: string;
  recording: boolean;
  disabled?: boolean;
  /** 0 to 1 of the suggested time; stays at 1. */
  filled: number;
  time?: string;
  onPress(): void;
}

const RADIUS = 72;
const AROUND = 2 * Math.PI * RADIUS;

/** The one big button. The ring fills towards the suggested time and then simply stays full. */
export function BigButton({ word, recording, disabled, filled, time, onPress }: Props) {
  return (
    <button
      type="button"
      className={recording ? "big big--recording" : "big"}
      onClick={onPress}
      disabled={disabled}
    >
      <svg viewBox="0 0 152 152" aria-hidden="true">
        <circle className="big__track" cx="76" cy="76" r={RADIUS} />
        <circle
          className="big__fill"
          cx="76"
          cy="76"
          r={RADIUS}
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - Math.min(1, filled))}
        />
      </svg>
      {recording && (
        <span className="big__time num" aria-hidden="true">
          <i className="big__dot" />
          {time}
        </span>
      )}
      <span>{word}</span>
    </button>
  );
}
