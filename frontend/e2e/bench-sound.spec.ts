// From a press to the first sound of a prepared question, in the real room. `make bench-sound`; a line of JSON.
import { expect, test } from "@playwright/test";
import { agreeToEverything, choose, enterRoom, goToQuestions, pastePosting, questionsSpoken } from "./steps";

test.skip(!process.env.BENCH_SOUND, "make bench-sound");

test("first sound of prepared questions", async ({ page }) => {
  await page.addInitScript(() => {
    const sounds: number[] = [];
    let pressed = 0;
    Object.assign(window, { sounds });
    addEventListener("click", () => (pressed = performance.now()), true);
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      this.addEventListener("playing", () => sounds.push(performance.now() - pressed), { once: true });
      return play.call(this);
    };
  });
  await pastePosting(page);
  await goToQuestions(page);
  await choose(page, /Voice only/);
  await page.getByRole("link", { name: "Check the microphone" }).click();
  await agreeToEverything(page);
  await enterRoom(page);
  const heard = () => page.evaluate(() => (window as unknown as { sounds: number[] }).sounds.length);
  // A prepared question is one that has been spoken, as the next one has while somebody answers.
  await questionsSpoken(page);
  await page.getByRole("button", { name: "Listen" }).click({ timeout: 120_000 });
  for (let asked = 1; asked < 8; asked++) {
    await expect.poll(heard, { timeout: 30_000 }).toBe(asked);
    await page.waitForTimeout(4_000); // the one after it is fetched meanwhile, as when somebody answers
    await page.getByRole("button", { name: "Skip" }).click();
    await expect(page.getByRole("heading", { name: `Question ${asked + 1} of 8` })).toBeVisible();
  }
  await expect.poll(heard, { timeout: 30_000 }).toBe(8);
  const sounds = await page.evaluate(() => (window as unknown as { sounds: number[] }).sounds);
  const sorted = [...sounds].sort((a, b) => a - b);
  process.stdout.write(
    `${JSON.stringify({
      n: sorted.length,
      first_sound_ms: {
        first: Math.round(sounds[0] ?? 0), // by "Listen"; the others by "Skip"
        median: Math.round(((sorted[3] ?? 0) + (sorted[4] ?? 0)) / 2),
        highest: Math.round(sorted.at(-1) ?? 0),
      },
    })}\n`,
  );
});
