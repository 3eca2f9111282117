import type { Manner } from "./manner";
import { approach, bell, between, clamp, drift, noise, type Rand, smooth } from "./random";

/** Angles in degrees. Pitch is positive downwards, yaw and roll to the right of the picture. */
export interface Body {
  headPitch: number;
  headYaw: number;
  headRoll: number;
  /** The torso, about the hips. */
  lean: number;
  turn: number;
  slant: number;
  /** The chest, 0-1. */
  breath: number;
}

interface Posture {
  lean: number;
  turn: number;
  slant: number;
  roll: number;
}

const UPRIGHT: Posture = { lean: 0, turn: 0, slant: 0, roll: 0 };

/** Breath, the small drift of a head that is held up, and a new posture every 15 to 40 seconds. */
export function carriage(rand: Rand, seed: number) {
  let from = UPRIGHT;
  let to = UPRIGHT;
  let began = 0;
  let takes = 2;
  let next = between(rand, 8, 25);
  let phase = rand() * Math.PI * 2;
  let stress = 0;
  let tilt = 0;
  let lean = 0;
  let follow = 0;
  let followY = 0;

  const mix = (t: number): Posture => {
    const x = smooth((t - began) / takes);
    const part = (key: keyof Posture) => from[key] + (to[key] - from[key]) * x;
    return { lean: part("lean"), turn: part("turn"), slant: part("slant"), roll: part("roll") };
  };

  return {
    step(
      t: number,
      dt: number,
      manner: Manner,
      now: { gazeX: number; gazeY: number; atCamera: boolean; opening: number; nod: number; still: boolean },
    ): Body {
      if (t >= next) {
        from = mix(t);
        began = t;
        takes = between(rand, 1.4, 2.8);
        next = t + between(rand, 15, 40);
        to = {
          lean: clamp(bell(rand) * 1.5, -2.6, 2.6),
          turn: clamp(bell(rand) * 2.4, -4.5, 4.5),
          slant: clamp(bell(rand) * 0.9, -1.6, 1.6),
          roll: clamp(bell(rand) * 1.3, -2.4, 2.4),
        };
      }
      // Breath: a little under four seconds each, never twice the same length.
      phase += dt * 2 * Math.PI * (0.255 + 0.05 * noise(seed + 9, t * 0.21));
      const breath = 0.5 - 0.5 * Math.cos(phase + 0.35 * Math.sin(phase));
      stress += (now.opening - stress) * approach(dt, now.opening > stress ? 9 : 3.5);
      tilt += (manner.tilt - tilt) * approach(dt, 1.2);
      lean += (manner.lean - lean) * approach(dt, 0.9);
      // The head follows the eyes late and only part of the way.
      follow += (now.gazeX * (now.atCamera ? 0 : 0.32) - follow) * approach(dt, 4.5);
      followY += (now.gazeY * (now.atCamera ? 0 : 0.28) - followY) * approach(dt, 4.5);
      if (now.still)
        return { headPitch: 0, headYaw: 0, headRoll: 0, lean: 0, turn: 0, slant: 0, breath: breath * 0.3 };

      const held = mix(t);
      // While it speaks, the head marks what is stressed; noise keeps it from being a metronome.
      const beat = stress * (1.6 + 1.2 * noise(seed + 5, t * 0.8));
      return {
        headPitch: 0.55 * drift(seed + 1, t * 0.37) + 3.6 * now.nod + beat - followY - 0.25 * held.lean,
        headYaw:
          1.1 * drift(seed + 2, t * 0.29) +
          stress * 2.4 * noise(seed + 6, t * 0.9) +
          follow -
          0.6 * held.turn,
        headRoll:
          0.6 * drift(seed + 3, t * 0.23) + tilt + held.roll + stress * 1.1 * noise(seed + 7, t * 0.7),
        lean: lean + held.lean + 0.35 * drift(seed + 4, t * 0.17),
        turn: held.turn + 0.5 * drift(seed + 8, t * 0.13),
        slant: held.slant,
        breath,
      };
    },
  };
}
