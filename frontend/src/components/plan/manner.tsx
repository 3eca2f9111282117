import { useSystem } from "../../hooks/queries/system";
import { useVoicePreview } from "../../hooks/use-voice-preview";
import type { InterviewOut, Mode } from "../../utils/api/types";
import { MODES } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  interview: InterviewOut;
  onChange(change: { mode?: Mode; voice?: string; hidden?: boolean }): void;
}

const ICONS = { video: "camera", voice: "mic", typed: "keyboard" } as const;
const ACCENTS: Record<string, string> = { "en-us": "American", "en-gb": "British" };

/** How one answers and who asks. */
export function Manner({ interview, onChange }: Props) {
  const system = useSystem();
  const { settings, questions } = interview;
  const preview = useVoicePreview(
    interview.id,
    settings.hidden ? null : (questions[0]?.id ?? null),
    settings.voice,
  );
  return (
    <>
      <fieldset className="modes">
        <legend>How you answer</legend>
        {(Object.keys(MODES) as Mode[]).map((mode) => (
          <label key={mode}>
            <input
              type="radio"
              name="mode"
              value={mode}
              checked={settings.mode === mode}
              onChange={() => onChange({ mode })}
            />
            <Icon name={ICONS[mode]} />
            <span>
              <b>{MODES[mode].name}</b>
              <span className="hush">{MODES[mode].means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset className="voices">
        <legend>The interviewer’s voice</legend>
        <div className="segments">
          {(system.data?.voices ?? []).map((voice) => (
            <label key={voice.id}>
              <input
                type="radio"
                name="voice"
                value={voice.id}
                checked={settings.voice === voice.id}
                onChange={() => onChange({ voice: voice.id })}
              />
              {voice.name.split(",")[0]}
              <span className="voices__accent">
                {ACCENTS[voice.language.toLowerCase()] ?? voice.language}
              </span>
            </label>
          ))}
        </div>
        {preview.offered && (
          <button
            type="button"
            className="btn btn--quiet"
            onClick={preview.toggle}
            disabled={preview.preparing}
          >
            <Icon name={preview.playing ? "pause" : "play"} />
            {preview.preparing ? "Preparing the voice" : preview.playing ? "Stop" : "Hear the first question"}
          </button>
        )}
        {preview.failed && <p className="hush">{preview.failed}</p>}
      </fieldset>
      <label className="surprise">
        <input
          type="checkbox"
          checked={settings.hidden}
          onChange={(event) => onChange({ hidden: event.target.checked })}
        />
        <span>
          <b>Keep the questions as a surprise</b>
          <span className="hush">You hear each one for the first time in the room.</span>
        </span>
      </label>
    </>
  );
}
