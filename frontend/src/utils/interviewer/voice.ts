// Hears in the page whether somebody speaks, frame by frame. Only loudness is looked at; nothing is kept.

/** What the interviewer notices of the candidate's voice. */
export interface VoiceActivity {
  /** Loudness above the noise of the room, 0-1. */
  level: number;
  speaking: boolean;
  /** When the voice fell silent, in seconds of the same clock as the frames; null while it speaks or before it has. */
  pauseStart: number | null;
}

export interface Hearing extends VoiceActivity {
  /** Loudness of the room, in decibels below full scale. */
  floor: number;
  /** The quietest moment of each of the last spans, newest last. */
  lows: readonly number[];
  spanStart: number;
  smooth: number;
  /** Since when it has been loud enough, while that is not yet called speaking. */
  loudSince: number | null;
  lastLoud: number;
}

const SILENCE_DB = -90;
// The floor is the quietest moment of four seconds: speech has gaps within that time, a fan has none.
const SPAN_S = 0.5;
const SPANS = 8;
// A quiet room is never quieter than this to the detector, or a breath would count as a voice.
const FLOOR_LEAST_DB = -66;
const SPEECH_LEAST_DB = -52;
// It takes more to be called a voice than to stay one.
const ON_DB = 10;
const OFF_DB = 5;
const ON_S = 0.06;
// Between two words a voice falls silent for up to a third of a second without pausing.
const HANG_S = 0.35;

export const STILL: Hearing = {
  level: 0,
  speaking: false,
  pauseStart: null,
  floor: FLOOR_LEAST_DB,
  lows: [],
  spanStart: Number.NEGATIVE_INFINITY,
  smooth: Number.NaN,
  loudSince: null,
  lastLoud: Number.NEGATIVE_INFINITY,
};

/** Loudness of a frame of samples from -1 to 1 without their offset, in decibels below full scale. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] ?? 0;
    sum += x;
    squares += x * x;
  }
  const count = Math.max(1, samples.length);
  const power = squares / count - (sum / count) ** 2;
  return power > 1e-9 ? 10 * Math.log10(power) : SILENCE_DB;
}

/** The next state after a frame of loudness `decibels` at time `now`. A pure function: it only depends on its input. */
export function hear(was: Hearing, decibels: number, now: number): Hearing {
  const db = Number.isFinite(decibels) ? Math.max(SILENCE_DB, decibels) : SILENCE_DB;
  const before = Number.isNaN(was.smooth) ? db : was.smooth;
  const eased = before + (db - before) * (db > before ? 0.6 : 0.3);

  let { lows, spanStart } = was;
  if (now - spanStart >= SPAN_S || lows.length === 0) {
    lows = [...lows, eased].slice(-SPANS);
    spanStart = now;
  } else {
    lows = [...lows.slice(0, -1), Math.min(lows.at(-1) ?? eased, eased)];
  }
  const floor = Math.max(FLOOR_LEAST_DB, Math.min(...lows));

  const above = eased - floor;
  const loud = eased > SPEECH_LEAST_DB && above > (was.speaking ? OFF_DB : ON_DB);
  const loudSince = loud ? (was.loudSince ?? now) : null;
  const lastLoud = loud ? now : was.lastLoud;
  const speaking = was.speaking
    ? now - lastLoud < HANG_S
    : loud && loudSince !== null && now - loudSince >= ON_S;
  const pauseStart = speaking ? null : was.speaking ? lastLoud : was.pauseStart;
  const level = Math.min(1, Math.max(0, (above - 3) / 30));
  return { level, speaking, pauseStart, floor, lows, spanStart, smooth: eased, loudSince, lastLoud };
}
