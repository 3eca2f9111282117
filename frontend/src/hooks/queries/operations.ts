import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { Trouble } from "../../utils/api/types";

const KEY = ["operations"];
const EVERY_MS = 5_000;

/** How the installation is, read again every five seconds unless paused. */
export function useOperations(page: number, paused: boolean) {
  return useQuery({
    queryKey: [...KEY, page],
    queryFn: ({ signal }) => must(api.GET("/api/operations", { params: { query: { page } }, signal })),
    refetchInterval: paused ? false : EVERY_MS,
    refetchOnWindowFocus: !paused,
    placeholderData: keepPreviousData,
  });
}

/** Run one stage or job again. */
export function useRunAgain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (trouble: Pick<Trouble, "id" | "kind">) =>
      trouble.kind === "stage"
        ? must(
            api.POST("/api/operations/stages/{stage_id}/retry", {
              params: { path: { stage_id: trouble.id } },
            }),
          )
        : must(api.POST("/api/operations/jobs/{job_id}/retry", { params: { path: { job_id: trouble.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** Run again all that failed for one reason. */
export function useRunAllAgain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => must(api.POST("/api/operations/retry", { body: { reason } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
