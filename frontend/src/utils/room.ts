// Where a person is in the room. The states and the word on the one big button, apart from any drawing.

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
  index: number;
  total: number;
  phase: Phase;
}

export type RoomEvent =
  | { type: "ask" }
  | { type: "asked" }
  | { type: "answer" }
  | { type: "done" }
  | { type: "again" }
  | { type: "next" }
  | { type: "go"; index: number };

export function room(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case "ask":
      return state.phase === "answering" ? state : { ...state, phase: "asking" };
    case "asked":
      return state.phase === "asking" ? { ...state, phase: "thinking" } : state;
    case "answer":
      return { ...state, phase: "answering" };
    case "done":
      return state.phase === "answering" ? { ...state, phase: "answered" } : state;
    case "again":
      return { ...state, phase: "thinking" };
    case "next":
      return state.index + 1 < state.total
        ? { ...state, index: state.index + 1, phase: "arriving" }
        : { ...state, phase: "leaving" };
    case "go":
      return { ...state, index: Math.min(Math.max(event.index, 0), state.total - 1), phase: "arriving" };
  }
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

/** The first question that has no complete answer yet, or the last one. */
export function firstOpen(takes: readonly { state: string }[][]): number {
  const open = takes.findIndex((all) => !all.some((take) => take.state === "complete"));
  return open === -1 ? Math.max(0, takes.length - 1) : open;
}
