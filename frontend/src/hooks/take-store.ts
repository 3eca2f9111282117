// Everything that is recorded in this tab or left over from an earlier one, on its way to the server. One upload at a
// time and in the order of recording, so that a retake never overtakes the take it replaces.
import {
  forgetOthers,
  MemorySpool,
  openSpool,
  type Spool,
  spoolName,
  type TakeSession,
} from "../utils/spool";
import { abandoned, hold } from "../utils/tab-locks";
import { Uploader, type UploadState } from "../utils/uploader";
import { takeServer } from "./take-server";

export interface TakeView {
  session: TakeSession;
  upload: UploadState | null;
  /** Cut off by a closed or crashed tab: the person decides whether it counts. */
  leftOver: boolean;
}

/** How long a recording of somebody else may wait in this browser for them to come back. */
const OTHERS_KEPT_MS = 7 * 86_400_000;

export class TakeStore {
  private views: ReadonlyMap<string, TakeView> = new Map();
  private readonly listeners = new Set<() => void>();
  private readonly releases = new Map<string, () => void>();
  /** Whose spool is open; null for the one person of a personal installation. */
  private owner: string | null = null;
  private opened: Promise<Spool> | null = null;
  private readonly spools = new Map<string | null, Promise<Spool>>();
  /** For what the disk does not take. */
  private readonly fallbacks = new Map<string | null, MemorySpool>();
  /** Where each take is kept: a recording that ends while another person signs in stays with who recorded it. */
  private readonly homes = new Map<string, Spool>();
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
    this.opened ??= this.look(this.owner);
    return this.opened;
  }

  private async look(owner: string | null): Promise<Spool> {
    const name = spoolName(owner);
    const opening = this.spools.get(owner) ?? openSpool(name);
    this.spools.set(owner, opening);
    const spool = await opening;
    for (const home of [spool, this.fallbacks.get(owner)]) {
      for (const session of (await home?.list()) ?? []) {
        if (this.views.has(session.id) || !(await abandoned(session.id)) || this.owner !== owner) continue;
        this.homes.set(session.id, home ?? spool);
        this.show(session.id, { session, upload: null, leftOver: !session.complete });
      }
    }
    if (this.owner === owner) this.pump();
    if (owner !== null) void forgetOthers(name, OTHERS_KEPT_MS).catch(() => undefined);
    return spool;
  }

  /**
   * Says who is signed in. The same person as before: what was held back goes on. Somebody else: what the one before
   * recorded stays in their own spool, unseen and unsent, until they are back.
   */
  belongTo(owner: string | null): void {
    if (owner === this.owner) {
      this.running?.uploader?.resume();
      return;
    }
    this.owner = owner;
    this.running?.uploader?.stop();
    this.opened = null;
    this.views = new Map();
    this.tell();
    if (this.listeners.size > 0) void this.open();
  }

  /** What of this person is kept here alone, in every tab: recordings the server does not have whole. */
  async unsent(): Promise<TakeSession[]> {
    const onDisk = await (await this.open()).list();
    return [...onDisk, ...((await this.fallbacks.get(this.owner)?.list()) ?? [])].filter(
      (session) => session.bytes > 0,
    );
  }

  async begin(about: Pick<TakeSession, "interviewId" | "questionId" | "kind" | "type">): Promise<string> {
    const spool = await this.open();
    const id = crypto.randomUUID();
    const fresh = { chunks: 0, bytes: 0, durationMs: 0, complete: false, takeId: null, uploadUrl: null };
    const session: TakeSession = { ...about, ...fresh, id, createdAt: Date.now() };
    await hold(id, this.releases);
    const home = await spool.create(session).then(
      () => spool,
      async () => {
        await this.memory().create(session);
        return this.memory();
      },
    );
    this.homes.set(id, home);
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
    await this.fallbacks.get(this.owner)?.clear();
    this.views = new Map();
    this.tell();
  }

  private memory(): Spool {
    const found = this.fallbacks.get(this.owner) ?? new MemorySpool();
    this.fallbacks.set(this.owner, found);
    return found;
  }

  private async home(id: string): Promise<Spool> {
    return this.homes.get(id) ?? this.open();
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
    if (!this.views.has(id)) {
      this.running = null;
      return this.pump();
    }
    const uploader = new Uploader({
      spool,
      sessionId: id,
      server: takeServer,
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

export const takeStore = new TakeStore();
