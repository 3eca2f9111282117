// Keeps a recording in the browser until the server has all of it. One transaction per chunk: a crash loses at most
// the chunk that was being written. Chunks are ArrayBuffers because Safari has lost Blobs kept in IndexedDB.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export interface TakeSession {
  id: string;
  interviewId: string;
  questionId: string;
  kind: "video" | "voice";
  type: string;
  createdAt: number;
  chunks: number;
  bytes: number;
  durationMs: number;
  /** True once the person pressed "I'm done": nothing more will be appended. */
  complete: boolean;
  takeId: string | null;
  uploadUrl: string | null;
}

interface Chunk {
  session: string;
  index: number;
  end: number;
  endMs: number;
  data: ArrayBuffer;
}

export interface Spool {
  /** False when the browser keeps nothing: what is not sent yet is lost with the tab. */
  readonly durable: boolean;
  create(session: TakeSession): Promise<void>;
  append(id: string, data: ArrayBuffer, endMs: number): Promise<void>;
  update(id: string, change: Partial<TakeSession>): Promise<void>;
  get(id: string): Promise<TakeSession | undefined>;
  list(): Promise<TakeSession[]>;
  /** Whole chunks from byte `from` on, at most about `maxBytes`, with the time the last of them ends. */
  read(id: string, from: number, maxBytes: number): Promise<{ data: Uint8Array<ArrayBuffer>; endMs: number }>;
  drop(id: string): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}

interface Schema extends DBSchema {
  sessions: { key: string; value: TakeSession };
  chunks: { key: [string, number]; value: Chunk; indexes: { end: [string, number] } };
}

/** Joins chunks, the first one cut at `from`. */
function join(chunks: Chunk[], from: number): { data: Uint8Array<ArrayBuffer>; endMs: number } {
  const last = chunks.at(-1);
  if (!last) return { data: new Uint8Array(0), endMs: 0 };
  const data = new Uint8Array(last.end - from);
  for (const chunk of chunks) {
    const bytes = new Uint8Array(chunk.data);
    const start = chunk.end - bytes.length;
    data.set(start < from ? bytes.subarray(from - start) : bytes, Math.max(0, start - from));
  }
  return { data, endMs: last.endMs };
}

class DiskSpool implements Spool {
  readonly durable = true;
  constructor(private readonly db: IDBPDatabase<Schema>) {}

  async create(session: TakeSession): Promise<void> {
    await this.db.put("sessions", session);
  }

  async append(id: string, data: ArrayBuffer, endMs: number): Promise<void> {
    const tx = this.db.transaction(["sessions", "chunks"], "readwrite");
    const session = await tx.objectStore("sessions").get(id);
    if (!session) throw new Error("This recording is no longer kept here.");
    const end = session.bytes + data.byteLength;
    await Promise.all([
      tx.objectStore("chunks").put({ session: id, index: session.chunks, end, endMs, data }),
      tx
        .objectStore("sessions")
        .put({ ...session, chunks: session.chunks + 1, bytes: end, durationMs: endMs }),
      tx.done,
    ]);
  }

  async update(id: string, change: Partial<TakeSession>): Promise<void> {
    const tx = this.db.transaction("sessions", "readwrite");
    const session = await tx.store.get(id);
    if (session) await tx.store.put({ ...session, ...change });
    await tx.done;
  }

  get(id: string): Promise<TakeSession | undefined> {
    return this.db.get("sessions", id);
  }

  async list(): Promise<TakeSession[]> {
    return (await this.db.getAll("sessions")).sort((a, b) => a.createdAt - b.createdAt);
  }

  async read(id: string, from: number, maxBytes: number) {
    const range = IDBKeyRange.bound([id, from + 1], [id, Number.MAX_SAFE_INTEGER]);
    const chunks: Chunk[] = [];
    let cursor = await this.db.transaction("chunks").store.index("end").openCursor(range);
    while (cursor) {
      if (chunks.length > 0 && cursor.value.end - from > maxBytes) break;
      chunks.push(cursor.value);
      cursor = await cursor.continue();
    }
    return join(chunks, from);
  }

