// How large a picture will be when it is unpacked, read from its first bytes: a small file can hold a huge picture.
import type { Glb } from "./glb";
import { entry, LIMITS, list, ModelError } from "./problem";

interface Size {
  width: number;
  height: number;
}

/** Width and height of a PNG, JPEG or WebP, or null when it is none of them. */
export function pictureSize(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (bytes.length >= 24 && view.getUint32(0) === 0x89504e47 && ascii(12, 4) === "IHDR")
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if (bytes.length >= 30 && ascii(0, 4) === "RIFF" && ascii(8, 4) === "WEBP") return webp(view, ascii(12, 4));
  if (bytes.length >= 4 && view.getUint16(0) === 0xffd8) return jpeg(view);
  return null;
}

function webp(view: DataView, kind: string): Size | null {
  if (kind === "VP8X") {
    const three = (at: number) =>
      view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
    return { width: three(24) + 1, height: three(27) + 1 };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (kind === "VP8 ")
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return null;
}

function jpeg(view: DataView): Size | null {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    const bare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);
    at += bare ? 2 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

const DATA = /^data:image\/(png|jpeg|webp);base64,([a-z0-9+/]*={0,2})$/i;

function embedded(uri: string): Uint8Array {
  // The pattern has no nesting and is anchored, so its time grows with the length alone.
  const found = DATA.exec(uri);
  if (!found) {
    const inside = uri.slice(0, 5).toLowerCase() === "data:";
    throw inside
      ? new ModelError("image", "One of its pictures is not a PNG, JPEG or WebP.")
      : new ModelError(
          "external",
          "The file loads pictures from elsewhere. Export it with its pictures inside.",
        );
  }
  // The size stands within the first bytes of a PNG or WebP, and almost always of a JPEG.
  const head = (found[2] ?? "").slice(0, 350_000);
  const binary = atob(head.slice(0, head.length - (head.length % 4)));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Checks all pictures and returns the longest side among them, in pixels. */
export function checkImages(glb: Glb, views: readonly { offset: number; length: number }[]): number {
  const images = list(glb.json, "images");
  if (Math.max(images.length, list(glb.json, "textures").length) > LIMITS.textures)
    throw new ModelError(
      "too-many-textures",
      `The model has ${Math.max(images.length, list(glb.json, "textures").length)} textures. At most ${LIMITS.textures} can be used.`,
    );
  let longest = 0;
  for (const image of images) {
    let bytes: Uint8Array;
    if (image.bufferView !== undefined) {
      const view = entry(views, image.bufferView, "picture");
      bytes = glb.bin.subarray(view.offset, view.offset + view.length);
    } else bytes = embedded(typeof image.uri === "string" ? image.uri : "");
    const size = pictureSize(bytes);
    if (!size || size.width < 1 || size.height < 1)
      throw new ModelError("image", "One of its pictures is not a PNG, JPEG or WebP, or it is damaged.");
    longest = Math.max(longest, size.width, size.height);
    if (longest > LIMITS.textureSide)
      throw new ModelError(
        "texture-too-large",
        `One of its pictures has ${size.width} by ${size.height} pixels. At most ${LIMITS.textureSide} by ${LIMITS.textureSide} can be used.`,
      );
  }
  for (const texture of list(glb.json, "textures"))
    if (texture.source !== undefined) entry(images, texture.source, "picture");
  return longest;
}
