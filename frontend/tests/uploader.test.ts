import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whenNotSignedIn } from "../src/utils/api/signed-out";
import { MemorySpool, type TakeSession } from "../src/utils/spool";
import { TusError } from "../src/utils/tus";
import { type Server, Uploader, type UploadState } from "../src/utils/uploader";
import { type Fault, TusServer } from "./tus-server";

const blank: TakeSession = {
  id: "s",
  interviewId: "i",
  questionId: "q",
  kind: "video",
  type: "video/webm",
  createdAt: 1,
  chunks: 0,
  bytes: 0,
  durationMs: 0,
  complete: false,
  takeId: null,
  uploadUrl: null,
};

let tus: TusServer;
let spool: MemorySpool;
let states: UploadState[];
let finished: [string, number][];
let taken: number;

beforeEach(async () => {
  tus = await TusServer.start();
  spool = new MemorySpool();
  states = [];
  finished = [];
  taken = 0;
  await spool.create({ ...blank });
});
afterEach(() => tus.stop());

function uploader(change: Partial<Server> = {}): Uploader {
  const server: Server = {
    endpoint: tus.endpoint,
    createTake: async () => `take-${++taken}`,
    finishTake: async (id, ms) => void finished.push([id, ms]),
    find: async () => ({ complete: false, uploadUrl: null }),
    ...change,
  };
  return new Uploader({
    spool,
    sessionId: "s",
    server,
    onChange: (state) => states.push(state),
    firstWaitMs: 5,
  });
}

const chunk = (n: number) => new Uint8Array(1000).fill(n).buffer;
const whole = (n: number) => Buffer.concat(Array.from({ length: n }, (_, i) => Buffer.alloc(1000, i + 1)));

async function record(n: number): Promise<void> {
  for (let i = 1; i <= n; i++) await spool.append("s", chunk(i), i * 1000);
}

