import { QueryClient } from "@tanstack/react-query";
import { toApiError } from "../../utils/api/client";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A page asks twice more when the line or the server failed; a "no" of the server is final.
      retry: (failures, error) =>
        failures < 2 && (toApiError(error).status === 0 || toApiError(error).status >= 500),
      networkMode: "always",
      staleTime: 5_000,
    },
    mutations: { networkMode: "always" },
  },
});
