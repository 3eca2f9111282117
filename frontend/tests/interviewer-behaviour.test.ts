import { describe, expect, it } from "vitest";
import { createBehaviour, type Moment, type Pose } from "../src/utils/interviewer/behaviour";
import type { StageState, Style } from "../src/utils/interviewer/manner";
import { noise, seeded } from "../src/utils/interviewer/random";
import type { VoiceActivity } from "../src/utils/interviewer/voice";

const STATES: StageState[] = ["idle", "asking", "listening", "thinking", "wrapping"];
const STYLES: Style[] = ["warm", "neutral", "challenging"];
const SEEDS = [1, 2, 3, 5, 8, 13];

interface Options {
  seed?: number;
  reduced?: boolean;
  style?: Style;
  dt?: number;
  voice?: (t: number) => VoiceActivity | null;
  opening?: (t: number) => number;
}

function live(state: StageState, seconds: number, options: Options = {}): (Pose & { t: number })[] {
  const { seed = 1, reduced = false, style = "neutral", dt = 1 / 60 } = options;
  const behaviour = createBehaviour(seed, reduced);
  const out: (Pose & { t: number })[] = [];
  for (let t = 0; t < seconds; t += dt) {
    const opening = options.opening?.(t) ?? 0;
    const now: Moment = {
      state,
      style,
      voice: options.voice?.(t) ?? null,
      opening,
      phraseEnd: opening === 0,
    };
    out.push({ t, ...behaviour.step(dt, now) });
  }
  return out;
}

const blinks = (poses: { t: number; lids: number }[]) =>
  poses.filter((pose, i) => pose.lids > 0.5 && (poses[i - 1]?.lids ?? 1) <= 0.5).map(({ t }) => t);

/** A candidate who speaks for four seconds and pauses for one and a half. */
function candidate(t: number): VoiceActivity {
  const x = t % 5.5;
  const round = Math.floor(t / 5.5);
  if (x < 4) return { level: 0.6, speaking: true, pauseStart: null };
  return { level: 0, speaking: false, pauseStart: 100 + round * 5.5 + 4 };
}

const nods = (poses: Pose[]) => {
  let count = 0;
  for (let i = 1; i < poses.length - 1; i++) {
    const [a, b, c] = [poses[i - 1], poses[i], poses[i + 1]].map((pose) => pose?.headPitch ?? 0);
    // The top of a dip of at least a degree and a half within half a second.
    const before = poses[i - 24]?.headPitch ?? b ?? 0;
    if ((b ?? 0) > (a ?? 0) && (b ?? 0) >= (c ?? 0) && (b ?? 0) - before > 1.5) count += 1;
  }
  return count;
};

