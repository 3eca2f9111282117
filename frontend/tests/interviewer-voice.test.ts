import { describe, expect, it } from "vitest";
import { bell, seeded } from "../src/utils/interviewer/random";
import { type Hearing, hear, loudness, STILL } from "../src/utils/interviewer/voice";

const RATE = 16_000;
const FRAME = 512;
const STEP_S = FRAME / RATE;

interface Part {
  seconds: number;
  /** Peak of the voice, of the noise, and of a steady hum. */
  voice?: number;
  noise?: number;
  hum?: number;
}

/** A voice: harmonics of about 130 Hz that come in syllables, over white noise and hum. */
function listen(parts: readonly Part[], seed = 7): { t: number; hearing: Hearing }[] {
  const rand = seeded(seed);
  const samples = new Float32Array(FRAME);
  const out: { t: number; hearing: Hearing }[] = [];
  let hearing = STILL;
  let n = 0;
  for (const part of parts)
    for (let frame = 0; frame < part.seconds / STEP_S; frame++) {
      for (let i = 0; i < FRAME; i++, n++) {
        const t = n / RATE;
        const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.1 * t)) ** 0.5;
        let voice = 0;
        for (let k = 1; k <= 8; k++) voice += Math.sin(2 * Math.PI * 130 * k * t) / k;
        samples[i] =
          (part.voice ?? 0) * syllable * voice * 0.6 +
          (part.noise ?? 0) * bell(rand) +
          (part.hum ?? 0) * Math.sin(2 * Math.PI * 100 * t) +
          0.01;
      }
      hearing = hear(hearing, loudness(samples), n / RATE);
      out.push({ t: n / RATE, hearing });
    }
  return out;
}

const share = (heard: { t: number; hearing: Hearing }[], from: number, to: number) => {
  const span = heard.filter(({ t }) => t > from && t <= to);
  return span.filter(({ hearing }) => hearing.speaking).length / span.length;
};

describe("hearing a voice", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    for (const noise of [0.0003, 0.002, 0.006]) {
      it(`tells speech from the noise of the room (noise ${noise}, seed ${seed})`, () => {
        const heard = listen(
          [
            { seconds: 2, noise },
            { seconds: 6, noise, voice: 0.2 },
            { seconds: 3, noise },
          ],
          seed,
        );
        expect(share(heard, 0, 2)).toBe(0);
        expect(share(heard, 2.3, 7.9)).toBeGreaterThan(0.95);
        expect(share(heard, 8.7, 11)).toBe(0);
      });
    }
  }
  it("says when the pause began, not when it was noticed", () => {
    const heard = listen([
      { seconds: 1, noise: 0.001 },
      { seconds: 3.05, noise: 0.001, voice: 0.2 },
      { seconds: 2, noise: 0.001 },
    ]);
    const first = heard.find(({ t, hearing }) => t > 3 && !hearing.speaking);
    expect(first?.t).toBeLessThan(4.6);
    expect(Math.abs((first?.hearing.pauseStart ?? 0) - 4)).toBeLessThan(0.2);
    expect(heard.at(-1)?.hearing.pauseStart).toBe(first?.hearing.pauseStart);
  });
  it("gets used to a fan within five seconds, and still hears a voice over it", () => {
    const heard = listen([
      { seconds: 2, noise: 0.0005 },
      { seconds: 10, noise: 0.0005, hum: 0.03 },
      { seconds: 4, noise: 0.0005, hum: 0.03, voice: 0.4 },
    ]);
    expect(share(heard, 7.5, 12)).toBe(0);
    expect(share(heard, 12.5, 16)).toBeGreaterThan(0.9);
  });
  it("does not take a knock for a voice, nor silence, nor a level that is not a number", () => {
    let hearing = STILL;
    for (let i = 0; i < 200; i++) hearing = hear(hearing, i === 120 ? -8 : -70, i * 0.016);
    expect(hearing.pauseStart).toBeNull();
    for (const db of [Number.NaN, Number.NEGATIVE_INFINITY, -200, -90]) hearing = hear(hearing, db, 4);
    expect(hearing.speaking).toBe(false);
    expect(Number.isFinite(hearing.floor)).toBe(true);
    expect(loudness(new Float32Array(512))).toBe(-90);
    expect(loudness([])).toBe(-90);
  });
  it("measures loudness without the offset of the microphone", () => {
    expect(loudness(new Float32Array(512).fill(0.4))).toBe(-90);
    const sine = Float32Array.from({ length: 1600 }, (_, i) => Math.sin((2 * Math.PI * i) / 16));
    expect(loudness(sine)).toBeCloseTo(-3.01, 1);
  });
  it("keeps the level from 0 to 1 and does not change what it is given", () => {
    const before = Object.freeze({ ...STILL, lows: Object.freeze([-60]) as readonly number[] });
    for (const db of [-90, -50, -20, 0, 6]) {
      const { level } = hear(before, db, 1);
      expect(level).toBeGreaterThanOrEqual(0);
      expect(level).toBeLessThanOrEqual(1);
    }
  });
});
