"""Puts a figure and its parts together as a VRM 1.0 file."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.expressions import CUSTOM, PRESETS, UNITS, Mix
from builder.figure import Figure
from builder.glb import METRES, GlbWriter, Part

Materials = dict[str, dict[str, Any]]
"""glTF materials by name."""
LOOK_DEG = {"HorizontalInner": 24, "HorizontalOuter": 24, "VerticalDown": 16, "VerticalUp": 16}
"""Eye angle = lookAt angle x outputScale / inputMaxValue; equal values mean 1:1 up to the limit, in degrees."""
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def humanoid_bones() -> dict[str, str]:
    """VRM humanoid bone -> joint of the mixamo rig."""
    bones = {"hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck"}
    bones |= {"head": "Head", "leftEye": "LeftEye", "rightEye": "RightEye"}
    limbs = {"Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand"}
    limbs |= {"UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase"}
    fingers = {"Index": "Index", "Middle": "Middle", "Ring": "Ring", "Little": "Pinky", "Thumb": "Thumb"}
    for side in ("left", "right"):
        joint = side.capitalize()
        bones |= {side + vrm: joint + mixamo for vrm, mixamo in limbs.items()}
        for vrm, mixamo in fingers.items():
            parts = ("Metacarpal", "Proximal", "Distal") if vrm == "Thumb" else ("Proximal", "Intermediate", "Distal")
            bones |= {f"{side}{vrm}{part}": f"{joint}Hand{mixamo}{k}" for k, part in enumerate(parts, 1)}
    return bones


def write_vrm(figure: Figure, parts: list[Part], materials: Materials, writer: GlbWriter, name: str) -> bytes:
    """The bytes of the .vrm file. `writer` already holds the textures the materials refer to."""
    order = list(materials)
    meshes: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        primitive = writer.primitive(part, order.index(part.material), UNITS)
        meshes.setdefault(part.mesh, []).append(primitive)
    joints = figure.joints | {"LeftEye": figure.eye["Left"], "RightEye": figure.eye["Right"]}
    nodes: list[dict[str, Any]] = []
    for bone in figure.bones:
        up = figure.parent[bone]
        local = (joints[bone] - (joints[up] if up else 0)) * METRES
        nodes.append({"name": bone, "translation": [round(float(x), 6) for x in local]})
    for i, bone in enumerate(figure.bones):
        if figure.parent[bone]:
            nodes[figure.bones.index(figure.parent[bone])].setdefault("children", []).append(i)
    inverse_bind = np.tile(np.eye(4), (len(figure.bones), 1, 1))
    for i, bone in enumerate(figure.bones):
        inverse_bind[i, 3, :3] = -joints[bone] * METRES  # glTF matrices are column-major
    skin = {
        "joints": list(range(len(figure.bones))),
        "inverseBindMatrices": writer.accessor(inverse_bind.reshape(-1, 16), "f4", "MAT4"),
        "skeleton": figure.bones.index("Hips"),
    }
    first_mesh = len(nodes)
    nodes += [{"name": mesh, "mesh": i, "skin": 0} for i, mesh in enumerate(meshes)]
    nodes.append({"name": "Root", "children": [figure.bones.index("Hips")]})
    head_node = first_mesh + list(meshes).index("Head")
    head = {"extras": {"targetNames": list(UNITS)}, "weights": [0] * len(UNITS)}
    return writer.file(
        {
            "asset": {
                "version": "2.0",
                "generator": "Rehearsal avatar builder",
                "copyright": "CC0-1.0; made from MakeHuman/MPFB and Face Units data (CC0)",
            },
            "extensionsUsed": ["KHR_mesh_quantization", "KHR_texture_transform", "VRMC_vrm"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "extensions": {"VRMC_vrm": _extension(figure, name, head_node)},
            "scene": 0,
            "scenes": [{"nodes": [len(nodes) - 1, *range(first_mesh, first_mesh + len(meshes))]}],
            "nodes": nodes,
            "meshes": [
                {"name": mesh, "primitives": primitives, **(head if mesh == "Head" else {})}
                for mesh, primitives in meshes.items()
            ],
            "skins": [skin],
            "materials": [{"name": material, **value} for material, value in materials.items()],
            "samplers": [
                {"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071},
                {"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 10497},
            ],
        }
    )


def _expression(mix: Mix, head_node: int) -> dict[str, Any]:
    if not mix:
        return {}
    binds = [{"node": head_node, "index": UNITS.index(n), "weight": round(w, 3)} for n, w in mix.items()]
    return {"morphTargetBinds": binds}


def _extension(figure: Figure, name: str, head_node: int) -> dict[str, Any]:
    offset = [round(float((figure.eye["Left"][k] - figure.joints["Head"][k]) * METRES), 5) for k in (1, 2)]
    return {
        "specVersion": "1.0",
        "meta": {
            "name": name,
            "version": "1.0",
            "authors": ["Rehearsal avatar builder; MakeHuman/MPFB base mesh and targets, Face Units by Mika Suominen"],
            "licenseUrl": "https://vrm.dev/licenses/1.0/",
            "otherLicenseUrl": LICENCE,
            "avatarPermission": "everyone",
            "commercialUsage": "corporation",
            "creditNotation": "unnecessary",
            "allowRedistribution": True,
            "modification": "allowModificationRedistribution",
        },
        "humanoid": {"humanBones": {k: {"node": figure.bones.index(v)} for k, v in humanoid_bones().items()}},
        "expressions": {
            "preset": {k: _expression(mix, head_node) for k, mix in PRESETS.items()},
            "custom": {k: _expression(mix, head_node) for k, mix in CUSTOM.items()},
        },
        "lookAt": {
            "type": "bone",
            "offsetFromHeadBone": [0, *offset],
            **{f"rangeMap{k}": {"inputMaxValue": v, "outputScale": v} for k, v in LOOK_DEG.items()},
        },
    }
