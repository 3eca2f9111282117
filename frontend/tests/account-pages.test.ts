// What the pages of accounts say to a browser, a password manager and a screen reader.
import { QueryClientProvider } from "@tanstack/react-query";
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, it } from "vitest";
import { AccountMenu } from "../src/components/account/account-menu";
import { EmailField, FormTrouble, PasswordField } from "../src/components/account/fields";
import { HeldNotice } from "../src/components/account/held-notice";
import { MainNav } from "../src/components/ui/shell";
import { queries } from "../src/hooks/queries/client";
import { sessionKeeper } from "../src/hooks/session";
import { AccountPage } from "../src/pages/account";
import { Gate } from "../src/pages/gate";
import { SignInPage } from "../src/pages/sign-in";
import { SignUpPage } from "../src/pages/sign-up";
import type { SessionOut } from "../src/utils/api/types";

const nobody: SessionOut = {
  mode: "server",
  kind: null,
  owner_id: null,
  email: null,
  administrator: false,
  expires_at: null,
  has_password: false,
  methods: { guest: true, password: true, sign_up: true, oidc: { name: "Harbour College" } },
};
const ada: SessionOut = {
  ...nobody,
  kind: "account",
  owner_id: "ada",
  email: "ada@example.org",
  has_password: true,
};

function html(page: ReactNode, at = "/"): string {
  Object.assign(globalThis, { window: globalThis, document: { title: "" } });
  return renderToStaticMarkup(
    createElement(
      QueryClientProvider,
      { client: queries },
      createElement(MemoryRouter, { initialEntries: [at] }, page),
    ),
  );
}

const tag = (text: string, name: string) =>
  new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(text)?.[0] ?? "";
const none = () => undefined;

beforeEach(() => sessionKeeper.left(true));

describe("fields", () => {
  it("tell a password manager what they are", () => {
    sessionKeeper.entered(nobody);
    const signIn = html(createElement(SignInPage, {}));
    expect(tag(signIn, "email")).toContain('autoComplete="username"');
    expect(tag(signIn, "current-password")).toContain('autoComplete="current-password"');
    const signUp = html(createElement(SignUpPage));
    expect(tag(signUp, "email")).toContain('autoComplete="username"');
    expect(tag(signUp, "new-password")).toContain('autoComplete="new-password"');
    expect(signIn + signUp).not.toMatch(/onpaste/i);
  });
  it("say what is wrong with them where it is wrong", () => {
    const trouble = { field: "email" as const, detail: "This is no e-mail address.", hint: "Like a@b.org." };
    const text = html(createElement(EmailField, { value: "x", trouble, onChange: none }));
    const described = /aria-describedby="([^"]+)"/.exec(text)?.[1];
    expect(text).toContain('aria-invalid="true"');
    expect(text).toContain(`<span id="${described}" class="field__trouble">This is no e-mail address. Like`);
  });
  it("hide a password until it is asked for, with a button of its own name", () => {
    const text = html(
      createElement(PasswordField, {
        label: "Password",
        kind: "new-password",
        value: "",
        trouble: null,
        onChange: none,
      }),
    );
    expect(tag(text, "new-password")).toContain('type="password"');
    expect(text).toContain('<button type="button" class="btn btn--quiet" aria-label="Show: Password">Show');
    expect(text).toContain("At least 8 characters.");
  });
  it("announce what belongs to the whole form, in a place that can take the focus", () => {
    const text = html(createElement(FormTrouble, { trouble: { field: null, detail: "No.", hint: null } }));
    expect(text).toContain('role="alert" tabindex="-1"');
  });
});

describe("the sign-in page", () => {
  it("offers every way in that there is, and says what happens to a guest", () => {
    sessionKeeper.entered(nobody);
    const text = html(createElement(SignInPage, { next: "/interviews/7/plan" }));
    expect(text).toContain("Go on as a guest");
    expect(text).toContain("Everything you do is deleted after 24 hours, unless you make an account before.");
    expect(text).toContain("Forgotten password?");
    expect(text).toContain("Make an account");
    expect(text).toContain('href="/api/session/oidc/start?next=%2Finterviews%2F7%2Fplan"');
    expect(text).toContain("Go on with Harbour College");
  });
  it("offers nothing that this server does not have", () => {
    const methods = { guest: false, password: true, sign_up: false, oidc: null };
    sessionKeeper.entered({ ...nobody, methods });
    const text = html(createElement(SignInPage, {}));
    expect(text).not.toMatch(/guest|Make an account|oidc/);
    expect(text).toContain("Whoever runs this server can make you one.");
  });
  it("says in its own words why the service of others sent somebody back", () => {
    sessionKeeper.entered(nobody);
    const text = html(createElement(SignInPage, {}), "/sign-in?problem=%3Cimg%3E");
    expect(text).toContain("Signing in with Harbour College did not work.");
    expect(text).not.toContain("img>");
  });
});

describe("the header", () => {
  const head = () => html(createElement(MainNav, { account: createElement(AccountMenu) }));
  it("of a personal installation is what it was", () => {
    sessionKeeper.entered({ ...nobody, mode: "personal", kind: "local", administrator: true });
    const text = head();
    expect(text).toContain('href="/services"');
    expect(text).not.toMatch(/Account|Sign out|Guest/);
  });
  it("shows no pages to nobody", () => {
    sessionKeeper.entered(nobody);
    expect(head()).not.toMatch(/href="\/(history|data|services|account)"/);
  });
  it("keeps what administrators do from others", () => {
    sessionKeeper.entered(ada);
    expect(head()).toContain("ada@example.org");
    expect(head()).not.toMatch(/href="\/(services|operations)"/);
    sessionKeeper.entered({ ...ada, administrator: true });
    expect(head()).toMatch(/href="\/services".*href="\/operations"/);
  });
});

describe("a sign-in that has ended", () => {
  it("leaves the page, and says how it goes on", async () => {
    sessionKeeper.entered(ada);
    expect(html(createElement(HeldNotice))).toBe("");
    sessionKeeper.entered(nobody);
    expect(html(createElement(HeldNotice))).toContain("You are not signed in any more.");
    expect(html(createElement(Gate))).toBe("");
  });
  it("says so when the time of a guest is over", () => {
    sessionKeeper.entered({ ...nobody, kind: "guest", owner_id: "g", expires_at: "2020-01-01T00:00:00Z" });
    sessionKeeper.entered(nobody);
    expect(html(createElement(HeldNotice))).toContain("Your 24 hours as a guest are over.");
  });
});

describe("the account page", () => {
  it("tells a guest until when everything is kept, and how to keep it", () => {
    const ends = new Date(Date.now() + 3_600_000).toISOString();
    sessionKeeper.entered({ ...nobody, kind: "guest", owner_id: "g", expires_at: ends });
    const text = html(createElement(AccountPage));
    expect(text).toContain("Keep my work: make an account");
    expect(text).not.toContain("Present password");
  });
  it("asks for the present password, under the name a password manager knows", () => {
    sessionKeeper.entered(ada);
    const text = html(createElement(AccountPage));
    expect(tag(text, "current-password")).not.toBe("");
    expect(text).toMatch(/<input type="text" autoComplete="username"[^>]*value="ada@example.org"/);
  });
  it("sends whoever signs in elsewhere there for a password", () => {
    sessionKeeper.entered({ ...ada, has_password: false });
    const text = html(createElement(AccountPage));
    expect(text).toContain("You sign in with Harbour College; there is no password here.");
    expect(text).not.toContain("Present password");
  });
});
