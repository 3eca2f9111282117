import type { BufferGeometry, Material, Mesh, Object3D, Skeleton, Texture } from "three";

/** Gives back everything a tree of objects holds on the graphics card. */
export function disposeTree(root: Object3D): void {
  const done = new Set<{ dispose(): void }>();
  const drop = (thing: { dispose(): void } | null | undefined) => {
    if (!thing || done.has(thing)) return;
    done.add(thing);
    thing.dispose();
  };
  const dropMaterial = (material: Material) => {
    const values: unknown[] = Object.values(material);
    const { uniforms } = material as { uniforms?: Record<string, { value: unknown }> };
    if (uniforms) values.push(...Object.values(uniforms).map((uniform) => uniform.value));
    for (const value of values)
      if (value && typeof value === "object" && "isTexture" in value) drop(value as Texture);
    drop(material);
  };
  root.traverse((node) => {
    const mesh = node as Mesh & { skeleton?: Skeleton };
    drop(mesh.geometry as BufferGeometry | undefined);
    drop(mesh.skeleton);
    for (const material of [mesh.material].flat()) if (material) dropMaterial(material);
  });
  root.removeFromParent();
}
