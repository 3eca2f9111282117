// What a state and a style change in how the interviewer behaves. Manner only: no wording, no grade.

export type StageState = "idle" | "asking" | "listening" | "thinking" | "wrapping";
export type Style = "warm" | "neutral" | "challenging";

export interface Manner {
  /** Seconds of looking at the camera, and of looking elsewhere. */
  at: readonly [number, number];
  away: readonly [number, number];
  /** How far a glance goes, in degrees, and how much of it goes upwards. */
  reach: number;
  rise: number;
  /** Weights of the held expressions, 0-1. */
  smile: number;
  attentive: number;
  thinking: number;
  /** Factor on the blink interval. */
  blinks: number;
  /** Degrees of sideways tilt and of leaning in. */
  tilt: number;
  lean: number;
  /** Chance of a nod, and of a brow raise, when the candidate pauses. */
  nod: number;
  brow: number;
}

const STATES: Record<StageState, Manner> = {
  idle: {
    at: [2.5, 6],
    away: [0.7, 1.8],
    reach: 8,
    rise: 0.2,
    smile: 0.24,
    attentive: 0.1,
    thinking: 0,
    blinks: 1,
    tilt: 0,
    lean: 0,
    nod: 0,
    brow: 0,
  },
  asking: {
    at: [2.4, 5],
    away: [0.35, 0.8],
    reach: 5,
    rise: 0.35,
    smile: 0.16,
    attentive: 0.15,
    thinking: 0,
    blinks: 0.95,
    tilt: 0,
    lean: 0.6,
    nod: 0,
    brow: 0,
  },
  listening: {
    at: [4, 9],
    away: [0.4, 1],
    reach: 4.5,
    rise: 0.1,
    smile: 0.14,
    attentive: 0.75,
    thinking: 0,
    blinks: 1.1,
    tilt: 2.2,
    lean: 1.4,
    nod: 0.6,
    brow: 0.35,
  },
  thinking: {
    at: [0.6, 1.4],
    away: [1.2, 2.8],
    reach: 11,
    rise: 0.75,
    smile: 0.04,
    attentive: 0,
    thinking: 0.55,
    blinks: 1.15,
    tilt: 1,
    lean: -0.8,
    nod: 0,
    brow: 0,
  },
  wrapping: {
    at: [3.5, 7],
    away: [0.5, 1],
    reach: 6,
    rise: 0.1,
    smile: 0.5,
    attentive: 0.15,
    thinking: 0,
    blinks: 1,
    tilt: 1,
    lean: 0.4,
    nod: 0.5,
    brow: 0.2,
  },
};

const STYLES: Record<Style, { smile: number; nod: number; tilt: number; brow: number; lean: number }> = {
  warm: { smile: 1.35, nod: 1.3, tilt: 1.3, brow: 1.2, lean: 1.2 },
  neutral: { smile: 0.85, nod: 0.9, tilt: 0.7, brow: 1, lean: 1 },
  challenging: { smile: 0.2, nod: 0.4, tilt: 0.25, brow: 0.7, lean: 0.6 },
};

export function mannerOf(state: StageState, style: Style): Manner {
  const base = STATES[state];
  const by = STYLES[style];
  return {
    ...base,
    smile: base.smile * by.smile,
    tilt: base.tilt * by.tilt,
    lean: base.lean * by.lean,
    nod: Math.min(0.9, base.nod * by.nod),
    brow: Math.min(0.9, base.brow * by.brow),
  };
}
