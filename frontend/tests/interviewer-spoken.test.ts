// Thirty real sentences of the embedded voices (written by the back end's tests) through the lips of the page.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type LipCue, lipTrack, openingOf, shapesAt, VISEMES } from "../src/utils/interviewer/lips";

interface Spoken {
  text: string;
  timings: [phoneme: string, start: number, end: number][];
  track: { duration_s: number; cues: LipCue[] };
}

const { spoken } = JSON.parse(readFileSync(new URL("./fixtures/spoken.json", import.meta.url), "utf8")) as {
  spoken: Spoken[];
};

const SHUT = 0.04;
const NEAR_S = 0.04;

describe.each(spoken.map((one) => [one.text, one] as const))("%s", (_, { timings, track }) => {
  const lips = lipTrack(track.cues);
  const openAt = (t: number) => openingOf(shapesAt(lips, t));
  const steps = (from: number, to: number, by = 0.004) =>
    Array.from({ length: Math.max(1, Math.ceil((to - from) / by)) }, (__, k) => from + k * by);

  it("shuts the lips within 40 ms of the middle of every p, b and m", () => {
    const closures = timings.filter(([phoneme, start, end]) => "pbm".includes(phoneme) && end > start);
    for (const [phoneme, start, end] of closures) {
      const middle = (start + end) / 2;
      const least = Math.min(...steps(middle - NEAR_S, middle + NEAR_S).map(openAt));
      expect(least, `${phoneme} at ${middle.toFixed(3)}`).toBeLessThan(SHUT);
    }
  });

  it("parts them between two closures", () => {
    const closures = track.cues.filter((cue) => cue.viseme === "PP");
    for (const [index, cue] of closures.entries()) {
      const next = closures[index + 1];
      if (!next) continue;
      const widest = Math.max(...steps(cue.start_s, next.start_s).map(openAt));
      expect(widest, `after ${cue.start_s}`).toBeGreaterThan(0.05);
    }
  });

  it("is shut before and after, moves smoothly and never leaves its bounds", () => {
    expect(openAt(track.duration_s + 0.3)).toBeLessThan(SHUT);
    let before = openAt(-0.2);
    for (const t of steps(-0.2, track.duration_s + 0.2, 1 / 60)) {
      const shapes = shapesAt(lips, t);
      for (const viseme of VISEMES) expect(shapes[viseme]).toBeGreaterThanOrEqual(0);
      expect(VISEMES.reduce((sum, viseme) => sum + shapes[viseme], 0)).toBeLessThan(1.001);
      // A sixtieth of a second moves real lips by less than the whole way.
      expect(Math.abs(openingOf(shapes) - before)).toBeLessThan(0.62);
      before = openingOf(shapes);
    }
  });
});
