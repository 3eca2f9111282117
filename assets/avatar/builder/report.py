"""Prints the measured budgets of the built files as a table: python -m builder.report <folder>."""

from __future__ import annotations

import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Measure:
    """What one model costs."""

    id: str
    size_bytes: int
    brotli_bytes: int
    triangles: int
    vertices: int
    draw_calls: int
    largest_texture_px: int
    sheet_bytes: int


def read_gltf(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of a .glb file."""
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    gltf: dict[str, Any] = json.loads(data[20 : 20 + length])
    return gltf, data[20 + length + 8 :]


def draw_calls(gltf: dict[str, Any]) -> int:
    """Draw calls in three.js: see-through two-sided materials are drawn twice, back faces first."""
    primitives = [p for mesh in gltf["meshes"] for p in mesh["primitives"]]
    materials = [gltf["materials"][p["material"]] for p in primitives]
    return sum(2 if m.get("alphaMode") == "BLEND" and m.get("doubleSided") else 1 for m in materials)


def image_sizes(gltf: dict[str, Any], binary: bytes) -> list[tuple[int, int]]:
    """Width and height of every embedded PNG or JPEG."""
    sizes = []
    for image in gltf["images"]:
        view = gltf["bufferViews"][image["bufferView"]]
        data = binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
        if data.startswith(b"\x89PNG"):
            sizes.append(struct.unpack_from(">II", data, 16))
            continue
        at = 2
        while data[at + 1] not in (0xC0, 0xC1, 0xC2):  # walk the JPEG segments to the frame header
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
        height, width = struct.unpack_from(">HH", data, at + 5)
        sizes.append((width, height))
    return sizes


def measure(path: Path, brotli_quality: int = 11) -> Measure:
    """The budget figures of one .vrm and its sprite sheet; a lower `brotli_quality` (0 to 11) is quicker and larger."""
    gltf, binary = read_gltf(path)
    data = path.read_bytes()
    accessors = gltf["accessors"]
    primitives = [p for mesh in gltf["meshes"] for p in mesh["primitives"]]
    return Measure(
        id=path.stem,
        size_bytes=len(data),
        brotli_bytes=len(brotli.compress(data, quality=brotli_quality)),
        triangles=sum(accessors[p["indices"]]["count"] // 3 for p in primitives),
        vertices=sum(accessors[p["attributes"]["POSITION"]]["count"] for p in primitives),
        draw_calls=draw_calls(gltf),
        largest_texture_px=max(max(size) for size in image_sizes(gltf, binary)),
        sheet_bytes=sheet.stat().st_size if (sheet := path.with_suffix(".webp")).exists() else 0,
    )


def main() -> None:
    print("| interviewer | bytes | brotli | triangles | vertices | draw calls | largest texture | sprite sheet |")
    print("|---|---|---|---|---|---|---|---|")
    for path in sorted(Path(sys.argv[1]).glob("*.vrm")):
        m = measure(path)
        print(
            f"| {m.id} | {m.size_bytes:,} | {m.brotli_bytes:,} | {m.triangles:,} | {m.vertices:,} | {m.draw_calls} "
            f"| {m.largest_texture_px} px | {m.sheet_bytes:,} |"
        )


if __name__ == "__main__":
    main()
