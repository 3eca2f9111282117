"""The committed files keep the promises of the README: budgets, licence, expressions, bones, checksums."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from builder.cast import CAST
from builder.expressions import VISEMES
from builder.report import Measure, measure, read_gltf

AVATAR = Path(__file__).resolve().parents[1]
BUILT = AVATAR / "built"
FRONTEND = AVATAR.parents[1] / "frontend"
NAMES = [entry["id"] for entry in json.loads((AVATAR / "cast.json").read_text())]
VOICES = {"af_heart", "af_bella", "am_michael", "am_fenrir", "bf_emma", "bf_isabella", "bm_george", "bm_fable"}
PRESETS = {
    *("aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft", "blinkRight", "happy", "relaxed", "surprised", "sad"),
    *("angry", "neutral", "lookUp", "lookDown", "lookLeft", "lookRight"),
}
REQUIRED_BONES = {
    *("hips", "spine", "chest", "neck", "head", "leftEye", "rightEye"),
    *(f"{side}{part}" for side in ("left", "right") for part in ("UpperArm", "LowerArm", "Hand", "UpperLeg")),
    *(f"{side}{part}" for side in ("left", "right") for part in ("LowerLeg", "Foot", "IndexProximal", "ThumbDistal")),
}


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def gltf(name: str) -> dict[str, Any]:
    return read_gltf(BUILT / f"{name}.vrm")[0]


@pytest.fixture(scope="module")
def cost(name: str) -> Measure:
    # Packed in a tenth of the time, and larger than what is served: the limit is the harder to keep.
    return measure(BUILT / f"{name}.vrm", brotli_quality=5)


class TestCast:
    def test_at_least_six_interviewers_in_the_same_order_as_their_recipes(self) -> None:
        assert len(NAMES) >= 6
        assert [c.id for c in CAST] == NAMES

    def test_each_has_a_voice_of_its_own_and_a_line_about_the_looks(self) -> None:
        cast = json.loads((AVATAR / "cast.json").read_text())
        voices = [entry["voice"] for entry in cast]
        assert set(voices) <= VOICES
        assert len(set(voices)) == len(voices)
        assert all(set(entry) == {"id", "name", "voice", "about"} and entry["about"] for entry in cast)

    def test_they_differ_in_age_gender_and_skin(self) -> None:
        assert {c.gender for c in CAST} == {"female", "male"}
        assert len({c.skin for c in CAST}) == len(CAST)
        assert max(c.age for c in CAST) - min(c.age for c in CAST) > 0.4


class TestFiles:
    def test_checksums_match_what_is_committed(self) -> None:
        listed = dict(reversed(line.split("  ")) for line in (BUILT / "SHA256SUMS").read_text().splitlines())
        present = {p.name for p in BUILT.iterdir()} - {"SHA256SUMS"}
        assert set(listed) == present
        for file, digest in listed.items():
            assert hashlib.sha256((BUILT / file).read_bytes()).hexdigest() == digest, file

    def test_every_interviewer_has_all_four_files(self, name: str) -> None:
        for ending in (".vrm", ".webp", ".json", "-portrait.webp"):
            assert (BUILT / f"{name}{ending}").is_file()


class TestBudgets:
    def test_brotli_size(self, cost: Measure) -> None:
        assert cost.brotli_bytes <= 1_200_000

    def test_triangles(self, cost: Measure) -> None:
        assert cost.triangles <= 30_000

    def test_draw_calls(self, cost: Measure) -> None:
        assert cost.draw_calls <= 12

    def test_textures(self, cost: Measure) -> None:
        assert cost.largest_texture_px <= 1024

    def test_sprite_sheet(self, cost: Measure) -> None:
        assert 0 < cost.sheet_bytes <= 180_000


class TestModel:
    def test_licence_is_inside(self, gltf: dict[str, Any]) -> None:
        meta = gltf["extensions"]["VRMC_vrm"]["meta"]
        assert meta["otherLicenseUrl"] == "https://creativecommons.org/publicdomain/zero/1.0/"
        assert meta["allowRedistribution"] is True
        assert meta["modification"] == "allowModificationRedistribution"
        assert "CC0" in gltf["asset"]["copyright"]

    def test_expressions(self, gltf: dict[str, Any]) -> None:
        expressions = gltf["extensions"]["VRMC_vrm"]["expressions"]
        assert set(expressions["preset"]) == PRESETS
        wanted = {f"viseme_{v}" for v in VISEMES} | {"attentive", "thinking", "smile_soft"}
        assert set(expressions["custom"]) == wanted
        assert len(VISEMES) == 15

    def test_every_bind_names_an_existing_morph(self, gltf: dict[str, Any]) -> None:
        expressions = gltf["extensions"]["VRMC_vrm"]["expressions"]
        for one in (*expressions["preset"].values(), *expressions["custom"].values()):
            for bind in one.get("morphTargetBinds", []):
                mesh = gltf["meshes"][gltf["nodes"][bind["node"]]["mesh"]]
                assert all(bind["index"] < len(p["targets"]) for p in mesh["primitives"])

    def test_bones(self, gltf: dict[str, Any]) -> None:
        bones = gltf["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
        assert set(bones) >= REQUIRED_BONES
        assert len({bone["node"] for bone in bones.values()}) == len(bones)

    def test_eyes_turn_as_far_as_asked(self, gltf: dict[str, Any]) -> None:
        look = gltf["extensions"]["VRMC_vrm"]["lookAt"]
        assert look["type"] == "bone"
        for side in ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp"):
            assert look[f"rangeMap{side}"]["inputMaxValue"] == look[f"rangeMap{side}"]["outputScale"]

    def test_arms_are_in_t_pose(self, gltf: dict[str, Any]) -> None:
        bones = gltf["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
        x, y, z = gltf["nodes"][bones["leftLowerArm"]["node"]]["translation"]
        assert x > 0
        assert abs(y) + abs(z) < 0.001

    def test_no_validator_errors_or_warnings(self, name: str) -> None:
        node = shutil.which("node")
        if node is None or not (FRONTEND / "node_modules" / "gltf-validator").is_dir():
            pytest.fail("needs node and the packages of the front end: run `make setup`")
        script = str(AVATAR / "render" / "validate.mjs")
        done = subprocess.run([node, script, str(BUILT / f"{name}.vrm")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


class TestSprites:
    def test_layout_is_complete_and_inside_the_sheet(self, name: str) -> None:
        layout = json.loads((BUILT / f"{name}.json").read_text())
        width, height = layout["size"]
        base = layout["base"]
        assert set(layout["mouth"]["tiles"]) == set(VISEMES)
        assert set(layout["eyes"]["tiles"]) == {"open", "half", "closed", "away_left", "away_right", "up"}
        for part in (layout["mouth"], layout["eyes"]):
            x, y = part["at"]
            assert 0 <= x <= base["w"] - part["w"]
            assert 0 <= y <= base["h"] - part["h"]
            for tx, ty in part["tiles"].values():
                assert 0 <= tx <= width - part["w"]
                assert base["h"] <= ty <= height - part["h"]

    def test_mouth_and_eyes_do_not_overlap(self, name: str) -> None:
        layout = json.loads((BUILT / f"{name}.json").read_text())
        assert layout["eyes"]["at"][1] + layout["eyes"]["h"] <= layout["mouth"]["at"][1]

    def test_pictures_have_the_sizes_they_claim(self, name: str) -> None:
        layout = json.loads((BUILT / f"{name}.json").read_text())
        assert list(webp_size(BUILT / f"{name}.webp")) == layout["size"]
        assert webp_size(BUILT / f"{name}-portrait.webp") == (480, 640)


def webp_size(path: Path) -> tuple[int, int]:
    """Width and height of a lossy WebP, plain or extended."""
    data = path.read_bytes()
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF
