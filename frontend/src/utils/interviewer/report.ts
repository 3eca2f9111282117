// How the interviewer is shown and why, in words a person can use.

/** What is asked for: `auto` is 3D where it runs well. */
export type Quality = "auto" | "3d" | "2d" | "off";

export type Renderer = "loading" | "3d" | "2d" | "paper" | "off";

export type Reason = "asked" | "save-data" | "software" | "no-webgl" | "slow" | "lost" | "model" | "script";

export interface StageReport {
  renderer: Renderer;
  /** Why it is not 3D; null when it is, or while it is being prepared. */
  reason: Reason | null;
  /** The same in one plain sentence, or null when there is nothing to say. */
  words: string | null;
  /** Index into the steps of quality of the 3D view, 0 the best. */
  tier: number;
}

const WHY: Readonly<Record<Exclude<Reason, "asked">, (name: string) => string>> = {
  "save-data": () => "Your browser asks to save data, so the 3D view was not fetched.",
  software: (name) => `This browser draws 3D without a graphics card, so ${name} is shown in a lighter way.`,
  "no-webgl": (name) => `This browser has no 3D drawing, so ${name} is shown in a lighter way.`,
  slow: (name) => `The 3D view was too slow on this machine, so ${name} is shown in a lighter way.`,
  lost: () => "The 3D view stopped. It comes back by itself when the graphics card answers again.",
  model: (name) => `The 3D model of ${name} could not be opened, so a lighter view is shown.`,
  script: () => "The 3D view could not be fetched, so a lighter view is shown.",
};

export function report(renderer: Renderer, reason: Reason | null, name: string, tier = 0): StageReport {
  const words = reason && reason !== "asked" && renderer !== "3d" ? WHY[reason](name) : null;
  return { renderer, reason: renderer === "3d" ? null : reason, words, tier };
}
