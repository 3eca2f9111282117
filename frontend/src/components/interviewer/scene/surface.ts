// The canvas and its WebGL context. Edges are smooth or not from birth, so another quality is another canvas.
import { NeutralToneMapping, WebGLRenderer } from "three";
import type { Tier } from "../../../utils/interviewer/quality";

export interface Surface {
  canvas: HTMLCanvasElement;
  renderer: WebGLRenderer;
  dispose(): void;
}

export function surface(label: string, tier: Tier): Surface {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const renderer = new WebGLRenderer({
    canvas,
    alpha: true,
    antialias: tier.rich,
    powerPreference: "low-power",
    stencil: false,
  });
  renderer.toneMapping = NeutralToneMapping;
  renderer.setClearColor(0x000000, 0);
  return {
    canvas,
    renderer,
    dispose() {
      renderer.dispose();
      // Browsers keep about sixteen contexts; one that is only left to the collector counts for too long.
      renderer.forceContextLoss();
      canvas.remove();
    },
  };
}
