// Every number a model may read must lie within the file. A loader believes what the file says; this does not.
import type { Glb } from "./glb";
import { entry, isObject, type Json, LIMITS, list, ModelError, whole } from "./problem";

const COMPONENT: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const PARTS: Readonly<Record<string, number>> = {
  SCALAR: 1,
  VEC2: 2,
  VEC3: 3,
  VEC4: 4,
  MAT2: 4,
  MAT3: 9,
  MAT4: 16,
};

export interface Accessor {
  count: number;
  type: string;
  componentType: number;
  /** Where its numbers start, or null when it has none of its own. */
  offset: number | null;
  stride: number;
}

interface View {
  offset: number;
  length: number;
  stride: number;
}

const outside = (what: string) =>
  new ModelError("out-of-bounds", `The file is damaged: ${what} lies outside of it.`);

export function checkViews({ json, bin }: Glb): View[] {
  const buffers = list(json, "buffers");
  if (buffers.length > 1)
    throw new ModelError("external", "The file is spread over several parts. Export it as one VRM or GLB.");
  for (const buffer of buffers) {
    if (buffer.uri !== undefined)
      throw new ModelError(
        "external",
        "The file keeps its shapes outside itself. Export it as one VRM or GLB.",
      );
    // A GLB pads its numbers to four bytes.
    if (whole(buffer, "byteLength", undefined, 1) > bin.length) throw outside("its list of numbers");
  }
  const size = buffers[0] ? whole(buffers[0], "byteLength") : 0;
  return list(json, "bufferViews").map((view) => {
    entry(buffers, view.buffer, "part");
    const offset = whole(view, "byteOffset", 0);
    const length = whole(view, "byteLength", undefined, 1);
    const stride = whole(view, "byteStride", 0);
    if (offset + length > size) throw outside("a part");
    if (stride > 252) throw outside("a row of numbers");
    return { offset, length, stride };
  });
}

function span(view: View, offset: number, count: number, element: number, stride: number): number {
  if (count > 0 && offset + (count - 1) * stride + element > view.length) throw outside("a list of numbers");
  return view.offset + offset;
}

function checkSparse(sparse: Json, views: readonly View[], count: number, element: number): void {
  const some = whole(sparse, "count", undefined, 1);
  const { indices, values } = sparse;
  if (some > count || !isObject(indices) || !isObject(values)) throw outside("a list of changes");
  const width = COMPONENT[whole(indices, "componentType")];
  if (!width) throw outside("a list of changes");
  span(entry(views, indices.bufferView, "part"), whole(indices, "byteOffset", 0), some, width, width);
  span(entry(views, values.bufferView, "part"), whole(values, "byteOffset", 0), some, element, element);
}

export function checkAccessors(glb: Glb, views: readonly View[]): Accessor[] {
  let unpacked = 0;
  return list(glb.json, "accessors").map((accessor) => {
    const count = whole(accessor, "count", undefined, 1);
    const componentType = whole(accessor, "componentType");
    const width = COMPONENT[componentType];
    const type = String(accessor.type);
    const parts = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined;
    if (!width || !parts)
      throw new ModelError("broken", "The file is damaged: a list of numbers has no known form.");
    const element = width * parts;
    unpacked += count * element;
    if (unpacked > LIMITS.unpackedBytes)
      throw new ModelError("too-large", "The model unpacks to more than 256 MB. Use a simpler one.");
    let offset: number | null = null;
    let stride = element;
    if (accessor.bufferView !== undefined) {
      const view = entry(views, accessor.bufferView, "part");
      stride = view.stride || element;
      if (stride < element) throw outside("a row of numbers");
      offset = span(view, whole(accessor, "byteOffset", 0), count, element, stride);
    }
    if (accessor.sparse !== undefined) {
      if (!isObject(accessor.sparse)) throw outside("a list of changes");
      checkSparse(accessor.sparse, views, count, element);
    }
    return { count, type, componentType, offset, stride };
  });
}

/** The largest number in a list of corners. */
export function largestIndex(glb: Glb, accessor: Accessor): number {
  if (accessor.offset === null) return 0;
  const { bin } = glb;
  const view = new DataView(bin.buffer, bin.byteOffset, bin.byteLength);
  let most = 0;
  for (let i = 0; i < accessor.count; i++) {
    const at = accessor.offset + i * accessor.stride;
    const value =
      accessor.componentType === 5125
        ? view.getUint32(at, true)
        : accessor.componentType === 5123
          ? view.getUint16(at, true)
          : view.getUint8(at);
    if (value > most) most = value;
  }
  return most;
}
