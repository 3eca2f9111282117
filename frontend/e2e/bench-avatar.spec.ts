// `make bench-avatar`: what an interviewer costs, as one line of JSON. Not a test: it runs only when asked for.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CDPSession, expect, type Page, test } from "@playwright/test";
import config from "../playwright.config";
import type { LipCue } from "../src/utils/interviewer/lips";
import { SOFTWARE_GL, serveStage } from "./stage/serve";

test.skip(!process.env.BENCH_AVATAR, "make bench-avatar");
test.use({
  launchOptions: {
    executablePath: config.use?.launchOptions?.executablePath,
    args: SOFTWARE_GL,
  },
});

const { spoken } = JSON.parse(
  readFileSync(new URL("../tests/fixtures/spoken.json", import.meta.url), "utf8"),
) as { spoken: { track: { cues: LipCue[] } }[] };
const built = fileURLToPath(new URL("../../assets/avatar/built/", import.meta.url));

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

/** What is left after a collection, in MB: objects of the page, and the buffers they hold (meshes, morphs, pixels). */
async function memory(client: CDPSession): Promise<{ objects: number; buffers: number }> {
  await client.send("HeapProfiler.collectGarbage");
  const heap = (await client.send("Runtime.getHeapUsage")) as unknown as Record<string, number>;
  const mb = (bytes = 0) => round(bytes / 1024 / 1024, 1);
  return { objects: mb(heap.usedSize), buffers: mb(heap.backingStorageSize) };
}

/** Some questions, asked and listened to, in the page itself: each call from outside would leave a trace in memory. */
const ask = (page: Page, tracks: readonly LipCue[][], count: number) =>
  page.evaluate(
    async ([all, times]) => {
      const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
      for (let question = 0; question < times; question++) {
        window.demo.speak(all[question % all.length] ?? []);
        await wait(700);
        window.demo.set({ speaking: null, state: "listening" });
        await wait(200);
      }
    },
    [tracks, count] as const,
  );

test("what an interviewer costs", async ({ page }) => {
  test.setTimeout(600_000);
  const site = await serveStage();
  const out: Record<string, unknown> = {};
  try {
    await page.goto(`${site.url}?stage=debug&quality=3d&mounted=no&w=480&h=360`);
    const cast = await page.evaluate(() => window.demo.cast);
    const people: Record<string, unknown> = {};
    for (const id of cast) {
      const began = Date.now();
      await page.evaluate((who) => window.demo.set({ id: who, mounted: true }), id);
      await expect(page.locator("[data-renderer]")).toHaveAttribute("data-renderer", "3d", {
        timeout: 90_000,
      });
      const firstFrameS = (Date.now() - began) / 1000;
      const frames = await page.evaluate(async () => {
        const move: number[] = [];
        const draw: number[] = [];
        const start = performance.now();
        let count = 0;
        while (performance.now() - start < 6000) {
          await new Promise(requestAnimationFrame);
          count++;
          const scene = window.__stage?.().scene;
          if (scene) {
            move.push(scene.moveMs);
            draw.push(scene.drawMs);
          }
        }
        return {
          move,
          draw,
          fps: (count * 1000) / (performance.now() - start),
          scene: window.__stage?.().scene,
        };
      });
      people[id] = {
        bytes: statSync(`${built}${id}.vrm`).size,
        triangles: frames.scene?.triangles,
        draw_calls: frames.scene?.calls,
        first_frame_s: round(firstFrameS),
        script_move_ms: round(median(frames.move), 3),
        script_draw_ms: round(median(frames.draw), 3),
        fps: round(frames.fps, 1),
        tier: frames.scene?.tier,
      };
      out.renderer = frames.scene?.gpu;
      await page.evaluate(() => window.demo.set({ mounted: false }));
      await expect(page.locator("[data-renderer]")).toHaveCount(0);
    }
    out.interviewers = people;
    await page.evaluate(() => window.demo.set({ mounted: true }));
    await expect(page.locator("[data-renderer]")).toHaveAttribute("data-renderer", "3d", { timeout: 90_000 });
    const client = await page.context().newCDPSession(page);
    const tracks = spoken.map(({ track }) => track.cues);
    const left: Record<string, unknown> = {};
    let asked = 0;
    for (const upTo of [1, 10, 20, 30, 40, 50, 60]) {
      await ask(page, tracks, upTo - asked);
      asked = upTo;
      const tier = await page.evaluate(() => window.__stage?.().scene?.tier);
      left[`after_${upTo}`] = { ...(await memory(client)), tier };
    }
    out.memory_mb_by_questions = left;
  } finally {
    await site.close();
  }
  process.stdout.write(`${JSON.stringify(out, null, 1)}\n`);
});
