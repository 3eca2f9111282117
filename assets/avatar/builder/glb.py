"""Writes parts as one binary glTF 2.0 file, small: integer normals, texture coordinates, weights and morphs.

`KHR_mesh_quantization` allows these integer types; positions stay float32 but are rounded to 1/16 mm, because the low
bits of unrounded floats do not compress.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from builder.geometry import Floats, Ints, unit

METRES = 0.1
"""Metres per decimetre."""
GRID = 2.0**-14
"""Rounding of positions, metres."""
COMPONENT = {"f4": 5126, "u4": 5125, "u2": 5123, "i2": 5122, "u1": 5121, "i1": 5120}
VERTEX, INDEX = 34962, 34963
MOVE_M = 6e-5
"""A morph moves a vertex only if it does so by more than this, metres."""
TURN = 0.05
"""Smallest change of a normal worth storing."""


@dataclass(frozen=True)
class Part:
    """One primitive: geometry in decimetres, material name, skin weights, morphs by face unit."""

    mesh: str
    material: str
    points: Floats
    normals: Floats
    uv: Floats
    triangles: Ints
    weights: Floats
    morphs: dict[str, tuple[Floats, Floats]] | None = None
    colours: Floats | None = None
    """Linear RGB 0..1 per vertex, multiplied with the material's colour."""
    tangents: Floats | None = None
    """Direction of growing u per vertex, for parts with a normal map."""


