import createClient from "openapi-fetch";
import { inWords } from "../format";
import type { paths } from "./schema.gen";
import { tellNotSignedIn } from "./signed-out";

/** What went wrong, in the server's words or, when it did not answer at all, in ours. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string | null,
  ) {
    super(detail);
  }
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "" });

/** Whether the server runs on this very machine, where its owner can look after it. */
const isNear = ["localhost", "127.0.0.1", "[::1]"].includes(globalThis.location?.hostname ?? "localhost");

const UNREACHABLE = new ApiError(
  0,
  "unreachable",
  "Rehearsal does not answer.",
  isNear
    ? "Look whether it is still running in the terminal where you started it, then try again."
    : "Look whether you are connected, then try again.",
);

function asError(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  const said = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (typeof said.detail === "string" && typeof said.error === "string") {
    const hint = typeof said.hint === "string" ? said.hint : null;
    const seconds = Number(retryAfter);
    const wait = status === 429 && seconds > 0 ? `Try again in ${inWords(seconds)}.` : null;
    return new ApiError(status, said.error, said.detail, wait ?? hint);
  }
  return new ApiError(
    status,
    "unexpected",
    "Something went wrong on our side.",
    isNear
      ? "Try again. If it happens again, the terminal where Rehearsal runs says why."
      : "Try again. If it happens again, tell whoever runs this server.",
  );
}

/** Waits for a call and returns its data, or throws an ApiError. */
export async function must<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let result: Awaited<typeof call>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw UNREACHABLE;
  }
  const { response } = result;
  if (response.ok) return result.data as T;
  const error = asError(response.status, result.error, response.headers.get("Retry-After"));
  if (isSignedOut(error)) tellNotSignedIn();
  throw error;
}

/** Nobody is signed in (any more); a wrong password is another 401. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && error.code === "not_signed_in";
}

/** Any thrown thing as an ApiError, for the pages that show it. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : asError(0, null);
}
