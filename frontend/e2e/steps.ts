// What a person does, in the order they do it. Found by what is written on the page, as a person finds it.
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

export const POSTING = `Warehouse shift lead
Fernhollow Foods, Harwick

We send fresh and frozen food to ninety shops every evening. You lead a team of twelve at our depot by the river.

What you will do
- Plan the evening shift and get forty vans away by seven.
- Train new pickers, and keep the team safe on the floor.
- Report late departures to the depot manager every morning.

You must have
- Two years of leading a team in a warehouse.
- A habit of finding out why deliveries are late before changing anything.
- Experience with cold storage and food safety rules.
- A forklift licence.

Nice to have
- Knowledge of a warehouse management system.
`;

export const ANSWER =
  process.env.FAKE_TEXT !== undefined
    ? readFileSync(process.env.FAKE_TEXT, "utf8").trim()
    : "Last winter our evening deliveries kept going out late, and the store managers were losing patience with us. " +
      "I was the shift lead, so I had to find out why and get the vans away by seven. " +
      "I walked the route from the freezer to the loading bay with a stopwatch, and I saw that two pickers waited for " +
      "the same pallet jack. I borrowed a second jack from the day team, because buying one would have taken a month. " +
      "As a result, late departures fell from nine a week to one.";

/** Length of the WAV file the fake microphone plays, in milliseconds. */
export function answerMs(): number {
  const path = process.env.FAKE_AUDIO;
  if (!path) return 8_000;
  const head = readFileSync(path).subarray(0, 44);
  return Math.round(((readFileSync(path).length - 44) / head.readUInt32LE(28)) * 1000);
}

/** What a page should never do: run what somebody wrote, offend its policy, log an error. */
export interface Seen {
  hits: string[];
  reports: string[];
  errors: string[];
}

