import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = [number, number, number];

/** OKLCH to linear sRGB, clipped to the gamut (Björn Ottosson's matrices). */
function linear(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const L = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const M = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const S = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb: Rgb = [
    4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S,
    -1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S,
    -0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S,
  ];
  return rgb.map((x) => Math.min(1, Math.max(0, x))) as Rgb;
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function tokens(selector: string): Map<string, number> {
  const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("}", start));
  const found = [...block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);/g)];
  return new Map(
    found.map(([, name, l, c, h]) => [name ?? "", luminance(linear(Number(l), Number(c), Number(h)))]),
  );
}

const paper = tokens(":root");
const stage = new Map([...paper, ...tokens('[data-scene="stage"]')]);

function contrast(scene: Map<string, number>, one: string, other: string): number {
  const [a, b] = [scene.get(one), scene.get(other)];
  if (a === undefined || b === undefined) throw new Error(`No token ${one} or ${other}`);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

describe.each([
  ["paper", paper],
  ["stage", stage],
] as const)("contrast on %s", (_, scene) => {
  it.each([
    ["ink", "bg"],
    ["ink", "surface"],
    ["ink", "sunken"],
    ["ink-2", "bg"],
    ["ink-2", "surface"],
    ["ink-2", "sunken"],
    ["ink", "action-wash"],
    ["ink-2", "action-wash"],
    ["action-ink", "action"],
    ["action", "bg"],
    ["evidence-ink", "evidence"],
  ])("%s on %s reads as text (4.5:1)", (text, ground) => {
    expect(contrast(scene, text, ground)).toBeGreaterThanOrEqual(4.5);
  });
  it.each([
    ["edge", "bg"],
    ["edge", "surface"],
    ["action", "surface"],
    ["recording", "surface"],
    ["score", "bg"],
    ["trouble", "surface"],
  ])("%s on %s shows as a mark (3:1)", (mark, ground) => {
    expect(contrast(scene, mark, ground)).toBeGreaterThanOrEqual(3);
  });
});
