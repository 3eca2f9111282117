import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { useChangePassword } from "../../hooks/queries/account";
import { usePerson } from "../../hooks/session";
import { useTrouble } from "../../hooks/use-trouble";
import { useSay } from "../ui/toasts";
import { FormTrouble, PasswordField } from "./fields";

export function ChangePassword() {
  const { email, has_password, methods } = usePerson();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useChangePassword();
  const trouble = useTrouble(change.error);
  const say = useSay();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!trouble.filled({ current, password })) return;
    change.mutate(
      { current, new: password },
      {
        onSuccess: () => {
          setCurrent("");
          setPassword("");
          say("The password is changed. Your other browsers are signed out.");
        },
      },
    );
  };

  return (
    <section aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      {has_password ? (
        <form className="door__form" noValidate onSubmit={submit} aria-labelledby="password-title">
          <FormTrouble trouble={trouble.other} />
          {/* For password managers: they file the new password under this address. */}
          <input type="text" autoComplete="username" value={email ?? ""} readOnly hidden />
          <PasswordField
            label="Present password"
            kind="current-password"
            value={current}
            trouble={trouble.of("current")}
            onChange={setCurrent}
          />
          <PasswordField
            label="New password"
            kind="new-password"
            value={password}
            trouble={trouble.of("password")}
            onChange={setPassword}
          />
          <button type="submit" className="btn" disabled={change.isPending}>
            {change.isPending ? "Changing it" : "Change the password"}
          </button>
        </form>
      ) : (
        <>
          <p>
            You sign in with {methods.oidc?.name ?? "another service"}; there is no password here.
            {email && methods.sign_up && " You can choose one by a link that we mail to you."}
          </p>
          {email && methods.sign_up && <Link to="/forgot">Send me the link</Link>}
        </>
      )}
    </section>
  );
}
