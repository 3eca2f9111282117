import { useCallback, useEffect, useRef, useState } from "react";
import { recordingType } from "../utils/devices";
import { takeStore } from "./take-store";

const SLICE_MS = 1_000;
const BITS = { videoBitsPerSecond: 1_200_000, audioBitsPerSecond: 96_000 };

interface Running {
  id: string;
  recorder: MediaRecorder;
  began: number;
  ended: Promise<void>;
}

/**
 * Records one take at a time. Every second goes into the spool before anything else happens to it. `interrupted` is
 * true when the recording ended by itself, because a device went away.
 */
export function useRecorder(stream: MediaStream | null) {
  const running = useRef<Running | null>(null);
  const asked = useRef(false);
  const [id, setId] = useState<string | null>(null);
  const [recording, setRecording] = useState(false);
  const [interrupted, setInterrupted] = useState(false);
  const [elapsedMs, setElapsed] = useState(0);

  const start = useCallback(
    async (about: { interviewId: string; questionId: string; kind: "video" | "voice" }) => {
      if (!stream || running.current) return;
      const type = recordingType(about.kind);
      const recorder = new MediaRecorder(stream, { ...(type ? { mimeType: type } : {}), ...BITS });
      const session = await takeStore.begin({ ...about, type: recorder.mimeType || type || "" });
      const began = performance.now();
      const ended = new Promise<void>((resolve) => {
        recorder.addEventListener("stop", () => {
          setRecording(false);
          setInterrupted(!asked.current);
          running.current = null;
          void takeStore.complete(session).then(resolve, resolve);
        });
      });
      recorder.addEventListener("dataavailable", (event) => {
        if (event.data.size > 0) takeStore.append(session, event.data, performance.now() - began);
      });
      recorder.start(SLICE_MS);
      asked.current = false;
      running.current = { id: session, recorder, began, ended };
      setId(session);
      setElapsed(0);
      setInterrupted(false);
      setRecording(true);
    },
    [stream],
  );

  const stop = useCallback(async () => {
    const current = running.current;
    if (!current) return;
    asked.current = true;
    if (current.recorder.state !== "inactive") current.recorder.stop();
    await current.ended;
  }, []);

  useEffect(() => {
    if (!recording) return;
    const timer = setInterval(() => {
      if (running.current) setElapsed(performance.now() - running.current.began);
    }, 250);
    return () => clearInterval(timer);
  }, [recording]);

  // One lost device of two would leave a recording without sound or picture: better to stop and say so.
  useEffect(() => {
    if (!stream || !recording) return;
    const lost = () => running.current?.recorder.state === "recording" && running.current.recorder.stop();
    for (const track of stream.getTracks()) track.addEventListener("ended", lost);
    return () => {
      for (const track of stream.getTracks()) track.removeEventListener("ended", lost);
    };
  }, [stream, recording]);

  useEffect(() => () => void stop(), [stop]);

  return { id, recording, interrupted, elapsedMs, start, stop };
}
