// Which mouth shapes hold at a moment of the sound. Times are seconds of the audio clock.
import { clamp, smooth } from "./random";

export const VISEMES = [
  "sil",
  "PP",
  "FF",
  "TH",
  "DD",
  "kk",
  "CH",
  "SS",
  "nn",
  "RR",
  "aa",
  "E",
  "I",
  "O",
  "U",
] as const;
export type Viseme = (typeof VISEMES)[number];
export type Shapes = Record<Viseme, number>;

/** A mouth shape of the speech track. Without an end it lasts until the next; without a weight it is reached fully. */
export interface LipCue {
  start_s: number;
  end_s?: number;
  viseme: string;
  weight?: number;
}

/** Lips get ready before the sound they make. */
export const LEAD_S = 0.06;
// Half of the time one shape takes to turn into the next.
const TURN_S = 0.04;
// A hole shorter than this between two cues is speech, not a pause.
const HOLE_S = 0.08;
// From the middle of the last sound of a shared closure to its end, at most.
const LAST_SOUND_S = 0.05;
// Of a sound squeezed by an early closure at least this much stays, so that the lips part in between.
const LEFT_OVER = 0.6;

interface Part {
  viseme: Viseme;
  weight: number;
  start: number;
  end: number;
  /** When the shape takes over from the one before: `at`, give or take `half`. */
  at: number;
  half: number;
}

export type LipTrack = readonly Part[];

/** Lips, or lip and teeth, touch: seen at once when they do not. */
const touches = (part: Part | undefined): boolean => part?.viseme === "PP" || part?.viseme === "FF";

function known(name: string): Viseme {
  return (VISEMES as readonly string[]).includes(name) ? (name as Viseme) : "sil";
}

function joined(cues: readonly LipCue[]): Part[] {
  const parts: Part[] = [];
  const add = (viseme: Viseme, weight: number, start: number, end: number) => {
    const last = parts.at(-1);
    if (last && last.viseme === viseme && start - last.end < HOLE_S) {
      last.end = end;
      last.weight = Math.max(last.weight, weight);
    } else parts.push({ viseme, weight, start, end, at: start, half: TURN_S });
  };
  for (const [index, cue] of cues.entries()) {
    const next = cues[index + 1]?.start_s ?? Number.POSITIVE_INFINITY;
    const end = Math.min(cue.end_s ?? Math.min(next, cue.start_s + 0.4), next);
    if (!(end > cue.start_s)) continue;
    const last = parts.at(-1);
    if (last && cue.start_s - last.end >= HOLE_S) add("sil", 1, last.end, cue.start_s);
    else if (last) last.end = cue.start_s;
    const viseme = known(cue.viseme);
    add(viseme, touches({ viseme } as Part) ? 1 : clamp(cue.weight ?? 1), cue.start_s, end);
  }
  const last = parts.at(-1);
  if (last && last.viseme !== "sil") add("sil", 1, last.end, last.end + 1);
  return parts;
}

/** Until when a touch holds: past its middle, and past that of the last of several sounds that share it ("jump back"). */
const holdOf = (part: Part): number => Math.max((part.start + part.end) / 2, part.end - LAST_SOUND_S);

/**
 * Lays out when each shape takes over. A touch of the lips is reached early like any other shape, but let go so late
 * that it still holds at the middle of its sound.
 */
export function lipTrack(cues: readonly LipCue[]): LipTrack {
  const parts = joined(cues);
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (!before) {
      part.at = part.start - LEAD_S;
      continue;
    }
    const held = holdOf(before);
    const early = touches(before) ? clamp(part.start - held - TURN_S, 0, LEAD_S) : LEAD_S;
    const least = before.at + LEFT_OVER * Math.min(before.end - before.start, 0.2);
    part.at = Math.min(part.start, Math.max(part.start - early, least));
    if (touches(part)) part.half = Math.min(TURN_S, Math.max(0.012, (part.start + part.end) / 2 - part.at));
    if (touches(before)) part.half = Math.min(part.half, Math.max(0.012, part.at - held));
    // A turn may not begin before the one it follows.
    part.half = Math.min(part.half, Math.max(0.012, part.at - before.at + before.half));
  }
  return parts;
}

const takenOver = (part: Part | undefined, t: number): number =>
  part ? smooth((t - part.at + part.half) / (2 * part.half)) : 0;

/** Index of the last part whose turn has begun at `t`, or -1. */
function begun(track: LipTrack, t: number): number {
  let low = 0;
  let high = track.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((track[middle]?.at ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const closedLips = (): Shapes =>
  Object.fromEntries(VISEMES.map((viseme) => [viseme, viseme === "sil" ? 1 : 0])) as Shapes;

/** The weight of every shape at audio time `t`; they sum to at most one. Writes into `out` and returns it. */
export function shapesAt(track: LipTrack, t: number, out: Shapes = closedLips()): Shapes {
  for (const viseme of VISEMES) out[viseme] = 0;
  const index = begun(track, t);
  let rest = 1;
  // Very short sounds overlap more than one neighbour: none of them reaches its full shape, and nothing flutters.
  for (let i = Math.min(track.length - 1, index + 2); i >= Math.max(0, index - 2); i--) {
    const part = track[i];
    if (!part) continue;
    const share = Math.min(rest, takenOver(part, t) * rest);
    out[part.viseme] += share * part.weight;
    rest -= share;
  }
  out.sil = clamp(1 - VISEMES.reduce((sum, viseme) => sum + (viseme === "sil" ? 0 : out[viseme]), 0));
  return out;
}

/**
 * The shapes for a frame that covers the time from `from` to `to`. On a slow machine a closure can begin and end
 * between two frames: then this frame shows it, a little late, because lips that never meet are noticed.
 */
export function shapesBetween(track: LipTrack, from: number, to: number, out?: Shapes): Shapes {
  if (to - from > 0.034 && to - from < 0.3) {
    for (let i = begun(track, to); i >= 0; i--) {
      const part = track[i];
      if (!part || part.end < from) break;
      const middle = (part.start + part.end) / 2;
      if (touches(part) && middle > from && middle <= to) return shapesAt(track, middle, out);
    }
  }
  return shapesAt(track, to, out);
}

/** How far each shape parts the lips, 0-1, where `aa` is one. Measured from the openings of the built faces. */
export const OPENING: Readonly<Shapes> = {
  sil: 0,
  PP: 0,
  FF: 0.1,
  TH: 0.34,
  DD: 0.3,
  kk: 0.38,
  CH: 0.3,
  SS: 0.16,
  nn: 0.24,
  RR: 0.28,
  aa: 1,
  E: 0.58,
  I: 0.36,
  O: 0.66,
  U: 0.34,
};

export const openingOf = (shapes: Shapes): number =>
  VISEMES.reduce((sum, viseme) => sum + shapes[viseme] * OPENING[viseme], 0);

/** True when the sound pauses at `t`: between phrases and after the last word. */
export function pausing(track: LipTrack, t: number): boolean {
  const part = track[begun(track, t)];
  return !part || (part.viseme === "sil" && part.end - part.start > 0.12);
}
