// `make bench-avatar`: what an interviewer costs, as one line of JSON. Not a test: it runs only when asked for.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import config from "../playwright.config";
import { SOFTWARE_GL, serveStage } from "./stage/serve";

test.skip(!process.env.BENCH_AVATAR, "make bench-avatar");
test.use({
  launchOptions: {
    executablePath: config.use?.launchOptions?.executablePath,
    args: [...SOFTWARE_GL, "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  },
});

const { spoken } = JSON.parse(
  readFileSync(new URL("../tests/fixtures/spoken.json", import.meta.url), "utf8"),
) as { spoken: { track: { cues: { start_s: number; end_s: number; viseme: string; weight: number }[] } }[] };
const built = fileURLToPath(new URL("../../assets/avatar/built/", import.meta.url));

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

const heapMb = (page: Page) =>
  page.evaluate(() => {
    (window as unknown as { gc?: () => void }).gc?.();
    const { memory } = performance as unknown as { memory: { usedJSHeapSize: number } };
    return memory.usedJSHeapSize / 1024 / 1024;
  });

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
    for (let question = 1; question <= 30; question++) {
      await page.evaluate(
        (cues) => window.demo.speak(cues),
        spoken[question % spoken.length]?.track.cues ?? [],
      );
      await page.waitForTimeout(700);
      await page.evaluate(() => window.demo.set({ speaking: null, state: "listening" }));
      await page.waitForTimeout(200);
      if (question === 1) out.heap_mb_after_1_question = round(await heapMb(page), 1);
    }
    out.heap_mb_after_30_questions = round(await heapMb(page), 1);
  } finally {
    await site.close();
  }
  process.stdout.write(`${JSON.stringify(out, null, 1)}\n`);
});
