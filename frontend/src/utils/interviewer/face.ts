// How a face with any set of shapes makes what the interviewer needs: its own shapes first, stand-ins after that.
import { VISEMES, type Viseme } from "./lips";

/** Something on the model that can be set from 0 to 1: a VRM expression, or a bare morph of a mesh. */
export interface Channel {
  kind: "expression" | "morph";
  name: string;
  weight: number;
}

export type Feature = Viseme | "blink" | "smile" | "brows" | "attentive" | "thinking";

export interface Recipe {
  channels: readonly Channel[];
  /** Where it comes from: `own` is exact, the others stand in for it. */
  source: "own" | "arkit" | "preset" | "none";
}

export type FacePlan = Readonly<Record<Feature, Recipe>>;

type Mix = Readonly<Record<string, number>>;

// Weights of the ARKit shapes that make each mouth shape, as in assets/avatar.
const ARKIT: Readonly<Record<Feature, Mix>> = {
  sil: {},
  PP: { mouthRollLower: 0.35, mouthRollUpper: 0.3, mouthPressLeft: 0.5, mouthPressRight: 0.5 },
  FF: { jawOpen: 0.06, mouthRollLower: 0.75, mouthUpperUpLeft: 0.25, mouthUpperUpRight: 0.25 },
  TH: { jawOpen: 0.16, tongueOut: 0.25, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 },
  DD: { jawOpen: 0.14, mouthLowerDownLeft: 0.28, mouthLowerDownRight: 0.28 },
  kk: { jawOpen: 0.2, mouthLowerDownLeft: 0.22, mouthLowerDownRight: 0.22 },
  CH: { jawOpen: 0.1, mouthFunnel: 0.55, mouthPucker: 0.18 },
  SS: { jawOpen: 0.04, mouthStretchLeft: 0.3, mouthStretchRight: 0.3, mouthLowerDownLeft: 0.3 },
  nn: { jawOpen: 0.12, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 },
  RR: { jawOpen: 0.1, mouthFunnel: 0.32, mouthPucker: 0.2 },
  aa: { jawOpen: 0.5, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 },
  E: { jawOpen: 0.28, mouthStretchLeft: 0.28, mouthStretchRight: 0.28, mouthLowerDownLeft: 0.2 },
  I: { jawOpen: 0.14, mouthSmileLeft: 0.28, mouthSmileRight: 0.28, mouthLowerDownLeft: 0.2 },
  O: { jawOpen: 0.34, mouthFunnel: 0.55, mouthPucker: 0.15 },
  U: { jawOpen: 0.14, mouthPucker: 0.62, mouthFunnel: 0.25 },
  blink: { eyeBlinkLeft: 1, eyeBlinkRight: 1 },
  smile: { mouthSmileLeft: 0.5, mouthSmileRight: 0.5, cheekSquintLeft: 0.2, cheekSquintRight: 0.2 },
  brows: { browInnerUp: 0.45, browOuterUpLeft: 0.35, browOuterUpRight: 0.35 },
  attentive: { browInnerUp: 0.22, mouthSmileLeft: 0.1, mouthSmileRight: 0.1 },
  thinking: { browDownLeft: 0.25, browDownRight: 0.25, eyeSquintLeft: 0.2, eyeSquintRight: 0.2 },
};

// With the five vowels of a VRM alone, consonants open the mouth a little or keep it shut.
const PRESETS: Readonly<Record<Feature, Mix>> = {
  sil: {},
  PP: {},
  FF: {},
  TH: { ih: 0.25 },
  DD: { ih: 0.3 },
  kk: { aa: 0.18 },
  CH: { ou: 0.4 },
  SS: { ee: 0.25 },
  nn: { ih: 0.18 },
  RR: { ou: 0.3 },
  aa: { aa: 1 },
  E: { ee: 0.85 },
  I: { ih: 0.9 },
  O: { oh: 0.9 },
  U: { ou: 0.9 },
  blink: { blinkLeft: 1, blinkRight: 1 },
  smile: { relaxed: 0.6 },
  brows: { surprised: 0.2 },
  attentive: { surprised: 0.1 },
  thinking: {},
};

