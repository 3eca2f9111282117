"""Hairstyles: an opaque cap near the scalp and locks over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from builder.figure import Figure
from builder.geometry import Floats, Ints, grid_triangles, smoothstep, unit, vertex_normals
from builder.glb import Part
from builder.locks import Lock, ribbons
from builder.scalp import Skull, direction, hairline_height

KNOT = unit(np.array([0.0, -0.18, -1.0]))
"""Direction of a low bun."""
Flow = Callable[[Floats], Floats]
"""Direction in which hair lies at some directions from the head's centre."""
Height = Callable[[Floats], Floats]
"""Distance of the hair's surface from the skin at some directions, decimetres."""


@dataclass(frozen=True)
class Cut:
    """A short style: hair that lies along a flow, root by root."""

    flow: Flow
    height: Height
    length: Height
    roots: int
    width: float
    overhang: float = 0.03
    """Distance of loose tips from bare skin."""
    steps: int = 6
    edge_root: float = 0.004
    """Where locks at the hairline begin, as a part of the hair's height; tight hair lies over the cap at once."""
    edge_step: float = 4.0
    """Degrees between the extra locks along the hairline."""
    wild: float = 0.12
    """Random turn of each lock against the flow."""
    root_v: float = 0.955
    """Where in the texture locks away from the hairline begin; near 1 they fade in and show no square ends."""
    parting: float | None = None
    """Where hair is parted: part of the head's half width, positive on the figure's left. There the cap would show."""


def hair_parts(figure: Figure) -> list[Part]:
    """The cap and the locks of the figure's style; none for a shaved head."""
    style = figure.character.hair.style
    rng = np.random.default_rng(figure.character.seed + 500)
    if style == "buzz":
        return []
    if style == "bob":
        return _bob(figure, rng)
    cuts = {"swept": _swept, "crop": _crop, "pixie": _pixie, "afro": _afro, "bun": _bun}
    return _short(figure, cuts[style](figure), rng)


def _short(figure: Figure, cut: Cut, rng: np.random.Generator) -> list[Part]:
    skull = Skull.of(figure, ears=False)

    def height(d: Floats) -> Floats:
        above = hairline_height(figure, skull.point(d))
        return np.asarray(cut.height(d) * smoothstep(-0.02, 0.26, above) + 0.008)

    parts = [_cap(figure, skull, height)]
    golden = np.pi * (3 - np.sqrt(5))
    k = np.arange(cut.roots)
    y = 1 - 2 * (k + 0.5) / cut.roots
    around = k * golden
    d = np.stack([np.sqrt(1 - y**2) * np.cos(around), y, np.sqrt(1 - y**2) * np.sin(around)], -1)
    d = unit(d + rng.normal(scale=0.02, size=d.shape))
    if cut.parting is not None:
        back = rng.uniform(-0.2, 0.75, 64)
        beside = np.stack([cut.parting + rng.normal(scale=0.035, size=64), np.zeros(64), back], -1)
        beside[:, 1] = np.sqrt(1 - beside[:, 0] ** 2 - back**2)
        d = np.vstack([d, beside])
    above = hairline_height(figure, skull.point(d))
    d, above = d[above > 0.0], above[above > 0.0]
    locks = [_lay(skull, cut, height, one, float(a), rng) for one, a in zip(d, above)]
    for azimuth in np.arange(-180, 180, cut.edge_step):
        fine = direction(np.linspace(20, 140, 121), np.full(121, azimuth + rng.uniform(-1, 1)))
        inside = np.where(hairline_height(figure, skull.point(fine)) > rng.uniform(0.0, 0.06))[0]
        if len(inside):
            lock = _lay(skull, cut, height, fine[inside[-1]], 0.0, rng)
            locks.append(replace(lock, width=lock.width * 0.6, order=lock.order - 1))
    if figure.character.hair.style == "bun":
        knot, around = _knot(figure, skull, rng)
        return [_joined(parts[0], knot), _locks_part(figure, [*locks, *around], rng)]
    return [*parts, _locks_part(figure, locks, rng)]


