import { describe, expect, it } from "vitest";
import type { Grade, ReportOut } from "../src/utils/api/types";
import { costLine, modelLine, movedLine } from "../src/utils/model";

const grade = (model?: object): Grade =>
  ({ provenance: model ? { grader: "embedded", model } : { grader: "embedded" } }) as unknown as Grade;
const told = {
  title: "OpenAI",
  model: "gpt-4.1-mini-2025-04-14",
  given: 18,
  kept: 16,
  flags: {},
  scores: { C1: { rules: 2, model: 4, shown: 3 }, C2: { rules: 3, model: 3, shown: 3 } },
  fallback: null,
  not_asked: null,
};

describe("the line about a language model", () => {
  it("is not there without one", () => expect(modelLine(grade())).toBeNull());
  it("says who read and how much had evidence", () => {
    const line = "Read by OpenAI (gpt-4.1-mini-2025-04-14) and checked: 16 of 18 scores had evidence.";
    expect(modelLine(grade(told))).toBe(line);
    expect(modelLine(grade({ ...told, flags: { C1: ["low_confidence"] } }))).toBe(
      `${line} Its readings were far apart or far from the rules in places.`,
    );
  });
  it("names a failure with its reason", () => {
    expect(
      modelLine(grade({ ...told, model: null, fallback: ["openai_key", "OpenAI refused the key."] })),
    ).toBe("The language model did not answer (OpenAI refused the key): graded by the built-in rules.");
  });
  it("gives both scores where the model moved one", () => {
    expect(movedLine(grade(told), "C1")).toBe("Built-in rules 2.0, language model 4.0.");
    expect(movedLine(grade(told), "C2")).toBeNull();
    expect(movedLine(grade(told), "C3")).toBeNull();
    expect(movedLine(grade(), "C1")).toBeNull();
  });
  it("says why nothing was sent", () => {
    const not_asked = ["gated", "The answer stopped at a check that comes before any score."];
    expect(modelLine(grade({ ...told, not_asked }))).toBe(
      "OpenAI was not asked. The answer stopped at a check that comes before any score.",
    );
  });
});

describe("the line about cost", () => {
  const usage: ReportOut["usage"] = { models: [], cost_usd: 0, budget_usd: 0.5, estimated: false };
  const model = {
    provider: "OpenAI",
    model: "gpt",
    calls: 3,
    input_tokens: 4000,
    output_tokens: 234,
    cost_usd: 0.0021,
  };
  it("is not there when nothing was asked", () => expect(costLine(usage)).toBeNull());
  it("counts tokens and dollars", () => {
    expect(costLine({ ...usage, models: [model], cost_usd: 0.0021 })).toBe(
      "OpenAI, gpt: 4,234 tokens. $0.0021 of $0.50.",
    );
    expect(costLine({ ...usage, models: [model], cost_usd: 0.01, estimated: true })).toContain(
      "At most $0.0100",
    );
  });
});
