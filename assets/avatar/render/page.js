// Shows one interviewer and lets the scripts beside it take pictures: `studio.load(id)`, then `studio.shot({...})`.
import { VRMLoaderPlugin } from '@pixiv/three-vrm';
import * as THREE from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { createRenderer, createScene, rest } from '/render/room.js';

const renderer = createRenderer(480, 640);
document.body.append(renderer.domElement);
const scene = createScene(renderer);
const camera = new THREE.PerspectiveCamera(24, 1, 0.05, 20);
const loader = new GLTFLoader();
loader.register((parser) => new VRMLoaderPlugin(parser));
let vrm;
let eye;

async function load(id) {
  if (vrm) scene.remove(vrm.scene);
  const gltf = await loader.loadAsync(`/built/${id}.vrm?${Math.random()}`);
  vrm = gltf.userData.vrm;
  vrm.scene.traverse((object) => {
    object.frustumCulled = false; // skinned bounds are wrong in close-up
  });
  scene.add(vrm.scene);
  vrm.lookAt.autoUpdate = false;
  rest(vrm);
  vrm.update(0);
  eye = vrm.humanoid.getRawBoneNode('leftEye').getWorldPosition(new THREE.Vector3());
  return { expressions: Object.keys(vrm.expressionManager.expressionMap), bones: Object.keys(vrm.humanoid.humanBones) };
}

/**
 * One picture as a data URL. `turn` degrees around the subject, `height` of the frame in metres, `drop` of its middle
 * below the eyes, `express` weights, `look` [yaw, pitch] in degrees, `head` [x, y, z] radians.
 */
function shot({
  width = 480, height = 640, turn = 0, rise = 0, frame = 0.62, drop = 0.12, shift = 0, express = {}, look = [0, 0],
  head = [0, 0, 0], chest = 0, background = '#14161c', distance = 1.9, type = 'image/png', quality = 0.9, crop,
}) {
  renderer.setSize(width, height, false);
  scene.background = background ? new THREE.Color(background) : null;
  for (const name of Object.keys(vrm.expressionManager.expressionMap)) vrm.expressionManager.setValue(name, express[name] ?? 0);
  vrm.lookAt.yaw = look[0];
  vrm.lookAt.pitch = look[1];
  vrm.humanoid.getNormalizedBoneNode('head').rotation.set(...head);
  vrm.humanoid.getNormalizedBoneNode('chest').rotation.x = chest;
  vrm.update(0);
  const middle = new THREE.Vector3(shift, eye.y - drop, 0.02);
  const a = (turn * Math.PI) / 180;
  const b = (rise * Math.PI) / 180;
  camera.aspect = width / height;
  camera.fov = (2 * Math.atan(frame / 2 / distance) * 180) / Math.PI;
  const away = new THREE.Vector3(Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b)).multiplyScalar(distance);
  // Level camera at eye height for straight shots, as in the room: the frame is moved by a lens shift, not a tilt.
  camera.position.copy(middle).add(away);
  camera.lookAt(middle);
  camera.updateProjectionMatrix();
  renderer.render(scene, camera);
  if (!crop) return renderer.domElement.toDataURL(type, quality);
  return cut(crop).toDataURL(type, quality);
}

function cut([x, y, w, h]) {
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  canvas.getContext('2d').drawImage(renderer.domElement, x, y, w, h, 0, 0, w, h);
  return canvas;
}

/** Several shots in one picture: [{label, ...shot}], `columns` beside each other. */
async function sheet(shots, columns, type = 'image/png', quality = 0.9) {
  const w = shots[0].width ?? 480;
  const h = shots[0].height ?? 640;
  const canvas = document.createElement('canvas');
  canvas.width = w * columns;
  canvas.height = h * Math.ceil(shots.length / columns);
  const context = canvas.getContext('2d');
  context.fillStyle = '#14161c';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = '16px sans-serif';
  for (const [k, one] of shots.entries()) {
    if (one.id) await load(one.id);
    shot({ width: w, height: h, ...one });
    const [x, y] = [(k % columns) * w, Math.floor(k / columns) * h];
    context.drawImage(renderer.domElement, x, y);
    context.fillStyle = '#fff';
    context.fillText(one.label ?? '', x + 8, y + 20);
  }
  return canvas.toDataURL(type, quality);
}

/** Frame of the interview room: head to resting hands. */
const ROOM = { width: 720, height: 900, frame: 0.8, drop: 0.235 };
const EYES = {
  open: {}, half: { express: { blink: 0.5 } }, closed: { express: { blink: 1 } },
  away_left: { look: [16, 0] }, away_right: { look: [-16, 0] }, up: { look: [0, 12], express: { lookUp: 0.7 } },
};

function pixels(options) {
  shot({ ...ROOM, ...options });
  return cut([0, 0, ROOM.width, ROOM.height]);
}

/** The smallest box, grown a little, that holds every difference between the first picture and the others. */
function changed([base, ...others]) {
  const read = (canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const a = read(base);
  let [x0, y0, x1, y1] = [base.width, base.height, 0, 0];
  for (const other of others) {
    const b = read(other);
    for (let i = 0; i < a.length; i += 4) {
      if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) < 14) continue;
      const x = (i / 4) % base.width;
      const y = (i / 4 - x) / base.width;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    }
  }
  return [x0 - 3, y0 - 3, x1 - x0 + 7, y1 - y0 + 7];
}

/** Sprite sheet of the 2D twin and its layout: one base picture and small tiles to lay over it. */
function sprites(visemes, quality) {
  const smile = { smile_soft: 0.25 };
  const mouth = visemes.map((v) => pixels({ express: { ...smile, [`viseme_${v}`]: 1 } }));
  const eyes = Object.values(EYES).map((o) => pixels({ ...o, express: { ...smile, ...o.express } }));
  const eyeBox = changed(eyes);
  const mouthBox = changed([mouth[visemes.indexOf('sil')], ...mouth]);
  const under = eyeBox[1] + eyeBox[3];
  if (mouthBox[1] < under) {
    mouthBox[3] -= under - mouthBox[1];
    mouthBox[1] = under;
  }
  const places = [];
  let [x, y, row] = [0, ROOM.height, 0];
  const place = (w, h) => {
    if (x + w > ROOM.width) [x, y, row] = [0, y + row, 0];
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
  const layout = { mouth: tiles(visemes, mouth, mouthBox), eyes: tiles(Object.keys(EYES), eyes, eyeBox) };
  const size = [ROOM.width, y + row];
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = size;
  const context = canvas.getContext('2d');
  context.drawImage(eyes[0], 0, 0);
  for (const [picture, [bx, by, w, h], [tx, ty]] of places) context.drawImage(picture, bx, by, w, h, tx, ty, w, h);
  return {
    layout: { size, base: { x: 0, y: 0, w: ROOM.width, h: ROOM.height }, ...layout },
    image: canvas.toDataURL('image/webp', quality),
  };
}

window.studio = { sprites, load, shot, sheet, renderer, stats: () => ({ ...renderer.info.render }), eyeHeight: () => eye.y };
