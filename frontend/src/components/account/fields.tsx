import { useEffect, useId, useRef, useState } from "react";
import type { Trouble } from "../../utils/account";

interface EmailProps {
  value: string;
  trouble: Trouble | null;
  onChange(value: string): void;
}

export function EmailField({ value, trouble, onChange }: EmailProps) {
  const id = useId();
  const field = useFocusOn(trouble);
  return (
    <div className="field">
      <label htmlFor={id}>E-mail address</label>
      <input
        id={id}
        ref={field}
        className="input"
        type="email"
        name="email"
        autoComplete="username"
        inputMode="email"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={320}
        value={value}
        aria-invalid={trouble !== null}
        aria-describedby={trouble ? `${id}-trouble` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      <FieldTrouble id={`${id}-trouble`} trouble={trouble} />
    </div>
  );
}

interface PasswordProps extends EmailProps {
  label: string;
  /** Tells a password manager whether to fill in or to propose one. */
  kind: "current-password" | "new-password";
}

export function PasswordField({ label, kind, value, trouble, onChange }: PasswordProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const field = useFocusOn(trouble);
  const fresh = kind === "new-password";
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="password">
        <input
          id={id}
          ref={field}
          className="input"
          type={shown ? "text" : "password"}
          name={kind}
          autoComplete={kind}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={1000}
          value={value}
          aria-invalid={trouble !== null}
          aria-describedby={trouble ? `${id}-trouble` : fresh ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="btn btn--quiet"
          aria-label={shown ? `Hide: ${label}` : `Show: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {shown ? "Hide" : "Show"}
        </button>
      </div>
      {fresh && !trouble && (
        <span id={`${id}-help`} className="hush">
          At least 8 characters. A few words in a row are easy to remember and hard to guess.
        </span>
      )}
      <FieldTrouble id={`${id}-trouble`} trouble={trouble} />
    </div>
  );
}

function FieldTrouble({ id, trouble }: { id: string; trouble: Trouble | null }) {
  return (
    trouble && (
      <span id={id} className="field__trouble">
        {trouble.detail} {trouble.hint}
      </span>
    )
  );
}

/** What went wrong with the whole form; takes the focus, so that it is read and seen at once. */
export function FormTrouble({ trouble }: { trouble: Trouble | null }) {
  const box = useFocusOn<HTMLDivElement>(trouble);
  return (
    trouble && (
      <div ref={box} className="problem" role="alert" tabIndex={-1}>
        <strong>{trouble.detail}</strong>
        {trouble.hint && <span>{trouble.hint}</span>}
      </div>
    )
  );
}

function useFocusOn<T extends HTMLElement = HTMLInputElement>(trouble: Trouble | null) {
  const target = useRef<T>(null);
  useEffect(() => {
    if (trouble) target.current?.focus();
  }, [trouble]);
  return target;
}
