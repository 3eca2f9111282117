import { useSyncExternalStore } from "react";
import { type TakeView, takeStore } from "./take-store";

/** What this browser holds of an interview's answers, oldest first. */
export function useTakes(interviewId: string): TakeView[] {
  const views = useSyncExternalStore(takeStore.subscribe, takeStore.snapshot);
  return [...views.values()]
    .filter((view) => view.session.interviewId === interviewId)
    .sort((a, b) => a.session.createdAt - b.session.createdAt);
}
