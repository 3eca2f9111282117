// Shows one interviewer in the room of the front end and lets the scripts beside it take pictures.
import { Color, PerspectiveCamera, Scene, Vector3 } from 'three';
import { bodyRig } from '@scene/body-rig.ts';
import { disposeTree } from '@scene/dispose.ts';
import { frameUp, narrowest } from '@scene/framing.ts';
import { lights, surroundings, table } from '@scene/light.ts';
import { loadModel } from '@scene/model.ts';
import { createStageScene } from '@scene/stage-scene.ts';
import { surface } from '@scene/surface.ts';

/** Stage background of the design tokens, oklch(0.19 0.012 265). */
const GROUND = '#14161c';
const STILL = { headPitch: 0, headYaw: 0, headRoll: 0, lean: 0, turn: 0, slant: 0, breath: 0.5 };

const { renderer, canvas } = surface('', { dpr: 1, rich: true });
renderer.setPixelRatio(1);
const light = surroundings(renderer);
const camera = new PerspectiveCamera();
let scene;
let model;
let body;
let wood;

const data = (id) => fetch(`/built/${id}.vrm?${Math.random()}`).then((answer) => answer.arrayBuffer());

async function load(id) {
  if (scene) disposeTree(scene);
  model = await loadModel(await data(id));
  scene = new Scene();
  scene.environment = light.texture;
  scene.environmentIntensity = 0.5;
  scene.add(model.root);
  body = bodyRig(model);
  wood = table(body.marks);
  scene.add(lights(body.marks.eyes.y), wood);
}

/**
 * One picture on the canvas. `turn` degrees around the subject, `rise` above it, `height` of the frame in metres, `drop`
 * of its middle below the eyes, `express` weights of VRM expressions, `look` degrees to the right and up.
 */
function shot({
  width = 480, height = 640, turn = 0, rise = 0, frame = 0.62, drop = 0.12, shift = 0, express = {}, look = [0, 0],
  pose = {}, background = GROUND, distance = 1.9, desk = true,
}) {
  const { marks } = body;
  renderer.setSize(width, height, false);
  scene.background = background ? new Color(background) : null;
  wood.visible = desk;
  const faces = model.vrm.expressionManager;
  for (const name of Object.keys(faces.expressionMap)) faces.setValue(name, express[name] ?? 0);
  body.pose({ ...STILL, ...pose });
  frameUp(camera, marks, 1);
  body.look(camera.position.clone(), look[0], look[1]);
  model.vrm.update(0);
  const middle = new Vector3(shift, marks.eyes.y - drop, 0.02);
  const a = (turn * Math.PI) / 180;
  const b = (rise * Math.PI) / 180;
  camera.aspect = width / height;
  camera.fov = (2 * Math.atan(frame / 2 / distance) * 180) / Math.PI;
  const away = new Vector3(Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b));
  camera.position.copy(middle).addScaledVector(away, distance);
  camera.lookAt(middle);
  camera.updateProjectionMatrix();
  renderer.render(scene, camera);
  return canvas;
}

/** One shot as a data URL. */
function picture({ type = 'image/png', quality = 0.9, ...options }) {
  return shot(options).toDataURL(type, quality);
}

/** Several shots in one picture: [{label, ...shot}], `columns` beside each other. */
async function sheet(shots, columns, type = 'image/png', quality = 0.9) {
  const w = shots[0].width ?? 480;
  const h = shots[0].height ?? 640;
  const paper = document.createElement('canvas');
  paper.width = w * columns;
  paper.height = h * Math.ceil(shots.length / columns);
  const pen = paper.getContext('2d');
  pen.fillStyle = GROUND;
  pen.fillRect(0, 0, paper.width, paper.height);
  pen.font = '16px sans-serif';
  for (const [k, one] of shots.entries()) {
    if (one.id) await load(one.id);
    shot({ width: w, height: h, ...one });
    const [x, y] = [(k % columns) * w, Math.floor(k / columns) * h];
    pen.drawImage(canvas, x, y);
    pen.fillStyle = '#fff';
    pen.fillText(one.label ?? '', x + 8, y + 20);
  }
  return paper.toDataURL(type, quality);
}

