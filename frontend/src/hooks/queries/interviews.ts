import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { components } from "../../utils/api/schema.gen";
import type { InterviewIn, InterviewOut } from "../../utils/api/types";

const LIST = ["interviews"];
export const interviewKey = (id: string) => ["interview", id];

export function useInterviews() {
  return useQuery({ queryKey: LIST, queryFn: ({ signal }) => must(api.GET("/api/interviews", { signal })) });
}

export function useInterview(id: string) {
  return useQuery({
    queryKey: interviewKey(id),
    queryFn: ({ signal }) =>
      must(api.GET("/api/interviews/{interview_id}", { params: { path: { interview_id: id } }, signal })),
  });
}

export const DEFAULTS: Omit<InterviewIn, "posting_id"> = {
  count: 8,
  seed: 0,
  mode: "video",
  speed: 1,
  interviewer: "maya",
  style: "neutral",
  hidden: false,
  follow_ups: true,
};

export function useCreateInterview() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: InterviewIn) => must(api.POST("/api/interviews", { body })),
    onSuccess: (created) => {
      client.setQueryData(interviewKey(created.id), created);
      void client.invalidateQueries({ queryKey: LIST });
    },
  });
}

export function useEditInterview(id: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id: `interview-${id}` },
    mutationFn: (body: components["schemas"]["InterviewEdit"]) =>
      must(api.PATCH("/api/interviews/{interview_id}", { params: { path: { interview_id: id } }, body })),
    // A pressed switch moves at once; when the server says no, the page reads how things are.
    onMutate: async (body) => {
      // What is being read right now was written before this change: it must not undo it.
      await client.cancelQueries({ queryKey: interviewKey(id) });
      client.setQueryData<InterviewOut>(interviewKey(id), (old) => {
        if (!old) return old;
        const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
        return { ...old, settings: { ...old.settings, ...Object.fromEntries(given) } };
      });
    },
    onSuccess: (changed) => client.setQueryData(interviewKey(id), changed),
    onError: () => client.invalidateQueries({ queryKey: interviewKey(id) }),
  });
}

export function useDeleteInterview() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      must(api.DELETE("/api/interviews/{interview_id}", { params: { path: { interview_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

export function useFinishInterview(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      must(api.POST("/api/interviews/{interview_id}/finish", { params: { path: { interview_id: id } } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: interviewKey(id) });
      void client.invalidateQueries({ queryKey: LIST });
    },
  });
}
