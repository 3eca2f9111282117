import { useSyncExternalStore } from "react";
import { api, must } from "../utils/api/client";
import { whenNotSignedIn } from "../utils/api/signed-out";
import type { SessionOut } from "../utils/api/types";
import { queries } from "./queries/client";
import { SessionKeeper, type Standing } from "./session-keeper";
import { takeStore } from "./take-store";
import { draftsBelongTo } from "./use-draft-text";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("rehearsal-session") : null;

export const sessionKeeper = new SessionKeeper({
  ask: () => must(api.GET("/api/session")),
  belongs: (ownerId) => {
    draftsBelongTo(ownerId);
    takeStore.belongTo(ownerId);
  },
  forget: () => queries.clear(),
  back: () => void queries.invalidateQueries(),
  tell: (news) => channel?.postMessage(news),
});

/** Begins before anything is drawn, and goes on listening: to refusals, to other tabs, to the return to this tab. */
export function keepSession(): void {
  void sessionKeeper.refresh();
  whenNotSignedIn(() => void sessionKeeper.refresh());
  channel?.addEventListener("message", ({ data }) => {
    if (data === "out") sessionKeeper.left(true);
    else void sessionKeeper.refresh();
  });
  document.addEventListener("visibilitychange", () => {
    const onServer = sessionKeeper.snapshot().session?.mode === "server";
    if (onServer && document.visibilityState === "visible") void sessionKeeper.refresh();
  });
}

export function useStanding(): Standing {
  return useSyncExternalStore(sessionKeeper.subscribe, sessionKeeper.snapshot, sessionKeeper.snapshot);
}

/** Whose page this is: still the same person when their sign-in has ended. */
export function usePerson(): SessionOut {
  const { held } = useStanding();
  const session = useSession();
  return held ?? session;
}

/** Who is signed in; only for what is drawn once that is known. */
export function useSession(): SessionOut {
  const { session } = useStanding();
  if (!session) throw new Error("This is drawn before it is known who is signed in.");
  return session;
}