/** Notes all of it, from the next page on. */
export async function watch(page: Page): Promise<Seen> {
  const seen: Seen = { hits: [], reports: [], errors: [] };
  await page.exposeFunction("hit", (mark: string) => seen.hits.push(mark));
  await page.exposeFunction("reportViolation", (text: string) => seen.reports.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as { reportViolation: (text: string) => void }).reportViolation(
        `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      );
    });
  });
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("dialog", (dialog) => {
    seen.hits.push(`dialog ${dialog.message()}`);
    return dialog.dismiss();
  });
  return seen;
}

export async function pastePosting(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Paste the job you want to practise for").fill(POSTING);
  await page.getByRole("button", { name: "Read the posting" }).click();
  await expect(page.getByRole("heading", { name: "Here is what we understood" })).toBeVisible();
}

/** Gives a résumé and finds its lines beside what the posting asks for; who wrote it is nowhere. */
export async function compareResume(page: Page): Promise<void> {
  await page
    .getByLabel("Paste your résumé")
    .fill(
      "Ottilie Krumhorn\n07700 900123\n\nSKILLS\nCounterbalance forklift licence, 2023\nI speak Finnish\n",
    );
  await page.getByRole("button", { name: "Compare it" }).click();
  const resume = page.getByRole("region", { name: "Your résumé" });
  const forklift = resume.getByRole("listitem").filter({ hasText: "A forklift licence" });
  await expect(forklift.getByText("Counterbalance forklift licence, 2023")).toBeVisible({ timeout: 60_000 });
  await expect(forklift.getByText("Shown", { exact: true })).toBeVisible();
  await expect(
    resume.getByRole("listitem").filter({ hasText: "finding out why" }).getByText("Not found in your résumé"),
  ).toBeVisible();
  await expect(resume.getByText(/Of 4 must-haves, your résumé shows 1/)).toBeVisible();
  await expect(resume.getByText(/Krumhorn|07700/)).toHaveCount(0);
}

export async function goToQuestions(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Go to the questions" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /questions for/ })).toBeVisible({
    timeout: 30_000,
  });
}

/** Makes a short set, so that a test ends while somebody still watches it. */
export async function askForThree(page: Page): Promise<void> {
  await page.getByText("Change the number and the mix").click();
  const range = page.getByLabel(/Number of questions/);
  await range.focus();
  for (let i = 0; i < 12; i++) await range.press("ArrowLeft");
  await page.getByRole("button", { name: "Make 3 new questions" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^3 questions for/ })).toBeVisible({
    timeout: 30_000,
  });
}

/** Chooses how to answer, on the page with the questions. */
export async function choose(page: Page, name: RegExp): Promise<void> {
  const radio = page.getByRole("radio", { name });
  await radio.click();
  await expect(radio).toBeChecked();
}

export async function agreeToEverything(page: Page): Promise<void> {
  const boxes = page.getByRole("group", { name: "What you agree to" }).getByRole("checkbox");
  // all() does not wait: on a page that is not drawn yet it would agree to nothing.
  await expect(boxes.first()).toBeVisible();
  for (const box of await boxes.all()) {
    await box.check();
  }
}

export async function enterRoom(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Enter the room" }).click();
  await expect(page.getByRole("heading", { name: /Question 1 of/ })).toBeVisible();
  // This Chromium has no graphics card: the moving picture is what such a machine gets, never the paper stand-in.
  await expect(page.locator("[data-renderer]")).toHaveAttribute("data-renderer", "2d");
  await expect(page.getByRole("img", { name: /, the interviewer$/ })).toBeVisible();
}

/** Waits until every question of the interview whose room this is has been spoken. */
export async function questionsSpoken(page: Page): Promise<void> {
  const interview = page.url().match(/interviews\/([\w-]+)/)?.[1];
  const waiting = async () => {
    const { questions } = await (await page.request.get(`/api/interviews/${interview}`)).json();
    return questions.filter((one: { speech: { state: string } }) => one.speech.state !== "ready").length;
  };
  await expect.poll(waiting, { timeout: 240_000, intervals: [1_000] }).toBe(0);
}

/** Listens to the question to its end, answers for `ms`, and presses Done. */
export async function answerAloud(page: Page, ms: number): Promise<void> {
  await page.getByRole("button", { name: "Listen" }).click({ timeout: 60_000 });
  await expect(page.getByText("Take the time you need.")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Start answering" }).click();
  await expect(page.getByText(/Saved up to 0:0[2-9]/)).toBeVisible({ timeout: 20_000 });
  await page.waitForTimeout(Math.max(0, ms - 3_000));
  await page.getByRole("button", { name: "I’m done" }).click();
  await expect(page.getByText(/Saved, 0:\d\d in all/)).toBeVisible({ timeout: 30_000 });
}

/** Skips what is left and waits for the whole report. */
export async function finish(page: Page): Promise<void> {
  const next = page.getByRole("button", { name: /^(Next question|Finish)$/ });
  // The interviewer may follow up at this very moment: then the button is gone, and Skip goes on.
  if ((await next.count()) > 0) {
    await next
      .first()
      .click({ timeout: 5_000 })
      .catch(() => undefined);
  }
  while (!/\/report/.test(page.url())) {
    const skip = page.getByRole("button", { name: /^(Skip|Finish)$/ });
    const leaving = page.getByText("Opening your report").or(page.getByText("Sending the last of it"));
    await expect(
      skip
        .or(leaving)
        .or(page.getByRole("heading", { name: /^Between|Your answers are being read/ }))
        .first(),
    ).toBeVisible();
    if (/\/report/.test(page.url()) || (await leaving.count()) > 0) break;
    // The report may open between looking and clicking: the button is not waited for.
    await skip
      .first()
      .click({ timeout: 2_000 })
      .catch(() => undefined);
  }
  await page.waitForURL(/\/report/, { timeout: 60_000 });
}

export async function waitForReport(page: Page): Promise<void> {
  const band = page.getByText(/(Between \d\.\d and \d\.\d|^\d\.\d) of 5/).first();
  await expect(band).toBeVisible({ timeout: 240_000 });
  await expect(page.getByText("Your answers are being read")).toBeHidden({ timeout: 60_000 });
}

/** Words as they are compared: without case and punctuation. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]+/gu, "")
    .replace(/\s+/g, " ")
    .trim();
