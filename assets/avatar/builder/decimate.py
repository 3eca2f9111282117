"""Fewer triangles with the same look: half-edge collapses by quadric error (Garland and Heckbert, 1997)."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from builder.geometry import Floats, Ints


def collapse(points: Floats, triangles: Ints, locked: NDArray[np.bool_], target: int) -> Ints:
    """Triangles after removing vertices one by one until about `target` triangles are left.

    Vertices only ever move onto a neighbour, so whatever else they carry (UV, bone weights) stays valid. Locked
    vertices, such as borders and texture seams, are never removed.
    """
    faces: dict[int, tuple[int, int, int]] = {i: (int(a), int(b), int(c)) for i, (a, b, c) in enumerate(triangles)}
    around: list[set[int]] = [set() for _ in points]
    quadric = np.zeros((len(points), 4, 4))
    for i, tri in faces.items():
        a, b, c = (points[v] for v in tri)
        n = np.cross(b - a, c - a)
        area = float(np.linalg.norm(n))
        if area > 1e-12:
            plane = np.append(n / area, -float(n @ a) / area)
            for v in tri:
                quadric[v] += np.outer(plane, plane) * area
        for v in tri:
            around[v].add(i)

    def cost(v: int, w: int) -> float:
        p = np.append(points[w], 1.0)
        d = points[v] - points[w]
        return float(p @ (quadric[v] + quadric[w]) @ p) + 1e-5 * float(d @ d)

    def neighbours(v: int) -> set[int]:
        return {w for i in around[v] for w in faces[i]} - {v}

    def flips(v: int, w: int) -> bool:
        for i in around[v]:
            tri = faces[i]
            if w in tri:
                continue
            old = [points[x] for x in tri]
            new = [points[w if x == v else x] for x in tri]
            n0, n1 = (np.cross(t[1] - t[0], t[2] - t[0]) for t in (old, new))
            if float(n0 @ n1) < 0.3 * float(np.linalg.norm(n0) * np.linalg.norm(n1)) + 1e-14:
                return True
        return False

    stamp = [0] * len(points)
    heap: list[tuple[float, int, int, int]] = []

    def push(v: int) -> None:
        if locked[v] or not around[v]:
            return
        options = [(cost(v, w), w) for w in sorted(neighbours(v))]
        if options:
            best, w = min(options)
            heapq.heappush(heap, (best, v, w, stamp[v]))

    for v in range(len(points)):
        push(v)
    while len(faces) > target and heap:
        _, v, w, at = heapq.heappop(heap)
        if at != stamp[v] or not around[v] or not around[w]:
            continue
        if len(neighbours(v) & neighbours(w)) != 2 or flips(v, w):
            continue
        touched = neighbours(v)
        for i in list(around[v]):
            tri = faces[i]
            if w in tri:
                for x in tri:
                    around[x].discard(i)
                del faces[i]
            else:
                a, b, c = (w if x == v else x for x in tri)
                faces[i] = (a, b, c)
                around[w].add(i)
        around[v].clear()
        quadric[w] += quadric[v]
        for x in sorted(touched):
            stamp[x] += 1
            push(x)
    return np.array([faces[i] for i in sorted(faces)], dtype=np.int64)


def open_vertices(count: int, triangles: Ints) -> NDArray[np.bool_]:
    """True for vertices on an open edge."""
    edges = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, seen = np.unique(edges, axis=0, return_counts=True)
    out = np.zeros(count, bool)
    out[unique[seen == 1].ravel()] = True
    return out
