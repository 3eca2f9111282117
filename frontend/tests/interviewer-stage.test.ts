import { describe, expect, it } from "vitest";
import { castFrom } from "../src/utils/interviewer/cast";
import { closedLips, openingOf, type Shapes } from "../src/utils/interviewer/lips";
import { createPerformer, type Frame } from "../src/utils/interviewer/performer";
import { governor, isSoftware } from "../src/utils/interviewer/quality";
import { report } from "../src/utils/interviewer/report";
import { eyeTile, mouthTiles, readSheet, swayOf } from "../src/utils/interviewer/sprites";

const LAYOUT = {
  size: [1000, 800],
  base: { x: 0, y: 0, w: 640, h: 480 },
  seat: 360,
  narrow: 0.8,
  mouth: { at: [280, 200], w: 80, h: 60, tiles: { sil: [640, 0], PP: [720, 0], aa: [800, 0], O: [880, 0] } },
  eyes: { at: [260, 120], w: 120, h: 50, tiles: { open: [640, 60], half: [760, 60], closed: [880, 60] } },
};

const shapes = (change: Partial<Shapes>): Shapes => ({ ...closedLips(), sil: 0, ...change });

describe("the sheet of the 2D twin", () => {
  it("is read when it is sound", () => {
    expect(readSheet(LAYOUT)).toMatchObject({ seat: 360, narrow: 0.8 });
  });
  it("is refused when something is missing or lies outside", () => {
    for (const broken of [
      null,
      [],
      { ...LAYOUT, size: ["1", 2] },
      { ...LAYOUT, base: { x: 0, y: 0, w: 2000, h: 10 } },
      { ...LAYOUT, mouth: { ...LAYOUT.mouth, tiles: { sil: [640, 0] } } },
      { ...LAYOUT, eyes: { ...LAYOUT.eyes, tiles: { open: [640, 60], closed: [990, 60] } } },
      { ...LAYOUT, mouth: { ...LAYOUT.mouth, w: -4 } },
      { ...LAYOUT, seat: 480 },
      { ...LAYOUT, narrow: undefined },
    ])
      expect(readSheet(broken)).toBeNull();
  });
  it("shows the strongest shape, the next one fading over it", () => {
    const has = (tile: string) => tile in LAYOUT.mouth.tiles;
    expect(mouthTiles(shapes({ aa: 1 }), has)).toEqual([{ tile: "aa", alpha: 1 }]);
    const both = mouthTiles(shapes({ aa: 0.6, PP: 0.4 }), has);
    expect(both.map((it) => it.tile)).toEqual(["aa", "PP"]);
    expect(both[1]?.alpha).toBeCloseTo(0.4);
    expect(mouthTiles(shapes({ kk: 1 }), has)).toEqual([{ tile: "sil", alpha: 1 }]);
  });
  it("shows lids before gaze", () => {
    const eyes = (lids: number, gazeX = 0, gazeY = 0) => eyeTile({ lids, gazeX, gazeY });
    expect([eyes(1, 9), eyes(0.5, 9), eyes(0, 9), eyes(0, -9), eyes(0, 1, 6), eyes(0, 1, -1)]).toEqual([
      "closed",
      "half",
      "away_right",
      "away_left",
      "up",
      "open",
    ]);
  });
});

describe("the sway of the 2D twin", () => {
  const pose = { headYaw: 2, headRoll: 3, headPitch: 3.6, breath: 0 };
  it("leans with the head and shrinks with a nod, by a few pixels", () => {
    const { lean, grow } = swayOf(pose, false);
    const head = 500;
    expect(lean * head).toBeGreaterThan(2);
    expect(lean * head).toBeLessThan(8);
    expect(grow * head).toBeLessThan(-1.5);
    expect(swayOf({ ...pose, headYaw: -2, headRoll: -3 }, false).lean).toBeCloseTo(-lean);
  });
  it("stays still for those who asked for less motion", () => {
    expect(swayOf(pose, true)).toEqual({ lean: 0, grow: 0 });
  });
});

