// Makes a figure out of a file that has passed validate-model: a VRM, or a plain GLB with bones of common names.
import {
  type VRM,
  type VRMHumanBoneName,
  type VRMHumanBones,
  VRMHumanoid,
  VRMLoaderPlugin,
  VRMUtils,
} from "@pixiv/three-vrm";
import { Box3, Group, LoadingManager, type Mesh, type Object3D, TextureLoader, Vector3 } from "three";
import { type GLTF, GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

export interface Model {
  root: Group;
  humanoid: VRMHumanoid | null;
  vrm: VRM | null;
  /** Meshes that have morph targets. */
  faces: Mesh[];
  expressions: string[];
  morphs: string[];
  /** VRM 0.x looks the other way: tilting and rolling turn round with it. */
  flip: 1 | -1;
}

/** Nothing but what lies in the file itself is ever loaded. */
function manager(): LoadingManager {
  const only = new LoadingManager();
  only.setURLModifier((url) => {
    if (url.startsWith("blob:") || url.startsWith("data:image/")) return url;
    throw new Error("The file points to something outside itself.");
  });
  return only;
}

function parse(data: ArrayBuffer): Promise<GLTF> {
  const loading = manager();
  const loader = new GLTFLoader(loading);
  loader.register((parser) => {
    // The default loader fetches blob: addresses, which `connect-src 'self'` forbids; an <img> may show them.
    parser.textureLoader = new TextureLoader(loading);
    return { name: "REHEARSAL_images" };
  });
  loader.register((parser) => new VRMLoaderPlugin(parser));
  return loader.parseAsync(data, "");
}

// Mixamo, Ready Player Me and Blender exports differ in prefixes and separators only.
const NAMES: Partial<Record<VRMHumanBoneName, RegExp>> = {
  hips: /^(hips|pelvis)$/,
  spine: /^spine0?1?$/,
  chest: /^(spine1|spine02|chest)$/,
  upperChest: /^(spine2|spine03|upperchest)$/,
  neck: /^neck(01)?$/,
  head: /^head$/,
  leftEye: /^(lefteye|eyel|eyeleft)$/,
  rightEye: /^(righteye|eyer|eyeright)$/,
  leftShoulder: /^(leftshoulder|shoulderl|claviclel)$/,
  rightShoulder: /^(rightshoulder|shoulderr|clavicler)$/,
  leftUpperArm: /^(leftarm|leftupperarm|upperarml)$/,
  rightUpperArm: /^(rightarm|rightupperarm|upperarmr)$/,
  leftLowerArm: /^(leftforearm|leftlowerarm|lowerarml|forearml)$/,
  rightLowerArm: /^(rightforearm|rightlowerarm|lowerarmr|forearmr)$/,
  leftHand: /^(lefthand|handl)$/,
  rightHand: /^(righthand|handr)$/,
};

function bonesOf(root: Object3D): Record<string, { node: Object3D }> {
  const bones: Record<string, { node: Object3D }> = {};
  root.traverse((node) => {
    const plain = node.name
      .replace(/^mixamorig\d*:?/i, "")
      .replace(/[^a-z0-9]/gi, "")
      .toLowerCase();
    for (const [bone, pattern] of Object.entries(NAMES))
      if (!(bone in bones) && pattern.test(plain)) bones[bone] = { node };
  });
  return bones;
}

function hasBones(root: Object3D): boolean {
  const { hips, head } = bonesOf(root);
  return hips !== undefined && head !== undefined;
}

function humanoidOf(root: Object3D): VRMHumanoid | null {
  if (!hasBones(root)) return null;
  root.updateWorldMatrix(true, true);
  const humanoid = new VRMHumanoid(bonesOf(root) as unknown as VRMHumanBones);
  root.add(humanoid.normalizedHumanBonesRoot);
  return humanoid;
}

// Where a figure without bones stands: on the table, as a bust.
const BUST_M = 0.62;
const BUST_FOOT_M = 1.06;
const PERSON_M = 1.7;

/**
 * A plain GLB may be made in centimetres, or be a head alone: brought to the size of a person, upright at the middle.
 * The bones are found afterwards, because what steers them is built to the size it finds.
 */
function placed(scene: Object3D): Group {
  const holder = new Group();
  holder.add(scene);
  holder.updateWorldMatrix(true, true);
  const box = new Box3().setFromObject(scene);
  const size = box.getSize(new Vector3());
  const person = hasBones(scene);
  const wanted = person ? PERSON_M : BUST_M;
  if (size.y > 0 && (!person || size.y < 0.8 || size.y > 2.6)) scene.scale.multiplyScalar(wanted / size.y);
  holder.updateWorldMatrix(true, true);
  box.setFromObject(scene);
  const middle = box.getCenter(new Vector3());
  scene.position.y += (person ? 0 : BUST_FOOT_M) - box.min.y;
  if (!person) scene.position.add(new Vector3(-middle.x, 0, -middle.z));
  return holder;
}

export async function loadModel(data: ArrayBuffer): Promise<Model> {
  const gltf = await parse(data);
  const vrm = (gltf.userData.vrm as VRM | undefined) ?? null;
  // What is shared between two uses of one parsed file would be drawn with the wrong bones.
  const root = vrm ? vrm.scene : placed(gltf.scene);
  if (vrm) {
    VRMUtils.rotateVRM0(vrm);
    if (vrm.lookAt) vrm.lookAt.autoUpdate = false;
  }
  const extra: Object3D[] = [];
  const faces: Mesh[] = [];
  root.traverse((node) => {
    // The bounds of skinned meshes are those of the rest pose, wrong in close-up.
    node.frustumCulled = false;
    if ("isLight" in node || "isCamera" in node) extra.push(node);
    const mesh = node as Mesh;
    if (mesh.isMesh && mesh.morphTargetDictionary && mesh.morphTargetInfluences) faces.push(mesh);
  });
  // Light and camera are the room's, whatever the file brings along.
  for (const node of extra) node.removeFromParent();
  const morphs = new Set(faces.flatMap((mesh) => Object.keys(mesh.morphTargetDictionary ?? {})));
  return {
    root: root as Group,
    vrm,
    humanoid: vrm ? vrm.humanoid : humanoidOf(root),
    faces,
    expressions: vrm?.expressionManager ? Object.keys(vrm.expressionManager.expressionMap) : [],
    morphs: [...morphs],
    flip: vrm?.meta?.metaVersion === "0" ? -1 : 1,
  };
}
