import { describe, expect, it } from "vitest";
import { moved } from "../src/hooks/use-reorder";
import { nextStep } from "../src/utils/journey";
import { firstOpen, type RoomState, room } from "../src/utils/room";

const start: RoomState = { index: 0, total: 2, phase: "arriving" };

describe("the room", () => {
  it("goes from question to answer to question to the end", () => {
    let state = start;
    for (const type of ["ask", "asked", "answer", "done", "next", "ask", "answer", "done"] as const)
      state = room(state, { type });
    expect(state).toEqual({ index: 1, total: 2, phase: "answered" });
    expect(room(state, { type: "next" }).phase).toBe("leaving");
  });
  it("never lets the end of the question's sound cut into an answer", () => {
    const answering = room(room(start, { type: "ask" }), { type: "answer" });
    expect(room(answering, { type: "asked" })).toEqual(answering);
    expect(room(answering, { type: "ask" })).toEqual(answering);
  });
  it("stays among its questions", () => {
    expect(room(start, { type: "go", index: -3 }).index).toBe(0);
    expect(room(start, { type: "go", index: 9 }).index).toBe(1);
  });
  it("comes back to the first question without a complete answer", () => {
    expect(firstOpen([[{ state: "complete" }], [{ state: "recording" }], []])).toBe(1);
    expect(firstOpen([[{ state: "complete" }]])).toBe(0);
  });
});

it("moves a question to any place and loses none", () => {
  expect(moved(["a", "b", "c"], "a", 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b"], "a", 99)).toEqual(["b", "a"]);
});

describe("the next step", () => {
  const item = { id: "x", finished_at: null, progress: { asked: 8, answered: 0, finished: 0 } };
  it("is the plan, then the room, then the report", () => {
    expect(nextStep(item).to).toBe("/interviews/x/plan");
    expect(nextStep({ ...item, progress: { asked: 8, answered: 1, finished: 0 } }).to).toBe(
      "/interviews/x/room",
    );
    const over = {
      ...item,
      finished_at: "2026-01-01T00:00:00Z",
      progress: { asked: 8, answered: 2, finished: 1 },
    };
    expect(nextStep(over)).toEqual({ to: "/interviews/x/report", word: "Being read" });
    expect(nextStep({ ...over, progress: { ...over.progress, finished: 2 } }).word).toBe("Read the report");
  });
});