describe("a performance", () => {
  const cues = [
    { start_s: 0, end_s: 0.4, viseme: "aa", weight: 1 },
    { start_s: 0.4, end_s: 0.5, viseme: "PP", weight: 1 },
    { start_s: 0.5, end_s: 0.9, viseme: "O", weight: 1 },
  ];
  it("follows the clock of the sound, and closes the mouth when it is cut off", () => {
    const performer = createPerformer(3, false);
    let t = 0;
    const speaking = { cues, clock: () => t };
    const opening: number[] = [];
    let frame: Frame | null = null;
    for (; t < 0.3; t += 1 / 60)
      frame = performer.frame(1 / 60, { state: "asking", style: "neutral", speaking, voice: null });
    expect(frame?.opening).toBeGreaterThan(0.9);
    for (let i = 0; i < 15; i++)
      opening.push(
        performer.frame(1 / 60, { state: "idle", style: "neutral", speaking: null, voice: null }).opening,
      );
    expect(opening[0]).toBeGreaterThan(0.5);
    expect(opening.at(-1)).toBeLessThan(0.05);
  });
  it("shows what the cues say within a frame, over a whole sentence", () => {
    const performer = createPerformer(3, true);
    let t = -0.2;
    const speaking = { cues, clock: () => t };
    let shut = 1;
    for (; t < 1.4; t += 1 / 60) {
      const { shapes: now } = performer.frame(1 / 60, {
        state: "asking",
        style: "warm",
        speaking,
        voice: null,
      });
      if (Math.abs(t - 0.45) < 0.02) shut = Math.min(shut, openingOf(now));
    }
    expect(shut).toBeLessThan(0.05);
  });
});

describe("the quality", () => {
  const run = (ms: number, frames: number) => {
    const pace = governor();
    for (let i = 0; i < frames; i++) if (pace.frame(ms) === "down") return i * ms;
    return null;
  };
  it("stays while pictures come fast enough, also with a hiccup now and then", () => {
    expect(run(16.7, 2000)).toBeNull();
    expect(run(33, 1000)).toBeNull();
    const pace = governor();
    for (let i = 0; i < 2000; i++) expect(pace.frame(i % 20 === 0 ? 300 : 17)).toBe("stay");
  });
  it("steps down after about three seconds of slow pictures", () => {
    const after = run(80, 200) ?? 0;
    expect(after).toBeGreaterThan(2500);
    expect(after).toBeLessThan(4500);
  });
  it("steps down after three pictures that take seconds each", () => {
    const pace = governor();
    expect([4000, 3000, 5000].map((ms) => pace.frame(ms))).toEqual(["stay", "stay", "down"]);
  });
  it("does not step down for a machine that slept", () => {
    const pace = governor();
    for (let i = 0; i < 200; i++) expect(pace.frame(i % 50 === 49 ? 60_000 : 17)).toBe("stay");
  });
  it("knows renderers without a graphics card", () => {
    for (const name of [
      "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)))",
      "llvmpipe (LLVM 15.0.6, 256 bits)",
      "Microsoft Basic Render Driver",
    ])
      expect(isSoftware(name)).toBe(true);
    for (const name of [
      "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)",
      "Apple M2",
      "Adreno (TM) 640",
    ])
      expect(isSoftware(name)).toBe(false);
  });
});

describe("the report", () => {
  it("says in one plain sentence why it is not 3D, and nothing when it is or was asked for", () => {
    for (const reason of ["save-data", "software", "no-webgl", "slow", "lost", "model", "script"] as const)
      expect(report("2d", reason, "Maya").words).toMatch(/^[A-Z][^!]+\.$/);
    expect(report("3d", null, "Maya", 1)).toEqual({ renderer: "3d", reason: null, words: null, tier: 1 });
    expect(report("2d", "asked", "Maya").words).toBeNull();
  });
});

describe("the cast", () => {
  it("joins the list with whatever has been built", () => {
    const files = {
      "../a/built/maya.vrm": "/m.vrm",
      "../a/built/maya.webp": "/m.webp",
      "../a/built/maya.json": "/m.json",
      "../a/built/maya-portrait.webp": "/p.webp",
      "../a/built/noor.vrm": "/n.vrm",
    };
    const listed = [
      { id: "maya", name: "Maya", voice: "af_heart", about: "A grey jacket." },
      { id: "tom", name: "Tom", voice: "am_michael", about: "" },
    ];
    expect(castFrom(listed, files)).toEqual([
      { ...listed[0], model: "/m.vrm", sheet: "/m.webp", layout: "/m.json", portrait: "/p.webp" },
      { ...listed[1], model: null, sheet: null, layout: null, portrait: null },
      {
        id: "noor",
        name: "Noor",
        voice: "",
        about: "",
        model: "/n.vrm",
        sheet: null,
        layout: null,
        portrait: null,
      },
    ]);
  });
});