// The names under which a model may carry the very thing.
const OWN: Partial<Record<Feature, readonly string[]>> = {
  blink: ["blink", "eyesClosed"],
  smile: ["smile_soft"],
  attentive: ["attentive"],
  thinking: ["thinking"],
};

export const FEATURES: readonly Feature[] = [...VISEMES, "blink", "smile", "brows", "attentive", "thinking"];

/** What sets each feature on a model with these VRM expressions and these bare morphs. */
export function planFace(expressions: readonly string[], morphs: readonly string[]): FacePlan {
  // Some exporters write "JawOpen" or "eyeBlink_L" for ARKit's names.
  const plain = (name: string) => name.replace(/_L$/, "Left").replace(/_R$/, "Right").toLowerCase();
  const found = new Map<string, Omit<Channel, "weight">>();
  for (const name of morphs) found.set(plain(name), { kind: "morph", name });
  for (const name of expressions) found.set(plain(name), { kind: "expression", name });
  const take = (mix: Mix): Channel[] =>
    Object.entries(mix).flatMap(([name, weight]) => {
      const channel = found.get(plain(name));
      return channel ? [{ ...channel, weight }] : [];
    });

  const recipe = (feature: Feature): Recipe => {
    if (feature === "sil") return { channels: [], source: "own" };
    const viseme = (VISEMES as readonly string[]).includes(feature);
    for (const name of viseme ? [`viseme_${feature}`] : (OWN[feature] ?? [])) {
      const own = take({ [name]: 1 });
      if (own.length > 0) return { channels: own, source: "own" };
    }
    const arkit = take(ARKIT[feature]);
    // Half of a shape would be a different shape: the jaw, or both sides, must be there.
    const whole = viseme ? arkit.some((it) => /jaw|roll/i.test(it.name)) : arkit.length > 1;
    if (whole) return { channels: arkit, source: "arkit" };
    const preset = take(PRESETS[feature]);
    if (preset.length > 0) return { channels: preset, source: "preset" };
    const shut = feature === "PP" || feature === "FF";
    return { channels: [], source: shut && found.has("aa") ? "preset" : "none" };
  };
  return Object.fromEntries(FEATURES.map((feature) => [feature, recipe(feature)])) as FacePlan;
}

const VOWELS: readonly Viseme[] = ["aa", "E", "I", "O", "U"];

/** What the model lacks and what stands in for it, in plain sentences; empty when nothing is missing. */
export function standIns(plan: FacePlan): string[] {
  const said: string[] = [];
  const from = (source: Recipe["source"], among: readonly Viseme[]) =>
    among.filter((viseme) => plan[viseme].source === source);
  const consonants = VISEMES.filter((viseme) => viseme !== "sil" && !VOWELS.includes(viseme));
  const all = [...VOWELS, ...consonants];
  if (from("none", VOWELS).length === VOWELS.length)
    said.push("It has no mouth shapes. The mouth stays still; captions show what is said.");
  else {
    if (from("arkit", all).length > 0)
      said.push("It has no speech shapes of its own. They are put together from its 52 face shapes.");
    if (from("preset", consonants).length > 0)
      said.push("It has five vowel shapes. Consonants open the mouth a little, and m, b and p close it.");
    const gone = from("none", VOWELS);
    if (gone.length > 0) said.push(`The mouth shapes for ${gone.join(", ")} are missing and are left out.`);
  }
  if (plan.blink.source === "none") said.push("It cannot close its eyes, so it does not blink.");
  if (plan.blink.source === "arkit" || plan.blink.source === "preset")
    said.push("It has no blink of its own. The two lids are closed one by one.");
  if (plan.smile.source === "none") said.push("It has no smile; its face stays as it is.");
  if (plan.attentive.source === "none" && plan.brows.source === "none")
    said.push("It has no brow shapes. It shows attention by nodding only.");
  return said;
}
