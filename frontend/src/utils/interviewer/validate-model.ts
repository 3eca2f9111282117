// Reads a model that somebody brings along and says what was found, or why it cannot be used. Nothing is run, loaded or
// unpacked: a hostile file must not get further than this.
import { planFace, standIns } from "./face";
import { checkAccessors, checkViews } from "./model/accessors";
import { readGlb } from "./model/glb";
import { checkGraph } from "./model/graph";
import { checkImages } from "./model/images";
import { type Format, formatOf, type Licence } from "./model/licence";
import { isObject, type Json, ModelError } from "./model/problem";

export interface ModelFindings {
  kind: Format["kind"];
  bytes: number;
  triangles: number;
  textures: number;
  /** Longest side of its pictures, in pixels. */
  textureSide: number;
  licence: Licence;
  /** What it lacks and what stands in, in plain sentences. */
  standIns: string[];
}

export type Validation = { ok: true; findings: ModelFindings } | { ok: false; problem: ModelError };

// What the loader knows without anything else being fetched. Compressed shapes and pictures need decoders.
const KNOWN = new Set([
  "VRM",
  "VRMC_vrm",
  "VRMC_materials_mtoon",
  "VRMC_springBone",
  "VRMC_springBone_extended_collider",
  "VRMC_node_constraint",
  "VRMC_materials_hdr_emissiveMultiplier",
  "KHR_materials_unlit",
  "KHR_materials_emissive_strength",
  "KHR_materials_specular",
  "KHR_materials_ior",
  "KHR_materials_clearcoat",
  "KHR_materials_sheen",
  "KHR_materials_transmission",
  "KHR_materials_volume",
  "KHR_materials_iridescence",
  "KHR_materials_anisotropy",
  "KHR_materials_dispersion",
  "KHR_mesh_quantization",
  "KHR_texture_transform",
  "KHR_lights_punctual",
  "EXT_texture_webp",
]);
// Named in "used" alone, these still make the loader ask for a decoder.
const PACKED =
  /^(KHR_draco_mesh_compression|(EXT|KHR)_meshopt_compression|KHR_texture_basisu|EXT_texture_avif)$/;
const SCRIPTED = /interactivity|behaviou?r|script|audio_emitter/i;

const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((name) => String(name).slice(0, 80)) : [];

function checkExtensions(json: Json): void {
  const required = names(json.extensionsRequired);
  const used = [...required, ...names(json.extensionsUsed)];
  const scripted = used.find((name) => SCRIPTED.test(name));
  if (scripted)
    throw new ModelError(
      "script",
      `The file brings behaviour of its own (${scripted}). Only shapes can be used.`,
    );
  const packed = used.find((name) => PACKED.test(name));
  if (packed)
    throw new ModelError("extension", `The file is compressed (${packed}). Export it without compression.`);
  const unknown = required.find((name) => !KNOWN.has(name));
  if (unknown) throw new ModelError("extension", `The file needs something we do not have: ${unknown}.`);
}

function checkVersion(json: Json): void {
  const asset = isObject(json.asset) ? json.asset : {};
  if (!/^2\.\d+$/.test(String(asset.version)))
    throw new ModelError("version", "The file does not say that it is glTF version 2.");
}

export function validateModel(data: ArrayBuffer): Validation {
  try {
    const glb = readGlb(data);
    checkVersion(glb.json);
    checkExtensions(glb.json);
    const views = checkViews(glb);
    const accessors = checkAccessors(glb, views);
    const textureSide = checkImages(glb, views);
    const shape = checkGraph(glb, accessors);
    const { kind, licence, expressions } = formatOf(glb.json);
    const textures = Array.isArray(glb.json.images) ? glb.json.images.length : 0;
    const missing = standIns(planFace(expressions, shape.morphs));
    return {
      ok: true,
      findings: {
        kind,
        licence,
        textures,
        textureSide,
        bytes: data.byteLength,
        triangles: shape.triangles,
        standIns: shape.bones === 0 ? ["It has no bones. It sits still.", ...missing] : missing,
      },
    };
  } catch (error) {
    // A file can be wrong in ways nobody thought of; that is still the file, and the person is told so.
    const problem =
      error instanceof ModelError
        ? error
        : new ModelError("broken", "The file is damaged and cannot be read.");
    return { ok: false, problem };
  }
}
