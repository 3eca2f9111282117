// What strangers write is shown as they wrote it and never run. Scripts are put into every text that a posting, a
// résumé, a question, a typed answer or the name of a file can carry; then every page that shows them is looked at.
// That a normal journey offends the policy nowhere is a part of journey.spec.ts.
import { expect, type Page, test } from "@playwright/test";
import { ANSWER, POSTING, waitForReport, watch } from "./steps";

test.use({ actionTimeout: 20_000 });

/** Each of these runs in a page that puts text into its markup; `mark` says which field it came from. */
const attacks = (mark: string): string[] => [
  `<script>parent.hit("${mark} script")</script>`,
  `<img src=x onerror='hit("${mark} img")'>`,
  `<svg onload='hit("${mark} svg")'></svg>`,
  `<iframe srcdoc="<script>parent.hit('${mark} frame')</script>"></iframe>`,
  `"><details open ontoggle='hit("${mark} details")'>`,
  `<a href='javascript:hit("${mark} link")'>more</a>`,
  `{{constructor.constructor('hit("${mark} template")')()}}`,
];
const attack = (mark: string): string => attacks(mark).join(" ");

/** Clicks whatever became a link by what was written, and gives what would run late the time to. */
async function settle(page: Page): Promise<void> {
  for (const link of await page.locator('a[href^="javascript:" i]').all()) await link.click({ force: true });
  await page.waitForTimeout(500);
}

test("control: the same attacks run in a page that is careless and has no policy", async ({ page }) => {
  const seen = await watch(page);
  await page.route("**/careless", (route) =>
    route.fulfill({ contentType: "text/html", body: `<!doctype html><body>${attack("control")}` }),
  );
  await page.goto("/careless");
  await settle(page);
  expect(new Set(seen.hits)).toEqual(
    new Set(["script", "img", "svg", "frame", "details", "link"].map((name) => `control ${name}`)),
  );
});

test("control: in our own page the policy stops what got into the markup, and says so", async ({ page }) => {
  const seen = await watch(page);
  await page.goto("/");
  await expect(page.getByLabel("Paste the job you want to practise for")).toBeVisible();
  await page.evaluate((markup) => {
    const place = document.createElement("div");
    place.innerHTML = markup;
    document.body.append(place);
    const script = document.createElement("script");
    script.textContent = 'hit("inline")';
    document.body.append(script);
    const far = document.createElement("script");
    far.src = "http://127.0.0.1:9/far.js";
    document.body.append(far);
  }, attack("policy"));
  await settle(page);
  expect(seen.hits).toEqual([]);
  await expect.poll(() => seen.reports.length).toBeGreaterThanOrEqual(4);
});

test("nothing that a stranger writes is run, on any page that shows it", async ({ page, request }) => {
  const seen = await watch(page);
  const lines = POSTING.replace("Warehouse shift lead", `Warehouse shift lead ${attacks("title")[1]}`)
    .replace("Fernhollow Foods, Harwick", `Fernhollow ${attacks("company")[1]} Foods, Harwick`)
    .replace("A forklift licence.", `A forklift licence ${attack("requirement")}.`)
    .replace("You must have", `${attack("text")}\n\nYou must have`);
  const made = await request.post("/api/postings", { data: { text: lines } });
  expect(made.status()).toBe(201);
  const posting = await made.json();
  const fields = {
    title: `Lead ${attacks("title")[1]}`,
    company: attacks("company")[2],
    location: attacks("location")[1],
    requirements: posting.posting.requirements.map(
      (one: { id: string; text: string; weight: string }, at: number) => ({
        id: one.id,
        weight: one.weight,
        text: `${one.text} ${attacks(`line ${at}`)[at % 5]}`.slice(0, 400),
      }),
    ),
  };
  const edited = await request.patch(`/api/postings/${posting.id}`, { data: fields });
  expect(edited.status(), await edited.text()).toBe(200);

  await page.goto(`/postings/${posting.id}`);
  await expect(page.getByRole("heading", { name: "Here is what we understood" })).toBeVisible();
  const name = `${attacks("file")[1]}.txt`.replaceAll("/", "");
  await page.getByLabel("A file with your résumé").setInputFiles({
    name,
    mimeType: "text/plain",
    buffer: Buffer.from(
      `SKILLS\nForklift licence ${attacks("résumé file")[1]}, 2023\n${attack("résumé file")}`,
    ),
  });
  const compared = page
    .getByRole("region", { name: "Your résumé" })
    .getByText(/must-haves/)
    .first();
  await expect(compared).toBeVisible({ timeout: 60_000 });
  await settle(page);
  const pasted = await request.put(`/api/postings/${posting.id}/resume`, {
    data: {
      text: `SKILLS\nForklift licence ${attacks("résumé")[1]}, 2023\n${attacks("résumé")[0]} cold storage\n`,
    },
  });
  expect(pasted.status(), await pasted.text()).toBe(200);
  await page.reload();
  await expect(compared).toBeVisible({ timeout: 60_000 });
  await settle(page);
  await page.goto("/");
  await page.getByLabel("A file with the posting").setInputFiles({
    name: `<svg onload=hit('name')>.html`,
    mimeType: "text/html",
    buffer: Buffer.from(
      `<html><body>${attack("posting file")}<p>${attack("page").replaceAll("<", "&lt;")}</p>`,
    ),
  });
  await settle(page);

  const planned = await request.post("/api/interviews", {
    data: { posting_id: posting.id, mode: "typed", count: 3 },
  });
  expect(planned.status(), await planned.text()).toBe(201);
  const interview = await planned.json();
  const own = await request.post(`/api/interviews/${interview.id}/questions`, {
    data: { text: `How do you ${attacks("question")[1]} ${attacks("question")[2]}?`.slice(0, 300) },
  });
  expect(own.status(), await own.text()).toBe(201);
  const questions = (await own.json()).questions as { id: string }[];
  for (const question of questions) {
    const take = await request.post(`/api/questions/${question.id}/takes`, {
      data: { kind: "typed", text: `${attacks("answer")[0]} ${ANSWER} ${attack("answer")}` },
    });
    expect(take.status(), await take.text()).toBe(201);
  }
  await request.post(`/api/interviews/${interview.id}/finish`);

  await page.goto(`/interviews/${interview.id}/plan`);
  await expect(page.getByRole("heading", { level: 1, name: /questions for/ })).toBeVisible();
  await settle(page);
  await page.goto(`/interviews/${interview.id}/room`);
  await page.waitForTimeout(2_000);
  await settle(page);
  await page.goto(`/interviews/${interview.id}/report`);
  await waitForReport(page);
  await expect(page.locator("body")).toContainText("onerror");
  await settle(page);
  for (const path of ["/history", "/data", "/services", "/", `/${encodeURIComponent(attack("address"))}`]) {
    await page.goto(path);
    await page.waitForTimeout(1_000);
    await settle(page);
  }
  expect(seen.hits, "executions").toEqual([]);
  expect(seen.reports, "what was shown never got as far as the policy").toEqual([]);
});
