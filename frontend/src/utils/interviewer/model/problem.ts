// Why a file cannot be used, in words for the person who chose it.

export const LIMITS = {
  bytes: 25 * 1024 * 1024,
  triangles: 100_000,
  textures: 16,
  textureSide: 2048,
  nodes: 2000,
  depth: 64,
  joints: 256,
  morphs: 200,
  /** Meshes drawn one after the other, and points of all face shapes together. */
  draws: 256,
  morphPoints: 8_000_000,
  /** All numbers of all accessors, unpacked; a file of 25 MB needs far less. */
  unpackedBytes: 256 * 1024 * 1024,
  entries: 10_000,
} as const;

export type ModelProblem =
  | "too-large"
  | "not-glb"
  | "truncated"
  | "broken"
  | "version"
  | "external"
  | "extension"
  | "script"
  | "out-of-bounds"
  | "too-many-triangles"
  | "too-many-textures"
  | "texture-too-large"
  | "image"
  | "too-deep"
  | "empty";

export class ModelError extends Error {
  constructor(
    readonly code: ModelProblem,
    message: string,
  ) {
    super(message);
    this.name = "ModelError";
  }
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const broken = (what: string) => new ModelError("broken", `The file is damaged: ${what}.`);

/** A list of objects, empty when there is none. Anything else is damage. */
export function list(holder: Json, key: string): Json[] {
  const value = holder[key];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw broken(`its list of ${key} is not a list`);
  if (value.length > LIMITS.entries) throw broken(`its list of ${key} has ${value.length} entries`);
  for (const entry of value) if (!isObject(entry)) throw broken(`an entry of its ${key} cannot be read`);
  return value;
}

/** A whole number of at least `least`; `fallback` when it is left out. */
export function whole(holder: Json, key: string, fallback?: number, least = 0): number {
  const value = holder[key] ?? fallback;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least)
    throw new ModelError("out-of-bounds", `The file is damaged: ${key} is ${String(value).slice(0, 40)}.`);
  return value;
}

/** An entry that another part of the file points to. */
export function entry<T>(all: readonly T[], index: unknown, what: string): T {
  const found = typeof index === "number" && Number.isSafeInteger(index) ? all[index] : undefined;
  if (found === undefined || (index as number) < 0)
    throw new ModelError("out-of-bounds", `The file is damaged: it points to a ${what} that is not there.`);
  return found;
}

export const text = (value: unknown, most = 200): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, most) : null;
