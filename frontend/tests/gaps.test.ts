import { describe, expect, it } from "vitest";
import type { Gap, GapMap, Weight } from "../src/utils/api/types";
import { gapRows, gapSummary } from "../src/utils/gaps";

const item = (id: string, text: string, weight: Weight, quote = text) => ({ id, text, quote, weight });
const gap = (id: string, state: Gap["state"], weight: Weight = "must"): Gap => ({
  requirement_id: id,
  weight,
  state,
  quotes: state === "not_found" ? [] : [{ quote: `line of ${id}`, start: 3, end: 13 }],
  note: state === "related" ? "This is near it, not the same." : null,
});
const map = (...items: Gap[]): GapMap => ({ shown: 0, related: 0, not_found: 0, items });

describe("rows of the gap map", () => {
  it("puts must-haves first and keeps the order of the posting inside a group", () => {
    const items = [
      item("a", "A", "duty"),
      item("b", "B", "must"),
      item("c", "C", "nice"),
      item("d", "D", "must"),
    ];
    const rows = gapRows(items, map(gap("b", "shown"), gap("d", "related")));
    expect(rows.map((row) => row.id)).toEqual(["b", "d", "c", "a"]);
    expect(rows.map((row) => row.found)).toEqual(["shown", "related", "changed", "changed"]);
    expect(rows[0]?.quotes[0]?.quote).toBe("line of b");
    expect(rows[1]?.note).toBe("This is near it, not the same.");
  });

  it("follows the requirement's weight, not the one at the time of the comparison", () => {
    const rows = gapRows(
      [item("a", "A", "nice"), item("b", "B", "must")],
      map(gap("a", "shown"), gap("b", "shown")),
    );
    expect(rows.map((row) => row.id)).toEqual(["b", "a"]);
  });

  it("shows the line of the posting only where it says it in other words", () => {
    const items = [
      item("a", "TIG welding", "must", "TIG welding;"),
      item("b", "Own van", "must", "You bring a van"),
    ];
    expect(gapRows(items, map()).map((row) => row.line)).toEqual(["", "You bring a van"]);
  });

  it("leaves out what is no longer in the posting", () => {
    expect(gapRows([item("a", "A", "must")], map(gap("gone", "shown")))).toHaveLength(1);
  });
});

describe("the summary", () => {
  const rows = (...states: Gap["state"][]) =>
    gapRows(
      states.map((_, at) => item(`r${at}`, `R${at}`, "must")),
      map(...states.map((state, at) => gap(`r${at}`, state))),
    );

  it("counts in words", () => {
    expect(gapSummary(rows("shown", "shown", "related", "not_found"))).toBe(
      "Of 4 must-haves, your résumé shows 2, comes near 1 and says nothing of 1.",
    );
    expect(gapSummary(rows("shown"))).toBe("Of 1 must-have, your résumé shows 1.");
    expect(gapSummary(rows("not_found", "not_found"))).toBe(
      "Of 2 must-haves, your résumé says nothing of 2.",
    );
  });

  it("speaks of lines where nothing is a must", () => {
    const only = gapRows([item("a", "A", "duty")], map(gap("a", "shown", "duty")));
    expect(gapSummary(only)).toBe("Of 1 line, your résumé shows 1.");
  });

  it("says when nothing holds any more", () => {
    expect(gapSummary(gapRows([item("a", "A", "must")], map()))).toMatch(/changed since/);
  });
});
