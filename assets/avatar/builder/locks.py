"""Turns hair paths into locks: narrow ribbons with strands in their texture, drawn from the inside out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from builder.character import Hair
from builder.geometry import Floats, Ints, grid_triangles, smoothstep, unit

VARIANTS = 4
"""Different locks side by side in the texture."""


@dataclass(frozen=True)
class Lock:
    """One ribbon: its middle line from root to tip, the direction away from the head, and its looks."""

    path: Floats
    outward: Floats
    width: float
    shade: float = 1.0
    """Brightness against the character's hair colour."""
    order: float = 0.0
    """Locks with a lower number are drawn first, below the others."""
    root_v: float = 1.0
    """Where in the texture the lock begins; 1 is a root that grows out of skin."""


@dataclass(frozen=True)
class Ribbons:
    """Geometry of many locks."""

    points: Floats
    normals: Floats
    uv: Floats
    colours: Floats
    triangles: Ints


def linear(colour: tuple[float, ...] | Floats) -> Floats:
    """sRGB 0..255 as linear 0..1, close enough for paint."""
    return np.asarray((np.asarray(colour, float) / 255) ** 2.2)


def ribbons(locks: list[Lock], hair: Hair, rng: np.random.Generator) -> Ribbons:
    """All locks in drawing order; their normals lean sideways at the edges, so that each is lit like a round one."""
    points, normals, uv, colours, triangles = [], [], [], [], []
    dark, light = linear(hair.colour), linear(hair.light)
    start = 0
    for lock in sorted(locks, key=lambda one: one.order):
        n = len(lock.path)
        s = np.linspace(0, 1, n)
        along = unit(np.gradient(lock.path, axis=0))
        side = unit(np.cross(along, lock.outward))
        half = lock.width / 2 * (0.75 + 0.25 * np.minimum(1, s * 4)) * (1 - 0.45 * s**3)
        up = unit(np.cross(side, along))
        variant = int(rng.integers(VARIANTS))
        flip = rng.random() < 0.5
        spread = 0.4 if hair.style == "afro" else 1.0
        mix = np.clip(rng.normal(0.30, 0.20), 0, 0.85)
        shine = mix * smoothstep(-0.3 if hair.style == "bun" else 0.0, 0.35, s)
        colour = (dark * (1 - shine[:, None]) + light * shine[:, None]) * (1 + spread * (lock.shade - 1))
        root = 0.9 if hair.style == "bun" else 0.62  # tight hair has no shade at its roots
        colour *= (root + (1 - root) * smoothstep(0.0, 0.25, s))[:, None]
        for k, sign in enumerate((-1, 1)):
            points.append(lock.path + sign * half[:, None] * side)
            normals.append(unit(up + sign * (0.15 if hair.style == "afro" else 0.45) * side))
            u = (variant + (0.03 + 0.94 * (k if not flip else 1 - k))) / VARIANTS
            uv.append(np.stack([np.full(n, u), lock.root_v * (1 - s) + 0.004], -1))
            colours.append(colour)
        triangles.append(_strip(n) + start)
        start += 2 * n
    return Ribbons(np.vstack(points), np.vstack(normals), np.vstack(uv), np.vstack(colours), np.vstack(triangles))


def _strip(n: int) -> Ints:
    """Triangles of a ribbon whose first n points are one edge and the next n the other, facing outwards."""
    return grid_triangles(1, n - 1)


def paint_locks(seed: int, curly: bool = False, width: int = 256, height: int = 256) -> Image.Image:
    """Grey strands with alpha: dense in the middle, frayed at the sides and the tip, thin at the very root."""
    rng = np.random.default_rng(seed)
    grey, alpha = np.zeros((height, width)), np.zeros((height, width))
    cell = width // VARIANTS
    v = np.linspace(1, 0, height)[:, None]  # the top row is the root
    for k in range(VARIANTS):
        x = (np.arange(cell) + 0.5) / cell
        strands = np.zeros(cell)
        for step, amount in ((2, 0.55), (4, 0.40), (9, 0.35)):
            strands += amount * np.repeat(rng.normal(size=cell // step + 2), step)[rng.integers(step) :][:cell]
        wave = strands[None, :] * np.ones((height, 1))
        if curly:
            rows = (np.arange(height)[:, None] + 14 * np.sin(np.arange(cell) / 5.0)[None, :]) / 9
            wave = wave * 0.5 + 0.9 * np.sin(rows + rng.random() * 6)
        reach = np.repeat(rng.random(cell // 3 + 2), 3)[:cell]  # where each strand ends
        tip = (0.25 if curly else 0.02) + 0.42 * reach[None, :] ** 2 + 0.25 * np.abs(x[None, :] * 2 - 1) ** 3
        ends = smoothstep(-0.02, 0.05, v - tip)
        edge = np.abs(x * 2 - 1)[None, :] + 0.22 * (np.repeat(rng.random(cell // 2 + 2), 2)[:cell] - 0.5)[None, :]
        sides = smoothstep(1.0, 0.72, edge)
        if curly:  # coils: alpha breaks up into small curls
            ends = ends * (0.55 + 0.45 * smoothstep(-0.6, 0.4, np.sin(rows + 1.0)))
        root = 1 - smoothstep(0.90, 1.0, v + 0.05 * (reach[None, :] - 0.5)) * 0.85
        part = slice(k * cell, (k + 1) * cell)
        grey[:, part] = 0.80 + 0.13 * wave
        alpha[:, part] = ends * sides * root * (0.92 + 0.08 * np.clip(wave, -1, 1))
    picture = np.dstack([np.clip(grey, 0.35, 1) * 255, np.clip(alpha, 0, 1) * 255]).astype("u1")
    picture[..., 0] = np.round(picture[..., 0] / 8) * 8  # fewer levels compress better and cannot be told apart
    picture[..., 1] = np.minimum(np.round(picture[..., 1] / 12) * 12, 252)
    return Image.fromarray(picture, "LA").filter(ImageFilter.GaussianBlur(0.4))
