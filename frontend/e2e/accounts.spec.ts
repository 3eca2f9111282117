// A server for many: who may come in, what a guest keeps, and that nothing is lost when a sign-in ends. Started by
// `python -m tests.e2e.accounts`, which also catches the mails.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import {
  agreeToEverything,
  askForThree,
  choose,
  enterRoom,
  goToQuestions,
  POSTING,
  pastePosting,
} from "./steps";

const MAILS = process.env.E2E_MAIL ?? "";
const PASSWORD = "four plain words here";
const NEW_PASSWORD = "five other words in here";

const mails = () =>
  readdirSync(MAILS)
    .filter((name) => name.endsWith(".txt"))
    .sort();

/** The link of the mail that comes after the first `before` ones. */
async function link(before: number): Promise<string> {
  await expect.poll(() => mails().length, { timeout: 60_000 }).toBeGreaterThan(before);
  const text = readFileSync(join(MAILS, mails()[before] ?? ""), "utf8");
  const found = /https?:\/\/\S+#token=[\w-]+/.exec(text)?.[0];
  expect(found, text).toBeDefined();
  return found ?? "";
}

async function passesAxe(page: Page, name: string): Promise<void> {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
      .analyze();
    const said = violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    expect(said, `${name} at ${width} px`).toEqual([]);
  }
}

/** The person looks at the tab again, and the page asks for everything anew. */
async function lookAgain(page: Page, path: RegExp): Promise<void> {
  const refused = page.waitForResponse((answer) => answer.status() === 401 && path.test(answer.url()));
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  await refused;
}

const menu = (page: Page) => page.getByRole("button", { name: /^Your account:/ });

async function fill(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

async function signUp(page: Page, email: string): Promise<void> {
  const before = mails().length;
  await page.goto("/sign-up");
  await fill(page, email, PASSWORD);
  await page.getByRole("button", { name: "Make an account" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeFocused();
  const url = await link(before);
  await page.goto(url);
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page.getByText("Your account is made, and you are signed in.")).toBeVisible();
}

/** Ends every sign-in of this person but a new one, as they would on another machine. */
async function endElsewhere(browser: Browser, email: string): Promise<void> {
  const other = await browser.newPage();
  await other.goto("/account");
  await fill(other, email, PASSWORD);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByRole("button", { name: /^Sign out there:/ }).click();
  await expect(other.getByText(/^Signed out: /)).toBeVisible();
  await other.close();
}

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("a guest comes in at the page they wanted, and keeps their work with an account", async ({ page }) => {
  await page.goto("/history");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await passesAxe(page, "sign-in");
  await page.getByRole("button", { name: "Go on as a guest" }).click();
  await expect(page.getByRole("heading", { name: "Your interviews" })).toBeVisible();
  expect(page.url()).toMatch(/\/history$/);
  await pastePosting(page);
  const posting = page.url();
  await page.goto("/account");
  await expect(page.getByText(/kept until/)).toBeVisible();
  await passesAxe(page, "account of a guest");

  await menu(page).press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(
    page.getByRole("banner").getByRole("link", { name: "Keep my work: make an account" }),
  ).toBeFocused();
  await passesAxe(page, "menu");
  await page.keyboard.press("Escape");
  await expect(menu(page)).toBeFocused();

  const before = mails().length;
  await page.goto("/sign-up");
  await fill(page, "guest@example.org", "short");
  await page.getByRole("button", { name: "Make an account" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/at least 8/);
  await passesAxe(page, "sign-up with a fault");
  await fill(page, "guest@example.org", PASSWORD);
  await page.getByRole("button", { name: "Make an account" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeFocused();
  const url = await link(before);
  await page.goto(url);
  await expect(page.getByRole("button", { name: "Make my account" })).toBeVisible();
  expect(page.url()).not.toContain("token");
  await passesAxe(page, "verify");
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page.getByText("Your account is made, and you are signed in.")).toBeVisible();
  await page.goto(posting);
  await expect(page.getByRole("heading", { name: "Here is what we understood" })).toBeVisible();
  await page.goto("/account");
  await expect(page.getByText("guest@example.org").first()).toBeVisible();
  await passesAxe(page, "account");

  await page.getByRole("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await fill(page, "guest@example.org", "not this one");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await fill(page, "guest@example.org", PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  // The used link is used up.
  await page.goto("about:blank");
  await page.goto(url);
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page.getByText("This link has been used, or it is too old.")).toBeVisible();
});

test("a forgotten password is replaced by a link", async ({ page }) => {
  await signUp(page, "forgetful@example.org");
  const before = mails().length;
  await page.goto("/forgot");
  await passesAxe(page, "forgot");
  await page.getByLabel("E-mail address").fill("forgetful@example.org");
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.goto(await link(before));
  await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  expect(page.url()).not.toContain("token");
  await passesAxe(page, "reset");
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText(/The new password is set/)).toBeVisible();
  await fill(page, "forgetful@example.org", NEW_PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(menu(page)).toBeVisible();
});

test("a sign-in that ends leaves the page as it is", async ({ page, browser }) => {
  await signUp(page, "worker@example.org");
  await page.goto("/");
  const job = page.getByLabel("Paste the job you want to practise for");
  await job.fill(POSTING);
  await endElsewhere(browser, "worker@example.org");
  await page.getByRole("button", { name: "Read the posting" }).click();
  await expect(page.getByText("You are not signed in any more.")).toBeVisible();
  await expect(job).toHaveValue(POSTING);
  await passesAxe(page, "a page whose sign-in ended");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expect(page.getByLabel("E-mail address")).toHaveValue("worker@example.org");
  await passesAxe(page, "signing in again");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("You are not signed in any more.")).toBeHidden();
  await expect(job).toHaveValue(POSTING);
  await page.getByRole("button", { name: "Read the posting" }).click();
  await expect(page.getByRole("heading", { name: "Here is what we understood" })).toBeVisible();
});

test("a recording goes on while nobody is signed in, and is sent afterwards", async ({ page, browser }) => {
  await signUp(page, "speaker@example.org");
  await pastePosting(page);
  await goToQuestions(page);
  await askForThree(page);
  await choose(page, /Voice only/);
  await page.getByRole("link", { name: /Check/ }).click();
  await agreeToEverything(page);
  await enterRoom(page);
  await page.getByRole("button", { name: "Listen" }).click({ timeout: 240_000 });
  await page.getByRole("button", { name: "Start answering" }).click();
  await expect(page.getByText(/Saved up to 0:0[2-9]/)).toBeVisible({ timeout: 30_000 });
  await endElsewhere(browser, "speaker@example.org");
  await expect(page.getByText("You are not signed in any more.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/Kept in this browser up to/)).toBeVisible();
  await lookAgain(page, /\/api\/interviews\//);
  await expect(page.getByRole("button", { name: "I’m done" })).toBeVisible();
  await page.getByRole("button", { name: "I’m done" }).click();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText(/Saved, 0:\d\d in all/)).toBeVisible({ timeout: 30_000 });
  const interview = /interviews\/([\w-]+)/.exec(page.url())?.[1];
  const { questions } = await (await page.request.get(`/api/interviews/${interview}`)).json();
  expect(questions[0].takes).toHaveLength(1);
  expect(questions[0].takes[0]).toMatchObject({ state: "complete" });
});
