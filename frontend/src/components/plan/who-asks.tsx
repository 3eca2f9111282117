import { useSystem } from "../../hooks/queries/system";
import { useInterviewerView } from "../../hooks/use-interviewer-view";
import type { InterviewOut, Style } from "../../utils/api/types";
import { CAST, OWN_ID } from "../../utils/interviewer/cast";
import { ownVoice } from "../../utils/speech";
import { STYLES, VIEWS } from "../../utils/words";
import { OwnInterviewer } from "../interviewer/own-interviewer";

interface Props {
  interview: InterviewOut;
  onChange(change: { interviewer?: string; voice?: string; style?: Style }): void;
}

/** The cast to choose from, the manner, and how they are drawn. */
export function WhoAsks({ interview, onChange }: Props) {
  const { settings } = interview;
  const system = useSystem();
  const voiceOf = (builtIn: string) => ownVoice(system.data?.voices ?? [], builtIn);
  const [view, setView] = useInterviewerView();
  return (
    <>
      <fieldset className="cast">
        <legend>Who asks</legend>
        <div className="cast__people">
          {CAST.map((member) => (
            <label key={member.id} title={member.about}>
              <input
                type="radio"
                name="interviewer"
                value={member.id}
                checked={settings.interviewer === member.id}
                onChange={() => onChange({ interviewer: member.id, voice: voiceOf(member.voice) })}
              />
              {member.portrait && (
                <img src={member.portrait} alt="" width={480} height={640} loading="lazy" />
              )}
              <span>{member.name}</span>
            </label>
          ))}
        </div>
        {settings.interviewer === OWN_ID && <p className="hush">Your own interviewer asks.</p>}
      </fieldset>
      <fieldset className="styles">
        <legend>Manner</legend>
        <div className="segments">
          {(Object.keys(STYLES) as Style[]).map((style) => (
            <label key={style}>
              <input
                type="radio"
                name="style"
                value={style}
                checked={settings.style === style}
                onChange={() => onChange({ style })}
              />
              {STYLES[style].name}
            </label>
          ))}
        </div>
        <p className="hush">{STYLES[settings.style].means} The questions and the grade stay the same.</p>
      </fieldset>
      <details className="plan__mix">
        <summary>How the interviewer is drawn, or your own</summary>
        <div className="mix">
          <fieldset>
            <legend>Drawn on this machine</legend>
            <div className="segments">
              {VIEWS.map((choice) => (
                <label key={choice.value}>
                  <input
                    type="radio"
                    name="view"
                    value={choice.value}
                    checked={view === choice.value}
                    onChange={() => setView(choice.value)}
                  />
                  {choice.name}
                </label>
              ))}
            </div>
          </fieldset>
          <OwnInterviewer
            onUse={() => onChange({ interviewer: OWN_ID })}
            onRemove={() => {
              const first = CAST[0];
              if (settings.interviewer === OWN_ID && first)
                onChange({ interviewer: first.id, voice: voiceOf(first.voice) });
            }}
          />
        </div>
      </details>
    </>
  );
}
