import { describe, expect, it } from "vitest";
import { moved } from "../src/hooks/use-reorder";
import type { QuestionOut } from "../src/utils/api/types";
import { nextStep } from "../src/utils/journey";
import { places } from "../src/utils/places";
import { droppedBy, firstOpen, numberOf, type RoomState, room, withFollowUp } from "../src/utils/room";

const start: RoomState = { ids: ["a", "b"], at: "a", phase: "arriving" };

function asked(id: string, follows: string | null = null, ...states: string[]) {
  return { id, question: { follows }, takes: states.map((state) => ({ state })) } as unknown as QuestionOut;
}

describe("the room", () => {
  it("goes from question to answer to question to the end", () => {
    let state = start;
    for (const type of ["ask", "asked", "answer", "done", "next", "ask", "answer", "done"] as const)
      state = room(state, { type });
    expect(state).toEqual({ ids: ["a", "b"], at: "b", phase: "answered" });
    expect(room(state, { type: "next" }).phase).toBe("leaving");
  });
  it("never lets the end of the question's sound cut into an answer", () => {
    const answering = room(room(start, { type: "ask" }), { type: "answer" });
    expect(room(answering, { type: "asked" })).toEqual(answering);
    expect(room(answering, { type: "ask" })).toEqual(answering);
  });
  it("stays among its questions", () => {
    expect(room(start, { type: "back" }).at).toBe("a");
    expect(room({ ...start, at: "b" }, { type: "back" }).at).toBe("a");
  });
  it("comes back to the first question without a complete answer", () => {
    const open = [asked("a", null, "complete"), asked("b", null, "recording"), asked("c")];
    expect(firstOpen(open)).toBe("b");
    expect(firstOpen([asked("a", null, "complete")])).toBe("a");
  });
  it("comes back to a follow-up only while nothing after it has been answered", () => {
    const passed = [asked("a", null, "complete"), asked("f", "a"), asked("b", null, "complete"), asked("c")];
    expect(firstOpen(passed)).toBe("c");
    expect(firstOpen([asked("a", null, "complete"), asked("f", "a"), asked("b")])).toBe("f");
  });
});

describe("a follow-up", () => {
  const answered: RoomState = { ...start, phase: "answered" };
  it("comes right after its question, once", () => {
    const following = room(answered, { type: "follow", id: "f", after: "a" });
    expect(following).toEqual({ ids: ["a", "f", "b"], at: "f", phase: "arriving" });
    expect(
      room({ ...following, at: "a", phase: "answered" }, { type: "follow", id: "f", after: "a" }).ids,
    ).toEqual(following.ids);
    expect(room(following, { type: "next" }).at).toBe("b");
  });
  it("calls nobody back who has gone on", () => {
    const gone = room(answered, { type: "next" });
    expect(room(gone, { type: "follow", id: "f", after: "a" })).toEqual(gone);
    const again = room(answered, { type: "again" });
    expect(room(again, { type: "follow", id: "f", after: "a" })).toEqual(again);
  });
  it("goes when its question is answered again, unless it was answered", () => {
    const questions = [asked("a", null, "complete"), asked("f", "a"), asked("b")];
    const state: RoomState = { ids: ["a", "f", "b"], at: "a", phase: "thinking" };
    expect(room(state, { type: "answer", forget: droppedBy(questions, "a") }).ids).toEqual(["a", "b"]);
    expect(droppedBy([asked("a", null, "complete"), asked("f", "a", "complete")], "a")).toBeUndefined();
    expect(withFollowUp(questions, "a", asked("g", "a")).map((item) => item.id)).toEqual(["a", "g", "b"]);
  });
  it("has the number of its question, in the room and in the report", () => {
    const questions = [asked("a"), asked("f", "a"), asked("b")];
    expect(questions.map((item) => numberOf(questions, item.id))).toEqual([1, 1, 2]);
    const at = places(questions, (item) => item.id);
    expect([...at.values()].map((place) => place.anchor)).toEqual([
      "answer-1",
      "answer-1-follow-up",
      "answer-2",
    ]);
    expect(at.get("f")?.name).toBe("Follow-up to question 1");
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
