// Everything that is recorded in this tab or left over from an earlier one, on its way to the server. One upload at a
// time and in the order of recording, so that a retake never overtakes the take it replaces.
import { api, must, toApiError } from "../utils/api/client";
import { MemorySpool, openSpool, type Spool, type TakeSession } from "../utils/spool";
import { TusError } from "../utils/tus";
import { type Server, Uploader, type UploadState } from "../utils/uploader";

export interface TakeView {
  session: TakeSession;
  upload: UploadState | null;
  /** Cut off by a closed or crashed tab: the person decides whether it counts. */
  leftOver: boolean;
}

const server: Server = {
  endpoint: new URL("/api/uploads", globalThis.location?.href ?? "http://localhost").href,
  async createTake(questionId, kind) {
    const path = { question_id: questionId };
    const call = must(api.POST("/api/questions/{question_id}/takes", { params: { path }, body: { kind } }));
    return (await call.catch(asTus)).id;
  },
  async finishTake(takeId, durationMs) {
    const body = { duration_ms: Math.round(durationMs) };
    await must(
      api.POST("/api/takes/{take_id}/finish", { params: { path: { take_id: takeId } }, body }),
    ).catch(asTus);
  },
  async find(takeId) {
    const path = { take_id: takeId };
    const take = await must(api.GET("/api/takes/{take_id}", { params: { path } })).catch((error: unknown) =>
      toApiError(error).status === 404 ? null : asTus(error),
    );
    return take && { complete: take.completed_at !== null, uploadUrl: take.upload?.url ?? null };
  },
};

function asTus(error: unknown): never {
  const said = toApiError(error);
  // A question or take that is gone stays gone; only an upload can be opened again.
  const status = said.status === 404 ? 422 : said.status;
  throw new TusError(status, said.detail, said.hint, said.code);
}

class TakeStore {
  private views: ReadonlyMap<string, TakeView> = new Map();
  private readonly listeners = new Set<() => void>();
  private readonly releases = new Map<string, () => void>();
  private spool: Promise<Spool> | null = null;
  private fallback: Spool | null = null;
  private running: { id: string; uploader: Uploader | null } | null = null;
  private writes: Promise<unknown> = Promise.resolve();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    void this.open();
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ReadonlyMap<string, TakeView> => this.views;

  /** Opens the spool once and looks for what an earlier tab left. */
  open(): Promise<Spool> {
    this.spool ??= openSpool().then(async (spool) => {
      for (const session of await spool.list()) {
        if (!this.views.has(session.id) && (await abandoned(session.id))) {
          this.show(session.id, { session, upload: null, leftOver: !session.complete });
        }
      }
      this.pump();
      return spool;
    });
    return this.spool;
  }

  async begin(about: Pick<TakeSession, "interviewId" | "questionId" | "kind" | "type">): Promise<string> {
    const spool = await this.open();
    const id = crypto.randomUUID();
    const fresh = { chunks: 0, bytes: 0, durationMs: 0, complete: false, takeId: null, uploadUrl: null };
    const session: TakeSession = { ...about, ...fresh, id, createdAt: Date.now() };
    await hold(id, this.releases);
    await spool.create(session).catch(() => this.memory().create(session));
    this.show(id, { session, upload: null, leftOver: false });
    this.pump();
    return id;
  }

  /** Writes one chunk; chunks stay in order because each waits for the one before. */
  append(id: string, data: Blob, endMs: number): void {
    this.write(id, async (spool) => spool.append(id, await data.arrayBuffer(), endMs));
  }

  async complete(id: string): Promise<void> {
    await this.write(id, (spool) => spool.update(id, { complete: true }));
    this.release(id);
    this.pump();
  }

  /** Sends what an earlier tab kept. */
  async adopt(id: string): Promise<void> {
    const view = this.views.get(id);
    if (!view) return;
    this.show(id, { ...view, leftOver: false });
    await this.complete(id);
  }

  async discard(id: string): Promise<void> {
    if (this.running?.id === id) this.running.uploader?.stop();
    await (await this.home(id)).drop(id);
    this.release(id);
    this.views = new Map([...this.views].filter(([other]) => other !== id));
    this.tell();
    this.pump();
  }

  /** Tries a take again that the server refused or could not take. */
  retry(id: string): void {
    const view = this.views.get(id);
    if (view) this.show(id, { ...view, upload: null });
    this.pump();
  }

  async forget(): Promise<void> {
    this.running?.uploader?.stop();
    await (await this.open()).clear();
    this.views = new Map();
    this.tell();
  }

  private memory(): Spool {
    this.fallback ??= new MemorySpool();
    return this.fallback;
  }

  private async home(id: string): Promise<Spool> {
    const inMemory = await this.fallback?.get(id);
    return inMemory && this.fallback ? this.fallback : this.open();
  }

  private write(id: string, action: (spool: Spool) => Promise<void>): Promise<void> {
    const done = this.writes.then(async () => {
      const spool = await this.home(id);
      await action(spool);
      const session = await spool.get(id);
      const view = this.views.get(id);
      if (session && view) this.show(id, { ...view, session });
      if (this.running?.id === id) this.running.uploader?.nudge();
    });
    this.writes = done.catch(() => undefined);
    return done;
  }

  private release(id: string): void {
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  private show(id: string, view: TakeView): void {
    this.views = new Map(this.views).set(id, view);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private pump(): void {
    if (this.running) return;
    const next = [...this.views.values()]
      .sort((a, b) => a.session.createdAt - b.session.createdAt)
      .find((view) => !view.leftOver && view.upload?.phase !== "failed" && view.upload?.phase !== "done");
    if (next) void this.send(next.session.id);
  }

  private async send(id: string): Promise<void> {
    this.running = { id, uploader: null };
    const spool = await this.home(id);
    const uploader = new Uploader({
      spool,
      sessionId: id,
      server,
      onChange: (upload) => {
        const view = this.views.get(id);
        if (view) this.show(id, { ...view, upload });
      },
    });
    this.running = { id, uploader };
    const online = () => uploader.nudge();
    window.addEventListener("online", online);
    await uploader.run().catch(() => undefined);
    window.removeEventListener("online", online);
    this.running = null;
    this.pump();
  }
}

// A tab that records holds a lock with the take's name; the browser lets go of it when the tab dies.
const lockName = (id: string) => `rehearsal-take-${id}`;

async function abandoned(id: string): Promise<boolean> {
  if (!navigator.locks) return true;
  return navigator.locks.request(lockName(id), { ifAvailable: true }, async (lock) => lock !== null);
}

async function hold(id: string, releases: Map<string, () => void>): Promise<void> {
  if (!navigator.locks) return;
  await new Promise<void>((held) => {
    void navigator.locks.request(lockName(id), () => {
      held();
      return new Promise<void>((release) => releases.set(id, release));
    });
  });
}

export const takeStore = new TakeStore();
