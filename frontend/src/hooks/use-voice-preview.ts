import { useEffect, useRef, useState } from "react";
import { voiceNote } from "../utils/speech";
import { useSpeech } from "./queries/questions";

/** Plays the first question in the chosen voice. Nothing is offered while the questions are a surprise. */
export function useVoicePreview(interviewId: string, questionId: string | null, voice: string, key: string) {
  const [wanted, setWanted] = useState(false);
  const [playing, setPlaying] = useState(false);
  const audio = useRef<HTMLAudioElement | null>(null);
  const speech = useSpeech(interviewId, wanted ? questionId : null, key);
  const url =
    wanted && speech.data?.state === "ready" && speech.data.voice === voice ? speech.data.url : null;

  useEffect(() => {
    if (!url) return;
    const element = new Audio(url);
    audio.current = element;
    const stop = () => {
      setPlaying(false);
      setWanted(false);
    };
    element.addEventListener("ended", stop);
    element.play().then(() => setPlaying(true), stop);
    return () => {
      element.pause();
      setPlaying(false);
    };
  }, [url]);

  return {
    offered: questionId !== null,
    preparing: wanted && !playing && !speech.isError && speech.data?.state !== "failed",
    playing,
    failed:
      speech.data?.state === "failed" ? (speech.data.error ?? "This voice could not be prepared.") : null,
    note: url ? voiceNote(speech.data) : null,
    toggle: () => setWanted(!wanted),
  };
}
