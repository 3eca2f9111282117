import { type FormEvent, useState } from "react";
import { Link, Navigate } from "react-router";
import { AskedMail } from "../components/account/asked-mail";
import { EmailField, FormTrouble, PasswordField } from "../components/account/fields";
import { useSignUp } from "../hooks/queries/account";
import { useSession } from "../hooks/session";
import { useTitle } from "../hooks/use-title";
import { useTrouble } from "../hooks/use-trouble";
import "../components/account/door.css";

export function SignUpPage() {
  useTitle("Make an account");
  const { kind, methods } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signUp = useSignUp();
  const trouble = useTrouble(signUp.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trouble.filled({ email, password })) signUp.mutate({ email, password });
  };

  if (kind === "account") return <Navigate to="/account" replace />;
  if (!methods.sign_up) {
    return (
      <div className="door">
        <div className="door__main">
          <h1>Accounts are made by whoever runs this server</h1>
          <p>Ask them for one. You then get a mail in which you choose a password.</p>
          <p>
            <Link className="btn" to="/sign-in">
              Go to signing in
            </Link>
          </p>
        </div>
      </div>
    );
  }
  if (signUp.isSuccess) {
    return (
      <AskedMail onAgain={() => signUp.reset()}>
        <p>
          We have written to <strong className="door__address">{email}</strong>. The link in the mail makes
          your account and signs you in; it works for 24 hours.
          {kind === "guest" && " What you have done as a guest comes along."}
        </p>
      </AskedMail>
    );
  }
  return (
    <div className="door">
      <div className="door__main">
        <h1>{kind === "guest" ? "Keep my work" : "Make an account"}</h1>
        <p>
          {kind === "guest"
            ? "With an account, what you have done as a guest stays, and nothing is deleted after 24 hours."
            : "An e-mail address and a password, nothing else. We write to the address once, to see that it is yours."}
        </p>
        <form className="door__form" noValidate onSubmit={submit} aria-label="Make an account">
          <FormTrouble trouble={trouble.other} />
          <EmailField value={email} trouble={trouble.of("email")} onChange={setEmail} />
          <PasswordField
            label="Password"
            kind="new-password"
            value={password}
            trouble={trouble.of("password")}
            onChange={setPassword}
          />
          <div className="row door__foot">
            <button type="submit" className="btn btn--primary" disabled={signUp.isPending}>
              {signUp.isPending ? "Sending" : "Make an account"}
            </button>
            <Link to="/sign-in">I have one</Link>
          </div>
        </form>
      </div>
    </div>
  );
}
