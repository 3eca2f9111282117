import { type ReactNode, Suspense, useEffect, useRef } from "react";
import { Link, NavLink, ScrollRestoration, useLocation } from "react-router";
import { useStanding } from "../../hooks/session";
import { useOnline } from "../../hooks/use-online";
import "./shell.css";
import { Toasts } from "./toasts";
import { Waiting } from "./waiting";

interface Props {
  /** Who is signed in, on a server. */
  account?: ReactNode;
  /** What is to be known on every page. */
  notice?: ReactNode;
  children: ReactNode;
}

/** The pages that somebody has; on a server administrators find the services in the menu of their account. */
export function MainNav({ account }: { account?: ReactNode }) {
  const { session, held } = useStanding();
  if (!session?.kind && !held) return null;
  return (
    <nav aria-label="Main">
      <NavLink to="/history">Interviews</NavLink>
      <NavLink to="/data">Your data</NavLink>
      {session?.mode === "personal" && <NavLink to="/services">Services</NavLink>}
      {account}
    </nav>
  );
}

/** Header, one main region that takes the focus on every change of page, and the line about the connection. */
export function Shell({ account, notice, children }: Props) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  const online = useOnline();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the address changes, not otherwise
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <Toasts>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="shell__head">
        <Link to="/" className="shell__name">
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
            <rect width="32" height="32" rx="8" className="shell__night" />
            <path d="M16 5 27 24H5Z" className="shell__beam" />
            <ellipse cx="16" cy="24" rx="11" ry="3.4" className="shell__pool" />
          </svg>
          Rehearsal
        </Link>
        <MainNav account={account} />
      </header>
      {notice}
      {!online && (
        <p className="shell__offline" role="status">
          You are offline. What you record is kept in this browser and sent when the connection is back.
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1} className="shell__main">
        <Suspense fallback={<Waiting label="Opening the page" />}>{children}</Suspense>
      </main>
      <ScrollRestoration />
    </Toasts>
  );
}
