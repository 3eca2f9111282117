import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { lastBegun } from "../utils/speech";
import { useSpeech } from "./queries/questions";
import type { Speaking } from "./use-figure";

const SLOWER = 0.85;

/** Plays a question; mouth and captions follow the clock of the sound itself. */
export function useQuestionAudio(interviewId: string, questionId: string, voice: string) {
  const speech = useSpeech(interviewId, questionId, voice);
  const audio = useRef<HTMLAudioElement | null>(null);
  const [playing, setPlaying] = useState(false);
  const [heard, setHeard] = useState(false);
  const [blocked, setBlocked] = useState(false);
  const [word, setWord] = useState(-1);
  const [slower, setSlower] = useState(false);
  const track = speech.data?.track ?? null;
  const url = speech.data?.state === "ready" ? speech.data.url : null;

  useEffect(() => {
    setPlaying(false);
    setHeard(false);
    setBlocked(false);
    setWord(-1);
    if (!url) return;
    const element = new Audio(url);
    element.preload = "auto";
    audio.current = element;
    const over = () => {
      setPlaying(false);
      setHeard(true);
      setWord(-1);
    };
    const broken = () => setBlocked(true);
    element.addEventListener("ended", over);
    element.addEventListener("error", broken);
    return () => {
      element.removeEventListener("ended", over);
      element.removeEventListener("error", broken);
      element.pause();
      audio.current = null;
    };
  }, [url]);

  useEffect(() => {
    if (audio.current) audio.current.playbackRate = slower ? SLOWER : 1;
  }, [slower]);

  useEffect(() => {
    if (!playing || !track) return;
    let frame = 0;
    const follow = () => {
      setWord(lastBegun(track.words, audio.current?.currentTime ?? 0));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [playing, track]);

  const play = useCallback(async () => {
    const element = audio.current;
    if (!element) return;
    element.currentTime = 0;
    element.playbackRate = slower ? SLOWER : 1;
    setPlaying(true);
    await element.play().catch(() => {
      setPlaying(false);
      setBlocked(true);
    });
  }, [slower]);

  const hush = useCallback(() => {
    audio.current?.pause();
    setPlaying(false);
    setHeard(true);
    setWord(-1);
  }, []);

  const speaking = useMemo<Speaking | null>(
    () => (playing && track ? { cues: track.cues, clock: () => audio.current?.currentTime ?? 0 } : null),
    [playing, track],
  );

  return {
    state:
      speech.isError || speech.data?.state === "failed" || blocked ? "failed" : url ? "ready" : "preparing",
    words: track?.words ?? null,
    word,
    playing,
    heard,
    slower,
    setSlower,
    play,
    hush,
    speaking,
  } as const;
}
