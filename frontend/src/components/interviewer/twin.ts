// The 2D twin: a picture of the very scene of the 3D view, with small ones for mouth and eyes laid over it.
import type { Frame } from "../../utils/interviewer/performer";
import {
  eyeTile,
  type Laid,
  type Layer,
  mouthTiles,
  readSheet,
  swayOf,
} from "../../utils/interviewer/sprites";

export interface Twin {
  draw(frame: Frame): void;
  /** What is shown, for tests. */
  read(): { mouth: string; eyes: string };
  close(): void;
}

// The lower part of the figure reaches this far under the part that sways, so that no seam shows. Pixels of the sheet.
const OVERLAP = 2;

async function picture(url: string, signal: AbortSignal): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  signal.addEventListener("abort", () => image.removeAttribute("src"));
  await image.decode();
  return image;
}

/** Opens the sheet in `canvas`, which fills its place; rejects when there is none that can be used. */
export async function openTwin(
  canvas: HTMLCanvasElement,
  urls: { sheet: string; layout: string },
  still: boolean,
  signal: AbortSignal,
): Promise<Twin> {
  const answer = await fetch(urls.layout, { signal });
  if (!answer.ok) throw new Error("The layout of the picture could not be fetched.");
  const sheet = readSheet(await answer.json());
  if (!sheet) throw new Error("The layout of the picture cannot be read.");
  const image = await picture(urls.sheet, signal);
  if (image.naturalWidth < sheet.size[0] || image.naturalHeight < sheet.size[1])
    throw new Error("The picture is smaller than its layout says.");
  const { base, seat } = sheet;
  // The figure is put together at the size of the sheet, so that the small pictures meet the large one exactly.
  const figure = document.createElement("canvas");
  figure.width = base.w;
  figure.height = base.h;
  const pen = canvas.getContext("2d");
  const brush = figure.getContext("2d");
  if (!pen || !brush || signal.aborted) throw new Error("The picture cannot be drawn.");
  let composed = "";
  let shown = "";
  let last: Frame | null = null;
  let said = { mouth: "", eyes: "" };

  const lay = (layer: Layer, tile: string, alpha: number) => {
    const from = layer.tiles[tile];
    if (!from) return;
    const [x, y] = layer.at;
    brush.globalAlpha = alpha;
    // A small picture replaces what lies below, where that was see-through as well.
    if (alpha === 1) brush.clearRect(x, y, layer.w, layer.h);
    brush.drawImage(image, from[0], from[1], layer.w, layer.h, x, y, layer.w, layer.h);
  };
  const has = (tile: string) => tile in sheet.mouth.tiles;

  const compose = ({ pose, shapes }: Frame) => {
    const mouth: Laid[] = mouthTiles(shapes, has).map((it) => ({
      ...it,
      alpha: Math.round(it.alpha * 12) / 12,
    }));
    const wanted = eyeTile(pose);
    const eyes = wanted in sheet.eyes.tiles ? wanted : pose.lids > 0.5 ? "closed" : "open";
    const next = `${eyes} ${mouth.map((it) => `${it.tile}${it.alpha}`).join(" ")}`;
    if (next === composed) return;
    composed = next;
    said = { mouth: mouth[0]?.tile ?? "sil", eyes };
    brush.globalAlpha = 1;
    brush.clearRect(0, 0, base.w, base.h);
    brush.drawImage(image, base.x, base.y, base.w, base.h, 0, 0, base.w, base.h);
    lay(sheet.eyes, eyes, 1);
    for (const { tile, alpha } of mouth) lay(sheet.mouth, tile, alpha);
  };

  const draw = (frame: Frame) => {
    last = frame;
    compose(frame);
    const { lean, grow } = swayOf(frame.pose, still);
    const next = `${composed} ${lean.toFixed(5)} ${grow.toFixed(5)}`;
    if (next === shown) return;
    shown = next;
    const { width, height } = canvas;
    // As the camera of the 3D view does: at the bottom, and smaller only when the shoulders would not fit in.
    const k = (height / base.h) * Math.min(1, width / height / sheet.narrow);
    const left = (width - base.w * k) / 2;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(k, 0, 0, k, left, height - base.h * k);
    const part = (x: number, w: number, toX: number, toW: number, y: number) =>
      pen.drawImage(figure, x, y, w, base.h - y, toX, y, toW, base.h - y);
    // The table is the same all along: its first and last column go on to the edges of the place.
    if (left > 0) {
      part(0, 1, -left / k, left / k + 1, seat);
      part(base.w - 1, 1, base.w - 1, left / k + 1, seat);
    }
    part(0, base.w, 0, base.w, seat - OVERLAP);
    // Whoever sits sways above the table, and not with it.
    pen.transform(1, 0, -lean, 1 + grow, lean * seat, -grow * seat);
    pen.drawImage(figure, 0, 0, base.w, seat, 0, 0, base.w, seat);
  };

  const sizes = new ResizeObserver(() => {
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (w < 1 || h < 1) return;
    // No finer than the screen, and no finer than the sheet.
    canvas.height = Math.min(base.h, Math.round(h * (window.devicePixelRatio || 1)));
    canvas.width = Math.max(1, Math.round((canvas.height * w) / h));
    pen.imageSmoothingQuality = "high";
    shown = "";
    if (last) draw(last);
  });
  sizes.observe(canvas);

  return {
    draw,
    read: () => said,
    close() {
      sizes.disconnect();
      for (const one of [canvas, figure]) {
        one.width = 0;
        one.height = 0;
      }
    },
  };
}
