import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createBrowserRouter, type RouteObject, RouterProvider } from "react-router";
import { Shell } from "./components/ui/shell";
import { Waiting } from "./components/ui/waiting";
import { Broken } from "./pages/broken";
import { Home } from "./pages/home";
import { Lost } from "./pages/lost";
import { toApiError } from "./utils/api/client";

const queries = new QueryClient({
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

const pages: RouteObject[] = [
  { index: true, Component: Home },
  { path: "postings/:id", lazy: async () => ({ Component: (await import("./pages/posting")).PostingPage }) },
  { path: "interviews/:id/plan", lazy: async () => ({ Component: (await import("./pages/plan")).PlanPage }) },
  {
    path: "interviews/:id/check",
    lazy: async () => ({ Component: (await import("./pages/check")).CheckPage }),
  },
  { path: "interviews/:id/room", lazy: async () => ({ Component: (await import("./pages/room")).RoomPage }) },
  {
    path: "interviews/:id/report",
    lazy: async () => ({ Component: (await import("./pages/report")).ReportPage }),
  },
  { path: "history", lazy: async () => ({ Component: (await import("./pages/history")).HistoryPage }) },
  { path: "data", lazy: async () => ({ Component: (await import("./pages/data")).DataPage }) },
  { path: "receipt", lazy: async () => ({ Component: (await import("./pages/receipt")).ReceiptPage }) },
  { path: "services", lazy: async () => ({ Component: (await import("./pages/services")).ServicesPage }) },
  {
    path: "operations",
    lazy: async () => ({ Component: (await import("./pages/operations")).OperationsPage }),
  },
  { path: "*", Component: Lost },
];

const router = createBrowserRouter([
  {
    Component: Shell,
    ErrorBoundary: Broken,
    HydrateFallback: () => <Waiting label="Opening the page" />,
    children: [{ ErrorBoundary: Broken, children: pages }],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
