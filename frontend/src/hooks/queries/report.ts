import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { ReportOut, StageOut } from "../../utils/api/types";

export const reportKey = (id: string) => ["report", id];

export function useReport(id: string) {
  return useQuery({
    queryKey: reportKey(id),
    queryFn: async ({ signal }) => {
      const path = { interview_id: id };
      const report = await must(
        api.GET("/api/interviews/{interview_id}/report", { params: { path }, signal }),
      );
      // The client library widens tuples to arrays; the server's type is the exact one.
      return report as ReportOut;
    },
  });
}

export function useRetryStage(interviewId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ takeId, stage }: { takeId: string; stage: StageOut["name"] }) =>
      must(
        api.POST("/api/takes/{take_id}/retry", { params: { path: { take_id: takeId } }, body: { stage } }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["progress", interviewId] });
      void client.invalidateQueries({ queryKey: reportKey(interviewId) });
    },
  });
}
