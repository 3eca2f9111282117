// Where a person is in the room. The states and the word on the one big button, apart from any drawing.
import type { QuestionOut } from "./api/types";

export type Phase = "arriving" | "asking" | "thinking" | "answering" | "answered" | "leaving";

/** What the interviewer does meanwhile. */
export const STATES = {
  arriving: "idle",
  asking: "asking",
  thinking: "listening",
  answering: "listening",
  answered: "thinking",
  leaving: "wrapping",
} as const satisfies Record<Phase, string>;

export interface RoomState {
  /** The questions as they are asked here; a follow-up joins them when the interviewer asks it. */
  ids: readonly string[];
  at: string;
  phase: Phase;
}

export type RoomEvent =
  | { type: "ask" }
  | { type: "asked" }
  /** `forget` is a follow-up to an earlier answer of this question: it goes with that answer. */
  | { type: "answer"; forget?: string | undefined }
  | { type: "done" }
  | { type: "again" }
  | { type: "next" }
  | { type: "back" }
  | { type: "return" }
  /** The interviewer follows up on `after`; nobody is called back who has gone on meanwhile. */
  | { type: "follow"; id: string; after: string };

export function room(state: RoomState, event: RoomEvent): RoomState {
  const place = state.ids.indexOf(state.at);
  switch (event.type) {
    case "ask":
      return state.phase === "answering" ? state : { ...state, phase: "asking" };
    case "asked":
      return state.phase === "asking" ? { ...state, phase: "thinking" } : state;
    case "answer":
      return { ...state, ids: state.ids.filter((id) => id !== event.forget), phase: "answering" };
    case "done":
      return state.phase === "answering" ? { ...state, phase: "answered" } : state;
    case "again":
      return { ...state, phase: "thinking" };
    case "next": {
      const next = state.ids[place + 1];
      return next ? { ...state, at: next, phase: "arriving" } : { ...state, phase: "leaving" };
    }
    case "back":
      return { ...state, at: state.ids[Math.max(0, place - 1)] ?? state.at, phase: "arriving" };
    case "return":
      return { ...state, phase: "arriving" };
    case "follow": {
      if (state.at !== event.after || state.phase !== "answered" || state.ids.includes(event.id))
        return state;
      const ids = [...state.ids.slice(0, place + 1), event.id, ...state.ids.slice(place + 1)];
      return { ids, at: event.id, phase: "arriving" };
    }
  }
}

type Following = Pick<QuestionOut, "id" | "question">;

/** The questions with a follow-up right after its parent, in the place of any earlier one. */
export function withFollowUp<T extends Following>(questions: readonly T[], parent: string, added: T): T[] {
  const others = questions.filter((item) => item.question.follows !== parent);
  return others.flatMap((item) => (item.id === parent ? [item, added] : [item]));
}

/** The follow-up that goes when this question is answered again: nobody has answered it. */
export function droppedBy(questions: readonly QuestionOut[], id: string): string | undefined {
  const found = questions.find((item) => item.question.follows === id);
  return found?.takes.some((take) => take.state === "complete") ? undefined : found?.id;
}

/** The number a question has among the planned ones, from 1; a follow-up has its parent's. */
export function numberOf(questions: readonly Following[], id: string): number {
  const parent = questions.find((item) => item.id === id)?.question.follows ?? id;
  return questions.filter((item) => !item.question.follows).findIndex((item) => item.id === parent) + 1;
}

/** The word on the one big button. */
export function wordFor(phase: Exclude<Phase, "leaving">, voice: string, last: boolean): string {
  switch (phase) {
    case "arriving":
      return voice === "ready" ? "Listen" : voice === "preparing" ? "One moment" : "Start answering";
    case "asking":
    case "thinking":
      return "Start answering";
    case "answering":
      return "I’m done";
    case "answered":
      return last ? "Finish" : "Next question";
  }
}

/** The first question that has no complete answer yet, or the last one. A passed-over follow-up stays passed over. */
export function firstOpen(questions: readonly (Following & { takes: { state: string }[] })[]): string {
  const answered = (item: { takes: { state: string }[] }) =>
    item.takes.some((take) => take.state === "complete");
  const open = questions.find(
    (item, place) => !answered(item) && !(item.question.follows && questions.slice(place + 1).some(answered)),
  );
  return (open ?? questions.at(-1))?.id ?? "";
}