// Minutes of behaviour at sixty steps a second: quick, but not on a machine that is busy with something else.
describe("the manner", { timeout: 30_000 }, () => {
  it("is the same for the same seed, and another for another", () => {
    expect(live("listening", 20, { voice: candidate })).toEqual(live("listening", 20, { voice: candidate }));
    expect(blinks(live("idle", 60))).not.toEqual(blinks(live("idle", 60, { seed: 2 })));
  });

  it("stays within what a person does, in every state and style", () => {
    // Most of: size, and change between two pictures (nothing but the eyes and lids moves fast).
    const limits = {
      headPitch: [13, 0.9],
      headYaw: [13, 0.9],
      headRoll: [13, 0.9],
      lean: [7, 0.15],
      turn: [7, 0.15],
      slant: [7, 0.15],
      gazeX: [15, 15],
      gazeY: [15, 15],
    } as const;
    const weights = ["lids", "brows", "smile", "attentive", "thinking", "breath"] as const;
    const opening = (t: number) => (t % 4 < 3 ? 0.5 : 0);
    for (const state of STATES)
      for (const style of STYLES)
        for (const seed of [1, 8]) {
          const poses = live(state, 30, { seed, style, voice: candidate, opening });
          for (const key of weights) {
            const values = poses.map((pose) => pose[key]);
            expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
            expect(Math.max(...values)).toBeLessThanOrEqual(1);
          }
          for (const [key, [size, change]] of Object.entries(limits)) {
            const values = poses.map((pose) => pose[key as keyof typeof limits]);
            expect(Math.max(...values.map(Math.abs))).toBeLessThan(size);
            const steps = values.map((value, i) => Math.abs(value - (values[i - 1] ?? value)));
            expect(Math.max(...steps)).toBeLessThan(change);
          }
        }
  });

  it("blinks every two to six seconds on its own, with some doubles and never in step", () => {
    const gaps: number[] = [];
    for (const seed of SEEDS) {
      const times = blinks(live("listening", 300, { seed }));
      for (const [i, t] of times.entries()) if (i > 0) gaps.push(t - (times[i - 1] ?? 0));
    }
    expect(Math.max(...gaps)).toBeLessThan(6.2);
    expect(Math.min(...gaps)).toBeGreaterThan(0.2);
    const usual = gaps.filter((gap) => gap > 1.5 && gap < 5.6).length / gaps.length;
    expect(usual).toBeGreaterThan(0.7);
    const doubles = gaps.filter((gap) => gap < 0.6).length / gaps.length;
    expect(doubles).toBeGreaterThan(0.04);
    expect(doubles).toBeLessThan(0.25);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
    expect(spread).toBeGreaterThan(0.25);
  });

  it("closes the eyes fully, for at least two pictures at thirty a second", () => {
    const poses = live("idle", 120, { dt: 1 / 30 });
    for (const t of blinks(poses)) {
      const near = poses.filter((pose) => Math.abs(pose.t - t) < 0.2);
      expect(Math.max(...near.map((pose) => pose.lids))).toBeGreaterThan(0.85);
      expect(near.filter((pose) => pose.lids > 0.4).length).toBeGreaterThanOrEqual(2);
    }
  });

  it("blinks more often at shifts of gaze than by chance", () => {
    let near = 0;
    let total = 0;
    for (const seed of SEEDS) {
      const poses = live("thinking", 240, { seed });
      const shifts = poses.filter((pose, i) => {
        const before = poses[i - 6];
        return before && Math.hypot(pose.gazeX - before.gazeX, pose.gazeY - before.gazeY) > 4;
      });
      for (const t of blinks(poses)) {
        total += 1;
        if (shifts.some((shift) => Math.abs(shift.t - t) < 0.25)) near += 1;
      }
    }
    expect(near / total).toBeGreaterThan(0.3);
  });

  it("looks at the person while listening and away while thinking", () => {
    const atCamera = (state: StageState) => {
      const poses = SEEDS.flatMap((seed) => live(state, 120, { seed }));
      return poses.filter((pose) => Math.hypot(pose.gazeX, pose.gazeY) < 2.2).length / poses.length;
    };
    expect(atCamera("listening")).toBeGreaterThan(0.82);
    expect(atCamera("asking")).toBeGreaterThan(0.7);
    expect(atCamera("thinking")).toBeLessThan(0.5);
  });

  it("never stares: the eyes move at least every two seconds", () => {
    for (const state of STATES) {
      const poses = live(state, 120, { seed: 21 });
      let quiet = 0;
      let longest = 0;
      for (let i = 1; i < poses.length; i++) {
        const [a, b] = [poses[i - 1], poses[i]];
        const moved = a && b && Math.hypot(a.gazeX - b.gazeX, a.gazeY - b.gazeY) > 0.03;
        quiet = moved ? 0 : quiet + 1 / 60;
        longest = Math.max(longest, quiet);
      }
      expect(longest).toBeLessThan(2.2);
    }
  });

  it("nods when the candidate pauses, the warm one most, and only then", () => {
    const count = (style: Style) =>
      SEEDS.reduce((sum, seed) => sum + nods(live("listening", 110, { seed, style, voice: candidate })), 0);
    const [warm, neutral, challenging] = STYLES.map(count);
    expect(warm).toBeGreaterThan(neutral ?? 0);
    expect(neutral).toBeGreaterThan(challenging ?? 0);
    expect(challenging).toBeGreaterThan(0);
    expect(nods(live("idle", 110, { voice: candidate }))).toBe(0);
    const poses = live("listening", 200, { seed: 4, style: "warm", voice: candidate });
    const first = poses.filter((pose, i) => pose.headPitch - (poses[i - 10]?.headPitch ?? 0) > 1.6);
    const inPause = first.filter((pose) => pose.t % 5.5 > 4 || pose.t % 5.5 < 1);
    expect(inPause.length / first.length).toBeGreaterThan(0.9);
  });

  it("raises the brows at pauses now and then", () => {
    const poses = live("listening", 110, { seed: 2, style: "warm", voice: candidate });
    expect(Math.max(...poses.map((pose) => pose.brows))).toBeGreaterThan(0.4);
  });

  it("smiles by style: warm more than neutral more than challenging", () => {
    for (const state of ["idle", "listening", "wrapping"] as const) {
      const [warm = 0, neutral = 0, challenging = 0] = STYLES.map(
        (style) => live(state, 10, { style }).at(-1)?.smile,
      );
      expect(warm).toBeGreaterThan(neutral);
      expect(neutral).toBeGreaterThan(challenging);
    }
  });

  it("changes posture a few times in two minutes, 15 to 40 seconds apart", () => {
    for (const seed of SEEDS) {
      const poses = live("listening", 180, { seed, dt: 1 / 20 });
      const shifts = poses.filter((pose, i) => {
        const before = poses[i - 40];
        return before && Math.abs(pose.turn - before.turn) + Math.abs(pose.slant - before.slant) > 0.6;
      });
      expect(shifts.length).toBeGreaterThan(3);
    }
  });

  it("has no loop that one could spot: nothing repeats itself within two minutes", () => {
    for (const seed of SEEDS) {
      const series = live("listening", 240, { seed, dt: 0.1, voice: candidate }).map((pose) => pose.headYaw);
      for (let lag = 60; lag <= 1200; lag += 3) expect(likeness(series, lag)).toBeLessThan(0.72);
    }
  });

  it("holds head and body still when less motion is asked for, and still blinks and looks", () => {
    const poses = live("listening", 60, { reduced: true, voice: candidate });
    for (const key of ["headPitch", "headYaw", "headRoll", "lean", "turn", "slant"] as const)
      expect(Math.max(...poses.map((pose) => Math.abs(pose[key])))).toBe(0);
    expect(blinks(poses).length).toBeGreaterThan(8);
    expect(Math.max(...poses.map((pose) => Math.abs(pose.gazeX)))).toBeGreaterThan(0.3);
  });

  it("does not depend on how many pictures a second are drawn", () => {
    const rate = (dt: number) =>
      SEEDS.reduce((sum, seed) => sum + blinks(live("listening", 240, { seed, dt })).length, 0);
    expect(Math.abs(rate(1 / 60) - rate(1 / 24)) / rate(1 / 60)).toBeLessThan(0.12);
  });
});

/** How much a series is like itself `lag` steps later: 1 would be a loop. */
function likeness(series: readonly number[], lag: number): number {
  const a = series.slice(0, series.length - lag);
  const b = series.slice(lag);
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, x] of a.entries()) {
    const y = (b[i] ?? 0) - mb;
    ab += (x - ma) * y;
    aa += (x - ma) ** 2;
    bb += y ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe("chance", () => {
  it("repeats with its seed and fills 0 to 1", () => {
    const [a, b] = [seeded(9), seeded(9)];
    const draws = Array.from({ length: 2000 }, () => a());
    expect(draws).toEqual(Array.from({ length: 2000 }, () => b()));
    expect(Math.min(...draws)).toBeLessThan(0.01);
    expect(Math.max(...draws)).toBeGreaterThan(0.99);
  });
  it("drifts smoothly between -1 and 1", () => {
    for (let t = 0; t < 50; t += 0.01) {
      expect(Math.abs(noise(3, t))).toBeLessThanOrEqual(1);
      expect(Math.abs(noise(3, t + 0.01) - noise(3, t))).toBeLessThan(0.05);
    }
  });
});
