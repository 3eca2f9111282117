// Sends one take from the spool while it is still growing, and tells how far it got.
import type { Spool } from "./spool";
import { askOffset, createUpload, sendBytes, TusError } from "./tus";

export interface UploadState {
  /** "held": nobody is signed in; it goes on once the same person is back. */
  phase: "sending" | "waiting" | "held" | "done" | "failed";
  /** How much of the recording the server has, in milliseconds of its time. */
  sentMs: number;
  takeId: string | null;
  detail: string | null;
  hint: string | null;
}

export interface Server {
  endpoint: string;
  createTake(questionId: string, kind: "video" | "voice"): Promise<string>;
  finishTake(takeId: string, durationMs: number): Promise<void>;
  /** What the server has of a take begun earlier; null when the take is not there any more. */
  find(takeId: string): Promise<{ complete: boolean; uploadUrl: string | null } | null>;
}

interface Options {
  spool: Spool;
  sessionId: string;
  server: Server;
  onChange(state: UploadState): void;
  /** First wait after a failure; doubles up to 30 s. */
  firstWaitMs?: number;
}

const MAX_PATCH_BYTES = 4 * 1024 * 1024;
const LONGEST_WAIT_MS = 30_000;
const IDLE_MS = 5_000;

export class Uploader {
  private state: UploadState = { phase: "sending", sentMs: 0, takeId: null, detail: null, hint: null };
  private wake: (() => void) | null = null;
  private readonly stopper = new AbortController();

  constructor(private readonly options: Options) {}

  /** Something changed: a chunk was kept, the take is complete, or the line is back. */
  nudge(): void {
    if (this.state.phase !== "held") this.wake?.();
  }

  /** The same person is signed in again. */
  resume(): void {
    if (this.state.phase === "held") this.wake?.();
  }

  stop(): void {
    this.stopper.abort();
    this.wake?.();
  }

  /** Runs until the server has everything (true), the take cannot be sent, or it was stopped (false). */
  async run(): Promise<boolean> {
    let failures = 0;
    while (!this.stopper.signal.aborted) {
      try {
        await this.send(() => {
          failures = 0;
        });
        if (this.stopper.signal.aborted) return false;
        this.change({ phase: "done", detail: null, hint: null });
        return true;
      } catch (error) {
        if (this.stopper.signal.aborted) return false;
        if (!(error instanceof TusError)) throw error;
        if (error.complete) {
          await this.options.spool.drop(this.options.sessionId);
          this.change({ phase: "done", detail: null, hint: null });
          return true;
        }
        if (error.signedOut) {
          this.change({ phase: "held", detail: error.message, hint: error.hint ?? null });
          // Asked again now and then, in case they signed in without this page being told.
          await this.sleep(LONGEST_WAIT_MS);
          continue;
        }
        if (error.gone) await this.options.spool.update(this.options.sessionId, { uploadUrl: null });
        else if (!error.passing) {
          this.change({ phase: "failed", detail: error.message, hint: error.hint ?? null });
          return false;
        }
        failures += 1;
        this.change({ phase: "waiting", detail: error.message, hint: error.hint ?? null });
        const first = this.options.firstWaitMs ?? 500;
        await this.sleep(Math.min(LONGEST_WAIT_MS, first * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
      }
    }
    return false;
  }

  private change(part: Partial<UploadState>): void {
    this.state = { ...this.state, ...part };
    this.options.onChange(this.state);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async prepare(): Promise<{ url: string; takeId: string } | null> {
    const { spool, sessionId, server } = this.options;
    const session = await spool.get(sessionId);
    if (!session) return null;
    const known = session.takeId;
    const takeId = known ?? (await server.createTake(session.questionId, session.kind));
    if (!known) await spool.update(sessionId, { takeId });
    this.change({ takeId });
    const url = session.uploadUrl ?? (await this.open(takeId, session.type, known !== null));
    if (!session.uploadUrl) await spool.update(sessionId, { uploadUrl: url });
    return { url, takeId };
  }

  /** The upload of a take: the one that is open already, or a new one. */
  private async open(takeId: string, type: string, known: boolean): Promise<string> {
    const { server } = this.options;
    if (known) {
      const found = await server.find(takeId);
      if (!found) throw new TusError(422, "The interview this answer belongs to was deleted.");
      if (found.complete) throw new TusError(409, "This take is complete.", null, "take_complete");
      if (found.uploadUrl) return new URL(found.uploadUrl, server.endpoint).href;
    }
    return createUpload(server.endpoint, { take_id: takeId, type }, this.stopper.signal);
  }

  private async send(onProgress: () => void): Promise<void> {
    const { spool, sessionId, server } = this.options;
    const target = await this.prepare();
    if (!target) return;
    let { offset, length } = await askOffset(target.url, this.stopper.signal);
    for (;;) {
      if (this.stopper.signal.aborted) return;
      const session = await spool.get(sessionId);
      if (!session) return;
      if (offset < session.bytes || (session.complete && length === null)) {
        const { data, endMs } = await spool.read(sessionId, offset, MAX_PATCH_BYTES);
        const last = session.complete && offset + data.length === session.bytes;
        offset = await sendBytes(target.url, offset, data, last ? session.bytes : null, this.stopper.signal);
        if (last) length = session.bytes;
        onProgress();
        this.change({
          phase: "sending",
          sentMs: Math.max(this.state.sentMs, endMs),
          detail: null,
          hint: null,
        });
      } else if (session.complete) {
        const confirmed = await askOffset(target.url, this.stopper.signal);
        if (confirmed.offset !== session.bytes)
          throw new TusError(409, "The server has not got all of it yet.");
        await server.finishTake(target.takeId, session.durationMs);
        await spool.drop(sessionId);
        return;
      } else {
        await this.sleep(IDLE_MS);
      }
    }
  }
}
