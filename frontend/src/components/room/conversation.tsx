import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useSystem } from "../../hooks/queries/system";
import { takeStore } from "../../hooks/take-store";
import { useDevices } from "../../hooks/use-devices";
import { useFollowUps } from "../../hooks/use-follow-ups";
import { useInterviewerSpeech } from "../../hooks/use-interviewer-speech";
import { useInterviewerVoice } from "../../hooks/use-interviewer-voice";
import { canCaption, useLiveCaptions } from "../../hooks/use-live-captions";
import { useRecorder } from "../../hooks/use-recorder";
import { useTakes } from "../../hooks/use-takes";
import type { InterviewOut, Mode } from "../../utils/api/types";
import { clock } from "../../utils/format";
import { droppedBy, firstOpen, numberOf, room, STATES, wordFor } from "../../utils/room";
import { BigButton } from "./big-button";
import { Captions } from "./captions";
import { Controls } from "./controls";
import { DeviceTrouble } from "./device-trouble";
import { Hint } from "./hint";
import { Leaving } from "./leaving";
import { LeftOvers } from "./left-overs";
import { LiveWords } from "./live-words";
import { RoomHead } from "./room-head";
import { SavedLine } from "./saved-line";
import { SelfView } from "./self-view";
import { StagePlace } from "./stage-place";
import { TypedTurn } from "./typed-turn";

