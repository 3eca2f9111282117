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
  questionsSpoken,
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

test("the next question waits neither for the line nor for a decoder", async ({ page }) => {
  // What the page plays with: every sound it makes, and how much of it was there when it was played.
  await page.addInitScript(() => {
    const made: HTMLAudioElement[] = [];
    const played: number[] = [];
    Object.assign(window, { made, played });
    window.Audio = new Proxy(Audio, {
      construct(kind, given: [string?]) {
        const sound = new kind(...given);
        made.push(sound);
        return sound;
      },
    });
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      played.push(this.readyState);
      return play.call(this);
    };
  });
  type Sounds = { made: HTMLAudioElement[]; played: number[] };
  const played = () => page.evaluate(() => (window as unknown as Sounds).played);
  const complete = () =>
    page.evaluate(
      () => (window as unknown as Sounds).made.filter((one) => one.src && one.readyState === 4).length,
    );
  await pastePosting(page);
  await goToQuestions(page);
  await askForThree(page);
  await choose(page, /Voice only/);
  await page.getByRole("link", { name: "Check the microphone" }).click();
  await agreeToEverything(page);
  await enterRoom(page);
  await questionsSpoken(page);
  await page.getByRole("button", { name: "Listen" }).click({ timeout: 60_000 });
  await expect.poll(complete, { timeout: 30_000 }).toBeGreaterThanOrEqual(2); // this question and the next
  await page.getByRole("button", { name: "Skip" }).click();
  await expect.poll(async () => (await played()).length).toBe(2);
  expect((await played())[1]).toBe(4); // HAVE_ENOUGH_DATA
});
