import { Link, Navigate, useLocation, useSearchParams } from "react-router";
import { FormTrouble } from "../components/account/fields";
import { SignInForm } from "../components/account/sign-in-form";
import { useEnterAsGuest } from "../hooks/queries/account";
import { useSession } from "../hooks/session";
import { useTitle } from "../hooks/use-title";
import { oidcTrouble, troubleOf } from "../utils/account";
import { until } from "../utils/format";
import "../components/account/door.css";

/** Stands at its own address, and in the place of every page while nobody is signed in. */
export function SignInPage({ next = "/" }: { next?: string }) {
  useTitle("Sign in");
  const { kind, methods, expires_at } = useSession();
  const [search] = useSearchParams();
  const reset = (useLocation().state as { reset?: boolean } | null)?.reset === true;
  const guest = useEnterAsGuest();
  const problem = search.get("problem");
  if (kind === "account") return <Navigate to={next} replace />;
  return (
    <div className="door">
      <div className="door__main">
        <h1>Sign in</h1>
        {reset && (
          <p role="status">
            The new password is set, and every browser that was signed in is signed out. Sign in with it.
          </p>
        )}
        {kind === "guest" && (
          <p>
            You are here as a guest. With another account you leave the guest’s work behind; it is deleted{" "}
            {expires_at ? until(expires_at) : "after 24 hours"}.
          </p>
        )}
        <SignInForm
          next={next}
          before={problem ? oidcTrouble(problem, methods.oidc?.name ?? "that service") : null}
        />
        {!methods.sign_up && kind === null && (
          <p className="hush">No account yet? Whoever runs this server can make you one.</p>
        )}
      </div>
      {(methods.guest || methods.sign_up) && (
        <aside className="door__aside" aria-label="Without an account">
          {methods.sign_up && (
            <section>
              <h2>{kind === "guest" ? "Keep your work" : "New here?"}</h2>
              <p>An account keeps your interviews, so that you can see how your answers change.</p>
              <Link className="btn" to="/sign-up">
                Make an account
              </Link>
            </section>
          )}
          {methods.guest && kind === null && (
            <section>
              <h2>Just trying it?</h2>
              <p>
                No name, no address. Everything you do is deleted after 24 hours
                {methods.sign_up ? ", unless you make an account before." : "."}
              </p>
              <FormTrouble trouble={troubleOf(guest.error)} />
              <button type="button" className="btn" disabled={guest.isPending} onClick={() => guest.mutate()}>
                {guest.isPending ? "Opening the door" : "Go on as a guest"}
              </button>
            </section>
          )}
        </aside>
      )}
    </div>
  );
}
