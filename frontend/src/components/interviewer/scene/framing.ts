// How the camera sees the seat: eye to eye, from a little above the head to the hands on the table.
import type { PerspectiveCamera } from "three";
import type { Landmarks } from "./body-rig";

const FIELD_DEGREES = 22;
const HEADROOM_M = 0.045;
const TABLE_SHOWN_M = 0.085;
// Part of the distance of the shoulders that has to fit in.
const BREADTH = 1.9;

const heightOf = (marks: Landmarks): number => marks.crown + HEADROOM_M - marks.table + TABLE_SHOWN_M;

/** Width over height of a place below which the figure gets smaller, so that its shoulders fit in. */
export const narrowest = (marks: Landmarks): number => (marks.width * BREADTH) / heightOf(marks);

/** Points a camera at the seat for a picture of some width over height. In a narrow one the room is above the head. */
export function frameUp(camera: PerspectiveCamera, marks: Landmarks, aspect: number): void {
  const span = heightOf(marks) * Math.max(1, narrowest(marks) / aspect);
  const far = span / 2 / Math.tan((FIELD_DEGREES * Math.PI) / 360);
  const middle = marks.table - TABLE_SHOWN_M + span / 2;
  camera.fov = FIELD_DEGREES;
  camera.aspect = aspect;
  // The camera stands at the height of the eyes and looks down at the table a little.
  camera.position.set(0, marks.eyes.y - 0.02, marks.eyes.z + far);
  camera.lookAt(0, middle, marks.eyes.z);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
}
