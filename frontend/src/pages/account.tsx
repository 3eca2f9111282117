import { Link } from "react-router";
import { ChangePassword } from "../components/account/change-password";
import { SignIns } from "../components/account/sign-ins";
import { SignOut } from "../components/account/sign-out";
import { usePerson } from "../hooks/session";
import { useTitle } from "../hooks/use-title";
import { until } from "../utils/format";
import "../components/account/account.css";

export function AccountPage() {
  useTitle("Your account");
  const session = usePerson();
  const guest = session.kind === "guest";
  return (
    <div className="account">
      <header>
        <h1>Your account</h1>
        {guest ? (
          <>
            <p>
              You are here as a guest. Everything you do is kept until{" "}
              <strong>{session.expires_at ? until(session.expires_at) : "24 hours have passed"}</strong> and
              then deleted.
            </p>
            {session.methods.sign_up && (
              <Link className="btn btn--primary" to="/sign-up">
                Keep my work: make an account
              </Link>
            )}
          </>
        ) : (
          <p>
            Signed in as{" "}
            <strong className="account__address">{session.email ?? "somebody without an address"}</strong>
            {session.administrator && ", an administrator of this server"}.
          </p>
        )}
      </header>
      {!guest && <ChangePassword />}
      <SignIns />
      <section aria-labelledby="work-title">
        <h2 id="work-title">What is kept of you</h2>
        <p>
          Postings, interviews, recordings and what was measured in them: see it, and delete what you like.
        </p>
        <Link className="btn" to="/data">
          Your data
        </Link>
      </section>
      <section aria-labelledby="out-title">
        <h2 id="out-title">Sign out</h2>
        <p>On this browser. What it keeps of you is removed.</p>
        <SignOut className="btn" />
      </section>
    </div>
  );
}
