import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { useLogIn } from "../../hooks/queries/account";
import { useSession } from "../../hooks/session";
import { useTrouble } from "../../hooks/use-trouble";
import type { Trouble } from "../../utils/account";
import { EmailField, FormTrouble, PasswordField } from "./fields";

interface Props {
  /** The page to come back to from the log-in service of others. */
  next: string;
  /** Known when somebody comes back to a page that is still theirs. */
  email?: string | null;
  /** What is said before anything was tried here. */
  before?: Trouble | null;
  /** The page stays open: whatever leads away from it opens in another tab. */
  staying?: boolean;
}

/** E-mail and password, or the log-in service that this installation names. */
export function SignInForm({ next, email: known, before = null, staying }: Props) {
  const { methods } = useSession();
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const logIn = useLogIn();
  const trouble = useTrouble(logIn.error);
  const elsewhere = staying ? { target: "_blank", rel: "noopener" } : {};

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trouble.filled({ email, password })) logIn.mutate({ email, password });
  };

  return (
    <form className="door__form" noValidate onSubmit={submit} aria-label="Sign in">
      {methods.oidc && (
        <>
          <a className="btn" href={`/api/session/oidc/start?next=${encodeURIComponent(next)}`} {...elsewhere}>
            Go on with {methods.oidc.name}
          </a>
          {staying && <p className="hush">It opens in another tab. Come back to this one afterwards.</p>}
          {methods.password && <p className="door__or hush">or</p>}
        </>
      )}
      <FormTrouble trouble={trouble.other ?? (logIn.isIdle ? before : null)} />
      {methods.password && (
        <>
          <EmailField value={email} trouble={trouble.of("email")} onChange={setEmail} />
          <PasswordField
            label="Password"
            kind="current-password"
            value={password}
            trouble={trouble.of("password")}
            onChange={setPassword}
          />
          <div className="row door__foot">
            <button type="submit" className="btn btn--primary" disabled={logIn.isPending}>
              {logIn.isPending ? "Signing in" : "Sign in"}
            </button>
            <Link to="/forgot" {...elsewhere}>
              Forgotten password?
            </Link>
          </div>
        </>
      )}
    </form>
  );
}
