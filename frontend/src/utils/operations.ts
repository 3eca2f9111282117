// Words for the operations page. All functions are pure.
import type { Operations, Trouble } from "./api/types";

/** "now", "40 s", "12 min", "5 h", "3 days": how long something has waited or is ago. */
export function span(seconds: number): string {
  if (!(seconds >= 1)) return "now";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export const QUEUES: Record<string, string> = {
  interactive: "Grades, tips and spoken questions",
  media: "Sound and words of answers",
  vision: "Picture of answers",
  listening: "Listening while somebody records",
  cloud: "Services of others",
  control: "Clearing up and sending again",
};

const REASONS: Record<string, string> = {
  stage_crashed: "It took its worker with it every time.",
  job_crashed: "It took its worker with it every time.",
  stage_timeout: "It took longer than it may.",
  internal: "An error of ours; the logs say where.",
  unsendable: "It cannot be sent to a worker.",
  langflow_unreachable: "The flow server cannot be reached.",
  provider_paused: "The service failed several times and is left alone.",
  budget_spent: "The budget does not allow another call.",
};

/** What a code means, where we have words for it. */
export function meaning(reason: string): string | null {
  return REASONS[reason] ?? null;
}

/** One line on how often something was tried. */
export function tried(trouble: Pick<Trouble, "attempt" | "failures" | "kind">): string {
  const times = trouble.kind === "job" ? trouble.attempt : Math.max(trouble.attempt, trouble.failures);
  return times === 1 ? "tried once" : `tried ${times} times`;
}

/** What somebody should look at first, in one sentence; null when all is well. */
export function concern(state: Operations): string | null {
  if (!state.queue_answers)
    return "The queue does not answer: nothing is handed to the workers until it does.";
  const idle = state.queues.find((queue) => queue.waiting > 0 && awake(queue).length === 0);
  if (idle) return `Nobody works on the queue ${idle.name}, and ${idle.waiting} wait there.`;
  const parked = state.troubles.filter((trouble) => trouble.parked).length;
  if (parked > 0) return "Some work is set aside and runs again only when you say so.";
  return null;
}

/** The workers of a queue that were seen in the last half minute. */
export function awake(queue: Operations["queues"][number]) {
  return queue.workers.filter((worker) => worker.seen_seconds <= 30);
}
