// One arm from shoulder to finger: the wrist stays where it rests on the table while the torso moves.
import { Matrix4, type Object3D, Quaternion, Vector3 } from "three";
import type { Model } from "./model";

export interface Rests {
  /** Height of the table, length of the forearm, and the depth of the shoulders, in metres. */
  table: number;
  reach: number;
  middle: number;
}

const FINGERS = ["Index", "Middle", "Ring", "Little"];
const JOINTS = ["Proximal", "Intermediate", "Distal"];
const UP = new Vector3(0, 1, 0);

const a = new Vector3();
const b = new Vector3();
const c = new Vector3();
const q = new Quaternion();
const r = new Quaternion();

/** Turns a bone so that its rest direction points along `to` (world), with as little twist as possible. */
function aim(node: Object3D, rest: Vector3, to: Vector3): void {
  node.parent?.getWorldQuaternion(q);
  a.copy(to).applyQuaternion(q.invert()).normalize();
  node.quaternion.setFromUnitVectors(rest, a);
  node.updateWorldMatrix(false, false);
}

/** Returns a function that places the arm anew, or null when the model has no such arm. */
export function armRig(
  model: Model,
  bone: (name: string) => Object3D | null,
  side: "left" | "right",
  rests: Rests,
): (() => void) | null {
  const upper = bone(`${side}UpperArm`);
  const lower = bone(`${side}LowerArm`);
  const hand = bone(`${side}Hand`);
  if (!upper || !lower || !hand) return null;
  const out = side === "left" ? 1 : -1;

  const upperRest = lower.position.clone().normalize();
  const lowerRest = hand.position.clone().normalize();
  const upperLength = lower.position.length();
  const lowerLength = hand.position.length();

  // The right hand lies flat, the left one over its fingers.
  const over = side === "left";
  const wrist = new Vector3(
    out * rests.reach * (over ? 0.5 : 0.45),
    rests.table + rests.reach * (over ? 0.2 : 0.13),
    rests.middle + rests.reach * (over ? 1.0 : 1.05),
  );
  const fingers = new Vector3(-out, over ? -0.18 : -0.12, over ? 0.72 : 0.62).normalize();
  const hint = new Vector3(out * 0.35, -1, -0.55).normalize();

  // The hand, palm down: its length along the fingers, its back upwards. Rest: T-pose, palm down.
  const frame = new Matrix4();
  const along = lowerRest.clone();
  const worldHand = new Quaternion();
  const basis = (x: Vector3, target: Quaternion) => {
    const z = c.crossVectors(x, UP).normalize().clone();
    const y = new Vector3().crossVectors(z, x).normalize();
    return target.setFromRotationMatrix(frame.makeBasis(x, y, z));
  };
  // In rest the hand lies along the arm with the turn of the figure's root.
  model.root.updateWorldMatrix(true, true);
  upper.getWorldQuaternion(r);
  const restWorld = along.applyQuaternion(r).normalize();
  const restBasis = basis(restWorld, new Quaternion()).invert();
  basis(fingers, worldHand).multiply(restBasis).multiply(r);

  curl(bone, side, out);

  const shoulder = new Vector3();
  const toWrist = new Vector3();
  const elbow = new Vector3();
  return () => {
    upper.parent?.updateWorldMatrix(true, false);
    upper.updateWorldMatrix(false, false);
    upper.getWorldPosition(shoulder);
    toWrist.copy(wrist).sub(shoulder);
    const far = Math.min(toWrist.length(), (upperLength + lowerLength) * 0.995);
    toWrist.normalize();
    // Law of cosines: how far along the way to the wrist the elbow stands, and how far beside it.
    const ahead = (upperLength ** 2 - lowerLength ** 2 + far ** 2) / (2 * far);
    const beside = Math.sqrt(Math.max(0, upperLength ** 2 - ahead ** 2));
    b.copy(hint).addScaledVector(toWrist, -hint.dot(toWrist)).normalize();
    elbow.copy(shoulder).addScaledVector(toWrist, ahead).addScaledVector(b, beside);
    aim(upper, upperRest, b.copy(elbow).sub(shoulder));
    aim(lower, lowerRest, b.copy(wrist).sub(elbow));
    lower.getWorldQuaternion(q);
    hand.quaternion.copy(q.invert()).multiply(worldHand);
    // Half of the turn of the wrist belongs to the forearm, or the sleeve would be wrung.
    const twist = r.copy(hand.quaternion);
    const part = twist.x * lowerRest.x + twist.y * lowerRest.y + twist.z * lowerRest.z;
    twist.set(part * lowerRest.x, part * lowerRest.y, part * lowerRest.z, twist.w).normalize();
    if (twist.w < 0) twist.set(-twist.x, -twist.y, -twist.z, -twist.w);
    twist.slerp(q.identity(), 0.5);
    lower.quaternion.multiply(twist);
    hand.quaternion.premultiply(twist.invert());
  };
}

/** Lets the fingers hang a little bent, each a little more than the one before. */
function curl(bone: (name: string) => Object3D | null, side: "left" | "right", out: number): void {
  for (const [i, finger] of FINGERS.entries())
    for (const [j, joint] of JOINTS.entries()) {
      const node = bone(`${side}${finger}${joint}`);
      if (node) node.quaternion.setFromAxisAngle(a.set(0, 0, -out), 0.16 + 0.05 * i + 0.06 * j);
    }
  bone(`${side}ThumbProximal`)?.quaternion.setFromAxisAngle(a.set(0, out, 0.3).normalize(), 0.2);
}
