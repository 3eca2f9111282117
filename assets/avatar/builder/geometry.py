"""Small mesh tools on numpy arrays: normals, smoothing, clipping, height fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Polygon = list[int]


def unit(vectors: Floats) -> Floats:
    """The vectors with length 1; zero vectors stay zero."""
    length: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))


def smoothstep(low: float, high: float, x: Any) -> Any:
    """0 below `low`, 1 above `high`, smooth between; works with low > high too."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def triangulate(polygons: Sequence[Polygon]) -> Ints:
    """Triangle fans of polygons given as vertex index lists."""
    return np.array([(q[0], q[i], q[i + 1]) for q in polygons for i in range(1, len(q) - 1)], dtype=np.int64)


def vertex_normals(points: Floats, triangles: Ints) -> Floats:
    """Area-weighted normals."""
    face = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    return unit(normals)


def rotation_between(a: Floats, b: Floats) -> Floats:
    """Rotation matrix that turns direction a into direction b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    v, c = np.cross(a, b), float(a @ b)
    s = float(np.linalg.norm(v))
    if s < 1e-9:
        return np.eye(3)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.asarray(np.eye(3) + k + k @ k * ((1 - c) / s**2))


def smooth(points: Floats, triangles: Ints, rounds: int, strength: float = 0.5, frozen: Any = None) -> Floats:
    """Laplacian smoothing over the edges of the triangles."""
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.vstack([edges, edges[:, ::-1]]), axis=0)
    count = np.bincount(edges[:, 0], minlength=len(points)).astype(float)
    moving = count > 0
    if frozen is not None:
        moving &= ~frozen
    out = points.copy()
    for _ in range(rounds):
        total = np.zeros_like(out)
        np.add.at(total, edges[:, 0], out[edges[:, 1]])
        out[moving] += strength * (total[moving] / count[moving, None] - out[moving])
    return out


@dataclass
class Corners:
    """Indexed triangles with UV and colour per corner; corners with the same vertex and UV are merged."""

    keys: dict[tuple[int, float, float], int] = field(default_factory=dict)
    source: list[int] = field(default_factory=list)
    uv: list[tuple[float, float]] = field(default_factory=list)
    colour: list[Any] = field(default_factory=list)
    triangles: list[tuple[int, int, int]] = field(default_factory=list)

    def _corner(self, vertex: int, uv: Any, colour: Any) -> int:
        key = (vertex, round(float(uv[0]), 5), round(float(uv[1]), 5))
        if key not in self.keys:
            self.keys[key] = len(self.source)
            self.source.append(vertex)
            self.uv.append((float(uv[0]), float(uv[1])))
            self.colour.append(colour)
        return self.keys[key]

    def face(self, polygon: Sequence[int], uvs: Any, colours: Any = None) -> None:
        """Add one polygon; `colours` is one colour per corner or None."""
        ids = [
            self._corner(v, u, None if colours is None else colours[k]) for k, (v, u) in enumerate(zip(polygon, uvs))
        ]
        self.triangles += [(ids[0], ids[i], ids[i + 1]) for i in range(1, len(ids) - 1)]


@dataclass(frozen=True)
class Sheet:
    """A skinned piece of cloth or skin: points, bone weights and triangles that belong together."""

    points: Floats
    weights: Floats
    triangles: Ints
    shading: Floats | None = None
    """Normals carried over from the uncut sheet; those of slivers along a cut are useless."""

    def compact(self) -> Sheet:
        """Without unused points."""
        used = np.unique(self.triangles)
        remap = np.full(len(self.points), -1)
        remap[used] = np.arange(len(used))
        shading = None if self.shading is None else self.shading[used]
        return Sheet(self.points[used], self.weights[used], remap[self.triangles], shading)

    def subdivide(self, chosen: NDArray[np.bool_] | None = None) -> Sheet:
        """Split each chosen triangle in four at the edge middles; neighbours are split to fit (no T-junctions)."""
        pick = np.ones(len(self.triangles), bool) if chosen is None else chosen
        middles: dict[tuple[int, int], int] = {}
        points, weights = list(self.points), list(self.weights)

        def middle(a: int, b: int) -> int:
            key = (min(a, b), max(a, b))
            if key not in middles:
                middles[key] = len(points)
                points.append((points[a] + points[b]) / 2)
                weights.append((weights[a] + weights[b]) / 2)
            return middles[key]

        for a, b, c in self.triangles[pick]:
            for p, q in ((a, b), (b, c), (c, a)):
                middle(int(p), int(q))
        out: list[tuple[int, int, int]] = []
        for tri in self.triangles.tolist():
            cut = [middles.get((min(p, q), max(p, q))) for p, q in zip(tri, tri[1:] + tri[:1])]
            ring = [v for corner, mid in zip(tri, cut) for v in (corner, mid) if v is not None]
            if len(ring) == 6:
                a, ab, b, bc, c, ca = ring
                out += [(a, ab, ca), (ab, b, bc), (bc, c, ca), (ab, bc, ca)]
            else:
                start = next((ring.index(m) for m in cut if m is not None), 0)
                ring = ring[start:] + ring[:start]
                out += [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
        return Sheet(np.array(points), np.array(weights), np.array(out))

    def refine(self, keep: Callable[[Floats], Floats], width: float) -> Sheet:
        """Split the triangles near the zero line of `keep`, so that a curved cut comes out curved."""
        value = keep(self.points)[self.triangles]
        return self.subdivide((value.min(1) < width) & (value.max(1) > -width))

    def clip(self, keep: Callable[[Floats], Floats]) -> Sheet:
        """The part where `keep(points) > 0`, cut along straight lines so that the edge is clean."""
        value = keep(self.points)
        points, weights, shading = list(self.points), list(self.weights), list(self.normals())
        cuts: dict[tuple[int, int], int] = {}

        def cut(a: int, b: int) -> int:
            key = (min(a, b), max(a, b))
            if key not in cuts:
                t = value[key[0]] / (value[key[0]] - value[key[1]])
                cuts[key] = len(points)
                points.append(points[key[0]] * (1 - t) + points[key[1]] * t)
                weights.append(weights[key[0]] * (1 - t) + weights[key[1]] * t)
                shading.append(shading[key[0]] * (1 - t) + shading[key[1]] * t)
            return cuts[key]

        out: list[tuple[int, int, int]] = []
        for tri in self.triangles.tolist():
            ring: list[int] = []
            for a, b in zip(tri, tri[1:] + tri[:1]):
                if value[a] > 0:
                    ring.append(a)
                if (value[a] > 0) != (value[b] > 0):
                    ring.append(cut(a, b))
            out += [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
        tris = np.array(out, dtype=np.int64).reshape(-1, 3)
        return Sheet(np.array(points), np.array(weights), tris, unit(np.array(shading))).compact()

    def normals(self) -> Floats:
        """Those carried over, else those of the triangles."""
        return vertex_normals(self.points, self.triangles) if self.shading is None else self.shading

    def borders(self) -> list[list[int]]:
        """Open edges as ordered loops or chains of point indices."""
        edges = np.vstack([self.triangles[:, [0, 1]], self.triangles[:, [1, 2]], self.triangles[:, [2, 0]]])
        present = {(int(a), int(b)) for a, b in edges}
        following = {a: b for a, b in sorted(present) if (b, a) not in present}
        loops: list[list[int]] = []
        while following:
            starts = set(following) - set(following.values())
            at = min(starts) if starts else min(following)
            loop = [at]
            while at in following:
                at = following.pop(at)
                loop.append(at)
            loops.append(loop)
        return loops


def box_blur(field_: Floats, rounds: int) -> Floats:
    """Repeated 3 x 3 mean with reflected borders."""
    out = field_
    for _ in range(rounds):
        p = np.pad(out, 1, mode="edge")
        out = (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] + 2 * p[1:-1, 1:-1]) / 6
    return out


def fill_holes(field_: Floats) -> Floats:
    """NaN cells filled by growing their neighbours' mean inwards."""
    out = field_.copy()
    while np.isnan(out).any():
        p = np.pad(out, 1, constant_values=np.nan)
        around = np.stack([p[:-2, 1:-1], p[2:, 1:-1], p[1:-1, :-2], p[1:-1, 2:]])
        known = ~np.isnan(around)
        total = np.where(known, around, 0).sum(0) / np.maximum(known.sum(0), 1)
        grow = np.isnan(out) & known.any(0)
        if not grow.any():
            return np.nan_to_num(out)
        out[grow] = total[grow]
    return out


