// Opens the 3D scene in an element, keeps it at a quality the machine can hold, and closes it without a trace.
import type { Frame } from "../../utils/interviewer/performer";
import { governor, TIERS } from "../../utils/interviewer/quality";
import type { Reason } from "../../utils/interviewer/report";
import type { Reading, StageScene } from "./scene/stage-scene";

interface Options {
  label: string;
  data(signal: AbortSignal): Promise<ArrayBuffer>;
  /** 3D was asked for: step down as far as it goes, but stay. */
  insist: boolean;
}

interface Events {
  /** The first picture is there. */
  onLive(tier: number): void;
  onLost(): void;
  onRestored(tier: number): void;
  /** It will not come, or it will not do; the theatre has closed itself. */
  onFailed(reason: Reason): void;
}

export interface Theatre {
  draw(frame: Frame, dt: number, ms: number): void;
  read(): Reading | null;
  lose(): void;
  restore(): void;
  close(): void;
}

export function openTheatre(host: HTMLElement, options: Options, events: Events): Theatre {
  const abort = new AbortController();
  const pace = governor();
  let scene: StageScene | null = null;
  let closed = false;
  let live = false;
  let lost = false;
  let tier = (window.devicePixelRatio || 1) > 1 ? 0 : 1;

  const sizes = new ResizeObserver(() => {
    scene?.resize(host.clientWidth, host.clientHeight);
    pace.restart();
  });
  const close = () => {
    closed = true;
    abort.abort();
    sizes.disconnect();
    scene?.dispose();
    scene = null;
  };
  const fail = (reason: Reason) => {
    if (closed) return;
    close();
    events.onFailed(reason);
  };

  const open = async () => {
    const script = import("./scene/stage-scene").catch(() => null);
    const data = await options.data(abort.signal).catch(() => null);
    const part = await script;
    if (closed) return;
    if (!data || !part) return fail(data ? "script" : "model");
    const made = await part.createStageScene(host, {
      label: options.label,
      data,
      tier,
      signal: abort.signal,
      onLost() {
        lost = true;
        events.onLost();
      },
      onRestored() {
        lost = false;
        pace.restart();
        events.onRestored(tier);
      },
    });
    if (closed) return made.dispose();
    scene = made;
    sizes.observe(host);
  };
  open().catch(() => fail("model"));

  const stepDown = () => {
    if (tier + 1 < TIERS.length) {
      tier += 1;
      scene?.setTier(tier);
      pace.restart();
      events.onLive(tier);
    } else if (!options.insist) fail("slow");
  };

  return {
    draw(frame, dt, ms) {
      if (!scene || lost || closed) return;
      try {
        scene.draw(frame, dt);
        if (!live) {
          live = true;
          events.onLive(tier);
        } else if (pace.frame(ms) === "down") stepDown();
      } catch {
        fail("model");
      }
    },
    read: () => scene?.read() ?? null,
    lose: () => scene?.lose(),
    restore: () => scene?.restore(),
    close,
  };
}
