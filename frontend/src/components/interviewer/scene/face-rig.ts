// Puts weights on a face: VRM expressions through their manager, bare morphs on the meshes.
import type { Mesh } from "three";
import { type FacePlan, FEATURES, type Feature, planFace } from "../../../utils/interviewer/face";
import { OPENING, VISEMES } from "../../../utils/interviewer/lips";
import type { Model } from "./model";

type Weights = Partial<Record<Feature, number>>;

interface Slot {
  influences: number[];
  index: number;
  /** What this rig has added to what the expressions of the model have set. */
  added: number;
}

export function faceRig(model: Model) {
  const plan: FacePlan = planFace(model.expressions, model.morphs);
  const manager = model.vrm?.expressionManager ?? null;
  const expressions = new Map<string, number>();
  const morphs = new Map<string, { value: number; slots: Slot[] }>();
  for (const feature of FEATURES)
    for (const { kind, name } of plan[feature].channels) {
      if (kind === "expression") expressions.set(name, 0);
      else if (!morphs.has(name)) morphs.set(name, { value: 0, slots: slotsOf(model.faces, name) });
    }

  return {
    plan,
    /** Before the model's own update: takes back what was added, so that nothing adds up. */
    set(weights: Weights): void {
      for (const name of expressions.keys()) expressions.set(name, 0);
      for (const entry of morphs.values()) entry.value = 0;
      for (const feature of FEATURES) {
        const weight = weights[feature] ?? 0;
        if (weight < 0.004) continue;
        for (const channel of plan[feature].channels) {
          const more = weight * channel.weight;
          if (channel.kind === "expression")
            expressions.set(channel.name, (expressions.get(channel.name) ?? 0) + more);
          else {
            const entry = morphs.get(channel.name);
            if (entry) entry.value += more;
          }
        }
      }
      for (const [name, value] of expressions) manager?.setValue(name, Math.min(1, value));
      for (const { slots } of morphs.values())
        for (const slot of slots) {
          slot.influences[slot.index] = (slot.influences[slot.index] ?? 0) - slot.added;
          slot.added = 0;
        }
    },
    /** After the model's own update, which clears the morphs its expressions use. */
    apply(): void {
      for (const { value, slots } of morphs.values())
        for (const slot of slots) {
          slot.added = Math.min(1, value);
          slot.influences[slot.index] = (slot.influences[slot.index] ?? 0) + slot.added;
        }
    },
    /** How far the lips of the drawn face are apart and its lids down, read from the meshes. */
    read(): { mouth: number; lids: number } {
      const jaw = morphSum(model.faces, /^jawopen$/i);
      const shut = morphSum(model.faces, /^(mouthclose|mouthroll(lower|upper))$/i);
      const blink = morphSum(model.faces, /^(eyeblink_?l(eft)?|eyesclosed)$/i);
      if (jaw !== null) return { mouth: Math.max(0, jaw - 0.25 * (shut ?? 0)) / 0.52, lids: blink ?? 0 };
      let mouth = 0;
      for (const viseme of VISEMES)
        for (const channel of plan[viseme].channels)
          mouth += (bound(model, channel.name) ?? 0) * OPENING[viseme];
      return { mouth, lids: blink ?? bound(model, "blink") ?? 0 };
    },
  };
}

function slotsOf(faces: readonly Mesh[], name: string): Slot[] {
  return faces.flatMap((mesh) => {
    const index = mesh.morphTargetDictionary?.[name];
    return index !== undefined && mesh.morphTargetInfluences
      ? [{ influences: mesh.morphTargetInfluences, index, added: 0 }]
      : [];
  });
}

/** The strongest influence of the morphs whose name matches, on any mesh; null when there is none. */
function morphSum(faces: readonly Mesh[], name: RegExp): number | null {
  let most: number | null = null;
  for (const mesh of faces)
    for (const [key, index] of Object.entries(mesh.morphTargetDictionary ?? {}))
      if (name.test(key)) most = Math.max(most ?? 0, mesh.morphTargetInfluences?.[index] ?? 0);
  return most;
}

interface MorphBind {
  primitives?: Mesh[];
  index?: number;
  weight?: number;
}

/** How far an expression is on, read from the first mesh it moves. */
function bound(model: Model, name: string): number | null {
  const expression = model.vrm?.expressionManager?.expressionMap[name];
  const bind = expression?.binds.find((it) => "primitives" in it) as MorphBind | undefined;
  const mesh = bind?.primitives?.[0];
  if (mesh && bind?.index !== undefined && bind.weight)
    return (mesh.morphTargetInfluences?.[bind.index] ?? 0) / bind.weight;
  return morphSum(model.faces, new RegExp(`^${name}$`));
}
