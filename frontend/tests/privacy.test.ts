import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ConsentList } from "../src/components/data/consent-list";
import { Kept } from "../src/components/data/kept";
import { ReceiptState } from "../src/components/data/receipt-state";
import {
  agreedIn,
  type ConsentKind,
  choices,
  codeIn,
  type Erasure,
  entryWords,
  isPhrase,
  made,
  receiptLines,
  shown,
  size,
  standing,
} from "../src/utils/privacy";

const AT = "2026-12-03T14:05:00";

const entry = (granted: boolean, interview_id: string | null = null, interview: string | null = "Baker") => ({
  granted,
  at: AT,
  interview_id,
  interview: interview_id ? interview : null,
  text_version: "1",
});

const kind = (parts: Partial<ConsentKind> = {}): ConsentKind => ({
  kind: "voice",
  title: null,
  granted: null,
  results: 0,
  history: [],
  ...parts,
});

describe("sizes", () => {
  it("reads like a disk's label", () => {
    expect([0, 950, 1_200, 1_249_000, 9_960_000, 34_000_000_000].map(size)).toEqual([
      "0 bytes",
      "950 bytes",
      "1.2 kB",
      "1.2 MB",
      "10 MB",
      "34 GB",
    ]);
  });
  it("never shows a thousand of a unit when there is a larger one", () => {
    expect(size(999_600)).toBe("1.0 MB");
  });
});

describe("retention", () => {
  it("offers round numbers up to the limit, and what is chosen now", () => {
    expect(choices(30, 30)).toEqual([1, 3, 7, 14, 30]);
    expect(choices(10, 5)).toEqual([1, 3, 5, 7, 10]);
    expect(choices(1, 1)).toEqual([1]);
  });
});

describe("consent", () => {
  const history = [entry(true, "b"), entry(false, "a"), entry(true, "a")]; // newest first

  it("counts the interviews whose last word is yes", () => {
    expect(agreedIn(kind({ history }))).toBe(1);
    expect(agreedIn(kind({ history: [entry(false, "b"), ...history] }))).toBe(0);
    expect(agreedIn(kind({ history: [entry(true)] }))).toBe(0);
  });
  it("says in a sentence what holds now", () => {
    expect(standing(kind())).toBe("Every interview asks you first. None has your agreement now.");
    expect(standing(kind({ history }))).toBe("You agreed for one interview. Every new one asks first.");
    expect(standing(kind({ granted: false, history: [entry(false)] }))).toContain(
      "Withdrawn on 3 December 2026",
    );
    expect(standing(kind({ granted: false, history: [entry(true, "c"), entry(false)] }))).toContain(
      "one interview",
    );
  });
  it("names where it was given", () => {
    expect(entryWords(entry(true, "a"))).toBe("Given for the interview “Baker”");
    expect(entryWords(entry(false, "a", null))).toBe("Withdrawn for an interview that is gone");
    expect(entryWords(entry(false))).toBe("Withdrawn for all interviews");
  });
  it("shows a service of others only where it is in use or was agreed to", () => {
    const kinds = [
      kind(),
      kind({ kind: "openai" }),
      kind({ kind: "anthropic", history }),
      kind({ kind: "twelvelabs" }),
    ];
    expect(shown(kinds, ["twelvelabs"]).map((one) => one.kind)).toEqual(["voice", "anthropic", "twelvelabs"]);
  });
  it("offers to delete what was made only where something was", () => {
    expect(made(kind())).toBeNull();
    expect(made(kind({ results: 1 }))).toBe("1 answer with measures of your voice");
    expect(made(kind({ kind: "twelvelabs", title: "Twelve Labs", results: 2 }))).toBe(
      "2 answers that Twelve Labs wrote down, read or described",
    );
  });

  const page = (kinds: ConsentKind[]) =>
    renderToStaticMarkup(
      createElement(
        QueryClientProvider,
        { client: new QueryClient() },
        createElement(ConsentList, { kinds }),
      ),
    );

  it("has a button where there is something to withdraw, none elsewhere", () => {
    expect(page([kind({ history })])).toContain("Withdraw: Measuring your voice");
    expect(page([kind()])).not.toContain("Withdraw:");
  });
  it("offers the deletion after a withdrawal, and does not force it", () => {
    const withdrawn = kind({ granted: false, results: 3, history: [entry(false)] });
    expect(page([withdrawn])).toContain("3 answers with measures of your voice");
    expect(page([kind({ results: 3, history })])).not.toContain("There are still");
  });
  it("shows a title as text", () => {
    const nasty = kind({ history: [entry(true, "a", "<img src=x onerror=alert(1)>")] });
    expect(page([nasty])).not.toContain("<img");
  });
});

describe("what is kept", () => {
  const kept = {
    postings: 1,
    resumes: 0,
    interviews: 2,
    answers: 3,
    recordings: 2,
    recording_bytes: 12e6,
    copies: 0,
  };
  const retention = { days: 30, most_days: 30, answers_too: false };

  it("says how much, and when the oldest goes", () => {
    const html = renderToStaticMarkup(
      createElement(Kept, { privacy: { kept, next_expiry: AT, everything_until: null, retention } }),
    );
    expect(html).toContain("2 recordings, 12 MB. The oldest is deleted by itself on 3 December 2026.");
    expect(html).not.toContain("Résumé");
    expect(html).not.toContain("guest");
  });
  it("tells a guest when everything goes", () => {
    const html = renderToStaticMarkup(
      createElement(Kept, { privacy: { kept, next_expiry: null, everything_until: AT, retention } }),
    );
    expect(html).toContain("You are a guest");
    expect(html).toContain("3 December 2026, 14:05");
  });
});

describe("erasing", () => {
  it("needs the very words", () => {
    expect(["delete everything", " Delete Everything "].map(isPhrase)).toEqual([true, true]);
    expect(["", "delete", "delete everything!"].map(isPhrase)).toEqual([false, false, false]);
  });
  it("reads a code from the address, and nothing else", () => {
    expect(codeIn("#abcdefghijklmnopqrst_-12")).toBe("abcdefghijklmnopqrst_-12");
    expect(codeIn("abcdefghijklmnopqrst")).toBe("abcdefghijklmnopqrst");
    expect(["", "#", "#short", "#<script>alert(1)</script>", `#${"a".repeat(101)}`].map(codeIn)).toEqual(
      Array(5).fill(""),
    );
  });

  const erasure: Erasure = {
    requested_at: AT,
    finished_at: null,
    done: false,
    looked_again_at: "2026-12-03T14:45:00",
    parts: [
      { kind: "postings", count: 2, ended_at: AT },
      { kind: "exports", count: 0, ended_at: AT },
      { kind: "copies", count: 1, ended_at: null },
      { kind: "late_files", count: 0, ended_at: null },
    ],
  };

  it("tells what is gone, what is under way, and when it is looked at again", () => {
    expect(receiptLines(erasure).map((line) => [line.what, line.state])).toEqual([
      ["2 postings", "Deleted on 3 December 2026, 14:05"],
      ["1 copy at a service of others", "Being deleted"],
      ["Files that were still being written", "Looked for on 3 December 2026, 14:45"],
    ]);
    expect(renderToStaticMarkup(createElement(ReceiptState, { erasure }))).toContain("Under way");
  });
  it("says when all of it is gone", () => {
    const done = { ...erasure, done: true, finished_at: AT, parts: erasure.parts.slice(0, 2) };
    const html = renderToStaticMarkup(createElement(ReceiptState, { erasure: done }));
    expect(html).toContain("All of it is gone");
    expect(html).not.toContain("Being deleted");
  });
});
