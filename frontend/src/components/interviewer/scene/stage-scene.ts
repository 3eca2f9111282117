// The interviewer in three dimensions. Loaded only when a room wants it: everything of three.js is behind this file.
import { PerspectiveCamera, Scene, Vector3, type WebGLRenderTarget } from "three";
import type { Frame } from "../../../utils/interviewer/performer";
import { TIERS, type Tier } from "../../../utils/interviewer/quality";
import { bodyRig } from "./body-rig";
import { disposeTree } from "./dispose";
import { faceRig } from "./face-rig";
import { frameUp } from "./framing";
import { lights, surroundings, table } from "./light";
import { loadModel } from "./model";
import { type Surface, surface } from "./surface";

export interface Reading {
  /** Lips apart and lids down, 0-1, from the morphs that are drawn; eyes in degrees against the head. */
  mouth: number;
  lids: number;
  gaze: { x: number; y: number };
  geometries: number;
  textures: number;
  programs: number;
  calls: number;
  triangles: number;
  /** Milliseconds of script for one frame: moving the figure, and handing it to the graphics card. */
  moveMs: number;
  drawMs: number;
  tier: number;
  gpu: string;
}

export interface StageScene {
  draw(frame: Frame, dt: number): void;
  resize(width: number, height: number): void;
  setTier(index: number): void;
  read(): Reading;
  /** Takes the context away, as a driver that crashes does, and gives it back. For tests. */
  lose(): void;
  restore(): void;
  dispose(): void;
}

interface Options {
  label: string;
  data: ArrayBuffer;
  tier: number;
  /** Left before it is ready: nothing is built for a room that is gone. */
  signal: AbortSignal;
  onLost(): void;
  onRestored(): void;
}

export async function createStageScene(host: HTMLElement, options: Options): Promise<StageScene> {
  const model = await loadModel(options.data);
  if (options.signal.aborted) {
    disposeTree(model.root);
    throw new DOMException("The room was left.", "AbortError");
  }
  const scene = new Scene();
  scene.add(model.root);
  const body = bodyRig(model);
  const face = faceRig(model);
  const { marks } = body;
  scene.add(lights(marks.eyes.y), table(marks));

  const camera = new PerspectiveCamera(22, 1, 0.1, 12);
  const target = new Vector3();
  let width = Math.max(1, host.clientWidth);
  let height = Math.max(1, host.clientHeight);
  let index = options.tier;
  let seat: Surface | null = null;
  let light: WebGLRenderTarget | null = null;
  let disposed = false;
  let eyes = { x: 0, y: 0 };
  let moveMs = 0;
  let drawMs = 0;

  const tier = (): Tier => TIERS[index] ?? { dpr: 1, rich: false };

  const illuminate = () => {
    light?.dispose();
    light = seat && tier().rich ? surroundings(seat.renderer) : null;
    scene.environment = light?.texture ?? null;
    scene.environmentIntensity = 0.5;
  };
  const fill = () => {
    if (!seat) return;
    const dpr = tier().dpr < 1 ? tier().dpr : Math.min(tier().dpr, window.devicePixelRatio || 1);
    seat.renderer.setPixelRatio(dpr);
    seat.renderer.setSize(width, height, false);
    frameUp(camera, marks, width / height);
    target.copy(camera.position);
  };

  const lost = (event: Event) => {
    event.preventDefault();
    if (!disposed && seat && event.target === seat.canvas) options.onLost();
  };
  const restored = (event: Event) => {
    if (disposed || !seat || event.target !== seat.canvas) return;
    // What was drawn into a texture is gone with the context; what came from the file is sent again by three.js.
    illuminate();
    options.onRestored();
  };
  const release = (old: Surface | null) => {
    old?.canvas.removeEventListener("webglcontextlost", lost);
    old?.canvas.removeEventListener("webglcontextrestored", restored);
    old?.dispose();
  };
  const settle = () => {
    const old = seat;
    // What still hangs on the old context keeps all of it in memory; the new one sends everything again anyhow.
    if (old) disposeTree(scene);
    seat = surface(options.label, tier());
    seat.canvas.addEventListener("webglcontextlost", lost);
    seat.canvas.addEventListener("webglcontextrestored", restored);
    illuminate();
    fill();
    // A canvas is empty until it has been drawn on: the old one stays until the new one shows something.
    if (old) seat.renderer.render(scene, camera);
    host.append(seat.canvas);
    release(old);
  };

  const gpu = (): string => {
    const gl = seat?.renderer.getContext();
    const extension = gl?.getExtension("WEBGL_debug_renderer_info");
    return gl && extension ? String(gl.getParameter(extension.UNMASKED_RENDERER_WEBGL)) : "";
  };

  const move = (frame: Frame, dt: number) => {
    const { pose, shapes } = frame;
    body.pose(pose);
    eyes = body.look(target, pose.gazeX, pose.gazeY);
    face.set({ ...shapes, ...weightsOf(frame) });
    if (model.vrm) model.vrm.update(dt);
    else model.humanoid?.update();
    face.apply();
  };

  try {
    settle();
  } catch (error) {
    disposeTree(scene);
    throw error;
  }

  return {
    draw(frame, dt) {
      if (!seat) return;
      const began = performance.now();
      move(frame, dt);
      scene.updateMatrixWorld();
      const moved = performance.now();
      seat.renderer.render(scene, camera);
      const drawn = performance.now();
      moveMs += (moved - began - moveMs) * 0.1;
      drawMs += (drawn - moved - drawMs) * 0.1;
    },
    resize(w, h) {
      width = Math.max(1, w);
      height = Math.max(1, h);
      fill();
    },
    setTier(next) {
      if (next === index) return;
      const rich = tier().rich;
      index = next;
      if (rich === tier().rich) fill();
      else settle();
    },
    read() {
      const { memory, render, programs } = seat?.renderer.info ?? {};
      return {
        ...face.read(),
        gaze: eyes,
        geometries: memory?.geometries ?? 0,
        textures: memory?.textures ?? 0,
        programs: programs?.length ?? 0,
        calls: render?.calls ?? 0,
        triangles: render?.triangles ?? 0,
        moveMs,
        drawMs,
        tier: index,
        gpu: gpu(),
      };
    },
    lose: () => seat?.renderer.forceContextLoss(),
    restore: () => seat?.renderer.forceContextRestore(),
    dispose() {
      disposed = true;
      disposeTree(scene);
      light?.dispose();
      light = null;
      release(seat);
      seat = null;
    },
  };
}

/** Opens a model as the room would, and lets go of it again. Rejects when it cannot be shown. */
export async function tryModel(data: ArrayBuffer): Promise<void> {
  const model = await loadModel(data);
  bodyRig(model);
  faceRig(model);
  disposeTree(model.root);
}

function weightsOf({ pose }: Frame) {
  return {
    blink: pose.lids,
    smile: pose.smile,
    brows: pose.brows,
    attentive: pose.attentive,
    thinking: pose.thinking,
  };
}
