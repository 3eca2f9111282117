import type { Manner } from "./manner";
import { approach, between, type Rand } from "./random";

/** Where the eyes go, in degrees from the camera: to the right of the picture, and up. */
export interface Gaze {
  x: number;
  y: number;
  /** True on the frame that begins a shift large enough to notice. */
  shifted: boolean;
  /** True while the eyes are meant for the camera. */
  atCamera: boolean;
}

// Eyes jump: nine tenths of the way in about 50 ms.
const JUMP_RATE = 48;
const NOTICED_DEGREES = 3;

/** The gaze of one person: dwells at the camera, glances elsewhere, and small jumps in between. */
export function gazer(rand: Rand) {
  let until = between(rand, 0.8, 2);
  let small = 0;
  let target = { x: 0, y: 0 };
  let offset = { x: 0, y: 0 };
  let side = rand() < 0.5 ? -1 : 1;
  let manner: Manner | null = null;
  const gaze: Gaze = { x: 0, y: 0, shifted: false, atCamera: true };

  const lookAway = (by: Manner) => {
    // Sides change more often than not, and the eyes rarely leave the middle by very little.
    if (rand() < 0.62) side = -side;
    const far = by.reach * between(rand, 0.55, 1);
    const up = rand() < by.rise ? between(rand, 0.2, 0.75) : -between(rand, 0.05, 0.55);
    target = { x: side * far * Math.sqrt(1 - up * up), y: far * up };
    gaze.atCamera = false;
  };

  return {
    /** An answer that has just begun, or a question: eyes come back to the person. */
    comeBack(t: number): void {
      if (!gaze.atCamera) until = t;
    },
    step(t: number, dt: number, now: Manner): Gaze {
      gaze.shifted = false;
      // A new state is taken up within a third of a second, not at the end of an old dwell.
      if (manner && manner !== now) until = Math.min(until, t + between(rand, 0.1, 0.35));
      manner = now;
      if (t >= until) {
        const from = { ...target };
        if (gaze.atCamera) {
          lookAway(now);
          until = t + between(rand, now.away[0], now.away[1]);
        } else {
          target = { x: 0, y: 0 };
          gaze.atCamera = true;
          until = t + between(rand, now.at[0], now.at[1]);
        }
        gaze.shifted = Math.hypot(target.x - from.x, target.y - from.y) > NOTICED_DEGREES;
        small = t + between(rand, 0.3, 0.8);
      } else if (t >= small) {
        // Within a dwell the eyes move between the eyes and the mouth of the person they look at.
        offset = { x: between(rand, -0.9, 0.9), y: between(rand, -0.8, 0.5) };
        small = t + between(rand, 0.35, 1.7);
      }
      const k = approach(dt, JUMP_RATE);
      gaze.x += (target.x + offset.x - gaze.x) * k;
      gaze.y += (target.y + offset.y - gaze.y) * k;
      return gaze;
    },
  };
}
