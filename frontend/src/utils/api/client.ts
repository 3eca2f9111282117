import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";

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

const UNREACHABLE = new ApiError(
  0,
  "unreachable",
  "Rehearsal does not answer.",
  "Look whether it is still running in the terminal where you started it, then try again.",
);

function asError(status: number, body: unknown): ApiError {
  const said = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (typeof said.detail === "string" && typeof said.error === "string") {
    return new ApiError(status, said.error, said.detail, typeof said.hint === "string" ? said.hint : null);
  }
  return new ApiError(
    status,
    "unexpected",
    "Something went wrong on our side.",
    "Try again. If it happens again, the terminal where Rehearsal runs says why.",
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
  if (!result.response.ok) throw asError(result.response.status, result.error);
  return result.data as T;
}

/** Any thrown thing as an ApiError, for the pages that show it. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : asError(0, null);
}
