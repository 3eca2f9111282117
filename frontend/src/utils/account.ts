// Which field of a form an answer of the server belongs to.
import { ApiError, toApiError } from "./api/client";

/** The pages that are there for whoever is not signed in. */
export const DOORS = ["/sign-in", "/sign-up", "/forgot", "/verify", "/reset"];

export type FieldName = "email" | "password" | "current";

export interface Trouble {
  /** Null when it belongs to no single field. */
  field: FieldName | null;
  detail: string;
  hint: string | null;
}

const FIELDS: Record<string, FieldName> = {
  email_invalid: "email",
  password_too_short: "password",
  password_too_long: "password",
  password_common: "password",
  wrong_password: "current",
};

export function troubleOf(error: unknown): Trouble | null {
  if (!error) return null;
  const { code, detail, hint } = error instanceof ApiError ? error : toApiError(error);
  return { field: FIELDS[code] ?? null, detail, hint };
}

const EMPTY: Record<FieldName, string> = {
  email: "Write your e-mail address.",
  current: "Write your present password.",
  password: "Write a password.",
};

/** The first field that was left empty, in the order in which they are asked. */
export function missing(values: Partial<Record<FieldName, string>>): Trouble | null {
  for (const field of ["email", "current", "password"] as const) {
    const value = values[field];
    if (value !== undefined && (field === "email" ? value.trim() : value) === "")
      return { field, detail: EMPTY[field], hint: null };
  }
  return null;
}

/** The token of a mailed link. It stands behind "#", so that no server and no log is sent it. */
export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

/** Why the log-in service of others sent somebody back, in words. */
export function oidcTrouble(code: string, name: string): Trouble {
  const detail =
    code === "oidc_cancelled"
      ? `Signing in with ${name} was called off.`
      : `Signing in with ${name} did not work.`;
  return { field: null, detail, hint: "Try again, or choose another way." };
}
