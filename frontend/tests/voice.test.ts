import { describe, expect, it } from "vitest";
import { lipTrack, openingOf, shapesAt } from "../src/utils/interviewer/lips";
import { browserVoice, estimatedTrack } from "../src/utils/voice";

const TEXT = "Maybe you remember a problem. What happened, and what became of it?";

describe("the estimate for a voice that gives no times", () => {
  const { words, cues } = estimatedTrack(TEXT);

  it("has every word as written, in order and apart", () => {
    expect(words.map((word) => word.text).join(" ")).toBe(TEXT);
    for (const [index, word] of words.entries()) {
      expect(word.end_s).toBeGreaterThan(word.start_s);
      expect(word.start_s).toBeGreaterThanOrEqual(words[index - 1]?.end_s ?? 0);
    }
  });

  it("has cues in order that do not overlap", () => {
    for (const [index, cue] of cues.entries()) {
      expect(cue.end_s).toBeGreaterThan(cue.start_s);
      expect(cue.start_s).toBeGreaterThanOrEqual((cues[index - 1]?.end_s ?? 0) - 1e-9);
    }
  });

  it("closes the lips for a written m, b and p and opens them between", () => {
    const lips = lipTrack(cues);
    const closures = cues.filter((cue) => cue.viseme === "PP");
    expect(closures.length).toBeGreaterThanOrEqual(8);
    for (const cue of closures)
      expect(openingOf(shapesAt(lips, (cue.start_s + cue.end_s) / 2))).toBeLessThan(0.04);
    expect(cues.some((cue) => cue.viseme === "aa")).toBe(true);
  });

  it("reads about as fast as people do", () => {
    const seconds = words.at(-1)?.end_s ?? 0;
    const perMinute = (words.length * 60) / seconds;
    expect(perMinute).toBeGreaterThan(110);
    expect(perMinute).toBeLessThan(190);
  });
});

it("is not offered where the browser has no voice", () => {
  expect(browserVoice(TEXT)).toBeNull();
});
