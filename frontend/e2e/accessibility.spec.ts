import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import {
  ANSWER,
  agreeToEverything,
  askForThree,
  choose,
  compareResume,
  enterRoom,
  finish,
  goToQuestions,
  pastePosting,
  waitForReport,
} from "./steps";

const WIDTHS = [360, 820, 1440];

async function check(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
      .analyze();
    const said = violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    expect(said, `${name} at ${width} px`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("every page passes axe at three widths and never scrolls sideways", async ({ page }) => {
  await page.goto("/");
  await check(page, "home");
  await pastePosting(page);
  await check(page, "posting");
  await compareResume(page);
  await check(page, "posting with a résumé");
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByLabel("Paste your résumé")).toBeVisible();
  await goToQuestions(page);
  await askForThree(page);
  await check(page, "plan");
  await page.getByRole("link", { name: "Check camera and microphone" }).click();
  await expect(page.getByText("Camera: good.")).toBeAttached();
  await check(page, "check");
  await agreeToEverything(page);
  await enterRoom(page);
  await check(page, "room");
  await page.goto(page.url().replace("/room", "/plan"));
  await choose(page, /Typed/);
  await page.getByRole("link", { name: "Go to the first question" }).click();
  await page.getByLabel("Your answer").fill(ANSWER);
  await check(page, "typed answer");
  await page.getByRole("button", { name: "I’m done" }).click();
  await expect(page.getByText("Follow-up", { exact: true })).toBeVisible();
  await check(page, "follow-up");
  await finish(page);
  await waitForReport(page);
  await check(page, "report");
  await page.goto("/history");
  await expect(page.getByRole("link", { name: "Read the report" }).first()).toBeVisible();
  await check(page, "history");
  await page.goto("/data");
  await expect(page.getByRole("heading", { name: "Postings" })).toBeVisible();
  await check(page, "data");
  await page.goto("/services");
  await expect(page.getByRole("heading", { name: "Keys and settings" })).toBeVisible();
  await check(page, "services");
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
  await check(page, "not found");
});

test("the keyboard alone is enough from the first page to the questions", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  const example = page.getByRole("button", { name: /Try ours/ });
  for (let i = 0; i < 12 && !(await example.evaluate((node) => node === document.activeElement)); i++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  const field = page.getByLabel("Paste the job you want to practise for");
  await expect(field).toBeFocused();
  await expect(field).not.toHaveValue("");
  const read = page.getByRole("button", { name: "Read the posting" });
  for (let i = 0; i < 4 && !(await read.evaluate((node) => node === document.activeElement)); i++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Here is what we understood" })).toBeVisible();
  await expect(page.locator("main")).toBeFocused();
});

test("a server that does not answer is said, with a way on", async ({ page }) => {
  await page.route("**/api/interviews", (route) => route.abort());
  await page.goto("/history");
  await expect(page.getByText("Rehearsal does not answer.")).toBeVisible({ timeout: 30_000 });
  await page.unroute("**/api/interviews");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Rehearsal does not answer.")).toBeHidden();
});