def _knot(figure: Figure, skull: Skull, rng: np.random.Generator) -> tuple[Part, list[Lock]]:
    """The bun itself: a ball wrapped in locks."""
    out = KNOT
    centre = skull.point(out[None], 0.16)[0]
    radius = 0.30
    polar, around = np.meshgrid(np.linspace(0, 180, 9), np.linspace(0, 360, 17), indexing="ij")
    ball = direction(polar, around).reshape(-1, 3)
    tris = grid_triangles(8, 16)
    points = centre + ball * radius * 0.92
    cap = Part(
        "Hair", "cap", points, ball, np.full((len(points), 2), 0.5), tris, figure.bone_weights(len(points), Head=1)
    )
    locks = []
    for k in range(46):
        tilt = unit(out + rng.normal(scale=0.55, size=3))  # the axis the lock is wound around
        a = unit(np.cross(tilt, rng.normal(size=3)))
        b = np.cross(tilt, a)
        t = np.linspace(0, rng.uniform(1.6, 3.0), 9)[:, None]
        rise = rng.uniform(-0.55, 0.75)
        ring = unit((a * np.cos(t) + b * np.sin(t)) * np.sqrt(1 - rise**2) + tilt * rise)
        locks.append(
            Lock(centre + ring * radius * rng.uniform(0.96, 1.04), ring, 0.16, rng.uniform(0.85, 1.15), 90 + k, 0.9)
        )
    return cap, locks


def _joined(a: Part, b: Part) -> Part:
    return replace(
        a,
        points=np.vstack([a.points, b.points]),
        normals=np.vstack([a.normals, b.normals]),
        uv=np.vstack([a.uv, b.uv]),
        triangles=np.vstack([a.triangles, b.triangles + len(a.points)]),
        weights=np.vstack([a.weights, b.weights]),
    )


def _lay(
    skull: Skull, cut: Cut, height: Height, root: Floats, above: float, rng: np.random.Generator,
) -> Lock:  # fmt: skip
    """Follow the flow from a root, rising to the hair's surface and staying clear of the skin."""
    steps = cut.steps
    length = float(cut.length(root[None])[0]) * rng.uniform(0.8, 1.15)
    turn = rng.normal(scale=cut.wild)
    lift = rng.normal(scale=0.05)
    path, d = [root], root
    for _ in range(steps):
        t = cut.flow(d[None])[0]
        t = t - d * (t @ d)
        t = unit(t + turn * np.cross(d, t))
        d = unit(d + t * length / steps / float(skull.distance(d[None])[0]))
        path.append(d)
    dirs = np.array(path)
    s = np.linspace(0, 1, steps + 1)
    rise = smoothstep(0, 0.35, s)
    surface = height(dirs)
    start = cut.edge_root if above < 0.10 else max(0.6, cut.edge_root)
    h = surface * ((start * (1 - rise) + rise) * (1 + lift) + 0.10 * s)
    free = cut.overhang * smoothstep(0.3, 1.0, s)
    points = skull.point(dirs, np.maximum(h, free) + 0.006)
    return Lock(points, dirs, cut.width * rng.uniform(0.75, 1.2), rng.uniform(0.82, 1.12),
                order=float(points[0, 1] + 0.15 * rng.random() - 0.4 * max(0.0, 0.1 - above)),
                root_v=1.0 if above < 0.12 else cut.root_v)  # fmt: skip


def _cap(figure: Figure, skull: Skull, height: Height, columns: int = 56, rows: int = 10) -> Part:
    """A smooth opaque surface just below the locks, from the crown to the hairline."""
    azimuths = np.linspace(-180, 180, columns + 1)
    fine = np.linspace(0, 140, 141)
    grid = np.zeros((rows + 1, columns + 1, 3))
    for b, azimuth in enumerate(azimuths):
        d = direction(fine, np.full_like(fine, azimuth))
        above = hairline_height(figure, skull.point(d))
        bare = np.where(above < 0.03)[0]
        last = fine[max(int(bare[0]) - 1, 8)] if len(bare) else fine[-1]
        d = direction(np.linspace(0, last, rows + 1), np.full(rows + 1, azimuth))
        grid[:, b] = skull.point(d, height(d) * 0.80)
    return _cap_part(
        figure, grid.reshape(-1, 3), grid_triangles(rows, columns), figure.bone_weights(grid[..., 0].size, Head=1)
    )


