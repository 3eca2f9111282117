import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
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
