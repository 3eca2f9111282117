import { describe, expect, it } from "vitest";
import {
  aboutMinutes,
  band,
  bandShort,
  clock,
  count,
  howMuch,
  levelWords,
  shorten,
  when,
  wordCount,
} from "../src/utils/format";

describe("times", () => {
  it("reads as minutes and seconds, with hours only when there are any", () => {
    expect(clock(0)).toBe("0:00");
    expect(clock(61_900)).toBe("1:01");
    expect(clock(3_725_000)).toBe("1:02:05");
  });
  it("never shows a negative or missing time as anything but zero", () => {
    expect(clock(-5)).toBe("0:00");
    expect(clock(null)).toBe("0:00");
  });
  it("says suggested times in words", () => {
    expect(aboutMinutes(90)).toBe("about 90 seconds");
    expect(aboutMinutes(120)).toBe("about 2 minutes");
    expect(aboutMinutes(150)).toBe("about 2 and a half minutes");
  });
  it("names today and yesterday", () => {
    const now = new Date(2026, 2, 12, 18, 0);
    expect(when(new Date(2026, 2, 12, 9, 5).toISOString(), now)).toBe("today at 09:05");
    expect(when(new Date(2026, 2, 11, 23, 59).toISOString(), now)).toBe("yesterday at 23:59");
    expect(when(new Date(2026, 1, 1, 12, 0).toISOString(), now)).toBe("1 February 2026");
  });
});

describe("grades in words", () => {
  it("gives a band with one decimal, and one number when both ends are the same", () => {
    expect(band([3.21, 3.79])).toBe("between 3.2 and 3.8");
    expect(bandShort([3.21, 3.79])).toBe("3.2–3.8");
    expect(band([3.01, 3.04])).toBe("3.0");
    expect(band(null)).toBeNull();
  });
  it("has words for every level and stays inside the scale", () => {
    expect([0, 1, 2, 3, 4, 5, 9].map(levelWords).every((words) => words.length > 0)).toBe(true);
    expect(levelWords(3.4)).not.toBe(levelWords(3.6));
  });
  it("says shares in words from rarely to nearly all", () => {
    expect([0, 0.2, 0.5, 0.7, 1].map(howMuch)).toEqual([
      "rarely",
      "some of the time",
      "about half of the time",
      "most of the time",
      "nearly all of the time",
    ]);
  });
});

describe("counting and shortening", () => {
  it("knows one from many", () => {
    expect(count(1, "answer")).toBe("1 answer");
    expect(count(0, "answer")).toBe("0 answers");
  });
  it("counts words, not spaces", () => {
    expect(wordCount("  two \n words ")).toBe(2);
    expect(wordCount("   ")).toBe(0);
  });
  it("never grows a text and keeps short ones whole", () => {
    expect(shorten("short", 10)).toBe("short");
    expect(shorten("a very long name of a very long company", 12).length).toBeLessThanOrEqual(12);
  });
});
