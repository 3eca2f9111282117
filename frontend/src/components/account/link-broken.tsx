import type { ReactNode } from "react";
import { Link } from "react-router";

/** A page of a mailed link that was opened without the whole link. */
export function LinkBroken({ children }: { children: ReactNode }) {
  return (
    <div className="door">
      <div className="door__main">
        <h1>This link is not whole</h1>
        <p>
          Some mail programs break long links. Copy the whole of it from the mail into the address bar, or ask
          for a new one.
        </p>
        <p className="row">
          {children}
          <Link className="btn" to="/sign-in">
            Sign in
          </Link>
        </p>
      </div>
    </div>
  );
}
