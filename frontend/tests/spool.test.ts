import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import {
  forgetOthers,
  MemorySpool,
  openSpool,
  type Spool,
  spoolName,
  type TakeSession,
} from "../src/utils/spool";

function session(id: string): TakeSession {
  return {
    id,
    interviewId: "i",
    questionId: "q",
    kind: "video",
    type: "video/webm",
    createdAt: Number(id.replace(/\D/g, "") || 0),
    chunks: 0,
    bytes: 0,
    durationMs: 0,
    complete: false,
    takeId: null,
    uploadUrl: null,
  };
}

const bytes = (...values: number[]) => new Uint8Array(values).buffer;

const kinds: [string, () => Promise<Spool>][] = [
  ["on disk", () => openSpool(`test-${Math.random()}`)],
  ["in memory", async () => new MemorySpool()],
];

describe.each(kinds)("a spool %s", (_, open) => {
  it("gives back the bytes in the order they came, from any offset", async () => {
    const spool = await open();
    await spool.create(session("s1"));
    await spool.append("s1", bytes(1, 2, 3), 1000);
    await spool.append("s1", bytes(4, 5), 2000);
    await spool.append("s1", bytes(6, 7, 8, 9), 3000);
    for (let from = 0; from <= 9; from++) {
      const { data } = await spool.read("s1", from, 1000);
      expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].slice(from));
    }
  });

  it("counts bytes, chunks and time as it goes", async () => {
    const spool = await open();
    await spool.create(session("s1"));
    await spool.append("s1", bytes(1, 2, 3), 1000);
    await spool.append("s1", bytes(4), 1980);
    expect(await spool.get("s1")).toMatchObject({ bytes: 4, chunks: 2, durationMs: 1980, complete: false });
  });

  it("reads whole chunks up to the limit, and always at least one", async () => {
    const spool = await open();
    await spool.create(session("s1"));
    await spool.append("s1", bytes(1, 2, 3), 1000);
    await spool.append("s1", bytes(4, 5, 6), 2000);
    expect(await spool.read("s1", 0, 4)).toEqual({ data: new Uint8Array([1, 2, 3]), endMs: 1000 });
    expect(await spool.read("s1", 3, 1)).toEqual({ data: new Uint8Array([4, 5, 6]), endMs: 2000 });
    expect((await spool.read("s1", 6, 1)).data).toHaveLength(0);
  });

  it("keeps takes apart and drops one with all its bytes", async () => {
    const spool = await open();
    await spool.create(session("s2"));
    await spool.create(session("s1"));
    await spool.append("s1", bytes(1), 10);
    await spool.append("s2", bytes(2), 10);
    expect((await spool.list()).map((item) => item.id)).toEqual(["s1", "s2"]);
    await spool.drop("s1");
    expect(await spool.get("s1")).toBeUndefined();
    expect((await spool.read("s1", 0, 10)).data).toHaveLength(0);
    expect([...(await spool.read("s2", 0, 10)).data]).toEqual([2]);
    await spool.clear();
    expect(await spool.list()).toEqual([]);
  });

  it("refuses chunks for a take it does not have, instead of losing them silently", async () => {
    const spool = await open();
    await expect(spool.append("gone", bytes(1), 10)).rejects.toThrow();
  });
});

describe("opening", () => {
  const real = globalThis.indexedDB;
  afterEach(() => {
    globalThis.indexedDB = real;
  });
  it("finds what an earlier page kept", async () => {
    const first = await openSpool("kept");
    await first.create(session("s1"));
    await first.append("s1", bytes(1, 2), 900);
    const second = await openSpool("kept");
    expect(second.durable).toBe(true);
    expect((await second.list())[0]).toMatchObject({ id: "s1", bytes: 2, durationMs: 900 });
  });
  it("falls back to memory and says so when the browser keeps nothing", async () => {
    Object.assign(globalThis, {
      indexedDB: {
        open() {
          throw new Error("refused");
        },
      },
    });
    expect((await openSpool("none")).durable).toBe(false);
  });
});

describe("several people in one browser", () => {
  it("have a spool each, and a personal installation keeps the one it had", async () => {
    expect(spoolName(null)).toBe("rehearsal-takes");
    const ada = await openSpool(spoolName("ada"));
    await ada.create(session("s1"));
    expect(await (await openSpool(spoolName("bob"))).list()).toEqual([]);
    expect(await (await openSpool(spoolName(null))).list()).toEqual([]);
    expect(await (await openSpool(spoolName("ada"))).list()).toHaveLength(1);
  });
  it("keep what waits for a while, and never lose their own", async () => {
    const names = ["own", "other"].map(spoolName);
    for (const name of names) {
      const spool = await openSpool(name);
      await spool.create({ ...session("s1"), createdAt: 1_000 });
      await spool.create({ ...session("s2"), createdAt: 9_000 });
      await spool.append("s1", bytes(1), 10);
    }
    await forgetOthers(names[0] ?? "", 5_000, 10_000);
    const [own, other] = await Promise.all(names.map((name) => openSpool(name)));
    expect((await own?.list())?.map((item) => item.id)).toEqual(["s1", "s2"]);
    expect((await other?.list())?.map((item) => item.id)).toEqual(["s2"]);
    expect((await other?.read("s1", 0, 10))?.data).toHaveLength(0);
  });
});
