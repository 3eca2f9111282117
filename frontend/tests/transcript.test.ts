import { describe, expect, it } from "vitest";
import type { Word } from "../src/utils/api/types";
import { segments } from "../src/utils/segments";
import { linePath, pace, smooth } from "../src/utils/series";
import { locate, runs, wordAtMs } from "../src/utils/transcript";

const word = (text: string, start_ms: number | null): Word => ({
  text,
  start_ms,
  end_ms: start_ms === null ? null : start_ms + 400,
  probability: null,
  filler: false,
});
const typed = (text: string) => text.split(" ").map((part) => word(part, null));
const spoken = (text: string) => text.split(" ").map((part, i) => word(part, i * 500));
const quoted = (quote: string) => ({ quote, start_ms: null, end_ms: null, label: null });
const part = (name: string, quote: string) => ({ part: name, quote, start_ms: null, end_ms: null });

describe("quotes in the words", () => {
  it("stand where their times say, even when the same words come twice", () => {
    const words = spoken("I did it and then I did it again");
    expect(locate(words, { quote: "I did it", start_ms: 2500, end_ms: 3900 })).toEqual({ from: 5, to: 8 });
  });
  it("are found by their words in a typed answer, whatever the punctuation", () => {
    const words = typed("First, I rang the manager. Then I waited.");
    expect(locate(words, quoted("I rang the manager"))).toEqual({ from: 1, to: 5 });
  });
  it("are nowhere when they were not said", () => {
    expect(locate(typed("one two three"), quoted("four five"))).toBeNull();
    expect(locate(typed("one two"), quoted(""))).toBeNull();
  });
});

describe("runs", () => {
  const words = typed("Last year we lost a server. I rebuilt it. It held.");
  const story = [part("A", "I rebuilt it"), part("R", "It held")];
  const pieces = runs(words, [quoted("I rebuilt it")], story);
  it("lose and repeat no word", () => {
    expect(pieces.flatMap((run) => run.words)).toEqual(words);
  });
  it("mark the evidence and name the parts of the story where they begin", () => {
    expect(pieces.map((run) => [run.evidence, run.begins])).toEqual([
      [false, null],
      [true, "A"],
      [false, "R"],
    ]);
  });
});

it("follows the recording word by word", () => {
  const words = spoken("one two three");
  expect([-1, 0, 499, 500, 1700].map((ms) => wordAtMs(words, ms))).toEqual([-1, 0, 0, 1, 2]);
});

describe("a posting cut at its items", () => {
  const text = "Cook 🍳 wanted.\n- Knife skills\n- Early mornings";
  const start = [...text].join("").indexOf("Knife");
  it("counts as the server does, in characters", () => {
    const at = [...text].findIndex((_, i) => [...text].slice(i, i + 5).join("") === "Knife");
    const pieces = segments(text, [{ id: "r1", start: at, end: at + 12 }]);
    expect(pieces.find((piece) => piece.id === "r1")?.text).toBe("Knife skills");
    expect(pieces.find((piece) => piece.id === "r1")?.at).toBe(start);
  });
  it("loses no character, also with overlapping, empty and far-off spans", () => {
    const spans = [
      { id: "a", start: 2, end: 9 },
      { id: "b", start: 5, end: 12 },
      { id: "c", start: 900, end: 910 },
      { id: "d", start: null, end: null },
    ];
    expect(
      segments(text, spans)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});

describe("lines over time", () => {
  it("turns words per second into words per minute", () => {
    expect(pace([2, 2, 2, 2])).toEqual([120, 120, 120, 120]);
  });
  it("keeps what was not measured as a gap", () => {
    expect(smooth([1, null, 3], 3)[1]).toBeNull();
    expect(linePath([1, null, null, 2, 3], 100, 40)?.match(/M/g)).toHaveLength(2);
    expect(linePath([null, null], 100, 40)).toBeNull();
  });
  it("draws what never changes in the middle, or at its place in a given range", () => {
    expect(linePath([7, 7], 100, 40)).toBe("M0.0 20.0L100.0 20.0");
    expect(linePath([1, 1], 100, 40, [0, 1])).toBe("M0.0 2.0L100.0 2.0");
  });
});
