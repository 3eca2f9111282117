import { useQuery } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";

export function useSystem() {
  return useQuery({
    queryKey: ["system"],
    queryFn: ({ signal }) => must(api.GET("/api/system", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
