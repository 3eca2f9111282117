"""Collar and lapels of a jacket: one roll line from the nape to the button, and the cloth that folds over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from builder.cloth import hem, join
from builder.geometry import Floats, Sheet, grid_triangles, smoothstep, unit

ROWS, NOTCH_ROW = 7, 4
"""Points across a flap, and which of them lies in the notch."""
REACH = 0.16
"""Distance within which points of the cloth shape the surface that something is laid on, decimetres."""


@dataclass(frozen=True)
class Surface:
    """Cloth as a smooth surface on which other cloth can be laid (moving least squares over its points)."""

    sheet: Sheet
    normals: Floats

    @classmethod
    def of(cls, sheet: Sheet) -> Surface:
        return cls(sheet, sheet.normals())

    def near(self, p: Floats) -> tuple[Floats, Floats, Floats]:
        """Point and normal of the surface near some point, and the weights of the cloth's points there."""
        d2 = ((self.sheet.points - p) ** 2).sum(1)
        w = np.exp(-(d2 - d2.min()) / REACH**2)
        w /= w.sum()
        # Sums, not matrix products: those give other last bits on another number of threads.
        return (w[:, None] * self.sheet.points).sum(0), unit((w[:, None] * self.normals).sum(0)), w

    def lay(self, points: Floats, above: Floats) -> tuple[Floats, Floats]:
        """The points moved along the surface's normals to some heights above it, and their bone weights."""
        out, weights = points.copy(), np.zeros((len(points), self.sheet.weights.shape[1]))
        for k, p in enumerate(points):
            for _ in range(3):
                q, n, w = self.near(p)
                p = p - n * float((p - q) @ n)
            out[k], weights[k] = p + n * above[k], (w[:, None] * self.sheet.weights).sum(0)
        return out, weights


@dataclass(frozen=True)
class Pattern:
    """Measures of one collar, decimetres; heights are against the base of the neck."""

    neck_y: float
    axis_z: float
    """Depth of the middle of the neck."""
    button: float
    stand: float
    """Distance of the fold from the body at the neck."""
    rise: float
    """Distance of the roll line from the coat in front."""
    half: Callable[[Floats], Floats]
    """Half width of the front opening by height."""
    lapels: bool


def fold_height(pattern: Pattern, points: Floats) -> Floats:
    """Height of the fold around the neck: a plane that falls towards the front."""
    return np.asarray(pattern.neck_y + 0.25 - 0.30 * np.clip(points[:, 2] - pattern.axis_z, -0.7, 0.7))


def roll_line(body: Surface, cloth: Surface, p: Pattern, count: int) -> Floats:
    """Points from the nape over one side of the neck down to the button, evenly spaced."""
    angle = np.radians(np.linspace(180, 84, 13))
    around = np.stack([np.sin(angle), np.zeros(13), np.cos(angle)], -1)
    guess = np.array([0, p.neck_y, p.axis_z]) + around * 0.6
    for _ in range(3):
        guess[:, 1] = fold_height(p, guess)
        guess, _ = body.lay(guess, np.full(13, p.stand))
        guess[0, 0] = 0.0
    y = np.linspace(p.neck_y - 0.12, p.button, 16)
    front = np.stack([p.half(y), y, np.full(16, p.axis_z + 0.7)], -1)
    for k, point in enumerate(front):
        # The foremost cloth at this place; the roll line turns into it from the neck by smoothing.
        flat = np.hypot(*(cloth.sheet.points[:, :2] - point[:2]).T)
        near = (flat < 0.22) & (cloth.normals[:, 2] > 0.1)
        if near.any():
            w = np.exp(-((flat[near] / 0.1) ** 2))
            point[2] = (w * cloth.sheet.points[near, 2]).sum() / w.sum()
        front[k] = point
    front, _ = cloth.lay(front, np.full(16, p.rise))
    line = np.vstack([guess, front])
    for _ in range(6):
        line[1:-1] += 0.5 * ((line[:-2] + line[2:]) / 2 - line[1:-1])
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    s = np.linspace(0, length[-1], count)
    return np.stack([np.interp(s, length, line[:, k]) for k in range(3)], -1)