/** Size of the twin's base picture in pixels. */
const BASE = { w: 968, h: 880 };
const EYES = {
  open: {}, half: { lids: 0.5 }, closed: { lids: 1 },
  away_left: { gazeX: -5 }, away_right: { gazeX: 5 }, up: { gazeX: 2, gazeY: 6 },
};

/** The smallest box, grown a little, that holds every difference between the first picture and the others. */
function changed([base, ...others]) {
  const read = (one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data;
  const a = read(base);
  let [x0, y0, x1, y1] = [base.width, base.height, 0, 0];
  for (const other of others) {
    const b = read(other);
    for (let i = 0; i < a.length; i += 4) {
      const far = [0, 1, 2, 3].reduce((sum, k) => sum + Math.abs(a[i + k] - b[i + k]), 0);
      if (far < 14) continue;
      const x = (i / 4) % base.width;
      const y = (i / 4 - x) / base.width;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    }
  }
  return [x0 - 3, y0 - 3, x1 - x0 + 7, y1 - y0 + 7];
}

/** Sprite sheet of the 2D twin and its layout, drawn by the room itself: a see-through base and small tiles over it. */
async function sprites(id, visemes, quality) {
  await load(id);
  const host = document.createElement('div');
  host.style.cssText = `width:${BASE.w}px;height:${BASE.h}px`;
  document.body.append(host);
  const signal = new AbortController().signal;
  const room = await createStageScene(host, { label: '', data: await data(id), tier: 1, signal });
  const shut = Object.fromEntries(visemes.map((name) => [name, 0]));
  const pixels = (pose, viseme) => {
    const face = { lids: 0, gazeX: 0, gazeY: 0, brows: 0, smile: 0.18, attentive: 0.1, thinking: 0 };
    const shapes = { ...shut, [viseme]: 1 };
    room.draw({ pose: { ...STILL, ...face, ...pose }, shapes, opening: 0 }, 0);
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [BASE.w, BASE.h];
    copy.getContext('2d').drawImage(host.querySelector('canvas'), 0, 0);
    return copy;
  };
  const mouth = visemes.map((name) => pixels({}, name));
  const eyes = Object.values(EYES).map((pose) => pixels(pose, 'sil'));
  room.dispose();
  host.remove();
  const eyeBox = changed(eyes);
  const mouthBox = changed([mouth[visemes.indexOf('sil')], ...mouth]);
  const under = eyeBox[1] + eyeBox[3];
  if (mouthBox[1] < under) {
    mouthBox[3] -= under - mouthBox[1];
    mouthBox[1] = under;
  }
  const places = [];
  let [x, y, row] = [0, BASE.h, 0];
  const place = (w, h) => {
    if (x + w > BASE.w) [x, y, row] = [0, y + row, 0];
    const at = [x, y];
    x += w;
    row = Math.max(row, h);
    return at;
  };
  const tiles = (names, pictures, box) => {
    const entries = names.map((name, k) => {
      const at = place(box[2], box[3]);
      places.push([pictures[k], box, at]);
      return [name, at];
    });
    return { at: box.slice(0, 2), w: box[2], h: box[3], tiles: Object.fromEntries(entries) };
  };
  const layers = { mouth: tiles(visemes, mouth, mouthBox), eyes: tiles(Object.keys(EYES), eyes, eyeBox) };
  const size = [BASE.w, y + row];
  const paper = document.createElement('canvas');
  [paper.width, paper.height] = size;
  const pen = paper.getContext('2d');
  pen.drawImage(eyes[0], 0, 0);
  for (const [from, [bx, by, w, h], [tx, ty]] of places) pen.drawImage(from, bx, by, w, h, tx, ty, w, h);
  const { marks } = body;
  frameUp(camera, marks, BASE.w / BASE.h);
  const edge = new Vector3(0, marks.table, marks.edge).project(camera).y;
  const seat = Math.floor(((1 - edge) / 2) * BASE.h) - 1;
  const narrow = Number(narrowest(marks).toFixed(4));
  return {
    layout: { size, base: { x: 0, y: 0, ...BASE }, seat, narrow, ...layers },
    image: paper.toDataURL('image/webp', quality),
  };
}

window.studio = { sprites, load, picture, sheet, stats: () => ({ ...renderer.info.render }) };
