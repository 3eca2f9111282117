// What the maker of a model allows, as the file says it. Shown, not judged.
import { isObject, type Json, text } from "./problem";

/** `null` where the file says nothing. */
export interface Licence {
  title: string | null;
  authors: string[];
  /** The licence by its short name, such as CC0. */
  terms: string | null;
  url: string | null;
  redistribution: boolean | null;
  modification: boolean | null;
  commercial: boolean | null;
}

export const SILENT: Licence = {
  title: null,
  authors: [],
  terms: null,
  url: null,
  redistribution: null,
  modification: null,
  commercial: null,
};

/** Only an address of the web is ever offered as a link. */
function address(value: unknown): string | null {
  const told = text(value, 500);
  return told && /^https?:\/\/[^\s]+$/i.test(told) ? told : null;
}

const flag = (value: unknown, yes: readonly unknown[], no: readonly unknown[]): boolean | null =>
  yes.includes(value) ? true : no.includes(value) ? false : null;

function ofVersion1(meta: Json): Licence {
  const authors = Array.isArray(meta.authors) ? meta.authors : [];
  return {
    title: text(meta.name),
    authors: authors.flatMap((author) => text(author) ?? []).slice(0, 10),
    terms: null,
    url: address(meta.otherLicenseUrl) ?? address(meta.licenseUrl),
    // What VRM 1.0 leaves out is not allowed.
    redistribution: flag(meta.allowRedistribution ?? false, [true], [false]),
    modification: flag(
      meta.modification ?? "prohibited",
      ["allowModification", "allowModificationRedistribution"],
      ["prohibited"],
    ),
    commercial: flag(
      meta.commercialUsage ?? "personalNonProfit",
      ["corporation"],
      ["personalNonProfit", "personalProfit"],
    ),
  };
}

function ofVersion0(meta: Json): Licence {
  const licence = text(meta.licenseName) ?? "";
  const free = /^CC0$/i.test(licence);
  const shares = /^CC_BY/i.test(licence);
  return {
    title: text(meta.title),
    authors: [text(meta.author)].flatMap((author) => author ?? []),
    terms: licence.replace(/_/g, " ") || null,
    url: address(meta.otherLicenseUrl) ?? address(meta.otherPermissionUrl),
    redistribution: free || shares ? true : licence === "Redistribution_Prohibited" ? false : null,
    modification: free ? true : /_ND/i.test(licence) ? false : shares ? true : null,
    // The field's name carries a spelling mistake of the standard.
    commercial: flag(meta.commercialUssageName, ["Allow"], ["Disallow"]),
  };
}

export interface Format {
  kind: "vrm1" | "vrm0" | "glb";
  licence: Licence;
  /** VRM expressions under the names three-vrm gives them. */
  expressions: string[];
}

// VRM 0.x names of the presets, and what they are called since.
const OLD: Readonly<Record<string, string>> = {
  a: "aa",
  i: "ih",
  u: "ou",
  e: "ee",
  o: "oh",
  blink: "blink",
  blink_l: "blinkLeft",
  blink_r: "blinkRight",
  joy: "happy",
  fun: "relaxed",
  angry: "angry",
  sorrow: "sad",
  neutral: "neutral",
};

export function formatOf(json: Json): Format {
  const extensions = isObject(json.extensions) ? json.extensions : {};
  const { VRMC_vrm: one, VRM: zero } = extensions;
  if (isObject(one)) {
    const expressions = isObject(one.expressions) ? one.expressions : {};
    const names = [expressions.preset, expressions.custom].flatMap((group) =>
      isObject(group) ? Object.keys(group) : [],
    );
    return { kind: "vrm1", licence: ofVersion1(isObject(one.meta) ? one.meta : {}), expressions: names };
  }
  if (isObject(zero)) {
    const master = isObject(zero.blendShapeMaster) ? zero.blendShapeMaster : {};
    const groups = Array.isArray(master.blendShapeGroups) ? master.blendShapeGroups.filter(isObject) : [];
    const names = groups.flatMap((group) => {
      const preset = String(group.presetName ?? "").toLowerCase();
      return OLD[preset] ?? text(group.name) ?? [];
    });
    return { kind: "vrm0", licence: ofVersion0(isObject(zero.meta) ? zero.meta : {}), expressions: names };
  }
  const asset = isObject(json.asset) ? json.asset : {};
  const extras = isObject(asset.extras) ? asset.extras : {};
  return {
    kind: "glb",
    licence: {
      ...SILENT,
      title: text(extras.title),
      authors: [text(extras.author) ?? text(asset.copyright)].flatMap((author) => author ?? []),
      url: address(extras.license) ?? address(extras.source),
    },
    expressions: [],
  };
}
