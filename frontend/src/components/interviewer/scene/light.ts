// The room: a warm lamp over the table, a cool edge from behind, and a dark table to rest the hands on.
import {
  BoxGeometry,
  DataTexture,
  DirectionalLight,
  Group,
  HemisphereLight,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
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
  const key = lamp(0xfff3e6, 2.4, -1.2, y + 1.1, 2.1);
  const fill = lamp(0xf6f2f2, 1.0, 1.6, y + 0.2, 1.8);
  const rim = lamp(0xc3d2f2, 1.4, 1.3, y + 0.9, -1.7);
  const back = lamp(0xffdfb8, 0.9, -1.4, y + 0.7, -1.3);
  // What the table throws back, into the shadow of brows and chin.
  const bounce = lamp(0xffe6d0, 0.55, 0, y - 0.8, 1.7);
  for (const light of [key, fill, rim, back, bounce]) {
    light.target.position.set(0, y - 0.1, 0);
    group.add(light, light.target);
  }
  group.add(new HemisphereLight(0xf2ece6, 0x4a423c, 1.1));
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

const SLAB = { width: 2.6, thick: 0.04, depth: 0.75 };

/** What hides light from the table: across and along from the middle of its edge, and how far it reaches; metres. */
const RESTING = [
  [0, 0.14, 0.25, 0.12],
  [-0.16, 0.06, 0.15, 0.13],
  [0.16, 0.06, 0.15, 0.13],
] as const;

/** How much light the top of the table throws back, place by place: less where something rests on it. */
function grain(): DataTexture {
  const [across, along] = [256, 64];
  const data = new Uint8Array(across * along * 4);
  for (let row = 0; row < along; row++)
    for (let column = 0; column < across; column++) {
      const x = ((column + 0.5) / across - 0.5) * SLAB.width;
      const z = (1 - (row + 0.5) / along) * SLAB.depth;
      let light = 1;
      for (const [sx, sz, rx, rz] of RESTING)
        light *= 1 - 0.5 * Math.max(0, 1 - Math.hypot((x - sx) / rx, (z - sz) / rz)) ** 1.6;
      data.fill(255 * light, (row * across + column) * 4, (row * across + column) * 4 + 3);
      data[(row * across + column) * 4 + 3] = 255;
    }
  const texture = new DataTexture(data, across, along);
  texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}

/** One mesh and one small texture. Sideways it looks the same all along, which the 2D twin counts on. */
export function table(marks: Landmarks): Mesh {
  const geometry = new BoxGeometry(SLAB.width, SLAB.thick, SLAB.depth);
  // Only the top (the third of six sides) wears the texture; the rest takes its light from a corner of it.
  const uv = geometry.getAttribute("uv");
  for (let i = 0; i < uv.count; i++) if (i < 8 || i > 11) uv.setXY(i, 0, 0);
  const slab = new Mesh(geometry, new MeshLambertMaterial({ color: 0x4d3f34, map: grain() }));
  slab.position.set(0, marks.table - SLAB.thick / 2, marks.edge + SLAB.depth / 2);
  return slab;
}
