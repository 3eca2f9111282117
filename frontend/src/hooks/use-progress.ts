import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, isSignedOut, must } from "../utils/api/client";
import type { ProgressOut } from "../utils/api/types";
import { reportKey } from "./queries/report";

const POLL_MS = 2_000;

const ended = (progress: ProgressOut | undefined) =>
  progress?.answers.reduce(
    (n, answer) => n + answer.stages.filter((s) => ["done", "failed", "skipped"].includes(s.state)).length,
    0,
  ) ?? 0;

/**
 * How far the reading of an interview is. Changes come by server-sent events; when these break, the snapshot is asked
 * for every two seconds. Each further finished stage makes the report be read again.
 */
export function useProgress(interviewId: string) {
  const client = useQueryClient();
  const [broken, setBroken] = useState(false);
  const query = useQuery({
    queryKey: ["progress", interviewId],
    queryFn: ({ signal }) =>
      must(
        api.GET("/api/interviews/{interview_id}/progress", {
          params: { path: { interview_id: interviewId } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) =>
      broken && state.data?.complete !== true && !isSignedOut(state.error) ? POLL_MS : false,
  });
  const open = query.data !== undefined && !query.data.complete;

  useEffect(() => {
    if (!open) return;
    const source = new EventSource(`/api/interviews/${interviewId}/events`);
    source.addEventListener("progress", (event) => {
      setBroken(false);
      client.setQueryData(["progress", interviewId], JSON.parse(event.data) as ProgressOut);
    });
    source.addEventListener("error", () => setBroken(true));
    return () => source.close();
  }, [client, interviewId, open]);

  const finished = ended(query.data);
  useEffect(() => {
    if (finished > 0) void client.invalidateQueries({ queryKey: reportKey(interviewId) });
  }, [client, interviewId, finished]);

  return query;
}
