"""Cloth tools: pieces cut from the figure's own surface, lifted off it, hemmed and given a weave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.character import Colour
from builder.decimate import collapse, open_vertices
from builder.figure import Figure
from builder.geometry import Floats, Relief, Sheet, grid_triangles, smooth, smoothstep, triangulate, unit
from builder.glb import Part
from builder.locks import linear

WEAVE_DM = 0.6
"""Side of one fabric tile on the body."""


def body_sheet(figure: Figure, low_y: float) -> Sheet:
    """MakeHuman's tights helper above a height in the T-pose, smoothed: the form every garment is cut from."""
    hands = [figure.index["LeftHand"], figure.index["RightHand"]]
    polygons = [
        q
        for q in figure.group("helper-tights")
        if figure.rest[q][:, 1].min() > low_y and figure.weights[q][:, hands].max() < 0.7
    ]
    tris = triangulate(polygons)
    rest = smooth(figure.rest, tris, 5)
    return Sheet(figure.pose(rest, figure.weights), figure.weights, tris).compact()


def lift(sheet: Sheet, distance: Any) -> Sheet:
    """The sheet moved along its normals."""
    d = np.broadcast_to(np.asarray(distance, float), (len(sheet.points),))
    return Sheet(sheet.points + sheet.normals() * d[:, None], sheet.weights, sheet.triangles)


def thin(sheet: Sheet, target: int, stay: NDArray[np.bool_]) -> Sheet:
    """The sheet with about `target` triangles; its edges stay, and the points where `stay` is true."""
    locked = open_vertices(len(sheet.points), sheet.triangles) | stay
    tris = collapse(sheet.points, sheet.triangles, locked, target)
    return Sheet(sheet.points, sheet.weights, tris, sheet.normals()).compact()


def hem(sheet: Sheet, depth: float) -> Sheet:
    """The sheet with its open edges turned inwards, so that the cloth looks as if it had a thickness."""
    normals = sheet.normals()
    points, weights, tris, shading = [sheet.points], [sheet.weights], [sheet.triangles], [normals]
    start = len(sheet.points)
    for loop in sheet.borders():
        ids = np.array(loop)
        n = len(ids)
        # The outer ring is doubled: a shared vertex would smooth the fold away.
        points += [sheet.points[ids], sheet.points[ids] - normals[ids] * depth]
        weights += [sheet.weights[ids], sheet.weights[ids]]
        outward = unit(np.cross(np.gradient(sheet.points[ids], axis=0), normals[ids]))
        shading += [unit(normals[ids] + outward), outward]
        k = np.arange(n - 1)
        a, b = start + k, start + n + k
        tris += [np.stack([a, b, a + 1], 1), np.stack([a + 1, b, b + 1], 1)]
        start += 2 * n
    return Sheet(np.vstack(points), np.vstack(weights), np.vstack(tris), np.vstack(shading))


def join(*sheets: Sheet) -> Sheet:
    """Several sheets as one."""
    points, weights, tris, shading, start = [], [], [], [], 0
    for sheet in sheets:
        shading.append(sheet.normals())
        points.append(sheet.points)
        weights.append(sheet.weights)
        tris.append(sheet.triangles + start)
        start += len(sheet.points)
    return Sheet(np.vstack(points), np.vstack(weights), np.vstack(tris), np.vstack(shading))


def patch(relief: Relief, x: Floats, y: Floats, rise: Any, body: Sheet, bones: int = 1) -> Sheet:
    """A grid of points seen from the front, laid on a relief and skinned like the nearest point of the body."""
    z = relief.z(x, y) + rise
    points = np.stack([x, y, z], -1).reshape(-1, 3)
    weights = np.zeros((len(points), body.weights.shape[1]))
    for i, p in enumerate(points):
        d2 = ((body.points - p) ** 2).sum(1)
        near = np.argsort(d2, kind="stable")[: 3 * bones]
        w = 1 / (d2[near] + 1e-4)
        weights[i] = (body.weights[near] * w[:, None]).sum(0) / w.sum()
    return Sheet(points, weights, grid_triangles(x.shape[0] - 1, x.shape[1] - 1))