  async drop(id: string): Promise<void> {
    const tx = this.db.transaction(["sessions", "chunks"], "readwrite");
    await Promise.all([
      tx.objectStore("sessions").delete(id),
      tx.objectStore("chunks").delete(IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER])),
      tx.done,
    ]);
  }

  async clear(): Promise<void> {
    const tx = this.db.transaction(["sessions", "chunks"], "readwrite");
    await Promise.all([tx.objectStore("sessions").clear(), tx.objectStore("chunks").clear(), tx.done]);
  }

  close(): void {
    this.db.close();
  }
}

/** The same without a database: private windows and full disks. */
export class MemorySpool implements Spool {
  readonly durable = false;
  private readonly sessions = new Map<string, TakeSession>();
  private readonly chunks = new Map<string, Chunk[]>();

  async create(session: TakeSession): Promise<void> {
    this.sessions.set(session.id, session);
    this.chunks.set(session.id, []);
  }

  async append(id: string, data: ArrayBuffer, endMs: number): Promise<void> {
    const session = this.sessions.get(id);
    if (!session) throw new Error("This recording is no longer kept here.");
    const end = session.bytes + data.byteLength;
    this.chunks.get(id)?.push({ session: id, index: session.chunks, end, endMs, data });
    this.sessions.set(id, { ...session, chunks: session.chunks + 1, bytes: end, durationMs: endMs });
  }

  async update(id: string, change: Partial<TakeSession>): Promise<void> {
    const session = this.sessions.get(id);
    if (session) this.sessions.set(id, { ...session, ...change });
  }

  async get(id: string): Promise<TakeSession | undefined> {
    return this.sessions.get(id);
  }

  async list(): Promise<TakeSession[]> {
    return [...this.sessions.values()].sort((a, b) => a.createdAt - b.createdAt);
  }

  async read(id: string, from: number, maxBytes: number) {
    const wanted: Chunk[] = [];
    for (const chunk of this.chunks.get(id) ?? []) {
      if (chunk.end <= from) continue;
      if (wanted.length > 0 && chunk.end - from > maxBytes) break;
      wanted.push(chunk);
    }
    return join(wanted, from);
  }

  async drop(id: string): Promise<void> {
    this.sessions.delete(id);
    this.chunks.delete(id);
  }

  async clear(): Promise<void> {
    this.sessions.clear();
    this.chunks.clear();
  }

  close(): void {
    // Nothing is open.
  }
}

const PREFIX = "rehearsal-takes";

/** One database per person, so that nobody sees or sends what another person recorded in this browser. */
export const spoolName = (owner: string | null) => (owner === null ? PREFIX : `${PREFIX}-${owner}`);

/**
 * Removes what other people left in this browser more than `ageMs` ago. Where the browser does not list its databases
 * nothing is removed.
 */
export async function forgetOthers(own: string, ageMs: number, now = Date.now()): Promise<void> {
  const found = (await indexedDB.databases?.().catch(() => [])) ?? [];
  for (const { name } of found) {
    if (!name?.startsWith(PREFIX) || name === own) continue;
    const spool = await openSpool(name);
    for (const session of await spool.list()) {
      if (now - session.createdAt > ageMs) await spool.drop(session.id);
    }
    spool.close();
  }
}

/** A spool of this browser; memory when IndexedDB cannot be opened. */
export async function openSpool(name = spoolName(null)): Promise<Spool> {
  try {
    const db = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("sessions", { keyPath: "id" });
        const chunks = fresh.createObjectStore("chunks", { keyPath: ["session", "index"] });
        chunks.createIndex("end", ["session", "end"]);
      },
    });
    return new DiskSpool(db);
  } catch {
    return new MemorySpool();
  }
}
