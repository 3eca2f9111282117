// How the paper interviewer holds itself at a moment. A function of time alone, so that it can be tested and repeated.

export type Mood = "idle" | "speaking" | "listening" | "thinking";

export interface Pose {
  /** 0 open, 1 closed. */
  lids: number;
  /** Degrees, positive to the right. */
  tilt: number;
  /** Head, in drawing units down and to the right. */
  dropX: number;
  dropY: number;
  /** Shoulders, in drawing units. */
  breath: number;
  /** Pupils, in drawing units. */
  gazeX: number;
  gazeY: number;
  /** Brows, in drawing units up. */
  brows: number;
}

export const STILL: Pose = { lids: 0, tilt: 0, dropX: 0, dropY: 0, breath: 0, gazeX: 0, gazeY: 0, brows: 0 };

/** A number from 0 to 1 that is always the same for the same `n`. */
function chance(n: number): number {
  const x = Math.sin(n * 127.1 + 11.7) * 43758.5453;
  return x - Math.floor(x);
}

const BLINK_S = 0.2;

function lidsAt(t: number): number {
  const slot = Math.floor(t / 3.6);
  const start = slot * 3.6 + 0.4 + 2.6 * chance(slot);
  const x = (t - start) / BLINK_S;
  if (x < 0 || x > 1) return 0;
  return x < 0.4 ? x / 0.4 : 1 - (x - 0.4) / 0.6;
}

function nodAt(t: number): number {
  const slot = Math.floor(t / 6.5);
  if (chance(slot + 0.5) < 0.3) return 0;
  const x = (t - slot * 6.5 - 2 - 2 * chance(slot + 0.9)) / 0.95;
  return x < 0 || x > 1 ? 0 : Math.sin(x * Math.PI * 2) * (1 - x * 0.5);
}

/** The pose `t` seconds after the figure appeared. */
export function poseAt(t: number, mood: Mood): Pose {
  const sway = Math.sin(t * 0.53) + 0.6 * Math.sin(t * 0.29 + 1.3);
  const glance = chance(Math.floor(t / 2.3) + 0.2);
  const away = mood === "thinking" || (mood === "speaking" && glance > 0.8);
  return {
    lids: lidsAt(t),
    tilt: sway * (mood === "speaking" ? 1.1 : 0.6) + (mood === "listening" ? 1.6 : 0),
    dropX: sway * 0.8,
    dropY: (mood === "listening" ? nodAt(t) * 4 : 0) + Math.sin(t * 1.5) * 0.5,
    breath: Math.sin(t * 1.5) * 1.3,
    gazeX: away ? (glance - 0.5) * 6 : 0,
    gazeY: away ? -1.6 : 0,
    brows: mood === "listening" ? 1.6 : mood === "speaking" ? Math.max(0, Math.sin(t * 1.9)) * 1.4 : 0,
  };
}

/** Outline of the open mouth about (0, 0), and of the lips around it. */
export function mouthPath(open: number, wide: number, round: number): { inner: string; lips: string } {
  const half = 15 + 9 * wide - 7 * round;
  const up = 0.6 + 7 * open * (1 - 0.25 * wide);
  const down = 0.8 + 14 * open;
  const n = (value: number) => value.toFixed(2);
  const shape = (w: number, u: number, d: number) =>
    `M${n(-w)} 0C${n(-w * 0.55)} ${n(-u * 1.25)} ${n(w * 0.55)} ${n(-u * 1.25)} ${n(w)} 0` +
    `C${n(w * 0.6)} ${n(d * 1.3)} ${n(-w * 0.6)} ${n(d * 1.3)} ${n(-w)} 0Z`;
  return { inner: shape(half, up, down), lips: shape(half + 4.5, up + 4.4, down + 5.4) };
}
