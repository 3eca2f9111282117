import { Icon } from "../ui/icon";

interface Props {
  /** Out of sight while one answers; the place is kept so that nothing moves. */
  away: boolean;
  canRepeat: boolean;
  slower: boolean;
  captions: boolean;
  /** The candidate's own words while they speak; null where the browser cannot do that. */
  live: boolean | null;
  first: boolean;
  last: boolean;
  onRepeat(): void;
  onSlower(): void;
  onCaptions(): void;
  onLive(): void;
  onBack(): void;
  onSkip(): void;
}

/** The quiet row: repeat, slower, captions, earlier question, skip. */
export function Controls(props: Props) {
  return (
    <fieldset className={props.away ? "controls controls--away" : "controls"} aria-label="The question">
      <button type="button" className="btn btn--quiet" onClick={props.onRepeat} disabled={!props.canRepeat}>
        <Icon name="repeat" /> Repeat
      </button>
      <button type="button" className="btn btn--quiet" aria-pressed={props.slower} onClick={props.onSlower}>
        <Icon name="slower" /> Slower
      </button>
      <button
        type="button"
        className="btn btn--quiet"
        aria-pressed={props.captions}
        onClick={props.onCaptions}
      >
        <Icon name="captions" /> Captions
      </button>
      {props.live !== null && (
        <button type="button" className="btn btn--quiet" aria-pressed={props.live} onClick={props.onLive}>
          <Icon name="keyboard" /> My words live
        </button>
      )}
      {!props.first && (
        <button type="button" className="btn btn--quiet" onClick={props.onBack}>
          <Icon name="up" /> Earlier question
        </button>
      )}
      <button type="button" className="btn btn--quiet" onClick={props.onSkip}>
        <Icon name="skip" /> {props.last ? "Finish" : "Skip"}
      </button>
    </fieldset>
  );
}
