import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { createBrowserRouter, Outlet, type RouteObject, RouterProvider } from "react-router";
import { Shell } from "./components/ui/shell";
import { Waiting } from "./components/ui/waiting";
import { queries } from "./hooks/queries/client";
import { useStanding } from "./hooks/session";
import { Broken } from "./pages/broken";
import { Gate, Known, OnServer } from "./pages/gate";
import { Home } from "./pages/home";
import { Lost } from "./pages/lost";

// A personal installation never loads what only a server has. A server loads the notice of an ended sign-in at once:
// when it is needed, it may not be there to be loaded any more.
const AccountMenu = lazy(async () => ({
  default: (await import("./components/account/account-menu")).AccountMenu,
}));
const HeldNotice = lazy(async () => ({
  default: (await import("./components/account/held-notice")).HeldNotice,
}));

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
  { path: "services", lazy: async () => ({ Component: (await import("./pages/services")).ServicesPage }) },
  {
    path: "operations",
    lazy: async () => ({ Component: (await import("./pages/operations")).OperationsPage }),
  },
  {
    Component: OnServer,
    children: [
      { path: "account", lazy: async () => ({ Component: (await import("./pages/account")).AccountPage }) },
    ],
  },
  { path: "*", Component: Lost },
];

/** For whoever is not signed in. Their paths are `DOORS`. */
const doors: RouteObject[] = [
  { path: "sign-in", lazy: async () => ({ Component: (await import("./pages/sign-in")).SignInPage }) },
  { path: "sign-up", lazy: async () => ({ Component: (await import("./pages/sign-up")).SignUpPage }) },
  { path: "forgot", lazy: async () => ({ Component: (await import("./pages/forgot")).ForgotPage }) },
  { path: "verify", lazy: async () => ({ Component: (await import("./pages/verify")).VerifyPage }) },
  { path: "reset", lazy: async () => ({ Component: (await import("./pages/reset")).ResetPage }) },
];

/** For everybody: whoever has been erased is nobody any more, and has the code. */
const open: RouteObject[] = [
  { path: "receipt", lazy: async () => ({ Component: (await import("./pages/receipt")).ReceiptPage }) },
];

function Layout() {
  const onServer = useStanding().session?.mode === "server";
  const quietly = (part: ReactNode) => onServer && <Suspense fallback={null}>{part}</Suspense>;
  return (
    <Shell account={quietly(<AccountMenu />)} notice={quietly(<HeldNotice />)}>
      <Known>
        <Outlet />
      </Known>
    </Shell>
  );
}

const router = createBrowserRouter([
  {
    Component: Layout,
    ErrorBoundary: Broken,
    HydrateFallback: () => <Waiting label="Opening the page" />,
    children: [
      { ErrorBoundary: Broken, Component: Gate, children: pages },
      { ErrorBoundary: Broken, Component: OnServer, children: doors },
      { ErrorBoundary: Broken, children: open },
    ],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
