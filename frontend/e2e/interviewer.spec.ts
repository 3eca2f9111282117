// The interviewer by itself, in software WebGL: no camera, no server. Screenshots of every state stay in e2e/artifacts.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, type Page, test } from "@playwright/test";
import config from "../playwright.config";
import type { LipCue } from "../src/utils/interviewer/lips";
import { SOFTWARE_GL, serveStage } from "./stage/serve";

const artifacts = fileURLToPath(new URL("./artifacts/interviewer/", import.meta.url));
const built = fileURLToPath(new URL("../../assets/avatar/built/", import.meta.url));
const files = existsSync(built) ? readdirSync(built) : [];
const cast = files.filter((name) => name.endsWith(".vrm")).map((name) => name.slice(0, -4));
const first = cast[0] ?? "";

test.use({
  launchOptions: {
    executablePath: config.use?.launchOptions?.executablePath,
    args: [...SOFTWARE_GL, "--autoplay-policy=no-user-gesture-required"],
  },
});
if (cast.length === 0) throw new Error("No interviewer has been built: make avatars.");

let site: Awaited<ReturnType<typeof serveStage>>;
test.beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  site = await serveStage();
});
test.afterAll(() => site?.close());

// Something like "Bob, may I ask for a map too", slowly.
const SENTENCE = (
  [
    ["sil", 0.5],
    ["PP", 0.25],
    ["aa", 0.7],
    ["PP", 0.4],
    ["PP", 0.3],
    ["E", 0.7],
    ["aa", 0.6],
    ["SS", 0.35],
    ["kk", 0.3],
    ["FF", 0.4],
    ["O", 0.7],
    ["PP", 0.4],
    ["U", 0.6],
    ["sil", 0.8],
  ] as const
).reduce<LipCue[]>((cues, [viseme, length]) => {
  const start_s = cues.at(-1)?.end_s ?? 0;
  cues.push({ start_s, end_s: start_s + length, viseme, weight: 1 });
  return cues;
}, []);
const LENGTH_S = SENTENCE.at(-1)?.end_s ?? 0;

/** Everything the console calls an error; the list must stay empty. */
function errors(page: Page): string[] {
  const said: string[] = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  return said;
}

const stage = (page: Page) => page.locator("[data-renderer]");

async function open(page: Page, query: string, renderer = "3d"): Promise<void> {
  await page.goto(`${site.url}?stage=debug&w=480&h=380&${query}`);
  await expect(stage(page)).toHaveAttribute("data-renderer", renderer, { timeout: 90_000 });
}

interface Sample {
  t: number;
  mouth: number;
  wanted: number;
}

/** Lets some frames pass, however long they take without a graphics card. */
const frames = (page: Page, count: number) =>
  page.evaluate(async (n) => {
    for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
  }, count);

/** The sentence, moment by moment: how far the lips of the drawn face are apart, read from the morphs in the scene. */
function speak(page: Page, stepS = 0.16): Promise<Sample[]> {
  return page.evaluate(
    async ([cues, step, end]) => {
      const samples: Sample[] = [];
      window.demo.speak(cues, true);
      for (let t = 0.2; t < end; t += step) {
        window.demo.hold(t);
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        const now = window.__stage?.();
        if (now?.scene && now.frame) samples.push({ t, mouth: now.scene.mouth, wanted: now.frame.opening });
      }
      return samples;
    },
    [SENTENCE, stepS, LENGTH_S] as const,
  );
}

/** The furthest the lids of the drawn face come down within some seconds. */
function deepestBlink(page: Page, seconds: number): Promise<number> {
  return page.evaluate(async (length) => {
    const began = performance.now();
    let most = 0;
    while (performance.now() - began < length * 1000 && most < 0.8) {
      await new Promise(requestAnimationFrame);
      most = Math.max(most, window.__stage?.().scene?.lids ?? 0);
    }
    return most;
  }, seconds);
}

/** How much two series go up and down together, -1 to 1. */
function together(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: (pair: readonly [number, number]) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const [ma, mb] = [mean(([a]) => a), mean(([, b]) => b)];
  const [ab, aa, bb] = [
    mean(([a, b]) => (a - ma) * (b - mb)),
    mean(([a]) => (a - ma) ** 2),
    mean(([, b]) => (b - mb) ** 2),
  ];
  return ab / Math.sqrt(aa * bb);
}

