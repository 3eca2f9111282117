import type { Manner } from "./manner";
import { between, type Rand, smooth } from "./random";
import type { VoiceActivity } from "./voice";

// What the candidate said before a pause must have been more than a word.
const LONG_ENOUGH_S = 1.2;
const BETWEEN_NODS_S = 2.4;
// Somebody who speaks on without a pause is given a small nod now and then.
const SPEAKS_ON_S = 9;

interface Gesture {
  start: number;
  length: number;
  size: number;
  /** One dip or two. */
  dips: number;
}

const NONE: Gesture = { start: Number.NEGATIVE_INFINITY, length: 1, size: 0, dips: 1 };

/** Attention to a voice: nods and raised brows where the candidate pauses. */
export function attention(rand: Rand) {
  let nod = NONE;
  let brow = NONE;
  let spokeFrom: number | null = null;
  // Pauses are told apart by their start, which is time of another clock; how long they last is counted here.
  let answered: number | null = null;
  let pausedAt = 0;
  let lastNod = Number.NEGATIVE_INFINITY;
  let byItself = between(rand, 3, 6);
  let waits = false;

  const dip = (t: number, size: number, delay: number) => {
    nod = {
      start: t + delay,
      length: between(rand, 0.42, 0.62),
      size: size * between(rand, 0.7, 1.15),
      dips: rand() < 0.35 ? 2 : 1,
    };
    nod.length *= nod.dips === 2 ? 1.7 : 1;
    lastNod = nod.start;
  };
  const raise = (t: number, delay: number) => {
    brow = {
      start: t + delay,
      length: between(rand, 0.7, 1.3),
      size: between(rand, 0.45, 0.9),
      dips: 1,
    };
  };

  const toPause = (t: number, manner: Manner) => {
    if (t - lastNod > BETWEEN_NODS_S && rand() < manner.nod) dip(t, 1, between(rand, 0.05, 0.35));
    if (rand() < manner.brow) raise(t, between(rand, 0, 0.3));
  };

  return {
    step(t: number, manner: Manner, voice: VoiceActivity | null): { nod: number; brow: number } {
      if (manner.nod + manner.brow > 0) {
        if (voice?.speaking) {
          spokeFrom ??= t;
          waits = false;
          if (t - Math.max(lastNod, spokeFrom) > SPEAKS_ON_S) {
            if (rand() < manner.nod) dip(t, 0.55, 0);
            else lastNod = t;
          }
        } else if (voice && voice.pauseStart !== null) {
          const spoke = spokeFrom !== null && t - spokeFrom > LONG_ENOUGH_S;
          if (voice.pauseStart !== answered) {
            pausedAt = t;
            if (spoke) toPause(t, manner);
          }
          answered = voice.pauseStart;
          spokeFrom = null;
          // A pause that goes on: raised brows say "go on" once, without a word.
          if (!waits && t - pausedAt > 3) {
            waits = true;
            if (rand() < manner.brow * 1.5) raise(t, between(rand, 0, 1.5));
          }
        } else if (!voice && t > byItself) {
          byItself = t + between(rand, 5, 11);
          toPause(t, manner);
        }
      } else {
        spokeFrom = null;
        byItself = t + between(rand, 2.5, 6);
      }
      const n = (t - nod.start) / nod.length;
      const b = (t - brow.start) / brow.length;
      // Two dips: the second is smaller, as a head comes to rest.
      const fade = nod.dips === 2 && n > 0.5 ? 0.55 : 1;
      const bob = n > 0 && n < 1 ? Math.sin(((n * nod.dips) % 1) * Math.PI) ** 2 * nod.size * fade : 0;
      const lift = b > 0 && b < 1 ? Math.min(smooth(b / 0.22), smooth((1 - b) / 0.4)) * brow.size : 0;
      return { nod: bob, brow: lift };
    },
  };
}
