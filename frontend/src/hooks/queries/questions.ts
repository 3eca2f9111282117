import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { components } from "../../utils/api/schema.gen";
import type { InterviewOut, QuestionKind } from "../../utils/api/types";
import { interviewKey } from "./interviews";

type QuestionEdit = components["schemas"]["QuestionEdit"];

/** All changes to the questions of one interview, one after the other; each is followed by a fresh reading. */
export function useQuestionChanges(id: string) {
  const client = useQueryClient();
  const scope = { id: `questions-${id}` };
  const onSettled = () => client.invalidateQueries({ queryKey: interviewKey(id) });
  const path = (qid: string) => ({ params: { path: { interview_id: id, question_id: qid } } });

  const add = useMutation({
    scope,
    onSettled,
    mutationFn: (body: { text: string; kind: QuestionKind | null }) =>
      must(
        api.POST("/api/interviews/{interview_id}/questions", {
          params: { path: { interview_id: id } },
          body,
        }),
      ),
  });
  const edit = useMutation({
    scope,
    onSettled,
    mutationFn: ({ qid, ...body }: QuestionEdit & { qid: string }) =>
      must(api.PATCH("/api/interviews/{interview_id}/questions/{question_id}", { ...path(qid), body })),
  });
  const remove = useMutation({
    scope,
    onSettled,
    mutationFn: (qid: string) =>
      must(api.DELETE("/api/interviews/{interview_id}/questions/{question_id}", path(qid))),
  });
  const swap = useMutation({
    scope,
    onSettled,
    mutationFn: (qid: string) =>
      must(api.POST("/api/interviews/{interview_id}/questions/{question_id}/swap", path(qid))),
  });
  const order = useMutation({
    scope,
    onSettled,
    mutationFn: (ids: string[]) =>
      must(
        api.PUT("/api/interviews/{interview_id}/order", {
          params: { path: { interview_id: id } },
          body: { ids },
        }),
      ),
    onMutate: async (ids) => {
      await client.cancelQueries({ queryKey: interviewKey(id) });
      client.setQueryData<InterviewOut>(interviewKey(id), (old) => {
        if (!old) return old;
        const places = new Map(ids.map((qid, place) => [qid, place]));
        const sorted = [...old.questions].sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
        return { ...old, questions: sorted.map((q, place) => ({ ...q, position: place + 1 })) };
      });
    },
  });
  return { add, edit, remove, swap, order };
}

const PREPARING_MS = 700;

/** The last words of the interview; asks again while they are being prepared. */
export function useClosing(interviewId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["closing", interviewId],
    enabled: wanted,
    retry: false,
    queryFn: ({ signal }) =>
      must(
        api.GET("/api/interviews/{interview_id}/closing", {
          params: { path: { interview_id: interviewId } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.state === "preparing" ? PREPARING_MS : false),
  });
}

/** The spoken question; asks again while it is being prepared. */
export function useSpeech(interviewId: string, questionId: string | null, key = "") {
  return useQuery({
    queryKey: ["speech", interviewId, questionId, key],
    enabled: questionId !== null,
    queryFn: ({ signal }) =>
      must(
        api.GET("/api/interviews/{interview_id}/questions/{question_id}/speech", {
          params: { path: { interview_id: interviewId, question_id: questionId ?? "" } },
          signal,
        }),
      ),
    staleTime: 5 * 60_000,
    refetchInterval: ({ state }) => (state.data?.state === "preparing" ? PREPARING_MS : false),
  });
}