def facing_front(sheet: Sheet) -> Sheet:
    """The sheet with its triangles wound so that most of it faces forward."""
    if sheet.normals()[:, 2].sum() < 0:
        return Sheet(sheet.points, sheet.weights, sheet.triangles[:, ::-1])
    return sheet


def fabric_part(
    figure: Figure, sheet: Sheet, material: str, colour: Colour, *, tile: float = WEAVE_DM,
    shade: Callable[[Floats, Floats], Floats] | None = None, sleeve: bool | None = None,
) -> Part:  # fmt: skip
    """A skinned part whose weave runs around the body and along the sleeves; `shade` darkens by point and normal.

    `sleeve` says which of the two it is; None leaves it to the bones, triangle by triangle.
    """
    normals = sheet.normals()
    arms = sheet.weights[:, [i for i, b in enumerate(figure.bones) if "Arm" in b or "Hand" in b]].sum(1)
    if sleeve is not None:
        arms = np.full(len(arms), float(sleeve))
    on_arm = arms[sheet.triangles].mean(1) > 0.55
    zc = float(figure.joints["Spine2"][2])
    elbow = figure.joints["LeftForeArm"]
    p = sheet.points
    # Seen from the front the weave is straight, as on cut cloth; round the sides and the back it goes on by depth.
    side = float(figure.joints["Neck"][2])
    around_torso = p[:, 0] + np.clip(p[:, 0] / 0.3, -1, 1) * np.maximum(0, side - p[:, 2])
    radius = 0.5 + 0.3 * smoothstep(elbow[0] - 0.7, elbow[0] - 2.2, np.abs(p[:, 0]))
    around_arm = np.arctan2(p[:, 1] - elbow[1], p[:, 2] - elbow[2]) * radius
    uv = np.where(
        on_arm[:, None, None],
        np.stack([around_arm, p[:, 0]], -1)[sheet.triangles],
        np.stack([around_torso, p[:, 1]], -1)[sheet.triangles],
    )
    period = 2 * np.pi * radius[sheet.triangles]
    u = uv[..., 0]
    wide = on_arm[:, None] & ((u.max(1) - u.min(1))[:, None] > period / 2)
    uv[..., 0] = np.where(wide & (u < 0), u + period, u)
    flat = np.round(uv.reshape(-1, 2) / tile, 4)
    key = np.hstack([sheet.triangles.reshape(-1, 1), np.rint(flat * 500).astype(np.int64)])
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    source = sheet.triangles.reshape(-1)[first]
    base = np.tile(linear(colour), (len(source), 1))
    if shade is not None:
        base *= shade(p[source], normals[source])[:, None]
    angle = np.arctan2(p[source, 0], p[source, 2] - zc)
    torso_tangent = np.stack([np.cos(angle), np.zeros_like(angle), -np.sin(angle)], -1)
    angle = np.arctan2(p[source, 1] - elbow[1], p[source, 2] - elbow[2])
    arm_tangent = np.stack([np.zeros_like(angle), np.cos(angle), -np.sin(angle)], -1)
    tangents = np.where((arms[source] > 0.55)[:, None], arm_tangent, torso_tangent)
    return Part(
        "Body", material, p[source], normals[source], flat[first], index.reshape(-1, 3), sheet.weights[source],
        colours=base, tangents=tangents,
    )  # fmt: skip


Keep = Callable[[Floats], Floats]
"""Positive inside a piece of cloth, negative outside, and continuous, so that it can be cut along its zero line."""


def neck_plane(figure: Figure, height: float, tilt: float, depth: float = 0.0, half: float = 0.0) -> Keep:
    """Distance below a neckline: a plane around the neck, lower in front, with a scoop (or a V of some half width)."""
    zc = float(figure.joints["Neck"][2])

    def below(p: Floats) -> Floats:
        z = p[:, 2] - zc
        ahead = z / np.maximum(np.hypot(p[:, 0], z), 1e-6)
        cut = smoothstep(-0.1, 1.0, ahead)
        if half:
            cut = cut * np.clip(1 - np.abs(p[:, 0]) / half, 0, 1)
        return np.asarray(figure.neck_y + height - tilt * np.clip(z, -0.7, 0.75) - depth * cut - p[:, 1])

    return below
