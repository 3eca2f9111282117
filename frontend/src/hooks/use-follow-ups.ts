import { useEffect, useRef } from "react";
import type { QuestionOut } from "../utils/api/types";
import { useFollowUp } from "./queries/takes";

/**
 * Asks for the follow-up to an answer once the server has all of it. `takeId` is null until then, and for answers that
 * have none. What goes wrong here means that there is no follow-up, and nothing else.
 */
export function useFollowUps(
  interviewId: string,
  item: QuestionOut,
  takeId: string | null,
  onFollow: (id: string, after: string) => void,
) {
  const { mutate, mutateAsync } = useFollowUp(interviewId);
  const asked = useRef(new Set<string>());
  const questionId = item.id;

  useEffect(() => {
    if (!takeId || asked.current.has(takeId)) return;
    asked.current.add(takeId);
    mutate(
      { takeId, questionId },
      { onSuccess: ({ question }) => question && onFollow(question.id, questionId) },
    );
  }, [takeId, questionId, mutate, onFollow]);

  /** For a typed answer, which is there at once: the id of the follow-up, or null. */
  const askNow = (typedTakeId: string): Promise<string | null> =>
    mutateAsync({ takeId: typedTakeId, questionId }).then(
      ({ question }) => question?.id ?? null,
      () => null,
    );
  return { askNow };
}
