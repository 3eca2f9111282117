import "fake-indexeddb/auto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TakeStore } from "../src/hooks/take-store";
import { openSpool, spoolName } from "../src/utils/spool";
import { TakesOfMany } from "./take-server";

let server: TakesOfMany;
let Store: typeof TakeStore;
const stores: TakeStore[] = [];

beforeAll(async () => {
  server = await TakesOfMany.start();
  // The program finds its server by the address of the page.
  // Without locks between tabs, as in older browsers.
  const here = { location: new URL(server.origin), window: new EventTarget(), navigator: {} };
  Object.assign(globalThis, here);
  Store = (await import("../src/hooks/take-store")).TakeStore;
});
afterAll(() => server.stop());
afterEach(async () => {
  for (const store of stores.splice(0)) await store.forget();
  server.takes.clear();
  server.refused.length = 0;
});

function signIn(who: string, store = new Store()): TakeStore {
  server.who = who;
  store.belongTo(who);
  store.subscribe(() => undefined);
  if (!stores.includes(store)) stores.push(store);
  return store;
}

const about = (question: string) =>
  ({ interviewId: "i", questionId: question, kind: "video", type: "video/webm" }) as const;
const second = (n: number) => new Blob([new Uint8Array(1000).fill(n)]);

async function until(true_: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await true_())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const phase = (store: TakeStore, id: string) => store.snapshot().get(id)?.upload?.phase;
const whole = (n: number) => Buffer.concat(Array.from({ length: n }, (_, i) => Buffer.alloc(1000, i + 1)));

describe("a sign-in that ends during a recording", () => {
  it("loses nothing of it: it is kept, and sent when the same person is back", async () => {
    const store = signIn("ada");
    const id = await store.begin(about("ada-1"));
    store.append(id, second(1), 1000);
    await until(() => server.of("ada")[0]?.data.length === 1000);
    server.who = null;
    store.append(id, second(2), 2000);
    await until(() => phase(store, id) === "held");
    store.append(id, second(3), 3000);
    await store.complete(id);
    expect(await store.unsent()).toMatchObject([{ bytes: 3000, complete: true }]);
    signIn("ada", store);
    await until(() => phase(store, id) === "done");
    expect(server.of("ada")).toHaveLength(1);
    expect(server.of("ada")[0]).toMatchObject({ finished: true });
    expect(server.of("ada")[0]?.data.equals(whole(3))).toBe(true);
    expect(await store.unsent()).toEqual([]);
  });

  it("sends it from another tab, too, once the same person opens one", async () => {
    server.who = null;
    const first = new Store();
    stores.push(first);
    first.belongTo("ada");
    const id = await first.begin(about("ada-1"));
    first.append(id, second(1), 1000);
    await first.complete(id);
    await until(() => phase(first, id) === "held");
    const later = signIn("ada");
    await until(() => phase(later, id) === "done");
    expect(server.of("ada")[0]?.data.equals(whole(1))).toBe(true);
  });
});

describe("the next person at the same browser", () => {
  it("neither sees nor sends what waits of the one before, who finds it again", async () => {
    const store = signIn("ada");
    server.who = null;
    const id = await store.begin(about("ada-1"));
    store.append(id, second(1), 1000);
    await until(() => phase(store, id) === "held");

    signIn("bob", store);
    // Ada's page is gone, and her recorder with it; what it had in hand still arrives, in her spool.
    store.append(id, second(2), 2000);
    await store.complete(id);
    const own = await store.begin(about("bob-1"));
    store.append(own, second(9), 1000);
    await store.complete(own);
    await until(() => phase(store, own) === "done");
    expect([...store.snapshot().keys()]).toEqual([own]);
    expect(await store.unsent()).toEqual([]);
    expect(server.of("ada")).toEqual([]);
    expect(server.of("bob")).toHaveLength(1);
    expect(server.of("bob")[0]?.data.equals(Buffer.alloc(1000, 9))).toBe(true);

    // Signing out clears Bob's, and Bob's alone.
    await store.forget();
    signIn("ada", store);
    await until(() => phase(store, id) === "done");
    expect([...store.snapshot().keys()]).toEqual([id]);
    expect(server.of("ada")[0]?.data.equals(whole(2))).toBe(true);
  });

  it("does not get it from a tab that has not noticed the change yet", async () => {
    const store = signIn("ada");
    const id = await store.begin(about("ada-1"));
    store.append(id, second(1), 1000);
    await until(() => server.of("ada")[0]?.data.length === 1000);
    server.who = "bob";
    store.append(id, second(2), 2000);
    await store.complete(id);
    await until(() => phase(store, id) === "failed");
    expect(server.of("bob")).toEqual([]);
    expect(await (await openSpool(spoolName("ada"))).list()).toMatchObject([{ id, bytes: 2000 }]);
    const back = signIn("ada");
    await until(() => phase(back, id) === "done");
    expect(server.of("ada")[0]?.data.equals(whole(2))).toBe(true);
  });
});

describe("signing out", () => {
  it("leaves no recording of this person behind", async () => {
    const store = signIn("ada");
    server.who = null;
    const id = await store.begin(about("ada-1"));
    store.append(id, second(1), 1000);
    await until(() => phase(store, id) === "held");
    expect(await store.unsent()).toHaveLength(1);
    await store.forget();
    expect(store.snapshot().size).toBe(0);
    expect(await (await openSpool(spoolName("ada"))).list()).toEqual([]);
  });
});

describe("a personal installation", () => {
  it("keeps its recordings where they always were", async () => {
    server.who = "me";
    const store = new Store();
    stores.push(store);
    store.belongTo(null);
    const id = await store.begin(about("me-1"));
    store.append(id, second(1), 1000);
    await until(async () => (await (await openSpool("rehearsal-takes")).get(id))?.bytes === 1000);
    await store.complete(id);
    await until(() => phase(store, id) === "done");
    expect(server.of("me")[0]?.data.equals(whole(1))).toBe(true);
  });
});
