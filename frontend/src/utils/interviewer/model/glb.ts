// The container of a GLB: a header, one piece of JSON, one piece of numbers.
import { isObject, type Json, LIMITS, ModelError } from "./problem";

export interface Glb {
  json: Json;
  bin: Uint8Array;
}

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BIN_CHUNK = 0x004e4942;

export function readGlb(data: ArrayBuffer): Glb {
  const { byteLength } = data;
  if (byteLength > LIMITS.bytes)
    throw new ModelError("too-large", "The file has more than 25 MB. Use a smaller model.");
  const view = new DataView(data);
  if (byteLength < 12 || view.getUint32(0, true) !== MAGIC)
    throw new ModelError(
      "not-glb",
      "This is not a VRM or GLB file. A .gltf, .fbx or .zip has to be exported as one.",
    );
  const version = view.getUint32(4, true);
  if (version !== 2)
    throw new ModelError("version", `The file is glTF version ${version}. Only version 2 can be used.`);
  const told = view.getUint32(8, true);
  if (told > byteLength || told < 20)
    throw new ModelError("truncated", "The file ends too early. It may not have been copied completely.");

  let json: Json | null = null;
  let bin = new Uint8Array(0);
  for (let at = 12; at < told; ) {
    if (at + 8 > told) throw new ModelError("truncated", "The file ends in the middle of a part.");
    const length = view.getUint32(at, true);
    const kind = view.getUint32(at + 4, true);
    const from = at + 8;
    if (length > told - from) throw new ModelError("truncated", "The file ends in the middle of a part.");
    if (!json) {
      if (kind !== JSON_CHUNK)
        throw new ModelError("broken", "The file is damaged: its description is missing.");
      json = parse(new Uint8Array(data, from, length));
    } else if (kind === BIN_CHUNK && bin.length === 0) bin = new Uint8Array(data, from, length);
    at = from + length;
  }
  if (!json) throw new ModelError("broken", "The file is damaged: its description is missing.");
  return { json, bin };
}

function parse(bytes: Uint8Array): Json {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // Not text, not JSON, or nested without an end: all the same to the person.
  }
  throw new ModelError("broken", "The file is damaged: its description cannot be read.");
}
