import { useQuery } from "@tanstack/react-query";
import { api, must } from "../utils/api/client";

const NEEDED_BYTES = 300 * 1024 * 1024;

/** Whether the server is ready to take a recording and this browser has room to keep one meanwhile. */
export function useRoomChecks() {
  const server = useQuery({
    queryKey: ["ready"],
    queryFn: ({ signal }) => must(api.GET("/readyz", { signal })),
    refetchInterval: ({ state }) => (state.data?.ready ? false : 3_000),
    retry: false,
  });
  const storage = useQuery({
    queryKey: ["storage"],
    queryFn: async () => {
      if (!("indexedDB" in window) || !navigator.storage?.estimate) return false;
      const { quota = 0, usage = 0 } = await navigator.storage.estimate();
      return quota - usage > NEEDED_BYTES;
    },
    staleTime: 0,
  });
  return {
    server: server.isPending ? null : server.data?.ready === true,
    storage: storage.isPending ? null : storage.data === true,
  };
}
