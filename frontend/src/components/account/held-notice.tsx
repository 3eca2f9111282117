import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import { sessionKeeper, useStanding } from "../../hooks/session";
import { DOORS } from "../../utils/account";
import { SignInForm } from "./sign-in-form";
import "./door.css";

/** The sign-in has ended while somebody works: the page stays, with a way to sign in and go on. */
export function HeldNotice() {
  const { held } = useStanding();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const was = useRef(held);

  useEffect(() => {
    if (was.current && !held) {
      setOpen(false);
      // The button that had the focus is gone with the notice.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost) document.getElementById("main")?.focus({ preventScroll: true });
    }
    was.current = held;
  }, [held]);

  if (!held || DOORS.includes(pathname)) return null;
  const over = held.expires_at !== null && Date.parse(held.expires_at) <= Date.now();
  return (
    <aside className="held" aria-label="Signed out">
      <p role="alert">
        {over ? (
          <>
            <strong>Your 24 hours as a guest are over.</strong> What the server had of it is being deleted.
            What is on this page stays until you leave it.
          </>
        ) : (
          <>
            <strong>You are not signed in any more.</strong> What is on this page is kept, and so is what you
            record. Sign in, and it goes on.
          </>
        )}
      </p>
      <div className="row">
        {over ? (
          <button type="button" className="btn" onClick={() => sessionKeeper.left(true)}>
            Leave this page
          </button>
        ) : (
          <button type="button" className="btn btn--primary" onClick={() => setOpen(true)}>
            Sign in again
          </button>
        )}
      </div>
      {open && <SignInDialog email={held.email} onClose={() => setOpen(false)} />}
    </aside>
  );
}

function SignInDialog({ email, onClose }: { email: string | null; onClose(): void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className="dialog" aria-labelledby="again-title" onClose={onClose}>
      <div className="held__dialog">
        <h2 id="again-title">Sign in again</h2>
        <p className="hush">
          {email
            ? "As the same person, and the page goes on where it is."
            : "A guest cannot come back. If you made an account meanwhile, sign in with it, and the page goes on."}
        </p>
        <SignInForm next="/" email={email} staying />
        <div>
          <button type="button" className="btn" onClick={onClose}>
            Not now
          </button>
        </div>
      </div>
    </dialog>
  );
}
