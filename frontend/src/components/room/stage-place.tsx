import { useState } from "react";
import { useInterviewerView } from "../../hooks/use-interviewer-view";
import type { VoiceSource } from "../../hooks/use-interviewer-voice";
import type { InterviewOut, Mode } from "../../utils/api/types";
import type { StageState } from "../../utils/interviewer/manner";
import type { Speaking } from "../../utils/interviewer/performer";
import { InterviewerStage } from "../interviewer/interviewer-stage";

interface Props {
  settings: InterviewOut["settings"];
  mode: Mode;
  state: StageState;
  speaking: Speaking | null;
  voice?: VoiceSource | null;
}

/** The pool of light and who sits in it. Without a camera, and when one types, the 3D view is never fetched. */
export function StagePlace({ settings, mode, state, speaking, voice = null }: Props) {
  const [view] = useInterviewerView();
  const [note, setNote] = useState<string | null>(null);
  const light = mode === "typed" ? "off" : mode === "voice" && view !== "off" ? "2d" : view;
  return (
    <div className="interviewer">
      <InterviewerStage
        id={settings.interviewer}
        state={state}
        style={settings.style}
        speaking={speaking}
        voice={voice}
        quality={light}
        onChange={(report) => setNote(report.words)}
        debug={new URLSearchParams(location.search).get("stage") === "debug"}
      />
      {note && state === "idle" && (
        <p className="interviewer__note hush" role="status">
          {note}
        </p>
      )}
    </div>
  );
}
