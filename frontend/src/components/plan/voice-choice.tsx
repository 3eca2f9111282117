import { useSystem } from "../../hooks/queries/system";
import { useVoicePreview } from "../../hooks/use-voice-preview";
import type { InterviewOut } from "../../utils/api/types";
import { speechKey, voiceGroups } from "../../utils/speech";
import { SPEEDS } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  interview: InterviewOut;
  onChange(change: { voice?: string; speed?: number }): void;
}

const ACCENTS: Record<string, string> = { "en-us": "American", "en-gb": "British" };

/** Voice and speed, with a preview. Each interviewer comes with a voice; another one may be chosen. */
export function VoiceChoice({ interview, onChange }: Props) {
  const system = useSystem();
  const { settings, questions } = interview;
  const groups = voiceGroups(system.data?.voices ?? []);
  const first = questions[0];
  const preview = useVoicePreview(
    interview.id,
    settings.hidden ? null : (first?.id ?? null),
    settings.voice,
    speechKey(settings, first?.question.text ?? ""),
  );
  return (
    <fieldset className="voices">
      <legend>The voice</legend>
      {groups.map((group) => (
        <fieldset key={group.provider} className="voices__group">
          {groups.length > 1 && <legend className="hush">{group.provider ?? "On this machine"}</legend>}
          <div className="segments">
            {group.voices.map((voice) => (
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
        </fieldset>
      ))}
      <div className="segments" role="radiogroup" aria-label="How fast the questions are spoken">
        {SPEEDS.map((speed) => (
          <label key={speed.value}>
            <input
              type="radio"
              name="speed"
              value={speed.value}
              checked={settings.speed === speed.value}
              onChange={() => onChange({ speed: speed.value })}
            />
            {speed.name}
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
      {preview.note && <p className="hush">{preview.note}</p>}
      {preview.failed && <p className="hush">{preview.failed}</p>}
    </fieldset>
  );
}
