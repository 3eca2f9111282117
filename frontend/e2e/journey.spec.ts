import { expect, test } from "@playwright/test";
import {
  ANSWER,
  agreeToEverything,
  answerAloud,
  answerMs,
  askForThree,
  enterRoom,
  finish,
  goToQuestions,
  pastePosting,
  plain,
  waitForReport,
  watch,
} from "./steps";

test("from a pasted posting to a report on what was said and done on camera, within the page's policy", async ({
  page,
}) => {
  const seen = await watch(page);
  await pastePosting(page);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue("Warehouse shift lead");
  await goToQuestions(page);
  await askForThree(page);
  await expect(page.getByText(/Tests “/).first()).toBeVisible();

  await page.getByRole("link", { name: "Check camera and microphone" }).click();
  await expect(page.getByText("Camera: good.")).toBeAttached();
  await expect(page.getByText("We hear you above the noise of the room.")).toBeVisible({ timeout: 60_000 });
  await agreeToEverything(page);
  await enterRoom(page);
  await answerAloud(page, Math.min(answerMs() + 2_000, 60_000));
  await finish(page);
  await waitForReport(page);

  const answer = page.locator("#answer-1");
  await expect(answer.getByRole("region", { name: "Transcript" })).toBeVisible();
  const words = plain((await answer.locator("[data-word]").allTextContents()).join(" "));
  const said = new Set(
    plain(ANSWER)
      .split(" ")
      .filter((word) => word.length > 5),
  );
  const found = [...said].filter((word) => words.includes(word));
  expect(found.length / said.size, `found ${found.join(", ")} in: ${words}`).toBeGreaterThan(0.6);

  await expect(answer.getByRole("heading", { name: "Towards the camera or screen" })).toBeVisible();
  await expect(answer.getByText(/seen in \d+ % of the answer/)).toBeVisible();

  const proof = answer.getByRole("button", { name: /^Play \d+:\d\d “/ }).first();
  const label = ((await proof.textContent()) ?? "").replace(/\s+/g, " ");
  const [, minutes, seconds, quote] = label.match(/(\d+):(\d\d)\s?“(.+?)[”…]/) ?? [];
  expect(words, "a quote is verbatim in the transcript").toContain(plain(quote ?? "nothing quoted"));
  await proof.click();
  const video = answer.locator("video");
  await expect
    .poll(() => video.evaluate((element: HTMLVideoElement) => (element.seeking ? -1 : element.currentTime)))
    .toBeGreaterThan(Number(minutes) * 60 + Number(seconds) - 0.01);
  const at = await video.evaluate((element: HTMLVideoElement) => element.currentTime);
  expect(at).toBeLessThan(Number(minutes) * 60 + Number(seconds) + 6);

  for (const path of ["/history", "/data", "/services", "/operations"]) {
    await page.goto(path);
    await page.waitForTimeout(1_000);
  }
  expect(seen).toEqual({ hits: [], reports: [], errors: [] });
});

test("what was kept of a broken-off answer is offered after a reload", async ({ page }) => {
  await pastePosting(page);
  await goToQuestions(page);
  await page.getByRole("link", { name: "Check camera and microphone" }).click();
  await agreeToEverything(page);
  await enterRoom(page);
  await page.getByRole("button", { name: "Listen" }).click({ timeout: 60_000 });
  await page.getByRole("button", { name: "Start answering" }).click();
  await expect(page.getByText(/Saved up to 0:0[3-9]/)).toBeVisible({ timeout: 20_000 });
  await page.reload();
  await expect(page.getByText(/We kept 0:\d\d of your answer to question 1/)).toBeVisible();
  await page.getByRole("button", { name: "Send it" }).click();
  await expect(page.getByText(/We kept 0:\d\d/)).toBeHidden();
  await finish(page);
  await expect(page.locator("#answer-1")).toBeAttached({ timeout: 240_000 });
});
