// The 2D twin: one large picture with small ones for mouth, eyes and brows laid over it, on a plain canvas.
import type { Frame } from "../../utils/interviewer/performer";
import { eyeTile, type Laid, type Layer, mouthTiles, readSheet } from "../../utils/interviewer/sprites";

export interface Twin {
  /** The picture brings its own dark background: no light is to be seen behind it. */
  opaque: boolean;
  draw(frame: Frame): void;
  /** What is shown, for tests. */
  read(): { mouth: string; eyes: string };
  close(): void;
}

async function picture(url: string, signal: AbortSignal): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  signal.addEventListener("abort", () => image.removeAttribute("src"));
  await image.decode();
  return image;
}

/** Opens the sheet in `canvas`; rejects when there is none that can be used. */
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
  const pen = canvas.getContext("2d");
  if (!pen || signal.aborted) throw new Error("The picture cannot be drawn.");
  const { base } = sheet;
  canvas.width = base.w;
  canvas.height = base.h;
  let shown = "";
  let said = { mouth: "", eyes: "" };

  const lay = (layer: Layer, tile: string, alpha: number) => {
    const from = layer.tiles[tile];
    if (!from) return;
    pen.globalAlpha = alpha;
    pen.drawImage(image, from[0], from[1], layer.w, layer.h, layer.at[0], layer.at[1], layer.w, layer.h);
  };
  const has = (tile: string) => tile in sheet.mouth.tiles;

  // The corner of the picture, before anything moves.
  pen.drawImage(image, base.x, base.y, 1, 1, 0, 0, 1, 1);
  const opaque = (pen.getImageData(0, 0, 1, 1).data[3] ?? 0) > 200;

  return {
    opaque,
    draw({ pose, shapes }) {
      const mouth: Laid[] = mouthTiles(shapes, has).map((it) => ({
        ...it,
        alpha: Math.round(it.alpha * 12) / 12,
      }));
      const wanted = eyeTile(pose);
      const eyes = wanted in sheet.eyes.tiles ? wanted : pose.lids > 0.5 ? "closed" : "open";
      const brows = sheet.brows && pose.brows > 0.3 && "up" in sheet.brows.tiles ? "up" : "";
      const next = `${eyes} ${brows} ${mouth.map((it) => `${it.tile}${it.alpha}`).join(" ")}`;
      if (next !== shown) {
        shown = next;
        said = { mouth: mouth[0]?.tile ?? "sil", eyes };
        pen.globalAlpha = 1;
        pen.clearRect(0, 0, base.w, base.h);
        pen.drawImage(image, base.x, base.y, base.w, base.h, 0, 0, base.w, base.h);
        if (sheet.brows && brows) lay(sheet.brows, brows, 1);
        lay(sheet.eyes, eyes, 1);
        for (const { tile, alpha } of mouth) lay(sheet.mouth, tile, alpha);
      }
      if (!still)
        canvas.style.transform =
          `translate(${(pose.headYaw * 0.06).toFixed(3)}%, ${(pose.headPitch * 0.09 - pose.breath * 0.25).toFixed(3)}%) ` +
          `rotate(${(pose.headRoll * 0.12).toFixed(3)}deg)`;
    },
    read: () => said,
    close() {
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}
