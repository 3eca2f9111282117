import { expect, test } from "@playwright/test";
import {
  agreeToEverything,
  answerAloud,
  answerMs,
  askForThree,
  choose,
  enterRoom,
  finish,
  goToQuestions,
  pastePosting,
  waitForReport,
} from "./steps";

test("voice alone is enough: no camera is opened, the picture is said to be not measured", async ({
  page,
}) => {
  await pastePosting(page);
  await goToQuestions(page);
  await askForThree(page);
  await choose(page, /Voice only/);
  await page.getByRole("link", { name: "Check the microphone" }).click();
  await expect(page.getByRole("heading", { name: "Hear yourself first" })).toBeVisible();
  await expect(page.getByText("We hear you above the noise of the room.")).toBeVisible({ timeout: 60_000 });
  await expect(page.locator("video")).toHaveCount(0);
  await agreeToEverything(page);
  await enterRoom(page);
  await expect(page.locator("video")).toHaveCount(0);
  await answerAloud(page, Math.min(answerMs() + 2_000, 60_000));
  await finish(page);
  await waitForReport(page);

  const answer = page.locator("#answer-1");
  await expect(answer.locator("audio")).toHaveCount(1);
  await expect(answer.getByText(/\d+ words a minute/).first()).toBeVisible();
  await expect(answer.getByRole("region", { name: "Transcript" })).toBeVisible();
  await expect(answer.getByText("Not measured").first()).toBeVisible();
  await answer.getByRole("slider", { name: "Place in the recording" }).press("ArrowRight");
  await expect
    .poll(() => answer.locator("audio").evaluate((element: HTMLAudioElement) => element.currentTime))
    .toBeGreaterThan(1.5);
});
