"""Shapes, rigs and poses the base mesh: a T-posed figure with bone weights, face units and landmarks."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.character import Character
from builder.expressions import UNITS
from builder.geometry import Floats, Polygon, ray_hits, rotation_between, triangulate, vertex_normals
from builder.wheel import Wheel

SKIN_POINTS = 13380
"""The skin comes first in the vertex list; helper geometry follows (MakeHuman hm08 mesh)."""
FULL_BLINK = 0.78
"""Part of the face unit at which the lids already touch on these shapes."""
EYE_POINTS = {"Left": slice(14598, 14670), "Right": slice(14670, 14742)}
SLEEVE_DM = 0.55
"""How far the skin of the forearm goes on above the wrist, inside the sleeve."""
ANCESTRIES = ("african", "asian", "caucasian")
MOUTH_PARTS = ("helper-upper-teeth", "helper-lower-teeth", "helper-tongue")


class Figure:
    """One character's body. `points` are T-posed, `rest` the arms-down modelling pose."""

    def __init__(self, wheel: Wheel, character: Character) -> None:
        self.wheel, self.character = wheel, character
        self.female = character.gender == "female"
        mesh = wheel.base_mesh()
        self.uv, self.polygons, self.groups = mesh.uv, mesh.polygons, mesh.groups
        self.points = self._shape(mesh.points)
        self._read_rig()
        self._relax_lids()
        self.rest = self.points.copy()
        self._pose_arms()
        self._find_landmarks()
        self._split_skin()
        self._seat_teeth()
        self._face_units()

    def group(self, *names: str) -> list[Polygon]:
        """Polygons of some groups as vertex index lists."""
        return [[v for v, _ in q] for q, g in zip(self.polygons, self.groups) if g in names]

    def _shape(self, points: Floats) -> Floats:
        c = self.character
        count = len(points)
        out = points.copy()
        ages = (("young", 1 - c.age), ("old", c.age))
        heavy = ("maxweight", c.weight) if c.weight >= 0 else ("minweight", -c.weight)
        for ancestry, share in zip(ANCESTRIES, c.ancestry):
            for age, part in ages:
                out += share * part * self.wheel.target(f"macrodetails/{ancestry}-{c.gender}-{age}", count)
        for age, part in ages:
            for build, amount in (("averageweight", 1 - heavy[1]), heavy):
                name = f"macrodetails/universal-{c.gender}-{age}-averagemuscle-{build}"
                out += part * amount * self.wheel.target(name, count)
        for name, amount in c.details.items():
            pair = (name.replace("*", "l"), name.replace("*", "r")) if "*" in name else (name,)
            for one in pair:
                out += amount * self.wheel.target(one, count)
        floor = out[:SKIN_POINTS, 1].min()
        out[:, 1] -= floor
        return out

    def _relax_lids(self) -> None:
        """Close the lids a little: the base mesh looks startled at rest."""
        count = len(self.points)
        for side in ("Left", "Right"):
            self.points += self.character.lids * self.wheel.face_unit(f"eyeBlink{side}", count)
            self.points += 0.05 * self.wheel.face_unit(f"eyeSquint{side}", count)

    def _read_rig(self) -> None:
        rig = self.wheel.json("mpfb2/rigs/standard/rig.mixamo.json")["bones"]
        weights = self.wheel.json("mpfb2/rigs/standard/weights.mixamo.json")
        weights = weights.get("weights", weights)
        cubes: dict[str, set[int]] = {}
        for polygon, group in zip(self.polygons, self.groups):
            if group.startswith("joint"):
                cubes.setdefault(group, set()).update(v for v, _ in polygon)
        self.cubes = {name: sorted(members) for name, members in cubes.items()}
        self.names: list[str] = [bone.split(":")[1] for bone in rig]
        self.index = {name: i for i, name in enumerate(self.names)}
        self.parent: dict[str, str] = {n: (rig["mixamorig:" + n]["parent"] or "").split(":")[-1] for n in self.names}
        self.bones = [*self.names, "LeftEye", "RightEye"]
        self.parent |= {"LeftEye": "Head", "RightEye": "Head"}
        self.rest_joints = {n: self._joint(rig["mixamorig:" + n]["head"]) for n in self.names}
        self.weights = np.zeros((len(self.points), len(self.bones)))
        for bone, pairs in weights.items():
            name = bone.split(":")[-1]
            if name in self.index:
                for vertex, weight in pairs:
                    self.weights[vertex, self.index[name]] = weight
        self.weights /= np.maximum(self.weights.sum(1, keepdims=True), 1e-9)

    def _joint(self, head: dict[str, Any]) -> Floats:
        """Bone head by the strategy the MPFB rig names."""
        strategy = head["strategy"]
        if strategy == "MEAN":
            return np.asarray(self.points[head["vertex_indices"]].mean(0))
        if strategy == "VERTEX":
            return np.asarray(self.points[head["vertex_index"]])
        return np.asarray(self.points[self.cubes[str(head["cube_name"])]].mean(0))

    def _pose_arms(self) -> None:
        """Turn both arms to the T-pose that VRM 1.0 requires."""
        order: list[str] = []
        while len(order) < len(self.names):
            order += [n for n in self.names if n not in order and (not self.parent[n] or self.parent[n] in order)]
        rest = self.rest_joints
        self.rotation: dict[str, Floats] = {}
        self.joints: dict[str, Floats] = {}
        following = {"Arm": "ForeArm", "ForeArm": "Hand", "Hand": "HandMiddle1"}
        for name in order:
            up = self.parent[name]
            inherited = self.rotation[up] if up else np.eye(3)
            self.joints[name] = self.joints[up] + inherited @ (rest[name] - rest[up]) if up else rest[name]
            self.rotation[name] = inherited
            for side, sign in (("Left", 1.0), ("Right", -1.0)):
                part = name.removeprefix(side)
                if name.startswith(side) and part in following:
                    along = rest[side + following[part]] - rest[name]
                    self.rotation[name] = rotation_between(along, np.array([sign, 0, 0]))
        self.points = self.pose(self.points, self.weights)

    def pose(self, points: Floats, weights: Floats) -> Floats:
        """Linear blend skinning of rest-pose points into the T-pose."""
        out = np.zeros_like(points)
        for name in self.names:
            w = weights[:, self.index[name]]
            m = w > 0
            if m.any():
                turned = (points[m] - self.rest_joints[name]) @ self.rotation[name].T + self.joints[name]
                out[m] += w[m, None] * turned
        return out

    def _find_landmarks(self) -> None:
        skin = self.points[:SKIN_POINTS]
        self.neck_y = float(self.joints["Neck"][1])
        self.top_y = float(skin[:, 1].max())
        self.chin_y = float(self.points[self.cubes["joint-jaw"]].mean(0)[1])
        lips = self.wheel.mask("lips")
        at_lips = {v for q in self.polygons for v, t in q if v < SKIN_POINTS and sample(lips, self.uv[t]) > 0.5}
        self.mouth = self.points[sorted(at_lips)].mean(0)
        """Middle of the lips."""
        self.nose_tip = skin[np.argmax(np.where(np.abs(skin[:, 0]) < 0.1, skin[:, 2], -9))]
        eyes = {side: self.points[part] for side, part in EYE_POINTS.items()}
        self.eye = {side: part.mean(0) for side, part in eyes.items()}
        left = eyes["Left"]
        self.eye_radius = float((left.max(0) - left.min(0))[:2].max() / 2)
        self.eye_y = float(self.eye["Left"][1])
        upper = skin[skin[:, 1] > self.eye_y, 2]
        middle = (upper.min() + upper.max()) / 2 - 0.05
        self.head_centre = np.array([0, self.eye_y + 0.12 * (self.top_y - self.eye_y), middle])
        self.uv_bottom, self.uv_top = self.neck_y - 1.05, self.top_y + 0.05

    def _split_skin(self) -> None:
        """Sort the skin into inner mouth, head and hands; the rest is hidden by the clothes and left out."""
        inside, ears = self.wheel.mask("inside-mouth"), self.wheel.mask("ears")
        self.hand_weight = self.weights[:, [self.index[n] for n in self.names if "Hand" in n]].sum(1)
        arms = [self.index["LeftArm"], self.index["RightArm"]]
        sleeve = float(self.joints["LeftHand"][0]) - SLEEVE_DM
        self.head_faces: list[tuple[Polygon, list[int]]] = []
        self.hand_faces: list[tuple[Polygon, list[int]]] = []
        self.mouth_faces: list[Polygon] = []
        skull: list[Polygon] = []
        for polygon, group in zip(self.polygons, self.groups):
            if group != "body":
                continue
            q, t = [v for v, _ in polygon], [t for _, t in polygon]
            centre = self.points[q].mean(0)
            if sample(inside, self.uv[t]).mean() > 0.5:
                self.mouth_faces.append(q)
            elif centre[1] > self.uv_bottom and abs(centre[0]) < 1.3 and self.weights[q][:, arms].sum(1).mean() < 0.5:
                self.head_faces.append((q, t))
                if sample(ears, self.uv[t]).mean() < 0.3:
                    skull.append(q)
            elif self.hand_weight[q].mean() > 0.45 or np.abs(self.points[q, 0]).min() > sleeve:
                self.hand_faces.append((q, t))
        self.head_triangles = triangulate([q for q, _ in self.head_faces])
        self.skull_triangles = triangulate(skull)
        """Head without ears, for hair that lies behind or above them."""

    def _seat_teeth(self) -> None:
        """Move teeth and tongue so that speech shows the upper teeth and only a little of the lower ones."""
        upper, lower, tongue = (np.unique(triangulate(self.group(name))) for name in MOUTH_PARTS)
        front = self.points[upper, 2].max() - 0.12
        edge = self.points[upper[self.points[upper, 2] > front], 1].min()
        self.points[upper, 1] += self.mouth[1] - 0.050 - edge
        top = self.points[lower[self.points[lower, 2] > front - 0.06], 1].max()
        self.points[lower] += [0, self.mouth[1] - 0.085 - top, -0.03]
        self.points[tongue] += [0, self.mouth[1] - 0.085 - self.points[tongue, 1].max(), -0.08]

    def _face_units(self) -> None:
        count = len(self.points)
        tris = np.vstack([triangulate(self.group("body")), triangulate(self.group(*MOUTH_PARTS))])
        self.normals = vertex_normals(self.points, tris)
        self.units = {name: self.wheel.face_unit(name, count) for name in UNITS}
        # Weights were taken up by the relaxed lids; a full blink must not go through the lower lid.
        for side in ("Left", "Right"):
            self.units[f"eyeBlink{side}"] = self.units[f"eyeBlink{side}"] * FULL_BLINK * (1 - self.character.lids)
        self.unit_normals = {
            name: vertex_normals(self.points + offsets, tris) - self.normals for name, offsets in self.units.items()
        }

    def head_hits(self, origins: Floats, directions: Floats, nearest: bool = False) -> Floats:
        """Distances along rays to the skin of the head."""
        corners = tuple(self.points[self.head_triangles[:, k]] for k in range(3))
        return ray_hits(origins, directions, (corners[0], corners[1], corners[2]), nearest)

    def bone_weights(self, count: int, **bones: float) -> Floats:
        """The same weights for `count` points."""
        out = np.zeros((count, len(self.bones)))
        for bone, weight in bones.items():
            out[:, self.bones.index(bone)] = weight
        return out


def sample(mask: Floats, uv: Floats) -> Floats:
    """Nearest-pixel lookup of a mask at UV coordinates 0..1."""
    h, w = mask.shape
    y = np.clip(((1 - uv[..., 1]) * h).astype(int), 0, h - 1)
    x = np.clip((uv[..., 0] * w).astype(int), 0, w - 1)
    return np.asarray(mask[y, x])
