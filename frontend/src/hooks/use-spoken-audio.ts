import type { UseQueryResult } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SpeechOut } from "../utils/api/types";
import type { Speaking } from "../utils/interviewer/performer";
import { addressOf, lastBegun, voiceNote } from "../utils/speech";
import { browserVoice, type Reading } from "../utils/voice";

const SLOWER = 0.85;
const BORROWED = "The interviewer’s voice is not there. Your browser’s voice reads instead.";

/**
 * Plays what the interviewer says; mouth and captions follow the clock of the sound itself. When the server has no
 * voice, the browser's reads `text`, with estimated lips. `kept` are sounds that have been begun to be fetched.
 */
export function useSpokenAudio(
  speech: UseQueryResult<SpeechOut>,
  text: string,
  kept?: RefObject<Map<string, HTMLAudioElement>>,
) {
  const audio = useRef<HTMLAudioElement | null>(null);
  const reading = useRef<Reading | null>(null);
  const [playing, setPlaying] = useState(false);
  const [heard, setHeard] = useState(false);
  const [blocked, setBlocked] = useState(false);
  const [word, setWord] = useState(-1);
  const [slower, setSlower] = useState(false);
  const url = addressOf(speech.data);
  const failed = speech.isError || speech.data?.state === "failed" || blocked;
  const own = useMemo(() => (failed ? browserVoice(text) : null), [failed, text]);
  const track = own?.track ?? speech.data?.track ?? null;

  useEffect(() => {
    reading.current?.stop();
    reading.current = null;
    setPlaying(false);
    setHeard(false);
    setBlocked(false);
    setWord(-1);
    if (!url || !text) return;
    const element = kept?.current.get(url) ?? new Audio(url);
    element.preload = "auto";
    audio.current = element;
    const over = () => {
      setPlaying(false);
      setHeard(true);
      setWord(-1);
    };
    const broken = () => {
      setPlaying(false);
      setBlocked(true);
    };
    element.addEventListener("ended", over);
    element.addEventListener("error", broken);
    return () => {
      element.removeEventListener("ended", over);
      element.removeEventListener("error", broken);
      element.pause();
      audio.current = null;
    };
  }, [url, text, kept]);

  useEffect(() => {
    if (audio.current) audio.current.playbackRate = slower ? SLOWER : 1;
  }, [slower]);

  const clock = useCallback(() => reading.current?.clock() ?? audio.current?.currentTime ?? 0, []);

  useEffect(() => {
    if (!playing || !track) return;
    let frame = 0;
    const follow = () => {
      setWord(lastBegun(track.words, clock()));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [playing, track, clock]);

  const hush = useCallback(() => {
    audio.current?.pause();
    reading.current?.stop();
    reading.current = null;
    setPlaying(false);
    setHeard(true);
    setWord(-1);
  }, []);

  useEffect(() => () => reading.current?.stop(), []);

  const play = useCallback(async () => {
    if (own) {
      setPlaying(true);
      reading.current = own.read(slower ? SLOWER : 1, hush);
      return;
    }
    const element = audio.current;
    if (!element) return;
    // A seek, even to where it is, throws away what is decoded.
    if (element.currentTime > 0) element.currentTime = 0;
    element.playbackRate = slower ? SLOWER : 1;
    setPlaying(true);
    // It also fails when it is paused before it has begun, or not allowed yet: then it can be pressed again. A file
    // that cannot be played fires `error`.
    await element.play().catch(() => setPlaying(false));
  }, [slower, own, hush]);

  const speaking = useMemo<Speaking | null>(
    () => (playing && track ? { cues: track.cues, clock } : null),
    [playing, track, clock],
  );

  const state = own ? "ready" : failed ? "failed" : url ? "ready" : "preparing";
  return {
    state: state as "ready" | "failed" | "preparing",
    /** Who speaks in place of the chosen voice, and why: the browser, or the server's built-in one. */
    note: own ? BORROWED : voiceNote(speech.data),
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
