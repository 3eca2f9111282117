// Makes a figure out of a file that has passed validate-model: a VRM, or a plain GLB with bones of common names.
import {
  type VRM,
  type VRMHumanBoneName,
  type VRMHumanBones,
  VRMHumanoid,
  VRMLoaderPlugin,
  VRMUtils,
} from "@pixiv/three-vrm";
import { type Group, LoadingManager, type Mesh, type Object3D, TextureLoader } from "three";
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

function humanoidOf(root: Object3D): VRMHumanoid | null {
  const bones: Record<string, { node: Object3D }> = {};
  root.updateWorldMatrix(true, true);
  root.traverse((node) => {
    const plain = node.name
      .replace(/^mixamorig\d*:?/i, "")
      .replace(/[^a-z0-9]/gi, "")
      .toLowerCase();
    for (const [bone, pattern] of Object.entries(NAMES))
      if (!(bone in bones) && pattern.test(plain)) bones[bone] = { node };
  });
  if (!bones.hips || !bones.head) return null;
  const humanoid = new VRMHumanoid(bones as unknown as VRMHumanBones);
  root.add(humanoid.normalizedHumanBonesRoot);
  return humanoid;
}

export async function loadModel(data: ArrayBuffer): Promise<Model> {
  const gltf = await parse(data);
  const vrm = (gltf.userData.vrm as VRM | undefined) ?? null;
  // What is shared between two uses of one parsed file would be drawn with the wrong bones.
  const root = vrm ? vrm.scene : gltf.scene;
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