def _cap_part(figure: Figure, points: Floats, tris: Ints, weights: Floats) -> Part:
    normals = vertex_normals(points, tris)
    if (normals * (points - figure.head_centre)).sum() < 0:
        tris, normals = tris[:, ::-1], -normals
    # Seam and pole vertices lie on each other; give them one normal each.
    key = np.round(points, 4)
    _, group = np.unique(key, axis=0, return_inverse=True)
    total = np.zeros((group.max() + 1, 3))
    np.add.at(total, group.ravel(), normals)
    normals = unit(total[group.ravel()])
    return Part("Hair", "cap", points, normals, np.full((len(points), 2), 0.5), tris, weights)


def _locks_part(figure: Figure, locks: list[Lock], rng: np.random.Generator, hang: bool = False) -> Part:
    r = ribbons(locks, figure.character.hair, rng)
    weights = figure.bone_weights(len(r.points), Head=1)
    if hang:
        weights = hanging_weights(figure, r.points)
    return Part("Hair", "locks", r.points, r.normals, r.uv, r.triangles, weights, colours=r.colours)


def hanging_weights(figure: Figure, points: Floats) -> Floats:
    """Hair below the chin follows the chest a little, so that it slides over the shoulders instead of through them."""
    chest = 0.55 * smoothstep(figure.chin_y - 0.1, figure.neck_y - 0.3, points[:, 1])
    out = figure.bone_weights(len(points), Head=1)
    out *= (1 - chest)[:, None]
    out[:, figure.bones.index("Spine2")] = chest
    return out


def _constant(value: float) -> Height:
    return lambda d: np.full(d.shape[:-1], value)


def _sides(d: Floats, low: float = 0.1, high: float = 0.62) -> Floats:
    """0 on top of the head, 1 at its sides and back."""
    return np.asarray(smoothstep(high, low, d[..., 1]))


def _swept(figure: Figure) -> Cut:
    """Short back and sides, longer on top, parted at the side and brushed over and back."""
    hair = figure.character.hair
    part = np.sin(np.radians(hair.part)) * np.sign(hair.part)
    toward = -np.sign(hair.part)

    def flow(d: Floats) -> Floats:
        over = np.where(d[..., 0] * -toward > part, -toward, toward)
        top = np.stack([over * 0.75, 0.25 * np.ones_like(over), -0.75 * np.ones_like(over)], -1)
        side = np.stack(
            [np.zeros_like(over), -1.0 * np.ones_like(over), -0.45 + 0.45 * smoothstep(0, -0.7, d[..., 2])], -1
        )
        m = _sides(d, 0.30, 0.66)[..., None]
        return np.asarray(top * (1 - m) + side * m)

    def height(d: Floats) -> Floats:
        groove = np.exp(-(((d[..., 0] * -toward - part - 0.03) / 0.05) ** 2)) * smoothstep(0.5, 0.8, d[..., 1])
        quiff = 1 + 0.45 * smoothstep(0.25, 0.65, d[..., 2]) * smoothstep(0.4, 0.7, d[..., 1])
        return np.asarray((hair.volume * quiff * (1 - 0.45 * groove)) * (1 - _sides(d)) + 0.055 * _sides(d))

    return Cut(
        flow,
        height,
        lambda d: 0.62 - 0.30 * _sides(d) - 0.14 * smoothstep(-0.2, -0.5, d[..., 1]),
        roots=560,
        width=0.17,
        parting=-toward * part,
    )


