// Where a person is in an interview, and the one thing to do next.
import type { InterviewItem } from "./api/types";

export interface Step {
  to: string;
  word: string;
}

export function nextStep(item: Pick<InterviewItem, "id" | "finished_at" | "progress">): Step {
  const at = (page: string) => `/interviews/${item.id}/${page}`;
  if (item.finished_at) {
    const reading = item.progress.finished < item.progress.answered;
    return { to: at("report"), word: reading ? "Being read" : "Read the report" };
  }
  if (item.progress.answered > 0) return { to: at("room"), word: "Go on" };
  return { to: at("plan"), word: "Look at the questions" };
}
