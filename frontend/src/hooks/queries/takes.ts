import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { InterviewOut } from "../../utils/api/types";
import { withFollowUp } from "../../utils/room";
import { interviewKey } from "./interviews";

/** Hands in a typed answer. */
export function useTypedTake(interviewId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ questionId, text }: { questionId: string; text: string }) =>
      must(
        api.POST("/api/questions/{question_id}/takes", {
          params: { path: { question_id: questionId } },
          body: { kind: "typed", text },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: interviewKey(interviewId) }),
  });
}

/** Asks what the interviewer asks after a take; the follow-up takes its place among the questions. */
export function useFollowUp(interviewId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ takeId }: { takeId: string; questionId: string }) =>
      must(api.POST("/api/takes/{take_id}/follow-up", { params: { path: { take_id: takeId } } })),
    onSuccess: async ({ question }, { questionId }) => {
      if (!question) return;
      // What is being read right now may not know the follow-up yet.
      await client.cancelQueries({ queryKey: interviewKey(interviewId) });
      client.setQueryData<InterviewOut>(interviewKey(interviewId), (old) =>
        old ? { ...old, questions: withFollowUp(old.questions, questionId, question) } : old,
      );
    },
  });
}
