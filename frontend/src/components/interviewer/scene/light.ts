// The room: a warm lamp over the table, a cool edge from behind, and a dark table to rest the hands on.
import {
  BoxGeometry,
  DataTexture,
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PlaneGeometry,
  PMREMGenerator,
  Scene,
  type WebGLRenderer,
} from "three";
import type { Landmarks } from "./body-rig";

function lamp(colour: number, strength: number, x: number, y: number, z: number): DirectionalLight {
  const light = new DirectionalLight(colour, strength);
  light.position.set(x, y, z);
  return light;
}

/** Lights around a head at `y`. They stay the same at every quality, so that nobody changes colour on a step down. */
export function lights(y: number): Group {
  const group = new Group();
  const key = lamp(0xfff3e6, 2.15, -1.2, y + 1.1, 2.1);
  const fill = lamp(0xf6f2f2, 0.85, 1.6, y + 0.2, 1.8);
  const rim = lamp(0xc3d2f2, 1.4, 1.3, y + 0.9, -1.7);
  const back = lamp(0xffdfb8, 0.9, -1.4, y + 0.7, -1.3);
  // What the table throws back, into the shadow of brows and chin.
  const bounce = lamp(0xffe6d0, 0.55, 0, y - 0.8, 1.7);
  for (const light of [key, fill, rim, back, bounce]) {
    light.target.position.set(0, y - 0.1, 0);
    group.add(light, light.target);
  }
  group.add(new HemisphereLight(0xf2ece6, 0x4a423c, 0.95));
  return group;
}

/** Soft light from a few panels, for the shine of eyes, skin and hair. */
export function surroundings(renderer: WebGLRenderer) {
  const room = new Scene();
  const made: { dispose(): void }[] = [];
  const panel = (
    colour: number,
    strength: number,
    size: [number, number, number],
    at: [number, number, number],
  ) => {
    const material = new MeshBasicMaterial({ color: colour });
    material.color.multiplyScalar(strength);
    const geometry = new BoxGeometry(...size);
    const mesh = new Mesh(geometry, material);
    mesh.position.set(...at);
    made.push(material, geometry);
    room.add(mesh);
  };
  panel(0xfff0de, 9, [2.2, 0.1, 1.4], [-1, 3, 2.2]);
  panel(0xfff2e8, 4.5, [1.4, 1.6, 0.1], [0.8, 1.2, 4]);
  panel(0x9fb4e8, 2.2, [0.1, 2, 1.6], [3.4, 1, -1]);
  panel(0x3a3330, 1, [8, 0.1, 8], [0, -2.4, 0]);
  panel(0x2c2a30, 1, [8, 6, 0.1], [0, 0, -4]);
  panel(0x24222a, 1, [8, 6, 0.1], [0, 0, 5]);
  const generator = new PMREMGenerator(renderer);
  const target = generator.fromScene(room, 0.05);
  generator.dispose();
  for (const thing of made) thing.dispose();
  return target;
}

/** A soft dark spot: where something rests on the table, less light arrives. */
function shade(): DataTexture {
  const size = 32;
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const far = Math.hypot(x - size / 2 + 0.5, y - size / 2 + 0.5) / (size / 2);
      data[(y * size + x) * 4 + 3] = 130 * Math.max(0, 1 - far) ** 1.6;
    }
  const texture = new DataTexture(data, size, size);
  texture.needsUpdate = true;
  return texture;
}

export function table(marks: Landmarks): Group {
  const group = new Group();
  const wood = new MeshLambertMaterial({ color: 0x4d3f34 });
  const thick = 0.04;
  const slab = new Mesh(new BoxGeometry(2.6, thick, 0.75), wood);
  slab.position.set(0, marks.table - thick / 2, marks.edge + 0.375);
  group.add(slab);
  const texture = shade();
  const dark = new MeshBasicMaterial({ map: texture, transparent: true, depthWrite: false, color: 0x000000 });
  const spot = (x: number, z: number, width: number, depth: number) => {
    const mesh = new Mesh(new PlaneGeometry(width, depth), dark);
    mesh.rotation.x = -Math.PI / 2;
    mesh.position.set(x, marks.table + 0.002, z);
    mesh.renderOrder = 1;
    group.add(mesh);
  };
  spot(0, marks.edge + 0.14, 0.5, 0.24);
  spot(-0.16, marks.edge + 0.06, 0.3, 0.26);
  spot(0.16, marks.edge + 0.06, 0.3, 0.26);
  return group;
}
