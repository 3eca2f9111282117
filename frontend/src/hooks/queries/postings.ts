import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { PostingEdit, PostingOut } from "../../utils/api/types";

const LIST = ["postings"];
const one = (id: string) => ["posting", id];

export function usePostings() {
  return useQuery({ queryKey: LIST, queryFn: ({ signal }) => must(api.GET("/api/postings", { signal })) });
}

export function usePosting(id: string) {
  return useQuery({
    queryKey: one(id),
    queryFn: ({ signal }) =>
      must(api.GET("/api/postings/{posting_id}", { params: { path: { posting_id: id } }, signal })),
  });
}

const LINK = /^https?:\/\/\S+$/i;

export type Given = { text: string } | { file: File };

function send(given: Given): Promise<PostingOut> {
  if ("file" in given) {
    const body = new FormData();
    body.set("file", given.file);
    return must(
      api.POST("/api/postings/file", { body: { file: "" }, bodySerializer: () => body }),
    ) as Promise<PostingOut>;
  }
  const text = given.text.trim();
  return must(api.POST("/api/postings", { body: LINK.test(text) ? { url: text } : { text: given.text } }));
}

export function useCreatePosting() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (created) => {
      client.setQueryData(one(created.id), created);
      void client.invalidateQueries({ queryKey: LIST });
    },
  });
}

export function useEditPosting(id: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id: `posting-${id}` },
    mutationFn: (body: PostingEdit) =>
      must(api.PATCH("/api/postings/{posting_id}", { params: { path: { posting_id: id } }, body })),
    onSuccess: (changed) => client.setQueryData(one(id), changed),
  });
}

/** Compares a résumé with the posting; what it showed before is replaced. */
export function useCompareResume(id: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id: `posting-${id}` },
    mutationFn: (given: Given): Promise<PostingOut> => {
      const params = { path: { posting_id: id } };
      if ("text" in given) return must(api.PUT("/api/postings/{posting_id}/resume", { params, body: given }));
      const body = new FormData();
      body.set("file", given.file);
      return must(
        api.PUT("/api/postings/{posting_id}/resume/file", {
          params,
          body: { file: "" },
          bodySerializer: () => body,
        }),
      );
    },
    onSuccess: (compared) => client.setQueryData(one(id), compared),
  });
}

export function useForgetResume(id: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id: `posting-${id}` },
    mutationFn: () =>
      must(api.DELETE("/api/postings/{posting_id}/resume", { params: { path: { posting_id: id } } })),
    onSuccess: () =>
      client.setQueryData(one(id), (known: PostingOut | undefined) => known && { ...known, resume: null }),
  });
}

export function useDeletePosting() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      must(api.DELETE("/api/postings/{posting_id}", { params: { path: { posting_id: id } } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: LIST });
      void client.invalidateQueries({ queryKey: ["interviews"] });
    },
  });
}