def surface_samples(points: Floats, triangles: Ints, per_edge: int = 6) -> Floats:
    """Points spread evenly inside each triangle, for binning surfaces into height fields."""
    grid = [(i / per_edge, j / per_edge) for i in range(per_edge + 1) for j in range(per_edge + 1 - i)]
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return np.vstack([a * (1 - u - v) + b * u + c * v for u, v in grid])


@dataclass(frozen=True)
class Relief:
    """Depth z of a surface seen from the front on a regular grid of x and y."""

    x0: float
    y0: float
    step: float
    depth: Floats

    @classmethod
    def of(cls, sheets: Sequence[Sheet], box: tuple[float, float, float, float], step: float = 0.05) -> Relief:
        """The front of some sheets inside box = (x0, x1, y0, y1)."""
        x0, x1, y0, y1 = box
        shape = (math.ceil((y1 - y0) / step) + 1, math.ceil((x1 - x0) / step) + 1)
        depth = np.full(shape, -np.inf)
        for sheet in sheets:
            p = surface_samples(sheet.points, sheet.triangles)
            i = np.rint((p[:, 1] - y0) / step).astype(int)
            j = np.rint((p[:, 0] - x0) / step).astype(int)
            ok = (i >= 0) & (i < shape[0]) & (j >= 0) & (j < shape[1])
            np.maximum.at(depth, (i[ok], j[ok]), p[ok, 2])
        depth[np.isinf(depth)] = np.nan
        return cls(x0, y0, step, box_blur(fill_holes(depth), 2))

    def z(self, x: Any, y: Any) -> Floats:
        """Bilinear lookup, clamped to the box."""
        h, w = self.depth.shape
        fx = np.clip((np.asarray(x, float) - self.x0) / self.step, 0, w - 1.001)
        fy = np.clip((np.asarray(y, float) - self.y0) / self.step, 0, h - 1.001)
        j, i = fx.astype(int), fy.astype(int)
        u, v = fx - j, fy - i
        d = self.depth
        near = d[i, j] * (1 - u) + d[i, j + 1] * u
        far = d[i + 1, j] * (1 - u) + d[i + 1, j + 1] * u
        return np.asarray(near * (1 - v) + far * v)