def _crop(figure: Figure) -> Cut:
    """Textured crop: brushed forward from the crown into a short, uneven fringe."""
    hair = figure.character.hair
    whorl = unit(np.array([0.12, 0.93, -0.35]))

    def flow(d: Floats) -> Floats:
        out = unit(d - whorl * (d @ whorl)[..., None] + 1e-6)
        drift = np.stack([0.45 * smoothstep(0.2, 0.8, d[..., 2]), np.zeros(d.shape[:-1]), np.zeros(d.shape[:-1])], -1)
        down = np.stack([np.zeros(d.shape[:-1]), -np.ones(d.shape[:-1]), -0.15 * np.ones(d.shape[:-1])], -1)
        m = _sides(d, 0.15, 0.55)[..., None] * smoothstep(0.75, 0.45, d[..., 2])[..., None]
        return np.asarray((out + drift) * (1 - m) + down * m)

    def height(d: Floats) -> Floats:
        return np.asarray(hair.volume * (1 - _sides(d)) + 0.05 * _sides(d))

    return Cut(flow, height, lambda d: 0.55 - 0.26 * _sides(d), roots=540, width=0.16, overhang=0.07, wild=0.24)


def _pixie(figure: Figure) -> Cut:
    """Short layered cut with volume on top, a side-swept fringe and soft sides."""
    hair = figure.character.hair
    part = np.sin(np.radians(hair.part))
    away = -np.sign(hair.part)

    def flow(d: Floats) -> Floats:
        over = np.where(d[..., 0] > part, 1.0, -1.0)
        front = smoothstep(0.0, 0.6, d[..., 2])
        top = np.stack([over * 0.9, -0.2 * np.ones_like(over), 0.5 * front - 0.3], -1)
        top[..., 0] += away * 0.2 * front
        side = np.stack([np.zeros_like(over), -1.0 * np.ones_like(over), -0.35 * np.ones_like(over)], -1)
        m = _sides(d, 0.05, 0.55)[..., None]
        return np.asarray(top * (1 - m) + side * m)

    def height(d: Floats) -> Floats:
        nape = smoothstep(-0.1, -0.5, d[..., 1])
        return np.asarray((hair.volume * (1 - 0.45 * _sides(d, -0.2, 0.5))) * (1 - nape) + 0.05 * nape)

    return Cut(
        flow,
        height,
        lambda d: 0.85 - 0.25 * _sides(d) - 0.46 * smoothstep(0.0, -0.4, d[..., 1]),
        roots=680,
        width=0.19,
        overhang=0.08,
        wild=0.10,
        parting=part,
    )


def _afro(figure: Figure) -> Cut:
    """Rounded natural hair: short coils in every direction."""
    hair = figure.character.hair
    rng = np.random.default_rng(figure.character.seed + 600)
    waves = rng.normal(size=(24, 3)) * 9
    phases = rng.uniform(0, 6.28, 24)

    def bumps(d: Floats) -> Floats:
        return np.asarray(np.sin(d @ waves.T + phases).mean(-1))

    def flow(d: Floats) -> Floats:
        return np.stack([np.sin(d @ waves[k] * 2 + phases[k]) for k in range(3)], -1) + 0.2

    def height(d: Floats) -> Floats:
        low = smoothstep(0.25, -0.6, d[..., 1])
        return np.asarray(hair.volume * (1 + 0.10 * bumps(d)) * (1 - 0.55 * low))

    return Cut(flow, height, _constant(0.15), roots=1400, width=0.13, overhang=0.03, wild=1.2, steps=3, edge_step=1.5)


def _bun(figure: Figure) -> Cut:
    """Brushed back smoothly to a low bun."""

    def flow(d: Floats) -> Floats:
        return np.asarray(KNOT - d * (d @ KNOT)[..., None] + [0, 0.12, 0])

    return Cut(
        flow,
        _constant(figure.character.hair.volume),
        _constant(0.9),
        roots=520,
        width=0.18,
        wild=0.04,
        edge_root=0.97,
        edge_step=2.0,
        root_v=0.99,
    )


