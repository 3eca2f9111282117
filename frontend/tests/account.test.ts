import { describe, expect, it } from "vitest";
import { DOORS, missing, oidcTrouble, tokenIn, troubleOf } from "../src/utils/account";
import { ApiError, isSignedOut, must } from "../src/utils/api/client";
import { whenNotSignedIn } from "../src/utils/api/signed-out";
import { inWords, until } from "../src/utils/format";

function refusal(status: number, error: string, headers: Record<string, string> = {}) {
  return Promise.resolve({
    error: { error, detail: "Said by the server.", hint: "What to do." },
    response: new Response(null, { status, headers }),
  });
}

describe("what is wrong with a form", () => {
  it.each([
    ["email_invalid", "email"],
    ["password_too_short", "password"],
    ["password_too_long", "password"],
    ["password_common", "password"],
    ["wrong_password", "current"],
    ["wrong_credentials", null],
    ["rate_limited", null],
  ])("%s belongs to %s", (code, field) => {
    const said = troubleOf(new ApiError(422, code, "Said.", "Do this."));
    expect(said).toEqual({ field, detail: "Said.", hint: "Do this." });
  });
  it("is nothing when nothing is wrong", () => {
    expect(troubleOf(null)).toBeNull();
  });
  it("names the first empty field, and takes a password of spaces for one", () => {
    expect(missing({ email: " ", password: "" })?.field).toBe("email");
    expect(missing({ current: "", password: "" })?.field).toBe("current");
    expect(missing({ email: "a@b.c", password: "    " })).toBeNull();
  });
});

describe("links of mails", () => {
  it("carry their token behind #, so that no server is sent it", () => {
    expect(tokenIn("#token=abc_-1")).toBe("abc_-1");
    expect(tokenIn("#token=")).toBeNull();
    expect(tokenIn("")).toBeNull();
    expect(tokenIn("#other=1")).toBeNull();
  });
  it("lead to pages that are there without a sign-in", () => {
    expect(DOORS).toEqual(expect.arrayContaining(["/verify", "/reset"]));
  });
});

describe("the log-in service of others", () => {
  it("is named when it sent somebody back", () => {
    expect(oidcTrouble("oidc_cancelled", "Harbour").detail).toBe("Signing in with Harbour was called off.");
    expect(oidcTrouble("<b>anything</b>", "Harbour").detail).toBe("Signing in with Harbour did not work.");
  });
});

describe("refusals", () => {
  it("tell the page that nobody is signed in, and only then", async () => {
    let told = 0;
    const stop = whenNotSignedIn(() => {
      told += 1;
    });
    await expect(must(refusal(401, "wrong_credentials"))).rejects.toThrow();
    await expect(must(refusal(403, "not_signed_in"))).rejects.toThrow();
    expect(told).toBe(0);
    const error = await must(refusal(401, "not_signed_in")).catch((thrown: unknown) => thrown);
    expect(isSignedOut(error)).toBe(true);
    expect(told).toBe(1);
    stop();
  });
  it("say how long to wait after too many tries", async () => {
    const error = await must(refusal(429, "rate_limited", { "Retry-After": "840" })).catch((e: unknown) => e);
    expect((error as ApiError).hint).toBe("Try again in 14 minutes.");
  });
  it("keep the server's hint when it names no time", async () => {
    const error = await must(refusal(429, "rate_limited")).catch((e: unknown) => e);
    expect((error as ApiError).hint).toBe("What to do.");
  });
});

describe("times", () => {
  it("reads waits rounded up", () => {
    expect([1, 0.2, 59, 60, 61, 840, 3600, 3601].map(inWords)).toEqual([
      "1 second",
      "1 second",
      "59 seconds",
      "1 minute",
      "2 minutes",
      "14 minutes",
      "1 hour",
      "2 hours",
    ]);
  });
  it("says when a guest ends", () => {
    const now = new Date(2026, 10, 27, 22, 0);
    const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5).toISOString();
    expect(until(at(27, 23), now)).toBe("today at 23:05");
    expect(until(at(28, 9), now)).toBe("tomorrow at 09:05");
    expect(until(at(30, 9), now)).toBe("30 November at 09:05");
  });
});