def _grid(cloth: Surface, rows: Floats, above: Floats, inside: list[Floats]) -> Sheet:
    """Rows of points laid on the cloth, with rows under the fold in front of them that stay where they are."""
    n, m = rows.shape[:2]
    points, weights = cloth.lay(rows.reshape(-1, 3), above.reshape(-1))
    fixed = np.array(inside)
    _, under = cloth.lay(fixed.reshape(-1, 3), np.zeros(fixed.size // 3))
    everything = np.vstack([fixed.reshape(-1, 3), points])
    return Sheet(everything, np.vstack([under, weights]), grid_triangles(n + len(inside) - 1, m - 1))


def _flap(
    cloth: Surface, line: Floats, outer: Floats, end: Floats | None, inside: list[Floats], rise: float,
) -> Sheet:  # fmt: skip
    """Cloth between the roll line and an outer line. `end` is what the last column goes through: start, notch, tip."""
    s = np.linspace(0, 1, ROWS)[:, None, None]
    grid = line * (1 - s) + outer * s
    if end is not None:
        # The corner of the notch is a point of the grid.
        corner = [0.0, NOTCH_ROW, ROWS - 1.0]
        wanted = np.stack([np.interp(np.arange(ROWS), corner, end[:, k]) for k in range(3)], -1)
        fade = np.clip(np.linspace(-2.5, 1, len(line)), 0, 1)[None, :, None] ** 2
        grid = grid + (wanted[:, None] - grid[:, -1:]) * fade
    roll = np.sqrt(np.clip(1 - (s[..., 0] * 2.2) ** 2, 0, 1))  # the fold is round, the rest lies flat
    above = 0.055 + rise * roll + 0 * grid[..., 0]
    return _grid(cloth, grid, above, inside)


def collar_and_lapels(body: Sheet, coat: Sheet, p: Pattern) -> Sheet:
    """Everything that folds over the jacket's edge, hemmed: a band around it, or collar and notched lapels."""
    skin, cloth = Surface.of(body), Surface.of(coat)
    pieces: list[Sheet] = []
    line = roll_line(skin, cloth, p, 46)
    out = unit((line - [0, 0, p.axis_z]) * [1, 0, 1])
    height = line[:, 1] - p.neck_y
    front = smoothstep(0.15, -0.12, height)[:, None]
    nape = smoothstep(-0.15, -0.5, line[:, 2] - p.axis_z)[:, None]
    # Under the fold: the stand around the neck, and the turned edge along the front.
    under = line - (1 - front) * np.array([0, 0.24, 0]) - out * 0.02 * (1 - front) - front * np.array([0.0, 0, 0.07])
    inner = line - out * 0.03 * (1 - front) - front * np.array([0.022, 0, 0.03]) - (1 - front) * np.array([0, 0.02, 0])
    side = np.array([1.0, 0, 0])
    if not p.lapels:
        across = out * (1 - front) + side * front
        outer = line + across * 0.10 - (1 - front) * np.array([0, 0.10, 0])
        pieces = [_flap(cloth, line, outer, None, [under, inner], p.rise)]
    else:
        gorge = int(np.argmin(np.abs(height + 0.20)))
        g = line[gorge]
        fall = line[: gorge + 1]
        width = 0.42 * (1 - nape) + 0.13 * nape
        down = 0.26 * (1 - nape) + 0.46 * nape
        down = down * (1 - front) + 0.07 * front
        outer = line + (out * (1 - front) + side * front) * width - down * np.array([0, 1.0, 0])
        for _ in range(6):
            outer[1:-1] += 0.5 * ((outer[:-2] + outer[2:]) / 2 - outer[1:-1])
        seam, tip, point = g + np.array([[0.27, -0.13, 0.0], [0.42, -0.05, -0.05], [0.56, -0.21, -0.06]])
        end = np.array([g, seam, tip])
        pieces.append(_flap(cloth, fall, outer[: gorge + 1], end, [under[: gorge + 1], inner[: gorge + 1]], p.rise))
        low = line[gorge:][::-1]
        t = np.linspace(0, 1, len(low))[:, None]
        edge = low + side * (0.05 + 0.51 * t**0.8) + np.array([0, 1.0, 0]) * (point[1] - g[1]) * t**4
        end = np.array([g, seam, point])
        pieces.append(_flap(cloth, low, edge, end, [under[gorge:][::-1], inner[gorge:][::-1]], p.rise))
    both: list[Sheet] = []
    for sheet in pieces:
        # The figure is a little different on its other side, but by less than cloth is thick.
        mirrored = sheet.points * [-1.0, 1, 1]
        _, weights = cloth.lay(mirrored, np.zeros(len(mirrored)))
        twin = Sheet(mirrored, weights, sheet.triangles[:, ::-1])
        both += [hem(_outwards(one, cloth), 0.07) for one in (sheet, twin)]
    return join(*both)


def _outwards(sheet: Sheet, cloth: Surface) -> Sheet:
    """The sheet with its triangles wound so that most of it faces away from the cloth below."""
    below = np.array([cloth.near(p)[1] for p in sheet.points])
    if float((sheet.normals() * below).sum()) < 0:
        return Sheet(sheet.points, sheet.weights, sheet.triangles[:, ::-1])
    return sheet
