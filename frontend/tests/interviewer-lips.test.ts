import { describe, expect, it } from "vitest";
import { steadyClock } from "../src/utils/interviewer/clock";
import {
  LEAD_S,
  type LipCue,
  lipTrack,
  openingOf,
  pausing,
  shapesAt,
  shapesBetween,
  VISEMES,
} from "../src/utils/interviewer/lips";
import { between, type Rand, seeded } from "../src/utils/interviewer/random";

const VOWELS = ["aa", "E", "I", "O", "U"];
const CONSONANTS = ["PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR"];

/** Speech of no language: syllables of plausible length, with pauses. */
function babble(rand: Rand, syllables = 40): LipCue[] {
  const cues: LipCue[] = [];
  let t = between(rand, 0, 0.3);
  const add = (viseme: string, length: number, weight: number) => {
    cues.push({ start_s: t, end_s: t + length, viseme, weight });
    t += length;
  };
  const pick = (list: readonly string[]) => list[Math.floor(rand() * list.length)] ?? "sil";
  for (let i = 0; i < syllables; i++) {
    if (rand() < 0.12) add("sil", between(rand, 0.1, 0.5), 1);
    const consonant = pick(CONSONANTS);
    add(consonant, between(rand, 0.035, 0.11), ["PP", "FF"].includes(consonant) ? 1 : between(rand, 0.5, 1));
    add(pick(VOWELS), between(rand, 0.045, 0.22), between(rand, 0.55, 1));
  }
  return cues;
}

const middle = (cue: LipCue) => (cue.start_s + (cue.end_s ?? cue.start_s)) / 2;

describe("the lips, for speech of forty seeds", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const cues = babble(seeded(seed));
    const track = lipTrack(cues);
    const end = cues.at(-1)?.end_s ?? 0;

    it(`are shut at the middle of every m, b and p, and touch the teeth in every f (seed ${seed})`, () => {
      for (const cue of cues.filter((it) => it.viseme === "PP" || it.viseme === "FF")) {
        const shapes = shapesAt(track, middle(cue));
        expect(shapes[cue.viseme as "PP"]).toBeGreaterThan(0.97);
        expect(openingOf(shapes)).toBeLessThan(cue.viseme === "PP" ? 0.03 : 0.13);
      }
    });

    it(`part between two closures (seed ${seed})`, () => {
      for (const [index, cue] of cues.entries()) {
        const before = cues[index - 2];
        if (cue.viseme !== "PP" || before?.viseme !== "PP") continue;
        let widest = 0;
        for (let t = middle(before); t < middle(cue); t += 0.004)
          widest = Math.max(widest, openingOf(shapesAt(track, t)));
        expect(widest).toBeGreaterThan(0.05);
      }
    });

    it(`give weights from 0 to 1 that change without a jump or a flutter (seed ${seed})`, () => {
      let last = shapesAt(track, -1);
      const opening: number[] = [];
      let [least, most, quickest, sums] = [0, 0, 0, 0];
      for (let t = -0.2; t < end + 0.6; t += 1 / 120) {
        const now = shapesAt(track, t);
        let sum = 0;
        for (const viseme of VISEMES) {
          least = Math.min(least, now[viseme]);
          most = Math.max(most, now[viseme]);
          quickest = Math.max(quickest, Math.abs(now[viseme] - last[viseme]));
          sum += now[viseme];
        }
        sums = Math.max(sums, Math.abs(sum - 1));
        opening.push(openingOf(now));
        last = { ...now };
      }
      expect(least).toBe(0);
      expect(most).toBeLessThan(1.0001);
      expect(sums).toBeLessThan(1e-6);
      // The quickest movement of lips, a closure, takes about 30 ms.
      expect(quickest).toBeLessThan(0.56);
      // Turns of the jaw: no more than two for each sound, so nothing trembles in between.
      let turns = 0;
      for (let i = 2; i < opening.length; i++) {
        const [a = 0, b = 0, c = 0] = opening.slice(i - 2, i + 1);
        if ((b - a) * (c - b) < -1e-6) turns += 1;
      }
      expect(turns).toBeLessThan(cues.length * 1.5);
    });
  }
});

