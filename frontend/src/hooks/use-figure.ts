import { type RefObject, useEffect } from "react";
import type { Cue } from "../utils/api/types";
import { type Mood, mouthPath, poseAt, STILL } from "../utils/figure";
import { mouthAt } from "../utils/speech";

/** The cues being spoken and the clock of the very audio that plays, in seconds. */
export interface Speaking {
  cues: readonly Pick<Cue, "start_s" | "viseme">[];
  clock(): number;
}

const reduced = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Moves the parts of the drawing on every frame, past React: a face at 60 frames a second is no state of the page. */
export function useFigure(
  root: RefObject<SVGSVGElement | null>,
  mood: Mood,
  speaking: Speaking | null,
): void {
  useEffect(() => {
    const svg = root.current;
    if (!svg) return;
    const part = (name: string) => [...svg.querySelectorAll<SVGElement>(`[data-part="${name}"]`)];
    const [body, head, gaze, brows] = ["body", "head", "gaze", "brows"].map((name) => part(name)[0]);
    const lids = part("lid");
    const inner = part("inner");
    const lips = part("lips")[0];
    const still = reduced();
    const began = performance.now();
    let open = 0;
    let frame = 0;

    const draw = (now: number) => {
      const pose = still ? STILL : poseAt((now - began) / 1000, mood);
      const wanted = speaking ? mouthAt(speaking.cues, speaking.clock()) : { open: 0, wide: 0.35, round: 0 };
      open += (wanted.open - open) * 0.55;
      body?.setAttribute("transform", `translate(0 ${pose.breath.toFixed(2)})`);
      head?.setAttribute(
        "transform",
        `translate(${pose.dropX.toFixed(2)} ${pose.dropY.toFixed(2)}) rotate(${pose.tilt.toFixed(2)} 240 330)`,
      );
      gaze?.setAttribute("transform", `translate(${pose.gazeX.toFixed(2)} ${pose.gazeY.toFixed(2)})`);
      brows?.setAttribute("transform", `translate(0 ${(-pose.brows - open * 1.2).toFixed(2)})`);
      for (const [side, lid] of lids.entries()) {
        const x = side === 0 ? [181, 224, 202] : [256, 299, 278];
        const y = 193 + pose.lids * 4;
        const fall = 178 + pose.lids * 30;
        lid.setAttribute("d", `M${x[0]} ${y}Q${x[2]} 172 ${x[1]} ${y}Q${x[2]} ${fall} ${x[0]} ${y}Z`);
      }
      const shape = mouthPath(open, wanted.wide, wanted.round);
      for (const path of inner) path.setAttribute("d", shape.inner);
      lips?.setAttribute("d", shape.lips);
      if (!still || speaking) frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [root, mood, speaking]);
}
