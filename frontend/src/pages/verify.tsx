import { Link, useNavigate } from "react-router";
import { FormTrouble } from "../components/account/fields";
import { LinkBroken } from "../components/account/link-broken";
import { useSay } from "../components/ui/toasts";
import { useVerify } from "../hooks/queries/account";
import { useLinkToken } from "../hooks/use-link-token";
import { useTitle } from "../hooks/use-title";
import { useTrouble } from "../hooks/use-trouble";
import { toApiError } from "../utils/api/client";
import "../components/account/door.css";

/** Where the mail of a sign-up leads. It waits for a press: programs that look through mail open links, too. */
export function VerifyPage() {
  useTitle("Confirm your address");
  const token = useLinkToken();
  const navigate = useNavigate();
  const say = useSay();
  const verify = useVerify(() => {
    void navigate("/", { replace: true });
    say("Your account is made, and you are signed in.");
  });
  const trouble = useTrouble(verify.error);
  const spent = verify.isError && toApiError(verify.error).code === "link_invalid";
  if (!token) {
    return (
      <LinkBroken>
        <Link className="btn btn--primary" to="/sign-up">
          Make an account
        </Link>
      </LinkBroken>
    );
  }
  return (
    <div className="door">
      <div className="door__main">
        <h1>One press, and your account is made</h1>
        <p>
          You have shown that the address is yours. This makes the account and signs you in on this browser.
        </p>
        <FormTrouble trouble={trouble.other} />
        <p className="row">
          {!spent && (
            <button
              type="button"
              className="btn btn--primary"
              disabled={verify.isPending}
              onClick={() => verify.mutate(token)}
            >
              {verify.isPending ? "Making it" : "Make my account"}
            </button>
          )}
          {spent && (
            <>
              <Link className="btn btn--primary" to="/sign-up">
                Ask for a new link
              </Link>
              <Link className="btn" to="/sign-in">
                Sign in
              </Link>
            </>
          )}
        </p>
      </div>
    </div>
  );
}
