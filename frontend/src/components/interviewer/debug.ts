// A read-only look behind the stage, for tests and measurements only.
import type { Frame } from "../../utils/interviewer/performer";
import type { Reading } from "./scene/stage-scene";

export interface Debug {
  frame: Frame | null;
  scene: Reading | null;
  twin: { mouth: string; eyes: string } | null;
  lose(): void;
  restore(): void;
}

declare global {
  interface Window {
    __stage?: (() => Debug) | undefined;
  }
}

/** Sets window.__stage when it was asked for; returns what takes it away. */
export function expose(asked: boolean, read: () => Debug): (() => void) | undefined {
  if (!asked && new URLSearchParams(window.location.search).get("stage") !== "debug") return;
  window.__stage = read;
  return () => {
    if (window.__stage === read) window.__stage = undefined;
  };
}
