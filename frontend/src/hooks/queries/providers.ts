import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, must } from "../../utils/api/client";
import type { ProviderEdit, ProviderSettings } from "../../utils/api/types";

const KEY = ["providers"];

/** Only administrators are told: `enabled` is false for others. */
export function useProviders(enabled = true) {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => must(api.GET("/api/providers", { signal })),
    enabled,
  });
}

/** Every change answers with all settings; who receives what is told on other pages, too. */
function useChange<Body>(change: (body: Body) => Promise<ProviderSettings>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (settings) => {
      client.setQueryData(KEY, settings);
      void client.invalidateQueries({ queryKey: ["system"] });
    },
    onError: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useChooseProvider() {
  return useChange(({ port, provider }: { port: string; provider: string | null }) =>
    must(api.PUT("/api/providers/choices/{port}", { params: { path: { port } }, body: { provider } })),
  );
}

export function useEditProvider(provider: string) {
  return useChange((body: ProviderEdit) =>
    must(api.PATCH("/api/providers/{provider}", { params: { path: { provider } }, body })),
  );
}

export function useForgetProvider(provider: string) {
  return useChange(() => must(api.DELETE("/api/providers/{provider}", { params: { path: { provider } } })));
}

export function useEditBudgets() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { interview_usd: number; day_usd: number }) =>
      must(api.PUT("/api/providers/budgets", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** The smallest real call; afterwards the log of last calls has changed. */
export function useTestProvider(provider: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => must(api.POST("/api/providers/{provider}/test", { params: { path: { provider } } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
