// What this browser can draw, found out before anything of three.js is fetched.
import { isSoftware } from "../../utils/interviewer/quality";

export type Obstacle = "no-webgl" | "software" | "save-data";

interface Hints {
  connection?: { saveData?: boolean };
}

/** The renderer's name, or null when there is no WebGL 2 at all. The context is given back at once. */
function rendererName(): string | null {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2");
  if (!gl) return null;
  const extension = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(extension ? extension.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return name;
}

/** Why 3D is better left alone here, or null. */
export function obstacle(): Obstacle | null {
  if ((navigator as Navigator & Hints).connection?.saveData) return "save-data";
  const name = rendererName();
  if (name === null) return "no-webgl";
  return isSoftware(name) ? "software" : null;
}
