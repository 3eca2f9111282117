// The room's light, camera and resting pose, so that stills and sprites look like the interview itself.
import * as THREE from 'three';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';

/** Stage background of the design tokens, oklch(0.19 0.012 265). */
export const BACKGROUND = '#14161c';

export function createRenderer(width, height) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(1);
  renderer.setSize(width, height, false);
  renderer.toneMapping = THREE.NeutralToneMapping;
  return renderer;
}

/** Soft key from the upper left of the picture, weak fill, a cool rim; the environment gives eyes and hair their sheen. */
export function createScene(renderer) {
  const scene = new THREE.Scene();
  const pmrem = new THREE.PMREMGenerator(renderer);
  scene.environment = pmrem.fromScene(new RoomEnvironment(), 0.04).texture;
  scene.environmentIntensity = 0.42;
  const lamp = (colour, intensity, x, y, z) => {
    const light = new THREE.DirectionalLight(colour, intensity);
    light.position.set(x, y, z);
    scene.add(light, light.target);
    light.target.position.set(0, 1.4, 0);
  };
  lamp(0xfff0e0, 1.75, -1.3, 2.6, 2.2);
  lamp(0xe8f0ff, 0.45, 1.8, 1.7, 1.6);
  lamp(0xcfdcff, 0.8, 1.0, 2.5, -2.8);
  return scene;
}

/** From T-pose to forearms resting on a table edge, one hand over the other; radians on the normalised bones. */
export function rest(vrm) {
  const turn = (bone, x, y, z) => vrm.humanoid.getNormalizedBoneNode(bone)?.rotation.set(x, y, z);
  for (const [side, s] of [['left', 1], ['right', -1]]) {
    turn(`${side}Shoulder`, 0, 0, -s * 0.06);
    turn(`${side}UpperArm`, 0.1, -s * 0.42, -s * 1.3);
    turn(`${side}LowerArm`, 0.5, -s * 1.1, 0);
    turn(`${side}Hand`, 0.1, -s * 0.12, s * 0.1);
    const close = [0.1, 0.02, -0.06, -0.14]; // the rig's fingers are spread
    for (const [k, finger] of ['Index', 'Middle', 'Ring', 'Little'].entries()) {
      turn(`${side}${finger}Proximal`, 0, s * close[k], -s * (0.26 + 0.05 * k));
      turn(`${side}${finger}Intermediate`, 0, 0, -s * (0.34 + 0.05 * k));
      turn(`${side}${finger}Distal`, 0, 0, -s * 0.2);
    }
    turn(`${side}ThumbMetacarpal`, 0, s * 0.25, 0);
    turn(`${side}ThumbProximal`, 0, s * 0.2, 0);
  }
}
