import { Fragment, lazy, type ReactNode, useEffect, useRef } from "react";
import { Outlet, useLocation } from "react-router";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { sessionKeeper, useStanding } from "../hooks/session";
import { Lost } from "./lost";

const SignInPage = lazy(async () => ({ default: (await import("./sign-in")).SignInPage }));

/** Draws nothing of a page before it is known who is asking, and nothing of the person before. */
export function Known({ children }: { children: ReactNode }) {
  const { session, error, generation } = useStanding();
  if (session) return <Fragment key={generation}>{children}</Fragment>;
  if (error) return <Problem error={error} onRetry={() => void sessionKeeper.refresh()} />;
  return <Waiting label="Opening the page" />;
}

/** The pages that belong to somebody. With nobody signed in, signing in takes their place, at their address. */
export function Gate() {
  const { session, held } = useStanding();
  const { pathname, search } = useLocation();
  const inside = Boolean(session?.kind || held);
  const was = useRef(inside);
  useEffect(() => {
    if (inside && !was.current) document.getElementById("main")?.focus({ preventScroll: true });
    was.current = inside;
  }, [inside]);
  return inside ? <Outlet /> : <SignInPage next={pathname + search} />;
}

/** The pages that only an installation for many has. */
export function OnServer() {
  const { session } = useStanding();
  return session?.mode === "server" ? <Outlet /> : <Lost />;
}