for (const id of cast) {
  test(`${id} loads, speaks with the cues, and blinks`, async ({ page }) => {
    const said = errors(page);
    await open(page, `id=${id}&quality=3d&w=260&h=200`);
    await expect(page.getByRole("img", { name: /the interviewer$/i })).toBeVisible();

    const spoken = await speak(page);
    expect(spoken.length).toBeGreaterThan(35);
    expect(together(spoken.map(({ mouth, wanted }) => [mouth, wanted] as const))).toBeGreaterThan(0.9);
    expect(Math.max(...spoken.map(({ mouth }) => mouth))).toBeGreaterThan(0.6);
    for (const cue of SENTENCE.filter(({ viseme }) => viseme === "PP")) {
      const inside = spoken.filter(({ t }) => t > cue.start_s && t < (cue.end_s ?? 0) - 0.1);
      for (const { mouth } of inside) expect(mouth).toBeLessThan(0.12);
    }
    expect(spoken.at(-1)?.mouth).toBeLessThan(0.1);

    await page.evaluate(() => window.demo.set({ speaking: null, state: "listening" }));
    await expect.poll(() => deepestBlink(page, 8), { timeout: 60_000 }).toBeGreaterThan(0.5);
    await page.screenshot({ path: `${artifacts}${id}-listening.png` });
    await page.evaluate(() => window.demo.set({ mounted: false }));
    expect(said).toEqual([]);
  });
}

test("every state has its picture", async ({ page }) => {
  const said = errors(page);
  await open(page, `id=${first}&quality=3d&style=warm`);
  for (const state of ["idle", "listening", "thinking", "wrapping"] as const) {
    await page.evaluate((name) => window.demo.set({ state: name, speaking: null }), state);
    await expect(stage(page)).toHaveAttribute("data-state", state);
    await page.waitForTimeout(3_000);
    await page.screenshot({ path: `${artifacts}state-${state}.png` });
  }
  await page.evaluate((cues) => window.demo.speak(cues, true), SENTENCE);
  await page.evaluate(() => window.demo.hold(1.1));
  await frames(page, 4);
  await page.screenshot({ path: `${artifacts}state-asking.png` });
  expect(said).toEqual([]);
});

test("a lost context falls to the flat view and comes back", async ({ page }) => {
  const said = errors(page);
  await open(page, `id=${first}&quality=3d&w=320&h=240`);
  await page.evaluate(() => window.__stage?.().lose());
  await expect(stage(page)).toHaveAttribute("data-renderer", /^(2d|paper)$/);
  await expect(page.getByRole("img", { name: /the interviewer$/i })).toBeVisible();
  await page.screenshot({ path: `${artifacts}context-lost.png` });
  await page.waitForTimeout(500);
  await page.evaluate(() => window.__stage?.().restore());
  await expect(stage(page)).toHaveAttribute("data-renderer", "3d");
  await frames(page, 2);
  const after = await speak(page, 0.3);
  expect(Math.max(...after.map(({ mouth }) => mouth))).toBeGreaterThan(0.6);
  await page.screenshot({ path: `${artifacts}context-restored.png` });
  const reports = await page.evaluate(() => window.demo.reports);
  expect(reports.map((it) => it.reason)).toContain("lost");
  expect(said).toEqual([]);
});

test("without a graphics card the flat view is taken, and nothing of 3D is fetched", async ({ page }) => {
  const said = errors(page);
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await page.goto(`${site.url}?stage=debug&id=${first}`);
  await expect(stage(page)).toHaveAttribute("data-renderer", /^(2d|paper)$/);
  await page.waitForTimeout(1_000);
  const reports = await page.evaluate(() => window.demo.reports);
  expect(reports.at(-1)).toMatchObject({ reason: "software" });
  expect(reports.at(-1)?.words).toMatch(/^[A-Z].*\.$/);
  expect(fetched.filter((url) => /stage-scene|\.vrm/.test(url))).toEqual([]);
  await page.evaluate((cues) => window.demo.speak(cues), SENTENCE);
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: `${artifacts}flat-asking.png` });
  expect(said).toEqual([]);
});

test("a model that cannot be fetched leaves a face, and says so", async ({ page }) => {
  await page.route("**/*.vrm", (route) => route.fulfill({ status: 200, body: "not a model" }));
  await open(page, `id=${first}&quality=3d`, files.includes(`${first}.webp`) ? "2d" : "paper");
  await expect.poll(() => page.evaluate(() => window.demo.reports.at(-1))).toMatchObject({ reason: "model" });
  await expect(page.getByRole("img", { name: /the interviewer$/i })).toBeVisible();
});

// Opening a model without a graphics card takes seconds: thirty times only when asked for (LONG=1).
const MOUNTS = process.env.LONG ? 30 : 5;

