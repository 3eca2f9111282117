import type { InterviewOut, Mode } from "../../utils/api/types";
import { MODES } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  interview: InterviewOut;
  onChange(change: { mode?: Mode; hidden?: boolean; follow_ups?: boolean }): void;
}

const ICONS = { video: "camera", voice: "mic", typed: "keyboard" } as const;

/** How one answers, whether the questions are seen before, and whether there are follow-ups. */
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
      <label className="surprise">
        <input
          type="checkbox"
          checked={settings.follow_ups}
          onChange={(event) => onChange({ follow_ups: event.target.checked })}
        />
        <span>
          <b>Follow-up questions</b>
          <span className="hush">
            What an answer leaves out, the interviewer asks for, once. It can only add to the grade.
          </span>
        </span>
      </label>
    </>
  );
}
