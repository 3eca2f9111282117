// Mouth and captions from the cues that came with the audio. Times are seconds of the audio clock.
import type { Cue, SpeechOut, SpokenWord, VoiceOut } from "./api/types";

/** 0-1 each: how far the lips part, how wide the corners are drawn, how round the opening is. */
export interface Mouth {
  open: number;
  wide: number;
  round: number;
}

const CLOSED: Mouth = { open: 0, wide: 0.35, round: 0 };

const SHAPES: Record<string, Mouth> = {
  sil: CLOSED,
  PP: { open: 0, wide: 0.3, round: 0.15 },
  FF: { open: 0.12, wide: 0.4, round: 0 },
  TH: { open: 0.24, wide: 0.45, round: 0 },
  DD: { open: 0.3, wide: 0.5, round: 0 },
  kk: { open: 0.34, wide: 0.45, round: 0.1 },
  CH: { open: 0.28, wide: 0.2, round: 0.6 },
  SS: { open: 0.16, wide: 0.65, round: 0 },
  nn: { open: 0.22, wide: 0.48, round: 0 },
  RR: { open: 0.3, wide: 0.25, round: 0.5 },
  aa: { open: 1, wide: 0.5, round: 0.15 },
  E: { open: 0.62, wide: 0.72, round: 0 },
  I: { open: 0.4, wide: 0.85, round: 0 },
  O: { open: 0.72, wide: 0.15, round: 0.85 },
  U: { open: 0.4, wide: 0.05, round: 1 },
};

/** What decides how a question sounds: another one is another clip. */
export function speechKey(
  settings: { voice: string; speed: number; style: string; interviewer: string },
  text: string,
): string {
  return [settings.voice, settings.speed, settings.style, settings.interviewer, text].join("|");
}

/** Where a clip's sound is, once there is one. */
export function addressOf(clip: Pick<SpeechOut, "state" | "url"> | undefined): string | null {
  return clip?.state === "ready" ? clip.url : null;
}

/** Says it when the built-in voice spoke in place of another one. */
export function voiceNote(
  clip: { provider: string | null; fallback: string | null } | undefined,
): string | null {
  return clip?.provider && clip.fallback ? `Spoken by ${clip.provider}: ${clip.fallback}` : null;
}

/** The voice an interviewer has by itself: of the chosen service when there is one, else the built-in one. */
export function ownVoice(voices: readonly Pick<VoiceOut, "id" | "stands_for">[], builtIn: string): string {
  return voices.find((voice) => voice.stands_for === builtIn)?.id ?? builtIn;
}

/** The voices by who speaks, the service's first; null is this machine. */
export function voiceGroups<V extends Pick<VoiceOut, "provider">>(
  voices: readonly V[],
): { provider: string | null; voices: V[] }[] {
  const names = [...new Set(voices.map((voice) => voice.provider))].sort((a, b) => Number(!a) - Number(!b));
  return names.map((provider) => ({
    provider,
    voices: voices.filter((voice) => voice.provider === provider),
  }));
}

// Lips get ready before the sound they make: the same lead that was measured for the 3D driver.
const LEAD_S = 0.06;
const BLEND_S = 0.09;

/** Index of the last item that has begun at `t`, or -1. Items are sorted by `start_s`. */
export function lastBegun(items: readonly { start_s: number }[], t: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start_s ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The mouth at audio time `t`: the running cue, eased in from the one before. */
export function mouthAt(cues: readonly Pick<Cue, "start_s" | "viseme">[], t: number): Mouth {
  const at = t + LEAD_S;
  const index = lastBegun(cues, at);
  const cue = cues[index];
  if (!cue) return CLOSED;
  const to = SHAPES[cue.viseme] ?? CLOSED;
  const from = SHAPES[cues[index - 1]?.viseme ?? "sil"] ?? CLOSED;
  const x = Math.min(1, (at - cue.start_s) / BLEND_S);
  const ease = x * x * (3 - 2 * x);
  const mix = (a: number, b: number) => a + (b - a) * ease;
  return { open: mix(from.open, to.open), wide: mix(from.wide, to.wide), round: mix(from.round, to.round) };
}

/** Index of the word being said, or of the last one said; -1 before the first. */
export function wordAt(words: readonly SpokenWord[], t: number): number {
  return lastBegun(words, t);
}