describe("the lips", () => {
  const word: LipCue[] = [
    { start_s: 0, end_s: 0.5, viseme: "sil" },
    { start_s: 0.5, end_s: 0.8, viseme: "aa", weight: 0.9 },
    { start_s: 0.8, end_s: 0.95, viseme: "PP" },
    { start_s: 0.95, end_s: 1.3, viseme: "U", weight: 0.8 },
  ];
  it("begin before the sound, by the lead", () => {
    const track = lipTrack(word);
    expect(openingOf(shapesAt(track, 0.5 - LEAD_S - 0.05))).toBe(0);
    expect(shapesAt(track, 0.5).aa).toBeGreaterThan(0.8);
    expect(shapesAt(track, 0.65).aa).toBeCloseTo(0.9, 5);
  });
  it("are closed before, in pauses and after the end", () => {
    const track = lipTrack(word);
    expect([-5, 0.1, 1.5, 9].map((t) => openingOf(shapesAt(track, t)))).toEqual([0, 0, 0, 0]);
    expect(pausing(track, 0.2)).toBe(true);
    expect(pausing(track, 0.65)).toBe(false);
    expect(pausing(track, 3)).toBe(true);
  });
  it("take cues without ends and weights, with holes, and with shapes nobody knows", () => {
    const bare = lipTrack([
      { start_s: 0, viseme: "aa" },
      { start_s: 0.2, viseme: "PP" },
      { start_s: 1.5, viseme: "??" },
    ]);
    expect(shapesAt(bare, 0.1).aa).toBe(1);
    expect(shapesAt(bare, 1.2).sil).toBe(1);
    expect(shapesAt(bare, 1.6).sil).toBe(1);
    expect(shapesAt(lipTrack([]), 1).sil).toBe(1);
    const odd = lipTrack([{ start_s: 1, end_s: 1, viseme: "aa" }]);
    expect(shapesAt(odd, 1).sil).toBe(1);
  });
  it("show a closure on a machine that draws ten pictures a second", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const cues = babble(seeded(seed));
      const track = lipTrack(cues);
      const seen: { t: number; open: number }[] = [];
      for (let t = 0.1; t < (cues.at(-1)?.end_s ?? 0); t += 0.1)
        seen.push({ t, open: openingOf(shapesBetween(track, t - 0.1, t)) });
      for (const cue of cues.filter((it) => it.viseme === "PP")) {
        const near = seen.filter(({ t }) => t >= middle(cue) - 0.0001 && t < middle(cue) + 0.1001);
        if (near.length > 0) expect(Math.min(...near.map(({ open }) => open))).toBeLessThan(0.05);
      }
    }
  });
});

describe("the clock of the lips", () => {
  it("runs smoothly over a clock that moves in steps of 40 ms, and stays within 50 ms of it", () => {
    let real = 0;
    const clock = steadyClock(() => Math.floor(real / 0.04) * 0.04);
    let last = clock(0);
    for (let i = 0; i < 600; i++) {
      real += 1 / 60;
      const now = clock(1 / 60);
      expect(now).toBeGreaterThanOrEqual(last);
      expect(now - last).toBeLessThan(0.03);
      expect(Math.abs(now - real)).toBeLessThan(0.05);
      last = now;
    }
  });
  it("jumps with a seek, stops with a pause, and follows a slower voice", () => {
    let told = 0;
    const clock = steadyClock(() => told);
    clock(0);
    told = 30;
    expect(clock(1 / 60)).toBe(30);
    told = 0;
    expect(clock(1 / 60)).toBe(0);
    for (let i = 0; i < 120; i++) clock(1 / 60);
    expect(clock(1 / 60)).toBeLessThan(0.13);
    const before = told;
    for (let i = 0; i < 240; i++) {
      told += 0.85 / 60;
      clock(1 / 60);
    }
    expect(Math.abs(clock(0) - told)).toBeLessThan(0.06);
    expect(told).toBeGreaterThan(before);
  });
});
