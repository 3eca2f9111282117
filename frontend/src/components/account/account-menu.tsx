import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { NavLink, useLocation } from "react-router";
import { useStanding } from "../../hooks/session";
import { until } from "../../utils/format";
import { Icon } from "../ui/icon";
import { SignOut } from "./sign-out";
import "./account-menu.css";

/** Who is signed in, and what belongs to that: a button that opens a list of links. */
export function AccountMenu() {
  const { session, held } = useStanding();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { pathname } = useLocation();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chosen page closes the list
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  if (!session?.kind || session.kind === "local" || held) return null;
  const name = session.email ?? (session.kind === "guest" ? "Guest" : "Account");

  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) {
      setOpen(false);
      button.current?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const items = [...(box.current?.querySelectorAll<HTMLElement>("li a, li button") ?? [])];
      if (!open) return setOpen(true);
      const at = items.indexOf(document.activeElement as HTMLElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length]?.focus();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the button and the list in it
    <div
      ref={box}
      className="menu"
      onKeyDown={keys}
      onBlur={(event) => {
        if (event.relatedTarget && !box.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className="menu__button"
        aria-expanded={open}
        aria-controls="account-menu"
        aria-label={`Your account: ${name}`}
        onClick={() => setOpen(!open)}
      >
        <Icon name="person" />
        <span className="menu__name">{name}</span>
        <span className="menu__short">Account</span>
      </button>
      <div id="account-menu" className="menu__sheet sheet" hidden={!open}>
        <p className="menu__who">
          {session.kind === "guest" ? "You are here as a guest." : session.email}
          {session.expires_at && (
            <span className="hush">Everything is deleted {until(session.expires_at)}.</span>
          )}
          {session.administrator && <span className="hush">Administrator</span>}
        </p>
        <ul>
          {session.kind === "guest" && session.methods.sign_up && (
            <li>
              <NavLink to="/sign-up">Keep my work: make an account</NavLink>
            </li>
          )}
          <li>
            <NavLink to="/account">Your account</NavLink>
          </li>
          {session.administrator && (
            <>
              <li>
                <NavLink to="/services">Services</NavLink>
              </li>
              <li>
                <NavLink to="/operations">Operations</NavLink>
              </li>
            </>
          )}
          <li>
            <SignOut />
          </li>
        </ul>
      </div>
    </div>
  );
}
