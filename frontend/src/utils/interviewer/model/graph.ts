// Nodes, meshes and skins: nothing points to itself, nothing is missing, and there are not too many triangles.
import { type Accessor, largestIndex } from "./accessors";
import type { Glb } from "./glb";
import { entry, isObject, type Json, LIMITS, list, ModelError, text } from "./problem";

export interface Shape {
  triangles: number;
  morphs: string[];
  bones: number;
}

const deep = (message: string) => new ModelError("too-deep", message);

function indices(holder: Json, key: string): unknown[] {
  const value = holder[key];
  return Array.isArray(value) ? value : [];
}

/** Visits every node once; a node with two parents or below itself is damage. */
function checkTree(nodes: readonly Json[]): void {
  if (nodes.length > LIMITS.nodes)
    throw deep(`The model has ${nodes.length} parts. At most ${LIMITS.nodes} can be used.`);
  const parents = new Map<Json, Json>();
  for (const node of nodes)
    for (const index of indices(node, "children")) {
      const child = entry(nodes, index, "part");
      if (parents.has(child)) throw deep("The file is damaged: one of its parts belongs to two others.");
      parents.set(child, node);
    }
  for (const node of nodes) {
    let up = 0;
    for (let at = parents.get(node); at; at = parents.get(at))
      if (++up > LIMITS.depth) throw deep("The file is damaged: its parts lie too deep within each other.");
  }
}

function trianglesOf(glb: Glb, primitive: Json, accessors: readonly Accessor[]): number {
  const attributes = isObject(primitive.attributes) ? primitive.attributes : {};
  const points = entry(accessors, attributes.POSITION, "list of points");
  if (points.type !== "VEC3")
    throw new ModelError("broken", "The file is damaged: its points have no depth.");
  const same = (index: unknown, what: string) => {
    if (entry(accessors, index, what).count !== points.count)
      throw new ModelError(
        "out-of-bounds",
        `The file is damaged: a ${what} has another length than its points.`,
      );
  };
  for (const index of Object.values(attributes)) same(index, "list of points");
  for (const target of list(primitive, "targets"))
    for (const index of Object.values(target)) same(index, "face shape");
  let corners = points.count;
  if (primitive.indices !== undefined) {
    const own = entry(accessors, primitive.indices, "list of corners");
    corners = own.count;
    if (corners <= LIMITS.triangles * 3 && largestIndex(glb, own) >= points.count)
      throw new ModelError(
        "out-of-bounds",
        "The file is damaged: a triangle uses a point that is not there.",
      );
  }
  const mode = primitive.mode ?? 4;
  return mode === 4 ? Math.floor(corners / 3) : mode === 5 || mode === 6 ? Math.max(0, corners - 2) : corners;
}

export function checkGraph(glb: Glb, accessors: readonly Accessor[]): Shape {
  const { json } = glb;
  const nodes = list(json, "nodes");
  const meshes = list(json, "meshes");
  const skins = list(json, "skins");
  checkTree(nodes);
  for (const scene of list(json, "scenes"))
    for (const index of indices(scene, "nodes")) entry(nodes, index, "part");

  const materials = list(json, "materials");
  const morphs = new Set<string>();
  let morphPoints = 0;
  const sizes = meshes.map((mesh) => {
    const primitives = list(mesh, "primitives");
    let sum = 0;
    for (const primitive of primitives) {
      sum += trianglesOf(glb, primitive, accessors);
      const { POSITION } = primitive.attributes as Json;
      morphPoints += list(primitive, "targets").length * (accessors[POSITION as number]?.count ?? 0);
      if (primitive.material !== undefined) entry(materials, primitive.material, "material");
    }
    const targets = primitives[0] ? list(primitives[0], "targets") : [];
    if (targets.length > LIMITS.morphs)
      throw new ModelError(
        "too-large",
        `A face with ${targets.length} shapes is too much. Use at most ${LIMITS.morphs}.`,
      );
    const names = isObject(mesh.extras) ? indices(mesh.extras, "targetNames") : [];
    for (const name of names) if (text(name)) morphs.add(String(name));
    return sum;
  });

  // Shapes may share their numbers in the file; on the graphics card each takes its own room.
  if (morphPoints > LIMITS.morphPoints)
    throw new ModelError("too-large", "Its face shapes take too much memory. Use a simpler face.");

  let triangles = 0;
  let draws = 0;
  for (const node of nodes) {
    if (node.mesh !== undefined) {
      entry(meshes, node.mesh, "mesh");
      triangles += sizes[node.mesh as number] ?? 0;
      draws += list(meshes[node.mesh as number] ?? {}, "primitives").length;
    }
    if (node.skin !== undefined) entry(skins, node.skin, "skin");
  }
  let bones = 0;
  for (const skin of skins) {
    const joints = indices(skin, "joints");
    if (joints.length > LIMITS.joints)
      throw deep(`The model has ${joints.length} bones. At most ${LIMITS.joints} can be used.`);
    for (const joint of joints) entry(nodes, joint, "bone");
    if (skin.inverseBindMatrices !== undefined) {
      const binds = entry(accessors, skin.inverseBindMatrices, "list of bones");
      if (binds.type !== "MAT4" || binds.count < joints.length)
        throw new ModelError("out-of-bounds", "The file is damaged: some of its bones have no place.");
    }
    bones = Math.max(bones, joints.length);
  }
  if (draws > LIMITS.draws)
    throw deep(`The model is made of ${draws} pieces. At most ${LIMITS.draws} can be used.`);
  if (triangles === 0) throw new ModelError("empty", "There is nothing to see in this file.");
  if (triangles > LIMITS.triangles)
    throw new ModelError(
      "too-many-triangles",
      `The model has ${triangles.toLocaleString("en")} triangles. At most 100,000 can be used.`,
    );
  return { triangles, morphs: [...morphs], bones };
}
