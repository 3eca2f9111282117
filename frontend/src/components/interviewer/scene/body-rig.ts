// Sits the figure at the table and moves it: torso, neck and head by angles, arms by where the hands rest.
import { Euler, type Object3D, Quaternion, Vector3 } from "three";
import type { Pose } from "../../../utils/interviewer/behaviour";
import { armRig, type Rests } from "./arm-rig";
import type { Model } from "./model";

const RAD = Math.PI / 180;
const euler = new Euler();
const eye = new Vector3();

/** Places that the camera and the table are set by, in metres of the room. */
export interface Landmarks {
  eyes: Vector3;
  crown: number;
  table: number;
  /** Distance of the shoulders. */
  width: number;
  /** Where the table begins, towards the camera. */
  edge: number;
}

export function bodyRig(model: Model) {
  const bone = (name: string): Object3D | null =>
    model.humanoid?.getNormalizedBoneNode(name as "head") ?? null;
  const raw = (name: string): Object3D | null => model.humanoid?.getRawBoneNode(name as "head") ?? null;
  model.root.updateWorldMatrix(true, true);
  const place = (name: string) => raw(name)?.getWorldPosition(new Vector3()) ?? null;

  const head = place("head") ?? new Vector3(0, 1.5, 0);
  const left = place("leftUpperArm");
  const right = place("rightUpperArm");
  const elbow = place("leftLowerArm");
  const hand = place("leftHand");
  const neckLength = head.y - (left?.y ?? head.y - 0.2);
  const eyes =
    place("leftEye")
      ?.add(place("rightEye") ?? head)
      .multiplyScalar(0.5) ?? null;
  const at = eyes && eyes.y > head.y - 0.02 ? eyes : head.clone().add(new Vector3(0, neckLength * 0.5, 0.05));
  const upper = left && elbow ? left.distanceTo(elbow) : 0.27;
  const lower = elbow && hand ? elbow.distanceTo(hand) : 0.25;
  const shoulderY = left?.y ?? head.y - 0.2;
  const marks: Landmarks = {
    eyes: at,
    crown: at.y + neckLength * 0.95,
    table: shoulderY - upper * 0.9,
    width: left && right ? left.distanceTo(right) : 0.34,
    edge: (left?.z ?? 0) + lower * 0.35,
  };
  const rests: Rests = { table: marks.table, reach: lower, middle: left ? left.z : 0 };
  const arms = [armRig(model, bone, "left", rests), armRig(model, bone, "right", rests)];

  const turn = (name: string, pitch: number, yaw: number, roll: number) => {
    const node = bone(name);
    if (!node) return;
    euler.set(pitch * RAD * model.flip, yaw * RAD, -roll * RAD * model.flip, "YXZ");
    node.quaternion.setFromEuler(euler);
  };
  const inverse = new Quaternion();

  return {
    marks,
    pose(pose: Pose): void {
      const breath = pose.breath - 0.5;
      turn("spine", pose.lean * 0.6, pose.turn * 0.5, pose.slant * 0.6);
      turn("chest", pose.lean * 0.4 - breath * 1.1, pose.turn * 0.5, pose.slant * 0.4);
      turn("upperChest", -breath * 0.6, 0, 0);
      // The neck takes a third; the head gives back what the chest leans, so that the face stays upright.
      const pitch = pose.headPitch - pose.lean * 0.55 + breath * 0.9;
      turn("neck", pitch * 0.38, pose.headYaw * 0.35, pose.headRoll * 0.35 - pose.slant * 0.4);
      turn("head", pitch * 0.62, pose.headYaw * 0.65, pose.headRoll * 0.65 - pose.slant * 0.4);
      // Shoulders hang a little below the line of the T-pose, and rise with the breath.
      for (const side of ["left", "right"] as const)
        turn(`${side}Shoulder`, 0, 0, (side === "left" ? 1 : -1) * (3.5 - breath * 1.2));
      for (const arm of arms) arm?.();
    },
    /** Points the eyes at `target`, give or take a glance, whatever the head does. Angles of the eyes in degrees. */
    look(target: Vector3, glanceX: number, glanceY: number): { x: number; y: number } {
      model.humanoid?.update();
      const lookAt = model.vrm?.lookAt;
      if (lookAt) {
        raw("head")?.updateWorldMatrix(true, false);
        lookAt.lookAt(target);
        lookAt.yaw += glanceX;
        lookAt.pitch -= glanceY;
        return { x: lookAt.yaw, y: -lookAt.pitch };
      }
      const node = bone("head");
      if (!node) return { x: 0, y: 0 };
      node.updateWorldMatrix(true, false);
      eye.copy(target).sub(node.getWorldPosition(new Vector3()).setY(marks.eyes.y));
      eye.applyQuaternion(node.getWorldQuaternion(inverse).invert());
      const x = Math.atan2(eye.x, eye.z) / RAD + glanceX;
      const y = Math.atan2(eye.y, Math.hypot(eye.x, eye.z)) / RAD + glanceY;
      for (const side of ["leftEye", "rightEye"]) turn(side, -y, x, 0);
      return { x, y };
    },
  };
}