describe("sending a take", () => {
  it("sends what is there, closes the upload and empties the spool", async () => {
    await record(3);
    await spool.update("s", { complete: true });
    expect(await uploader().run()).toBe(true);
    const stored = tus.uploads.get("1");
    expect(stored?.data.equals(whole(3))).toBe(true);
    expect(stored?.length).toBe(3000);
    expect(stored?.metadata).toBe(`take_id ${btoa("take-1")},type ${btoa("video/webm")}`);
    expect(finished).toEqual([["take-1", 3000]]);
    expect(await spool.get("s")).toBeUndefined();
    expect(states.at(-1)).toMatchObject({ phase: "done", sentMs: 3000 });
  });

  it("sends while the recording is still growing", async () => {
    const sending = uploader();
    const run = sending.run();
    for (let i = 1; i <= 4; i++) {
      await spool.append("s", chunk(i), i * 1000);
      sending.nudge();
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(tus.uploads.get("1")?.data.length).toBe(4000);
    expect(tus.uploads.get("1")?.length).toBeNull();
    await spool.update("s", { complete: true });
    sending.nudge();
    expect(await run).toBe(true);
    expect(tus.uploads.get("1")?.data.equals(whole(4))).toBe(true);
    expect(tus.uploads.get("1")?.length).toBe(4000);
  });

  it("goes on after a reload where the server stopped, in the same take", async () => {
    await record(2);
    const first = uploader();
    const run = first.run();
    while (states.at(-1)?.sentMs !== 2000) await new Promise((resolve) => setTimeout(resolve, 5));
    first.stop();
    expect(await run).toBe(false);
    await spool.append("s", chunk(3), 3000);
    await spool.update("s", { complete: true });
    expect(await uploader().run()).toBe(true);
    expect(tus.uploads.size).toBe(1);
    expect(taken).toBe(1);
    expect(tus.uploads.get("1")?.data.equals(whole(3))).toBe(true);
  });
});

describe("trouble on the way", () => {
  it.each<[Fault]>([["drop"], ["busy"], ["lose-answer"], ["gone"]])(
    "gets every byte across after: %s",
    async (fault) => {
      await record(5);
      await spool.update("s", { complete: true });
      tus.fault = fault;
      expect(await uploader().run()).toBe(true);
      const stored = [...tus.uploads.values()].at(-1);
      expect(stored?.data.equals(whole(5))).toBe(true);
      expect(stored?.length).toBe(5000);
      expect(states.some((state) => state.phase === "waiting")).toBe(true);
      expect(finished).toHaveLength(1);
    },
  );

  it("stops at a refusal, says it in the server's words, and keeps the recording", async () => {
    await record(1);
    await spool.update("s", { complete: true });
    tus.fault = "refuse";
    expect(await uploader().run()).toBe(false);
    expect(states.at(-1)).toMatchObject({
      phase: "failed",
      detail: "The recording is too large.",
      hint: "Record a shorter one.",
    });
    expect((await spool.get("s"))?.bytes).toBe(1000);
  });

  it("waits while nobody is signed in, asks no more with every chunk, and goes on for the same person", async () => {
    await record(1);
    const sending = uploader();
    const run = sending.run();
    while (states.at(-1)?.sentMs !== 1000) await new Promise((resolve) => setTimeout(resolve, 5));
    tus.signedIn = false;
    let told = 0;
    const stop = whenNotSignedIn(() => {
      told += 1;
    });
    await spool.append("s", chunk(2), 2000);
    sending.nudge();
    while (states.at(-1)?.phase !== "held") await new Promise((resolve) => setTimeout(resolve, 5));
    const asked = tus.log.length;
    for (let i = 3; i <= 6; i++) {
      await spool.append("s", chunk(i), i * 1000);
      sending.nudge();
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(tus.log.length).toBe(asked);
    expect(told).toBe(1);
    stop();
    await spool.update("s", { complete: true });
    tus.signedIn = true;
    sending.resume();
    expect(await run).toBe(true);
    expect(tus.uploads.get("1")?.data.equals(whole(6))).toBe(true);
    expect(taken).toBe(1);
  });

  it("keeps the recording until the take itself is accepted", async () => {
    await record(1);
    await spool.update("s", { complete: true });
    let asked = 0;
    const done = await uploader({
      finishTake: async () => {
        asked += 1;
        if (asked === 1) throw new TusError(0, "No answer.");
        expect((await spool.get("s"))?.bytes).toBe(1000);
      },
    }).run();
    expect(done).toBe(true);
    expect(asked).toBe(2);
    expect(await spool.get("s")).toBeUndefined();
  });

  it("takes an earlier success whose answer was lost for what it is", async () => {
    await record(1);
    await spool.update("s", { complete: true });
    const done = await uploader({
      finishTake: async () => {
        throw new TusError(409, "This take is complete.", null, "take_complete");
      },
    }).run();
    expect(done).toBe(true);
    expect(await spool.get("s")).toBeUndefined();
  });

  it("goes on with an upload that the server opened but never told about", async () => {
    await record(2);
    await spool.update("s", { complete: true, takeId: "take-9" });
    tus.uploads.set("7", { data: Buffer.from(new Uint8Array(chunk(1))), length: null, metadata: "" });
    expect(
      await uploader({ find: async () => ({ complete: false, uploadUrl: "/api/uploads/7" }) }).run(),
    ).toBe(true);
    expect(tus.uploads.get("7")?.data.equals(whole(2))).toBe(true);
    expect(taken).toBe(0);
  });

  it("gives up when the interview is gone, and when recording was not agreed to", async () => {
    await record(1);
    await spool.update("s", { takeId: "take-1" });
    expect(await uploader({ find: async () => null }).run()).toBe(false);
    await spool.update("s", { takeId: null });
    const refused = new TusError(409, "You have not agreed to be recorded.", null, "consent_missing");
    expect(await uploader({ createTake: () => Promise.reject(refused) }).run()).toBe(false);
    expect(states.at(-1)).toMatchObject({ phase: "failed", detail: "You have not agreed to be recorded." });
  });
});
