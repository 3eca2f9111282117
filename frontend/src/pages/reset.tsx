import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { FormTrouble, PasswordField } from "../components/account/fields";
import { LinkBroken } from "../components/account/link-broken";
import { useReset } from "../hooks/queries/account";
import { useLinkToken } from "../hooks/use-link-token";
import { useTitle } from "../hooks/use-title";
import { useTrouble } from "../hooks/use-trouble";
import "../components/account/door.css";

/** Where the mail of a forgotten password leads. */
export function ResetPage() {
  useTitle("Choose a new password");
  const token = useLinkToken();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const reset = useReset(() => void navigate("/sign-in", { replace: true, state: { reset: true } }));
  const trouble = useTrouble(reset.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token && trouble.filled({ password })) reset.mutate({ token, password });
  };

  if (!token) {
    return (
      <LinkBroken>
        <Link className="btn btn--primary" to="/forgot">
          Ask for a new link
        </Link>
      </LinkBroken>
    );
  }
  return (
    <div className="door">
      <div className="door__main">
        <h1>Choose a new password</h1>
        <form className="door__form" noValidate onSubmit={submit} aria-label="Choose a new password">
          <FormTrouble trouble={trouble.other} />
          <PasswordField
            label="New password"
            kind="new-password"
            value={password}
            trouble={trouble.of("password")}
            onChange={setPassword}
          />
          <div className="row door__foot">
            <button type="submit" className="btn btn--primary" disabled={reset.isPending}>
              {reset.isPending ? "Setting it" : "Set the password"}
            </button>
            {trouble.other && <Link to="/forgot">Ask for a new link</Link>}
          </div>
        </form>
      </div>
    </div>
  );
}
