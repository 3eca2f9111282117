// One frame of a performance: what the sound, the state and the candidate's voice make of face and body.
import { type Behaviour, createBehaviour, type Pose } from "./behaviour";
import { steadyClock } from "./clock";
import {
  closedLips,
  type LipCue,
  lipTrack,
  openingOf,
  pausing,
  type Shapes,
  shapesBetween,
  VISEMES,
} from "./lips";
import type { StageState, Style } from "./manner";
import { approach } from "./random";
import type { VoiceActivity } from "./voice";

/** The cues being spoken and the clock of the very audio that plays, in seconds. */
export interface Speaking {
  cues: readonly LipCue[];
  clock(): number;
}

export interface Scene {
  state: StageState;
  style: Style;
  speaking: Speaking | null;
  voice: VoiceActivity | null;
}

export interface Frame {
  pose: Pose;
  shapes: Shapes;
  /** How far the lips are meant to be apart, 0-1. */
  opening: number;
}

export function createPerformer(seed: number, reducedMotion: boolean) {
  const behaviour: Behaviour = createBehaviour(seed, reducedMotion);
  const shapes = closedLips();
  let speaking: Speaking | null = null;
  let track = lipTrack([]);
  let clock = steadyClock(() => 0);
  let before = Number.NEGATIVE_INFINITY;

  const follow = (now: Speaking | null, dt: number): boolean => {
    if (now !== speaking) {
      speaking = now;
      track = lipTrack(now?.cues ?? []);
      clock = steadyClock(now?.clock ?? (() => 0));
      before = Number.NEGATIVE_INFINITY;
    }
    if (!now) {
      // Cut off in the middle of a word, the mouth closes in about a tenth of a second.
      const left = 1 - approach(dt, 20);
      for (const viseme of VISEMES) shapes[viseme] *= left;
      shapes.sil = 1 - VISEMES.reduce((sum, viseme) => sum + (viseme === "sil" ? 0 : shapes[viseme]), 0);
      return false;
    }
    const t = clock(dt);
    shapesBetween(track, before, t, shapes);
    before = t;
    return pausing(track, t);
  };

  return {
    frame(dt: number, scene: Scene): Frame {
      const phraseEnd = follow(scene.speaking, dt);
      const opening = openingOf(shapes);
      const { state, style, voice } = scene;
      return { pose: behaviour.step(dt, { state, style, voice, opening, phraseEnd }), shapes, opening };
    },
  };
}
