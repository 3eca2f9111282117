"""The mesh tools, and one rebuild: the same inputs give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from builder.assemble import build
from builder.cast import CAST
from builder.decimate import collapse, open_vertices
from builder.expressions import CUSTOM, PRESETS, UNITS
from builder.geometry import Sheet, grid_triangles
from builder.wheel import FILE_NAME, Wheel, WrongWheelError

AVATAR = Path(__file__).resolve().parents[1]
WHEEL = AVATAR / ".cache" / FILE_NAME


def flat_sheet(cells: int) -> Sheet:
    """A unit square in the xy plane."""
    y, x = np.mgrid[0 : cells + 1, 0 : cells + 1] / cells
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], -1)
    return Sheet(points, np.ones((len(points), 1)), grid_triangles(cells, cells))


def area(sheet: Sheet) -> float:
    a, b, c = (sheet.points[sheet.triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


class TestSheet:
    def test_a_cut_is_exact(self) -> None:
        half = flat_sheet(5).clip(lambda p: 0.37 - p[:, 0])
        assert half.points[:, 0].max() == pytest.approx(0.37)
        assert area(half) == pytest.approx(0.37)

    def test_partial_subdivision_leaves_no_cracks(self) -> None:
        sheet = flat_sheet(4)
        chosen = np.zeros(len(sheet.triangles), bool)
        chosen[5:9] = True
        fine = sheet.subdivide(chosen)
        assert area(fine) == pytest.approx(1)
        edges = np.sort(np.vstack([fine.triangles[:, [0, 1]], fine.triangles[:, [1, 2]], fine.triangles[:, [2, 0]]]), 1)
        unique, count = np.unique(edges, axis=0, return_counts=True)
        inner = np.abs(fine.points[unique].mean(1)[:, :2] - 0.5).max(1) < 0.499
        assert (count[inner] == 2).all()

    def test_collapsing_a_plane_keeps_its_area_and_border(self) -> None:
        sheet = flat_sheet(8)
        tris = collapse(sheet.points, sheet.triangles, open_vertices(len(sheet.points), sheet.triangles), 60)
        assert len(tris) < len(sheet.triangles) * 0.6
        assert area(Sheet(sheet.points, sheet.weights, tris)) == pytest.approx(1)


class TestExpressions:
    def test_weights_are_between_zero_and_one(self) -> None:
        assert all(0 < w <= 1 for mix in (*PRESETS.values(), *CUSTOM.values()) for w in mix.values())

    def test_only_units_that_are_used_are_stored(self) -> None:
        assert len(UNITS) < 52


class TestWheel:
    def test_another_file_is_refused(self, tmp_path: Path) -> None:
        fake = tmp_path / FILE_NAME
        fake.write_bytes(b"something else")
        with pytest.raises(WrongWheelError, match="sha256"):
            Wheel(fake)


@pytest.mark.skipif(not WHEEL.exists(), reason="the wheel is not cached; `make avatars` fetches it")
def test_a_rebuild_gives_the_committed_bytes() -> None:
    character = CAST[-1]
    names = {entry["id"]: entry["name"] for entry in json.loads((AVATAR / "cast.json").read_text())}
    data = build(Wheel(WHEEL), character, names[character.id])
    assert data == (AVATAR / "built" / f"{character.id}.vrm").read_bytes()