@dataclass
class GlbWriter:
    """Collects buffer views and accessors."""

    binary: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    textures: list[dict[str, Any]] = field(default_factory=list)
    _empty: dict[tuple[int, str], int] = field(default_factory=dict)

    def view(self, data: bytes, target: int | None = None, stride: int | None = None) -> int:
        self.binary.extend(b"\0" * (-len(self.binary) % 4))
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        if stride:
            view["byteStride"] = stride
        if target:
            view["target"] = target
        self.views.append(view)
        self.binary.extend(data)
        return len(self.views) - 1

    def _add(self, accessor: dict[str, Any]) -> int:
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def accessor(self, values: NDArray[Any], ctype: str, kind: str, **extra: Any) -> int:
        """A plain accessor; vertex data of odd size is padded to four bytes, as the format asks."""
        target = extra.pop("target", None)
        data = np.ascontiguousarray(values, ctype)
        size = data.dtype.itemsize * (data.shape[1] if data.ndim > 1 else 1)
        stride = None
        if target == VERTEX and size % 4:
            stride = size + (-size % 4)
            padded = np.zeros((len(data), stride // data.dtype.itemsize), ctype)
            padded[:, : data.shape[1]] = data
            data = padded
        accessor = {"bufferView": self.view(data.tobytes(), target, stride), "componentType": COMPONENT[ctype]}
        return self._add(accessor | {"count": len(data), "type": kind} | extra)

    def sparse(self, deltas: Floats, ctype: str, scale: float, floor: float) -> int:
        """A morph accessor that stores only what moves, as normalised integers."""
        moved = np.where(np.abs(deltas).max(1) > floor)[0]
        key = (len(deltas), ctype)
        if not len(moved) and key in self._empty:
            return self._empty[key]
        values = np.clip(np.rint(deltas[moved] * scale), -scale, scale).astype(ctype)
        full = np.zeros((len(deltas), 3), int)
        full[moved] = values
        accessor: dict[str, Any] = {"componentType": COMPONENT[ctype], "normalized": True, "count": len(deltas)}
        accessor |= {"type": "VEC3", "min": full.min(0).tolist(), "max": full.max(0).tolist()}
        if len(moved):
            accessor["sparse"] = {
                "count": len(moved),
                "indices": {"bufferView": self.view(moved.astype("u2").tobytes()), "componentType": COMPONENT["u2"]},
                "values": {"bufferView": self.view(values.tobytes())},
            }
            return self._add(accessor)
        self._empty[key] = self._add(accessor)
        return self._empty[key]

    def texture(self, image: Image.Image, quality: int | None = None, sampler: int = 0) -> dict[str, int]:
        """An embedded image: JPEG when a quality is given, else PNG."""
        data = io.BytesIO()
        if quality:
            image.convert("RGB").save(
                data, "JPEG", quality=quality, optimize=True, subsampling=0 if quality > 90 else 2
            )
        else:
            image.save(data, "PNG", optimize=True)
        self.images.append(
            {"bufferView": self.view(data.getvalue()), "mimeType": f"image/{'jpeg' if quality else 'png'}"}
        )
        self.textures.append({"source": len(self.images) - 1, "sampler": sampler})
        return {"index": len(self.textures) - 1}

    def primitive(self, part: Part, material: int, units: tuple[str, ...]) -> dict[str, Any]:
        """Geometry, skin and morph targets of one part."""
        if len(part.points) >= 65535:
            raise ValueError(f"{part.material}: too many vertices for 16-bit indices")
        position = np.rint(part.points * METRES / GRID) * GRID
        normals = unit(part.normals)
        normals = np.where(np.linalg.norm(normals, axis=1, keepdims=True) < 0.5, [0, 0, 1.0], normals)
        uv = np.stack([part.uv[:, 0], 1 - part.uv[:, 1]], -1)
        joints, weights = _four_strongest(part.weights)
        bounds = {"min": np.float32(position.min(0)).tolist(), "max": np.float32(position.max(0)).tolist()}
        inside = float(uv.min()) >= 0 and float(uv.max()) <= 1
        attributes = {
            "POSITION": self.accessor(position, "f4", "VEC3", target=VERTEX, **bounds),
            "NORMAL": self.accessor(np.rint(normals * 127), "i1", "VEC3", target=VERTEX, normalized=True),
            "TEXCOORD_0": self.accessor(np.rint(uv * 65535), "u2", "VEC2", target=VERTEX, normalized=True)
            if inside
            else self.accessor(np.rint(uv * 4096) / 4096, "f4", "VEC2", target=VERTEX),
            "JOINTS_0": self.accessor(joints, "u1", "VEC4", target=VERTEX),
            "WEIGHTS_0": self.accessor(weights, "u1", "VEC4", target=VERTEX, normalized=True),
        }
        if part.colours is not None:
            colours = np.hstack([np.clip(part.colours, 0, 1), np.ones((len(part.colours), 1))])
            attributes["COLOR_0"] = self.accessor(
                np.rint(colours * 65535), "u2", "VEC4", target=VERTEX, normalized=True
            )
        if part.tangents is not None:
            along = part.tangents - normals * (part.tangents * normals).sum(1, keepdims=True)
            along = np.where(np.linalg.norm(along, axis=1, keepdims=True) < 1e-6, normals[:, [2, 0, 1]], along)
            tangents = np.hstack([np.rint(unit(along) * 127), np.full((len(along), 1), 127.0)])
            attributes["TANGENT"] = self.accessor(tangents, "i1", "VEC4", target=VERTEX, normalized=True)
        triangles = np.asarray(part.triangles).reshape(-1, 1)
        primitive: dict[str, Any] = {
            "attributes": attributes,
            "indices": self.accessor(triangles, "u2", "SCALAR", target=INDEX),
            "material": material,
        }
        if part.morphs is not None:
            primitive["targets"] = [
                {
                    "POSITION": self.sparse(part.morphs[n][0] * METRES, "i2", 32767, MOVE_M),
                    "NORMAL": self.sparse(part.morphs[n][1], "i1", 127, TURN),
                }
                for n in units
            ]
        return primitive

    def file(self, gltf: dict[str, Any]) -> bytes:
        """The finished .glb; `gltf` holds everything but what this writer collected."""
        self.binary.extend(b"\0" * (-len(self.binary) % 4))
        gltf = gltf | {
            "textures": self.textures,
            "images": self.images,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.binary)}],
        }
        text = json.dumps(gltf, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        header = struct.pack("<III", 0x46546C67, 2, 12 + 8 + len(text) + 8 + len(self.binary))
        chunk = struct.pack("<II", len(text), 0x4E4F534A) + text
        return header + chunk + struct.pack("<II", len(self.binary), 0x004E4942) + bytes(self.binary)


def _four_strongest(weights: Floats) -> tuple[Ints, Ints]:
    """The four strongest joints of each vertex and their weights in 255ths, which add up to exactly 255."""
    joints = np.argsort(-weights, 1, kind="stable")[:, :4]
    w = np.take_along_axis(weights, joints, 1)
    w = np.rint(w / np.maximum(w.sum(1, keepdims=True), 1e-9) * 255).astype(np.int64)
    w[:, 0] += 255 - w.sum(1)
    return np.where(w > 0, joints, 0), w
