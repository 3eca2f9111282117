import { expect, test } from "@playwright/test";
import {
  ANSWER,
  askForThree,
  choose,
  finish,
  goToQuestions,
  pastePosting,
  plain,
  waitForReport,
} from "./steps";

test("typed answers lead to the same kind of report, and survive a reload", async ({ page }) => {
  await pastePosting(page);
  await goToQuestions(page);
  await askForThree(page);
  await choose(page, /Typed/);
  const followUps = page.getByRole("checkbox", { name: /Follow-up questions/ });
  await followUps.click();
  await expect(followUps).not.toBeChecked();
  await page.getByRole("link", { name: "Go to the first question" }).click();
  await expect(page.getByRole("heading", { name: "Question 1 of 3" })).toBeVisible();

  const sheet = page.getByLabel("Your answer");
  await sheet.fill(ANSWER);
  await page.reload();
  await expect(sheet).toHaveValue(ANSWER);
  await page.getByRole("button", { name: "I’m done" }).click();
  await expect(page.getByRole("heading", { name: "Question 2 of 3" })).toBeVisible();
  await expect(sheet).toHaveValue("");

  await finish(page);
  await waitForReport(page);
  const answer = page.locator("#answer-1");
  await expect(answer.getByRole("region", { name: "Your answer" })).toBeVisible();
  const words = plain((await answer.locator("[data-word]").allTextContents()).join(" "));
  expect(words).toContain(plain("the store managers were losing patience with us"));
  await expect(answer.getByRole("button", { name: /^Show “/ }).first()).toBeVisible();
  await expect(answer.getByText("Not measured").first()).toBeVisible();
  await expect(answer.locator("video, audio")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "You skipped 2 questions" })).toBeVisible();
});

test("what an answer leaves out is asked for once, and the two are read together", async ({ page }) => {
  await pastePosting(page);
  await goToQuestions(page);
  await askForThree(page);
  await expect(page.getByRole("checkbox", { name: /Follow-up questions/ })).toBeChecked();
  await choose(page, /Typed/);
  await page.getByRole("link", { name: "Go to the first question" }).click();
  await expect(page.getByRole("heading", { name: "Question 1 of 3" })).toBeVisible();
  const sheet = page.getByLabel("Your answer");
  // The first question is about switching between jobs: most of what an expert would name is missing here.
  await sheet.fill(ANSWER);
  await page.getByRole("button", { name: "I’m done" }).click();
  await expect(page.getByText("Follow-up", { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Question 1 of 3/ })).toBeVisible();
  const asked = (await page.locator(".captions .only-heard").textContent()) ?? "";
  expect(asked.length).toBeGreaterThan(10);
  await expect(sheet).toHaveValue("");
  await page.reload();
  await expect(page.getByText("Follow-up", { exact: true })).toBeVisible();
  await sheet.fill(
    "I write down where each job stands before I leave it, because I would forget the open pallet otherwise. " +
      "I know that I have dropped one when the driver asks me about it before I have told him.",
  );
  await page.getByRole("button", { name: "I’m done" }).click();
  await expect(page.getByRole("heading", { name: /^Question 2 of 3$/ })).toBeVisible();

  await finish(page);
  await waitForReport(page);
  const followUp = page.locator("#answer-1-follow-up");
  await expect(followUp.getByText("Follow-up to question 1")).toBeVisible();
  await expect(followUp.getByRole("heading", { level: 2 })).toHaveText(asked);
  await expect(followUp.getByText(/the better of the two counts/)).toBeVisible();
  await expect(page.getByRole("heading", { name: "You skipped 2 questions" })).toBeVisible();
});

test("a posting that is none is refused in plain words, and nothing is stored", async ({ page, request }) => {
  const before = ((await (await request.get("/api/postings")).json()) as unknown[]).length;
  await page.goto("/");
  await page.getByLabel("Paste the job you want to practise for").fill("hello there");
  await page.getByRole("button", { name: "Read the posting" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
  expect(((await (await request.get("/api/postings")).json()) as unknown[]).length).toBe(before);
});

test("corrections are kept, a removal can be undone, questions move by keyboard", async ({ page }) => {
  await pastePosting(page);
  const company = page.getByRole("textbox", { name: "Company" });
  await company.fill("Fernhollow Foods Ltd");
  await company.blur();
  await page.getByRole("button", { name: /^Remove A forklift licence/ }).click();
  await expect(page.getByRole("button", { name: /^Remove A forklift licence/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: /^Remove A forklift licence/ })).toBeVisible();
  await page.reload();
  await expect(company).toHaveValue("Fernhollow Foods Ltd");

  await goToQuestions(page);
  const questions = page.getByRole("region", { name: "Questions" }).getByRole("listitem");
  const first = await questions.first().getByRole("heading").textContent();
  // The page shows the new order at once; a reload may come only when it is kept.
  const kept = page.waitForResponse((answer) => answer.url().endsWith("/order") && answer.ok());
  await page.getByRole("button", { name: "Move question 1", exact: true }).press("ArrowDown");
  await expect(page.getByText("Now question 2 of 8.")).toBeAttached();
  await expect(questions.nth(1).getByRole("heading")).toHaveText(first ?? "");
  await kept;
  await page.reload();
  await expect(questions.nth(1).getByRole("heading")).toHaveText(first ?? "");
});

test("everything can be deleted", async ({ page }) => {
  await pastePosting(page);
  await page.getByRole("link", { name: "Your data" }).click();
  await page.getByRole("button", { name: "Delete everything" }).click();
  const dialog = page.getByRole("dialog");
  const sure = dialog.getByRole("button", { name: "Delete everything" });
  await expect(sure).toBeDisabled();
  await dialog.getByLabel(/To be sure/).fill("delete everything");
  await sure.click();
  await expect(page.getByRole("heading", { name: "Everything is deleted" })).toBeVisible();
  // Other journeys have left theirs.
  await expect(page.getByText(/^\d+ postings?$/)).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/receipt");
  await page.getByRole("link", { name: "Your data" }).click();
  await expect(page.getByText("None.")).toHaveCount(3);
});
