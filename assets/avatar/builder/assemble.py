"""Builds one interviewer: figure, parts, textures, materials, file."""

from __future__ import annotations

from typing import Any

from builder import fabric, face, locks, skin
from builder.character import Character
from builder.clothes import Tailor
from builder.figure import Figure
from builder.glasses import glasses
from builder.glb import GlbWriter
from builder.hair import hair_parts
from builder.vrm import Materials, write_vrm
from builder.wheel import Wheel

TILED = 1
"""Index of the sampler that repeats both ways."""


def build(wheel: Wheel, character: Character, name: str) -> bytes:
    """The .vrm file of one character; the same inputs and library versions give the same bytes."""
    figure = Figure(wheel, character)
    iris = face.place_eyes(figure)
    corners, atlas = skin.head_corners(figure)
    tailor = Tailor(figure)
    parts = [
        face.head(figure, corners, tailor.neckline()),
        face.mouth(figure),
        face.lashes(figure),
        face.eyes(figure),
        face.hands(figure),
    ]
    parts += hair_parts(figure)
    parts += tailor.parts()
    if character.glasses is not None:
        parts.append(glasses(figure))
    writer = GlbWriter()
    materials = _materials(figure, writer, atlas, iris, {p.material for p in parts})
    return write_vrm(figure, parts, materials, writer, name)


def _pbr(roughness: float, texture: dict[str, int] | None = None, colour: Any = None) -> dict[str, Any]:
    base: dict[str, Any] = {"metallicFactor": 0, "roughnessFactor": roughness}
    if texture:
        base["baseColorTexture"] = texture
    if colour is not None:
        base["baseColorFactor"] = [*(round(float(x), 4) for x in locks.linear(colour)), 1]
    return {"pbrMetallicRoughness": base}


def _materials(figure: Figure, writer: GlbWriter, atlas: skin.Atlas, iris: float, used: set[str]) -> Materials:
    c, o = figure.character, figure.character.outfit
    blend = {"alphaMode": "BLEND"}
    pixels = skin.paint_skin(figure, atlas)
    materials: Materials = {
        "skin": _pbr(0.58, writer.texture(pixels, 86)),
        "mouth": _pbr(0.6, writer.texture(face.paint_teeth(c.seed)))
        | {"occlusionTexture": writer.texture(face.paint_mouth_shade())},
        "lash": _pbr(0.9, writer.texture(face.paint_lashes(figure))) | blend | {"doubleSided": True},
        "eye": _pbr(0.10, writer.texture(face.paint_eye(figure, iris), 90)),
        "hand": _pbr(0.60, writer.texture(face.paint_hands(figure), 84)),
    }
    if "cap" in used:
        dark = tuple(int(x * (1.0 if c.hair.style == "bun" else 0.72)) for x in c.hair.colour)
        materials["cap"] = _pbr(0.85, colour=dark) | {"doubleSided": True}
    if "locks" in used:
        picture = locks.paint_locks(c.seed + 700, curly=c.hair.style == "afro")
        materials["locks"] = _pbr(0.8 if c.hair.style == "afro" else 0.52, writer.texture(picture)) | blend

    def cloth(kind: str, roughness: float, seed: int) -> dict[str, Any]:
        colour, normal = fabric.paint(kind, seed)
        material = _pbr(roughness, writer.texture(colour, sampler=TILED)) | {"doubleSided": True}
        material["normalTexture"] = writer.texture(normal, 88, sampler=TILED) | {"scale": 1}
        return material

    if c.glasses is not None:
        materials["glasses"] = _pbr(0.35, colour=c.glasses)
    if "top" in used:
        materials["top"] = cloth(o.top_fabric, 0.85, 1)
    if "trim" in used:
        materials["trim"] = cloth("poplin", 0.7, 2)
    if "jacket" in used:
        materials["jacket"] = cloth(o.jacket_fabric, 0.88, 3)
    return {k: v for k, v in materials.items() if k in used}
