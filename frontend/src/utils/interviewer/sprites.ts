// The 2D twin: which small pictures lie over the large one, and how it sways. The sheet is made by assets/avatar.
import type { Pose } from "./behaviour";
import { type Shapes, VISEMES } from "./lips";

type Point = readonly [number, number];

export interface Layer {
  at: Point;
  w: number;
  h: number;
  tiles: Readonly<Record<string, Point>>;
}

export interface Sheet {
  size: Point;
  base: { x: number; y: number; w: number; h: number };
  /** Where the table begins in the base, in pixels from its top. */
  seat: number;
  /** Width over height of a place below which the figure gets smaller, as in the 3D view. */
  narrow: number;
  mouth: Layer;
  eyes: Layer;
}

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((n) => Number.isFinite(n) && n >= 0);

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;

function layer(value: unknown, size: Point, must: readonly string[]): Layer | null {
  if (!isObject(value) || !isPoint(value.at) || !isObject(value.tiles)) return null;
  const { at, w, h, tiles } = value;
  if (typeof w !== "number" || typeof h !== "number" || !(w > 0 && h > 0)) return null;
  const good: Record<string, Point> = {};
  for (const [name, place] of Object.entries(tiles))
    if (isPoint(place) && place[0] + w <= size[0] && place[1] + h <= size[1]) good[name] = place;
  return must.every((name) => name in good) ? { at, w, h, tiles: good } : null;
}

/** The layout of a sheet, or null when it cannot be used: then the paper figure takes the seat. */
export function readSheet(value: unknown): Sheet | null {
  if (!isObject(value) || !isPoint(value.size) || !isObject(value.base)) return null;
  const { x, y, w, h } = value.base as Record<string, number>;
  const [width, height] = value.size;
  if (![x, y, w, h].every((n) => typeof n === "number" && n >= 0)) return null;
  const base = { x: x ?? 0, y: y ?? 0, w: w ?? 0, h: h ?? 0 };
  if (!(base.w > 0 && base.h > 0 && base.x + base.w <= width && base.y + base.h <= height)) return null;
  const mouth = layer(value.mouth, value.size, ["sil", "PP", "aa"]);
  const eyes = layer(value.eyes, value.size, ["open", "closed"]);
  const { seat, narrow } = value;
  if (typeof seat !== "number" || typeof narrow !== "number") return null;
  if (!(seat > 0 && seat < base.h && narrow > 0)) return null;
  return mouth && eyes ? { size: value.size, base, seat, narrow, mouth, eyes } : null;
}

/** A tile and how much of it shows over what lies below. */
export interface Laid {
  tile: string;
  alpha: number;
}

/** The mouth: the strongest shape, and the next one fading in over it. */
export function mouthTiles(shapes: Shapes, has: (tile: string) => boolean): Laid[] {
  const [first, second] = VISEMES.filter((viseme) => has(viseme) && shapes[viseme] > 0.02).sort(
    (a, b) => shapes[b] - shapes[a],
  );
  if (!first) return [{ tile: "sil", alpha: 1 }];
  if (!second) return [{ tile: first, alpha: 1 }];
  const alpha = shapes[second] / (shapes[first] + shapes[second]);
  return alpha < 0.06
    ? [{ tile: first, alpha: 1 }]
    : [
        { tile: first, alpha: 1 },
        { tile: second, alpha },
      ];
}

/** The eyes: lids first, then where they look. */
export function eyeTile(pose: Pick<Pose, "lids" | "gazeX" | "gazeY">): string {
  if (pose.lids > 0.7) return "closed";
  if (pose.lids > 0.3) return "half";
  if (pose.gazeY > 3.2 && pose.gazeY > Math.abs(pose.gazeX) * 0.8) return "up";
  if (pose.gazeX > 2.6) return "away_right";
  if (pose.gazeX < -2.6) return "away_left";
  return "open";
}

/** How the picture moves above the table: sideways for each pixel of height, and taller or lower by a part. */
export function swayOf(
  pose: Pick<Pose, "headYaw" | "headRoll" | "headPitch" | "breath">,
  still: boolean,
): { lean: number; grow: number } {
  if (still) return { lean: 0, grow: 0 };
  return {
    lean: pose.headRoll * 0.0025 + pose.headYaw * 0.001,
    grow: pose.breath * 0.003 - pose.headPitch * 0.0015,
  };
}
