import { bell, between, clamp, type Rand } from "./random";

const SOONEST_S = 2;
const LATEST_S = 5.5;
const USUAL_S = 3.3;
// How much single intervals stray from the usual one: most are short, a few are long.
const SPREAD = 0.38;
const DOUBLE = 0.12;
// A prompted blink right after another one would read as a twitch.
const REST_S = 0.9;

/** Blinks: their own rhythm, and more of them where people blink, at shifts of gaze and ends of phrases. */
export function blinker(rand: Rand) {
  let next = between(rand, 0.6, 2.5);
  let started = Number.NEGATIVE_INFINITY;
  let length = 0.19;
  let depth = 1;
  let again = false;

  const interval = (pace: number) =>
    clamp(USUAL_S * pace * Math.exp(SPREAD * bell(rand)), SOONEST_S, LATEST_S);

  const start = (t: number, pace: number) => {
    started = t;
    length = between(rand, 0.16, 0.24);
    depth = rand() < 0.15 ? between(rand, 0.92, 0.97) : 1;
    again = !again && rand() < DOUBLE;
    next = again ? t + length + between(rand, 0.08, 0.16) : t + interval(pace);
  };

  return {
    /** Something happened that often goes with a blink. */
    prompt(t: number, chance: number): void {
      if (t - started > REST_S && rand() < chance) next = Math.min(next, t + between(rand, 0.02, 0.12));
    },
    /** How far the lids are down at `t`, 0-1. */
    lids(t: number, pace: number): number {
      if (t >= next) start(t, pace);
      const x = (t - started) / length;
      if (x >= 1 || x < 0) return 0;
      // Lids fall faster than they rise, and stay down for a moment, so that a slow machine shows it too.
      if (x < 0.32) return depth * Math.sin(((x / 0.32) * Math.PI) / 2);
      if (x < 0.46) return depth;
      return depth * (0.5 + 0.5 * Math.cos(((x - 0.46) / 0.54) * Math.PI));
    },
  };
}