export function Conversation({ interview }: { interview: InterviewOut }) {
  const navigate = useNavigate();
  const system = useSystem();
  const { questions, settings } = interview;
  const [state, dispatch] = useReducer(room, null, () => ({
    ids: questions.map((item) => item.id),
    at: firstOpen(questions),
    phase: "arriving" as const,
  }));
  const [mode, setMode] = useState<Mode>(settings.mode);
  const [captions, setCaptions] = useState(true);
  const [live, setLive] = useState(false);
  const goOn = useRef(false);
  const item = questions.find((other) => other.id === state.at) ?? questions.at(-1);
  if (!item) throw new Error("An interview without questions cannot be held.");
  const { question } = item;

  const spoken = mode !== "typed";
  const devices = useDevices(spoken, mode === "video");
  const recorder = useRecorder(devices.stream);
  const { audio, closing } = useInterviewerSpeech(interview, item, spoken);
  const takes = useTakes(interview.id);
  const current = takes.find(
    (view) => view.session.id === recorder.id && view.session.questionId === item.id,
  );
  const limitMs = (system.data?.limits.recording_seconds ?? 1800) * 1000;
  const last = state.at === state.ids.at(-1);

  const answering = state.phase === "answering";
  const voice = useInterviewerVoice(devices.stream, answering);
  const words = useLiveCaptions(live && answering);

  const follow = useCallback((id: string, after: string) => {
    goOn.current = true;
    dispatch({ type: "follow", id, after });
  }, []);
  const sent = current?.upload?.phase === "done" ? current.upload.takeId : null;
  const dropped = droppedBy(questions, item.id);
  const mayFollow = settings.follow_ups && !question.follows;
  const followUps = useFollowUps(interview.id, item, mayFollow ? sent : null, follow);

  const { play, hush, heard, playing } = audio;
  const ask = useCallback(() => {
    dispatch({ type: "ask" });
    void play();
  }, [play]);

  // Pressing "Next question" is also asking for it to be said.
  useEffect(() => {
    if (!goOn.current || state.phase !== "arriving" || audio.state === "preparing") return;
    goOn.current = false;
    if (audio.state === "ready") ask();
  }, [state.phase, audio.state, ask]);

  useEffect(() => {
    if (heard && !playing) dispatch({ type: "asked" });
  }, [heard, playing]);

  const done = useCallback(async () => {
    await recorder.stop();
    dispatch({ type: "done" });
  }, [recorder.stop]);

  useEffect(() => {
    if (recorder.interrupted) dispatch({ type: "done" });
  }, [recorder.interrupted]);

  useEffect(() => {
    if (recorder.recording && recorder.elapsedMs >= limitMs) void done();
  }, [recorder.recording, recorder.elapsedMs, limitMs, done]);

  const next = () => {
    goOn.current = true;
    if (last && closing.state === "ready") void closing.play();
    dispatch({ type: "next" });
  };
  const answer = () => {
    hush();
    dispatch({ type: "answer", forget: dropped });
    void recorder.start({
      interviewId: interview.id,
      questionId: item.id,
      kind: mode === "voice" ? "voice" : "video",
    });
  };
  const again = () => {
    if (current && current.upload?.phase !== "done") void takeStore.discard(current.session.id);
    dispatch({ type: "again" });
  };
  const finished = useCallback(
    () => navigate(`/interviews/${interview.id}/report`),
    [navigate, interview.id],
  );

  if (state.phase === "leaving") {
    return (
      <div className="room room--quiet">
        <StagePlace settings={settings} mode={mode} state="wrapping" speaking={closing.speaking} />
        <Leaving
          interviewId={interview.id}
          takes={takes}
          speaking={closing.playing}
          onBack={() => {
            closing.hush();
            dispatch({ type: "return" });
          }}
          onFinished={finished}
        />
      </div>
    );
  }

  const nearLimit = answering && limitMs - recorder.elapsedMs < 60_000;
  const press = {
    arriving: audio.state === "ready" ? ask : answer,
    asking: answer,
    thinking: answer,
    answering: () => void done(),
    answered: next,
  };
  const waits =
    (state.phase === "arriving" && audio.state === "preparing") ||
    (!devices.stream && !["arriving", "answered"].includes(state.phase));

  return (
    <div className={spoken ? "room" : "room room--typed"} data-phase={state.phase}>
      <RoomHead interview={interview} item={item} />
      <StagePlace
        settings={settings}
        mode={mode}
        state={audio.playing ? "asking" : STATES[state.phase]}
        speaking={audio.speaking}
        voice={voice}
      />
      <div className="room__under">
        {state.phase === "arriving" && audio.state !== "failed" && spoken ? (
          <p className="room__cue">
            {audio.state === "ready" ? "Press Listen when you are ready." : "The voice is being prepared."}
          </p>
        ) : (
          <Captions
            text={question.text}
            words={audio.words}
            word={audio.word}
            on={captions || !spoken || audio.state === "failed"}
          />
        )}
      </div>
      <LeftOvers takes={takes} place={(id) => numberOf(questions, id)} />
      {spoken && devices.trouble && !answering && (
        <DeviceTrouble
          trouble={devices.trouble}
          keptMs={recorder.interrupted ? (current?.session.durationMs ?? 0) : null}
          onRetry={devices.retry}
          onType={() => setMode("typed")}
        />
      )}
      <div className="room__act">
        {spoken ? (
          <>
            <BigButton
              word={wordFor(state.phase, audio.state, last)}
              recording={answering && recorder.recording}
              disabled={waits}
              filled={
                answering || state.phase === "answered" ? recorder.elapsedMs / (question.seconds * 1000) : 0
              }
              time={clock(recorder.elapsedMs)}
              onPress={press[state.phase]}
            />
            <Hint
              phase={state.phase}
              silent={audio.state === "failed"}
              note={audio.note}
              nearLimit={nearLimit}
              seconds={question.seconds}
              onAgain={again}
            />
            <SavedLine view={answering || state.phase === "answered" ? current : undefined} />
          </>
        ) : (
          <TypedTurn
            interviewId={interview.id}
            questionId={item.id}
            max={system.data?.limits.answer_characters ?? 20_000}
            askNow={mayFollow ? followUps.askNow : undefined}
            onDone={(followUp) => {
              dispatch({ type: "answer", forget: dropped });
              dispatch({ type: "done" });
              if (followUp) follow(followUp, item.id);
              else next();
            }}
          />
        )}
      </div>
      <LiveWords on={live && spoken} answering={answering} {...words} />
      <Controls
        away={answering}
        canRepeat={audio.state === "ready"}
        slower={audio.slower}
        captions={captions}
        live={spoken && canCaption() ? live : null}
        first={state.at === state.ids[0]}
        last={last}
        onRepeat={ask}
        onSlower={() => audio.setSlower(!audio.slower)}
        onCaptions={() => setCaptions(!captions)}
        onLive={() => setLive(!live)}
        onBack={() => dispatch({ type: "back" })}
        onSkip={() => {
          hush();
          next();
        }}
      />
      {spoken && <SelfView stream={devices.stream} camera={mode === "video"} />}
    </div>
  );
}
