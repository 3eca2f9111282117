"""Tileable fabric: weave as height, from which colour and normal maps follow."""

from __future__ import annotations

import numpy as np
from PIL import Image

from builder.geometry import Floats

SIZE = 128


def heights(kind: str, rng: np.random.Generator, size: int = SIZE) -> Floats:
    """Height of the threads of one tile, 0..1; repeats at the borders."""
    y, x = np.mgrid[0:size, 0:size]
    if kind == "knit":  # columns of V-shaped stitches
        w, h = size / 16, size / 16
        u, v = (x % w) / w * 2 - 1, (y + np.abs((x % w) / w * 2 - 1) * h * 0.55) % h / h
        out = (1 - np.abs(u) ** 2 * 0.7) * np.sin(np.pi * v) ** 0.7 * (0.35 + 0.65 * np.minimum(1, np.abs(u) * 4))
    elif kind == "tweed":  # herringbone
        w = size / 8
        zig = np.where((x // w) % 2 == 0, x % w, w - x % w)
        out = 0.5 + 0.5 * np.sin((zig + y) * 2 * np.pi / (size / 16))
    elif kind == "suiting":  # fine twill
        out = 0.5 + 0.5 * np.sin((x + y) * 2 * np.pi / (size / 32))
    else:  # poplin: plain weave
        n = size / 32
        over = ((x // (n / 2)) + (y // (n / 2))) % 2
        out = np.where(over == 0, np.abs(np.sin(np.pi * x / (n / 2))), np.abs(np.sin(np.pi * y / (n / 2))))
    return np.asarray(out + rng.normal(scale=0.10, size=(size, size)))


def paint(kind: str, seed: int) -> tuple[Image.Image, Image.Image]:
    """Grey colour multiplier and normal map of one fabric."""
    rng = np.random.default_rng(seed)
    h = heights(kind, rng)
    depth, contrast = {"knit": (2.2, 0.34), "tweed": (1.2, 0.30), "suiting": (0.45, 0.08)}.get(kind, (0.35, 0.05))
    grey = 1 - contrast * (1 - np.clip(h, 0, 1))
    if kind == "tweed":
        flecks = rng.random((SIZE, SIZE))
        grey = grey * np.where(flecks > 0.985, 1.25, np.where(flecks < 0.02, 0.6, 1.0))
    colour = Image.fromarray(np.clip(grey * 245, 0, 255).astype("u1"), "L")
    dx = (np.roll(h, -1, 1) - np.roll(h, 1, 1)) * depth * 0.5
    dy = (np.roll(h, -1, 0) - np.roll(h, 1, 0)) * depth * 0.5
    n = np.stack([-dx, dy, np.ones_like(h)], -1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    return colour, Image.fromarray(np.clip((n * 0.5 + 0.5) * 255, 0, 255).astype("u1"))
