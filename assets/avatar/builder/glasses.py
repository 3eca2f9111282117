"""Spectacle frames: two rims, a bridge and temples, as tubes around paths."""

from __future__ import annotations

import math

import numpy as np

from builder.figure import Figure
from builder.geometry import Floats, Ints, unit
from builder.glb import Part
from builder.scalp import Skull, direction

HALF_WIDTH, HALF_HEIGHT = 0.245, 0.190
"""Half sizes of one lens, decimetres."""


def glasses(figure: Figure) -> Part:
    """Frames that rest on the nose in front of the eyes."""
    ex, ey, ez = figure.eye["Left"]
    z0 = max(ez + figure.eye_radius + 0.13, float(figure.nose_tip[2]) - 0.26)
    tubes: list[tuple[Floats, Floats, Ints]] = []

    def front(x: Floats, y: Floats) -> Floats:
        """Points on the curved front of the frame."""
        return np.stack([x, y, z0 - 0.16 * (x / 0.62) ** 2], -1)

    for s in (1, -1):
        t = np.linspace(0, 2 * math.pi, 33)
        power = 0.72  # between an ellipse and a rectangle
        x = HALF_WIDTH * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
        y = HALF_HEIGHT * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
        y = y * (1 - 0.10 * (y < 0) * np.abs(x) / HALF_WIDTH)
        centre = max(ex, HALF_WIDTH + 0.065)
        tubes.append(_tube(front(s * (centre + x), ey - 0.03 + y), 0.019, 6))
        outer = centre + HALF_WIDTH
        ear = Skull.of(figure, ears=False).point(direction(np.array([84.0]), np.array([s * 92.0])), 0.05)[0]
        start = front(np.array([s * outer]), np.array([ey + 0.07]))[0]
        bend = np.array([s * max(abs(ear[0]), outer + 0.03), ey + 0.07, start[2] - 0.12])
        path = np.vstack([start, bend, bend + (ear - bend) * 0.6, ear])
        tubes.append(_tube(path, 0.021, 5))
    bx = np.linspace(-(max(ex, HALF_WIDTH + 0.065) - HALF_WIDTH), max(ex, HALF_WIDTH + 0.065) - HALF_WIDTH, 7)
    tubes.append(_tube(front(bx, ey + 0.03 + 0.035 * np.cos(bx / bx[-1] * math.pi / 2)), 0.017, 5))
    points: list[Floats] = []
    normals: list[Floats] = []
    tris: list[Ints] = []
    start_at = 0
    for tube_points, tube_normals, tube_tris in tubes:
        points.append(tube_points)
        normals.append(tube_normals)
        tris.append(tube_tris + start_at)
        start_at += len(tube_points)
    everything = np.vstack(points)
    weights = figure.bone_weights(len(everything), Head=1.0)
    uv = np.full((len(everything), 2), 0.5)
    return Part("Body", "glasses", everything, np.vstack(normals), uv, np.vstack(tris), weights)


def _tube(path: Floats, radius: float, sides: int) -> tuple[Floats, Floats, Ints]:
    along = unit(np.gradient(path, axis=0))
    if np.allclose(path[0], path[-1]):
        along[0] = along[-1] = unit(path[1] - path[-2])
    side = unit(np.cross(along, [0.13, 0.21, 0.97]))
    up = np.cross(side, along)
    a = np.linspace(0, 2 * math.pi, sides + 1)[None, :, None]
    n = side[:, None] * np.cos(a) + up[:, None] * np.sin(a)
    points = path[:, None] + n * radius
    rows, columns = len(path) - 1, sides
    r, c = np.mgrid[0:rows, 0:columns]
    p = (r * (columns + 1) + c).ravel()
    q = p + columns + 1
    tris = np.vstack([np.stack([p, p + 1, q], 1), np.stack([p + 1, q + 1, q], 1)])
    flat, normals = points.reshape(-1, 3), n.reshape(-1, 3)
    face = np.cross(flat[tris[0, 1]] - flat[tris[0, 0]], flat[tris[0, 2]] - flat[tris[0, 0]])
    return flat, normals, tris if float(face @ normals[tris[0, 0]]) > 0 else tris[:, ::-1]
