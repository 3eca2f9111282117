"""The scalp: where hair grows, and how far the skull lies from the middle of the head in each direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.figure import Figure
from builder.geometry import Floats, box_blur, fill_holes, surface_samples

STEP_DEG = 3.0


def hairline_height(figure: Figure, points: Floats) -> Floats:
    """Height above the hairline in decimetres; above 0 hair grows."""
    hair = figure.character.hair
    d = points - figure.head_centre
    azimuth = np.abs(np.degrees(np.arctan2(d[..., 0], d[..., 2])))
    eye, span = figure.eye_y, figure.top_y - figure.eye_y
    front, temple = eye + hair.hairline * span, eye + hair.temples * span
    line = [
        front,
        front - 0.005,
        temple + 0.02,
        temple - 0.16,
        eye + 0.16,
        eye - 0.16,
        eye + 0.04,
        eye - 0.42,
        eye - 0.66,
    ]
    return np.asarray(points[..., 1] - np.interp(azimuth, [0, 18, 38, 50, 66, 83, 98, 125, 180], line))


@dataclass(frozen=True)
class Skull:
    """Distance from the head's centre to the skin by direction (polar angle from the crown, azimuth from the front)."""

    centre: Floats
    radius: Floats

    @classmethod
    def of(cls, figure: Figure, ears: bool) -> Skull:
        tris = figure.head_triangles if ears else figure.skull_triangles
        above = figure.points[tris][..., 1].min(1) > figure.neck_y - 0.3
        d = surface_samples(figure.points, tris[above], 8) - figure.head_centre
        r = np.linalg.norm(d, axis=1)
        rows, columns = int(180 / STEP_DEG) + 1, int(360 / STEP_DEG)
        i = np.rint(np.degrees(np.arccos(np.clip(d[:, 1] / r, -1, 1))) / STEP_DEG).astype(int)
        j = np.rint(np.degrees(np.arctan2(d[:, 0], d[:, 2])) / STEP_DEG).astype(int) % columns
        table = np.full((rows, columns), -np.inf)
        np.maximum.at(table, (i, j), r)
        table[np.isinf(table)] = np.nan
        table[0] = np.nanmax(table[:2])
        wrapped = np.hstack([table, table, table])
        wrapped = box_blur(fill_holes(wrapped), 1)
        return cls(figure.head_centre, wrapped[:, columns : 2 * columns])

    def distance(self, directions: Floats) -> Floats:
        """Bilinear lookup for unit directions."""
        rows, columns = self.radius.shape
        fi = np.degrees(np.arccos(np.clip(directions[..., 1], -1, 1))) / STEP_DEG
        fj = (np.degrees(np.arctan2(directions[..., 0], directions[..., 2])) / STEP_DEG) % columns
        i, j = np.minimum(fi.astype(int), rows - 2), fj.astype(int) % columns
        u, v, k = fj - np.floor(fj), fi - i, (j + 1) % columns
        r = self.radius
        return np.asarray((r[i, j] * (1 - u) + r[i, k] * u) * (1 - v) + (r[i + 1, j] * (1 - u) + r[i + 1, k] * u) * v)

    def point(self, directions: Floats, height: Any = 0.0) -> Floats:
        """Points above the skin in some directions."""
        return np.asarray(self.centre + directions * (self.distance(directions) + height)[..., None])


def direction(polar_deg: Any, azimuth_deg: Any) -> Floats:
    """Unit vectors from the angle off the crown and the azimuth from the front."""
    t, a = np.radians(polar_deg), np.radians(azimuth_deg)
    return np.stack([np.sin(t) * np.sin(a), np.cos(t) * np.ones_like(a), np.sin(t) * np.cos(a)], -1)
