import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { ConsentKind, Erasure, ExportItem } from "../../utils/privacy";

const PRIVACY = ["privacy"];
const CONSENTS = ["consents"];
const EXPORTS = ["exports"];
const LOOK_MS = 1_500;
const LOOK_RARELY_MS = 15_000;

export function usePrivacy() {
  return useQuery({ queryKey: PRIVACY, queryFn: ({ signal }) => must(api.GET("/api/privacy", { signal })) });
}

export function useRetention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { days: number; answers_too: boolean }) =>
      must(api.PUT("/api/privacy/retention", { body })),
    onSuccess: (now) => client.setQueryData(PRIVACY, now),
  });
}

export function useConsents() {
  return useQuery({
    queryKey: CONSENTS,
    queryFn: ({ signal }) => must(api.GET("/api/consents", { signal })),
  });
}

/** Makes a standing choice. What an interview is agreed to may change with it. */
export function useConsent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, granted }: { kind: string; granted: boolean }) =>
      must(api.PUT("/api/consents/{kind}", { params: { path: { kind } }, body: { granted } })),
    onSuccess: (now) => {
      client.setQueryData<ConsentKind[]>(CONSENTS, now);
      void client.invalidateQueries({ queryKey: ["interview"] });
    },
  });
}

export function useDeleteResults() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (kind: string) =>
      must(api.DELETE("/api/consents/{kind}/results", { params: { path: { kind } } })),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Exports, looked at again while one is being made. */
export function useExports() {
  return useQuery({
    queryKey: EXPORTS,
    queryFn: ({ signal }) => must(api.GET("/api/exports", { signal })),
    refetchInterval: (query) =>
      query.state.data?.some((one: ExportItem) => one.state === "waiting") ? LOOK_MS : false,
  });
}

export function useBeginExport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => must(api.POST("/api/exports")),
    onSettled: () => client.invalidateQueries({ queryKey: EXPORTS }),
  });
}

/** Erases whoever asks; gives the code of the receipt. */
export function useErase() {
  return useMutation({
    mutationFn: () => must(api.POST("/api/erasures", { body: { confirm: "delete everything" } })),
  });
}

/** What became of an erasure, looked at again until it is over. */
export function useReceipt(code: string) {
  return useQuery({
    queryKey: ["receipt", code],
    enabled: code !== "",
    queryFn: ({ signal }) =>
      must(api.GET("/api/erasures/{receipt}", { params: { path: { receipt: code } }, signal })),
    refetchInterval: (query) => (query.state.data as Erasure | undefined)?.done === false && LOOK_RARELY_MS,
  });
}