test("thirty questions and a room entered again and again leave nothing behind", async ({ page }) => {
  test.setTimeout(600_000);
  const said = errors(page);
  await open(page, `id=${first}&quality=3d&w=160&h=120`);
  const memory = () =>
    page.evaluate(() => {
      const { geometries, textures, programs, tier } = window.__stage?.().scene ?? {};
      return { geometries, textures, programs, tier };
    });
  // Each quality has its own textures: wait until a machine without a graphics card has come down to the last one.
  const lowest = () => page.evaluate(() => window.__stage?.().scene?.tier === 3);
  await expect
    .poll(lowest, { timeout: 40_000 })
    .toBe(true)
    .catch(() => undefined);
  const before = await memory();
  expect(before.geometries).toBeGreaterThan(3);
  for (let question = 0; question < 30; question++) {
    await page.evaluate((cues) => window.demo.speak(cues.slice(0, 3)), SENTENCE);
    await page.waitForTimeout(150);
    await page.evaluate(() => window.demo.set({ state: "listening", speaking: null }));
    await page.waitForTimeout(60);
  }
  expect(await memory()).toEqual(before);
  for (let mount = 0; mount < MOUNTS; mount++) {
    await page.evaluate(() => window.demo.set({ mounted: false }));
    await expect(stage(page)).toHaveCount(0);
    await page.evaluate(() => window.demo.set({ mounted: true }));
    // Most of them are left before they are ready, at whatever point that is.
    if (mount % 5 === 4)
      await expect(stage(page)).toHaveAttribute("data-renderer", "3d", { timeout: 60_000 });
    else await page.waitForTimeout(mount * 150);
  }
  await expect(stage(page)).toHaveAttribute("data-renderer", "3d", { timeout: 60_000 });
  await expect.poll(memory, { timeout: 40_000 }).toEqual(before);
  await expect(page.locator("canvas[role=img]:visible")).toHaveCount(1);
  expect(said).toEqual([]);
});

test("drawing stops off screen and goes on in view", async ({ page }) => {
  await open(page, `id=${first}&quality=3d&w=160&h=120`);
  const moves = async () => {
    const lids = () => page.evaluate(() => JSON.stringify(window.__stage?.().frame?.pose));
    const before = await lids();
    await page.waitForTimeout(800);
    return before !== (await lids());
  };
  expect(await moves()).toBe(true);
  await page.evaluate(() => {
    document.body.style.paddingTop = "4000px";
  });
  await page.waitForTimeout(500);
  expect(await moves()).toBe(false);
  await page.evaluate(() => {
    document.body.style.paddingTop = "";
  });
  await expect.poll(moves).toBe(true);
});

test("less motion: the head stays still, lids and lips do not", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, `id=${first}&quality=3d&state=listening&w=320&h=240`);
  const yaws = new Set<number | undefined>();
  for (let i = 0; i < 8; i++) {
    yaws.add(await page.evaluate(() => window.__stage?.().frame?.pose.headYaw));
    await page.waitForTimeout(250);
  }
  expect([...yaws]).toEqual([0]);
  const spoken = await speak(page, 0.3);
  expect(Math.max(...spoken.map(({ mouth }) => mouth))).toBeGreaterThan(0.5);
  expect(await deepestBlink(page, 12)).toBeGreaterThan(0.5);
});

test("one's own model: a hostile file is refused, a good one is shown, used, and removed", async ({
  page,
}) => {
  const said = errors(page);
  await open(page, `id=${first}&quality=3d&own`);
  const input = page.getByLabel("A VRM or GLB file");
  await input.setInputFiles({
    name: "evil.glb",
    mimeType: "model/gltf-binary",
    buffer: Buffer.from("PK zip"),
  });
  await expect(page.getByRole("alert")).toContainText("This is not a VRM or GLB file.");
  const whole = readFileSync(`${built}${first}.vrm`);
  await input.setInputFiles({
    name: "half.vrm",
    mimeType: "model/gltf-binary",
    buffer: whole.subarray(0, 90_000),
  });
  await expect(page.getByRole("alert")).toContainText("ends too early");
  await expect(stage(page)).toHaveAttribute("data-renderer", "3d");

  await input.setInputFiles({ name: "mine.vrm", mimeType: "model/gltf-binary", buffer: whole });
  await expect(page.getByRole("heading", { level: 4 })).toBeVisible();
  await expect(page.getByText("Passing it on")).toBeVisible();
  await page.screenshot({ path: `${artifacts}own-found.png`, fullPage: true });
  await page.getByRole("button", { name: "Use this interviewer" }).click();
  await expect(page.getByRole("button", { name: "Remove it" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("img", { name: "The interviewer" })).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByRole("button", { name: "Remove it" })).toHaveCount(0);
  expect(said).toEqual([]);
});

test("the 3D part is one chunk of at most 200 kB gzip", () => {
  const assets = `${site.outDir}/assets/`;
  const heavy = readdirSync(assets)
    .filter(
      (name) => name.endsWith(".js") && /WebGLRenderer|VRMC_vrm/.test(readFileSync(assets + name, "utf8")),
    )
    .filter((name) => name.startsWith("stage-scene"));
  expect(heavy).toHaveLength(1);
  const size = gzipSync(readFileSync(assets + heavy[0]), { level: 9 }).length;
  test.info().annotations.push({ type: "3D chunk", description: `${size} bytes gzip` });
  expect(size).toBeLessThanOrEqual(200_000);
});
