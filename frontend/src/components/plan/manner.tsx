import type { InterviewOut, Mode } from "../../utils/api/types";
import { MODES } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  interview: InterviewOut;
  onChange(change: { mode?: Mode; hidden?: boolean }): void;
}

const ICONS = { video: "camera", voice: "mic", typed: "keyboard" } as const;

/** How one answers, and whether the questions are seen before. */
export function Manner({ interview, onChange }: Props) {
  const { settings } = interview;
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