def _bob(figure: Figure, rng: np.random.Generator) -> list[Part]:
    """Chin-length hair that falls from a side parting and curves in at the ends."""
    skull = Skull.of(figure, ears=True)
    columns, rows = 26, 16
    caps = []
    for side in (1, -1):
        grid = np.zeros((columns + 1, rows + 1, 3))
        for k, q in enumerate(np.linspace(0, 1, columns + 1)):
            grid[k], _ = _fall(figure, skull, side, float(q), rows + 1, 0.82, 0.0)
        tris = grid_triangles(columns, rows)
        caps.append((grid.reshape(-1, 3), tris if side < 0 else tris[:, ::-1]))
    points = np.vstack([p for p, _ in caps])
    tris = np.vstack([caps[0][1], caps[1][1] + len(caps[0][0])])
    cap = _cap_part(figure, points, tris, hanging_weights(figure, points))
    locks = []
    for layer, (count, lift) in enumerate(((36, 0.90), (40, 1.0), (44, 1.08))):
        for side in (1, -1):
            for k in range(count):
                q = float(np.clip((k + rng.uniform(0, 1)) / count, 0, 1))
                path, out = _fall(figure, skull, side, q, 16, lift + rng.normal(scale=0.05), rng.normal(scale=0.5))
                locks.append(Lock(path, out, rng.uniform(0.16, 0.27), rng.uniform(0.80, 1.15), order=layer + q * 0.5,
                                  root_v=1.0 if q < 0.12 else 0.92))  # fmt: skip
    return [cap, _locks_part(figure, locks, rng, hang=True)]


def _fall(
    figure: Figure, skull: Skull, side: int, q: float, count: int, lift: float, stray: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    """One lock of the bob. q runs from the front (0) to the middle of the back (1)."""
    hair = figure.character.hair
    part = hair.part * 0.8
    fine = direction(np.linspace(20, 80, 61), np.zeros(61))
    front = 20.0 + float(np.argmin(hairline_height(figure, skull.point(fine)) > 0.01))
    # Along the parting, from the hairline to behind the crown.
    polar = np.interp(q, [0, 0.25, 0.6, 1], [-front, -front * 0.45, 12, 26])
    root = direction(abs(polar), 180.0 if polar > 0 else 0.0)
    root = unit(root + np.array([np.sin(np.radians(part)), 0, 0]))
    azimuth = side * np.interp(q, [0, 0.2, 1], [66, 84, 180]) + 3 * stray
    end = direction(82.0, azimuth)
    over = count // 2
    angle = np.arccos(np.clip(root @ end, -1, 1))
    s = np.linspace(0, 1, over + 1)[:, None]
    dirs = unit((np.sin((1 - s) * angle) * root + np.sin(s * angle) * end) / np.sin(angle))
    if q < 0.3:  # keep the front locks off the face: up and back at first
        push = (1 - q / 0.3) * np.sin(np.pi * s[:, 0] ** 0.8)
        dirs = unit(dirs + push[:, None] * np.array([0, 0.05, -0.01]))
    rise = smoothstep(0, 0.5, s[:, 0])
    h = hair.volume * lift * (0.35 + 0.65 * rise) + 0.012
    above = hairline_height(figure, skull.point(dirs))
    h = h * np.clip(0.25 + above / 0.25, 0.25, 1)
    top = skull.point(dirs, h)
    n = count - 1 - over
    f = np.linspace(0, 1, n + 1)[1:]
    base = top[-1]
    radial = np.array([end[0], 0, end[2]]) / np.hypot(end[0], end[2])
    reach = np.hypot(base[0], base[2] - skull.centre[2])
    low = figure.chin_y - 0.22 + 0.10 * smoothstep(0.4, 1, q) + 0.05 * stray
    curve = 1 + 0.07 * np.sin(np.pi * f * 0.9) - 0.17 * f**2.5
    r = reach * curve
    fall = np.stack([radial[0] * r, base[1] + (low - base[1]) * f, skull.centre[2] + radial[2] * r], -1)
    fall[:, 2] += 0.10 * (1 - q) * f  # front locks swing forward
    path = np.vstack([top, fall])
    for _ in range(3):  # over the temple in a curve, not at an angle
        path[1:-1] += 0.5 * ((path[:-2] + path[2:]) / 2 - path[1:-1])
    out = np.vstack([dirs, np.tile(radial, (n, 1))])
    return path, unit(out)
