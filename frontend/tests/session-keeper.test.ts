import { beforeEach, describe, expect, it } from "vitest";
import { SessionKeeper } from "../src/hooks/session-keeper";
import type { SessionOut } from "../src/utils/api/types";

const methods = { guest: true, password: true, sign_up: true, oidc: null };
const nobody: SessionOut = {
  mode: "server",
  kind: null,
  owner_id: null,
  email: null,
  administrator: false,
  expires_at: null,
  has_password: false,
  methods,
};
const ada: SessionOut = { ...nobody, kind: "account", owner_id: "ada", email: "ada@example.org" };
const bob: SessionOut = { ...nobody, kind: "account", owner_id: "bob", email: "bob@example.org" };
const guest: SessionOut = {
  ...nobody,
  kind: "guest",
  owner_id: "guest-1",
  expires_at: "2026-01-01T10:00:00Z",
};

let answer: SessionOut | Error;
let seen: string[];
let keeper: SessionKeeper;

beforeEach(() => {
  seen = [];
  keeper = new SessionKeeper({
    ask: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
    belongs: (owner) => seen.push(`belongs to ${owner}`),
    forget: () => seen.push("forget"),
    back: () => seen.push("back"),
    tell: (news) => seen.push(`tell ${news}`),
  });
});

async function asks(next: SessionOut | Error): Promise<void> {
  answer = next;
  await keeper.refresh();
}

describe("a page opens", () => {
  it("says whose recordings these are before any page is drawn", async () => {
    let known: unknown = "nothing";
    keeper.subscribe(() => {
      known = [...seen];
    });
    await asks(ada);
    expect(known).toEqual(["belongs to ada"]);
    expect(keeper.snapshot()).toMatchObject({ session: ada, held: null, generation: 0 });
  });
  it("belongs to the one person of a personal installation without more ado", async () => {
    await asks({ ...nobody, mode: "personal", kind: "local" });
    expect(seen).toEqual(["belongs to null"]);
  });
  it("holds nothing when nobody was signed in", async () => {
    await asks(nobody);
    expect(keeper.snapshot().held).toBeNull();
    expect(seen).toEqual([]);
  });
  it("says why nothing is known, and forgets that once something is", async () => {
    await asks(new Error("no answer"));
    expect(keeper.snapshot()).toMatchObject({ session: null, error: new Error("no answer") });
    await asks(nobody);
    expect(keeper.snapshot().error).toBeNull();
  });
});

describe("a sign-in ends while somebody works", () => {
  beforeEach(async () => {
    await asks(ada);
    seen = [];
    await asks(nobody);
  });
  it("keeps the page, and sends nothing on", () => {
    expect(keeper.snapshot()).toMatchObject({ held: ada, generation: 0 });
    expect(seen).toEqual([]);
  });
  it("goes on with the same page when the same person is back", () => {
    keeper.entered(ada);
    expect(keeper.snapshot()).toMatchObject({ session: ada, held: null, generation: 0 });
    expect(seen).toEqual(["belongs to ada", "back", "tell in"]);
  });
  it("notices that they are back when they signed in in another tab", async () => {
    await asks(ada);
    expect(keeper.snapshot()).toMatchObject({ held: null, generation: 0 });
    expect(seen).toEqual(["belongs to ada", "back"]);
  });
  it("shows nothing of the page to somebody else", () => {
    keeper.entered(bob);
    expect(keeper.snapshot()).toMatchObject({ session: bob, held: null, generation: 1 });
    expect(seen).toEqual(["forget", "belongs to bob", "tell in"]);
  });
  it("still knows whose page it is after being told twice", async () => {
    await asks(nobody);
    expect(keeper.snapshot().held).toEqual(ada);
  });
  it("lets go of the page when they leave it", () => {
    keeper.left(true);
    expect(keeper.snapshot()).toMatchObject({ held: null, generation: 1 });
    expect(seen).toEqual(["forget"]);
  });
});

describe("a guest", () => {
  it("becomes an account without losing the page", async () => {
    await asks(guest);
    const account = { ...ada, owner_id: guest.owner_id };
    keeper.entered(account);
    expect(keeper.snapshot()).toMatchObject({ session: account, generation: 0 });
    expect(seen).not.toContain("forget");
  });
});

describe("signing out", () => {
  it("leaves nothing on the screen and tells the other tabs", async () => {
    await asks(ada);
    seen = [];
    keeper.left();
    expect(keeper.snapshot()).toMatchObject({ held: null, generation: 1 });
    expect(keeper.snapshot().session).toMatchObject({ kind: null, email: null, owner_id: null, methods });
    expect(seen).toEqual(["forget", "tell out"]);
  });
});

describe("answers that come late", () => {
  it("do not undo a sign-in that happened meanwhile", async () => {
    await asks(ada);
    answer = nobody;
    const late = keeper.refresh();
    keeper.entered(ada);
    await late;
    expect(keeper.snapshot()).toMatchObject({ session: ada, held: null });
  });
  it("leave what is known when the server does not answer", async () => {
    await asks(ada);
    await asks(new Error("no answer"));
    expect(keeper.snapshot()).toMatchObject({ session: ada, held: null, error: null });
  });
});