def grid_triangles(rows: int, columns: int) -> Ints:
    """Triangles of a (rows + 1) x (columns + 1) grid of points, row by row."""
    r, c = np.mgrid[0:rows, 0:columns]
    p = (r * (columns + 1) + c).ravel()
    n = columns + 1
    return np.vstack([np.stack([p, p + n, p + 1], 1), np.stack([p + 1, p + n, p + n + 1], 1)])


def ray_hits(origins: Floats, directions: Floats, corners: tuple[Floats, Floats, Floats], nearest: bool) -> Floats:
    """Distance to the nearest or farthest triangle along each ray; 0 where none is hit (Moeller-Trumbore)."""
    a, b, c = corners
    e1, e2 = b - a, c - a
    out = np.zeros(len(directions))
    for i, (o, d) in enumerate(zip(np.broadcast_to(origins, directions.shape), directions)):
        to_origin = o - a
        p = np.cross(d, e2)
        det = (e1 * p).sum(1)
        det = np.where(np.abs(det) < 1e-12, 1e-12, det)
        u = (to_origin * p).sum(1) / det
        q = np.cross(to_origin, e1)
        v = (q @ d) / det
        t = (e2 * q).sum(1) / det
        hit = t[(u >= -1e-3) & (v >= -1e-3) & (u + v <= 1.001) & (t > 1e-6)]
        if len(hit):
            out[i] = hit.min() if nearest else hit.max()
    return out
