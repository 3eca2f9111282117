// The life of an interviewer who is not a loop: chance with a seed, stepped by time and by what it hears.

import { blinker } from "./blink";
import { type Body, carriage } from "./body";
import { gazer } from "./gaze";
import { type Manner, mannerOf, type StageState, type Style } from "./manner";
import { attention } from "./nods";
import { approach, clamp, noise, seeded } from "./random";
import type { VoiceActivity } from "./voice";

/** How the interviewer holds itself now. Angles in degrees, weights 0-1. */
export interface Pose extends Body {
  /** 0 open, 1 closed. */
  lids: number;
  /** Where the eyes look, from the camera: to the right of the picture, and up. */
  gazeX: number;
  gazeY: number;
  brows: number;
  smile: number;
  attentive: number;
  thinking: number;
}

export interface Moment {
  state: StageState;
  style: Style;
  /** What is heard of the candidate, or null when nothing listens. */
  voice: VoiceActivity | null;
  /** How far the own mouth is open for speech, 0-1, and whether the own speech pauses just now. */
  opening: number;
  phraseEnd: boolean;
}

export interface Behaviour {
  step(dt: number, now: Moment): Pose;
}

const LONGEST_STEP_S = 0.25;

export function createBehaviour(seed: number, reducedMotion = false): Behaviour {
  // Each part has its own chance, so that a nod more does not move every blink after it.
  const blink = blinker(seeded(seed ^ 0x1b873593));
  const gaze = gazer(seeded(seed ^ 0x2545f491));
  const heed = attention(seeded(seed ^ 0x3c6ef372));
  const body = carriage(seeded(seed ^ 0x41c64e6d), seed);
  let t = 0;
  let manner: Manner | null = null;
  let key = "";
  let paused = false;
  let state: StageState = "idle";
  const held = { smile: 0, attentive: 0, thinking: 0 };

  return {
    step(elapsed, now) {
      const dt = clamp(elapsed, 0, LONGEST_STEP_S);
      t += dt;
      const wanted = `${now.state} ${now.style}`;
      if (!manner || key !== wanted) {
        manner = mannerOf(now.state, now.style);
        key = wanted;
      }
      if (state !== now.state) {
        state = now.state;
        if (state !== "thinking") gaze.comeBack(t);
        blink.prompt(t, 0.5);
      }
      const eyes = gaze.step(t, dt, manner);
      if (eyes.shifted) blink.prompt(t, 0.42);
      if (now.phraseEnd && !paused) blink.prompt(t, 0.45);
      paused = now.phraseEnd;
      const sign = reducedMotion ? { nod: 0, brow: 0 } : heed.step(t, manner, now.voice);
      if (sign.nod > 0.9) blink.prompt(t, 0.05);

      const ease = approach(dt, 2.2);
      for (const part of ["smile", "attentive", "thinking"] as const)
        held[part] += (manner[part] - held[part]) * ease;
      // A held smile breathes a little, or it would look painted on; words take over the mouth.
      const smile = held.smile * (1 + 0.18 * noise(seed + 11, t * 0.19)) * (1 - 0.5 * clamp(now.opening * 2));
      const spoken = reducedMotion
        ? 0
        : clamp(now.opening * 1.4 - 0.45) * clamp(noise(seed + 12, t * 0.6) * 1.6);
      return {
        ...body.step(t, dt, manner, {
          gazeX: eyes.x,
          gazeY: eyes.y,
          atCamera: eyes.atCamera,
          opening: now.opening,
          nod: sign.nod,
          still: reducedMotion,
        }),
        lids: blink.lids(t, manner.blinks),
        gazeX: eyes.x,
        gazeY: eyes.y,
        brows: clamp(sign.brow + spoken * 0.5),
        smile: clamp(smile),
        attentive: clamp(held.attentive * (1 + 0.12 * noise(seed + 13, t * 0.27))),
        thinking: clamp(held.thinking),
      };
    },
  };
}
