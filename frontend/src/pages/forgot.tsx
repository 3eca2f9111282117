import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { AskedMail } from "../components/account/asked-mail";
import { EmailField, FormTrouble } from "../components/account/fields";
import { useForgot } from "../hooks/queries/account";
import { useTitle } from "../hooks/use-title";
import { useTrouble } from "../hooks/use-trouble";
import "../components/account/door.css";

export function ForgotPage() {
  useTitle("Forgotten password");
  const [email, setEmail] = useState("");
  const forgot = useForgot();
  const trouble = useTrouble(forgot.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trouble.filled({ email })) forgot.mutate(email);
  };

  if (forgot.isSuccess) {
    return (
      <AskedMail onAgain={() => forgot.reset()}>
        <p>
          If <strong className="door__address">{email}</strong> has an account here, a link to choose a new
          password is on its way. It works once and for 30 minutes.
        </p>
      </AskedMail>
    );
  }
  return (
    <div className="door">
      <div className="door__main">
        <h1>Forgotten password</h1>
        <p>Write the address of your account. We send a link with which you choose a new password.</p>
        <form className="door__form" noValidate onSubmit={submit} aria-label="Forgotten password">
          <FormTrouble trouble={trouble.other} />
          <EmailField value={email} trouble={trouble.of("email")} onChange={setEmail} />
          <div className="row door__foot">
            <button type="submit" className="btn btn--primary" disabled={forgot.isPending}>
              {forgot.isPending ? "Sending" : "Send the link"}
            </button>
            <Link to="/sign-in">Go to signing in</Link>
          </div>
        </form>
      </div>
    </div>
  );
}
