// The part of tus 1.0 this product speaks: creation with deferred length, HEAD, PATCH with checksum, termination.

import { tellNotSignedIn } from "./api/signed-out";

const VERSION = { "Tus-Resumable": "1.0.0" };
const STALL_MS = 30_000;

export class TusError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string | null | undefined = null,
    readonly code: string | null | undefined = null,
  ) {
    super(message);
  }

  /** Worth another try: the line broke, the server is busy, or the offset must be asked for again. */
  get passing(): boolean {
    if (this.status === 409)
      return !this.code || this.code === "upload_offset" || this.code === "upload_cut_off";
    return this.status === 0 || this.status >= 500 || [408, 423, 425, 429, 460].includes(this.status);
  }

  /** Nobody is signed in any more. The recording waits until the same person is back. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** The upload is not there any more; the take may still be. */
  get gone(): boolean {
    return this.status === 404 || this.status === 410;
  }

  /** Somebody, perhaps an earlier try whose answer was lost, has completed the take already. */
  get complete(): boolean {
    return this.code === "take_complete";
  }
}

async function call(url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const stall = AbortSignal.timeout(STALL_MS);
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, stall]) : stall });
  } catch {
    throw new TusError(0, "The connection broke while sending.");
  }
  if (response.ok) return response;
  // Every 401 of an upload means this; the answer to HEAD has no body that could say more.
  if (response.status === 401) tellNotSignedIn();
  const body: unknown = await response.json().catch(() => null);
  const said = (body ?? {}) as { error?: string; detail?: string; hint?: string | null };
  throw new TusError(
    response.status,
    said.detail ?? "The recording was not accepted.",
    said.hint,
    said.error,
  );
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function checksum(data: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  // crypto.subtle exists only on https and localhost; elsewhere the server checks offsets and length alone.
  if (!globalThis.crypto?.subtle || data.length === 0) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return { "Upload-Checksum": `sha256 ${base64(digest)}` };
}

/** Opens an upload whose length is not known yet; returns its address. */
export async function createUpload(
  endpoint: string,
  metadata: Record<string, string>,
  signal?: AbortSignal,
): Promise<string> {
  const pairs = Object.entries(metadata).map(([k, v]) => `${k} ${base64(new TextEncoder().encode(v))}`);
  const headers = { ...VERSION, "Upload-Defer-Length": "1", "Upload-Metadata": pairs.join(",") };
  const response = await call(endpoint, { method: "POST", headers }, signal);
  const location = response.headers.get("Location");
  if (!location) throw new TusError(response.status, "The server gave no address for the upload.");
  return new URL(location, new URL(endpoint, globalThis.location?.href)).href;
}

export async function askOffset(
  url: string,
  signal?: AbortSignal,
): Promise<{ offset: number; length: number | null }> {
  const response = await call(url, { method: "HEAD", headers: VERSION, cache: "no-store" }, signal);
  const length = response.headers.get("Upload-Length");
  return {
    offset: Number(response.headers.get("Upload-Offset") ?? 0),
    length: length === null ? null : Number(length),
  };
}

/** Sends bytes at `offset`; `length` is given once, when the whole size is known. Returns the new offset. */
export async function sendBytes(
  url: string,
  offset: number,
  data: Uint8Array<ArrayBuffer>,
  length: number | null,
  signal?: AbortSignal,
): Promise<number> {
  const headers: Record<string, string> = {
    ...VERSION,
    ...(await checksum(data)),
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(offset),
  };
  if (length !== null) headers["Upload-Length"] = String(length);
  const response = await call(url, { method: "PATCH", headers, body: data }, signal);
  return Number(response.headers.get("Upload-Offset") ?? offset + data.length);
}

export async function endUpload(url: string): Promise<void> {
  await call(url, { method: "DELETE", headers: VERSION });
}
