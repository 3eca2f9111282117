"""The bootstrap: what it believes to be done, what it asks of the machine, and that two of them take turns."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

BACKEND = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with its stamps and models in a folder of the test."""
    spec = importlib.util.spec_from_file_location("bootstrap", BACKEND / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "stamps").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(module, "MODELS", tmp_path / "models")
    return module


def test_a_stamp_holds_for_the_same_inputs_and_present_results_only(bootstrap: ModuleType, tmp_path: Path) -> None:
    lock, made = tmp_path / "lock", tmp_path / "made"
    lock.write_text("a")
    stamp = bootstrap.Stamp("step", bootstrap.digest(lock), made)
    assert not stamp.valid()
    made.touch()
    stamp.write()
    assert bootstrap.Stamp("step", bootstrap.digest(lock), made).valid()
    made.unlink()
    assert not bootstrap.Stamp("step", bootstrap.digest(lock), made).valid()
    made.touch()
    lock.write_text("b")
    assert not bootstrap.Stamp("step", bootstrap.digest(lock), made).valid()


def test_a_mirror_that_says_nothing_is_asked_again(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, apt = tmp_path / "asked", tmp_path / "bin" / "apt-get"
    apt.parent.mkdir()
    # Every first time it hangs, as apt does with a mirror that accepts and is silent.
    apt.write_text(f'#!/bin/sh\necho "$*" >> {asked}\n[ "$(grep -cx -- "$*" {asked})" = 1 ] && exec sleep 60\nexit 0\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{apt.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(bootstrap, "APT_LIMIT_S", 0.2)
    install = "install -q -y --no-install-recommends"
    apt_calls = ["update -q"] * 2 + [f"{install} --download-only tea"] * 2
    # Unpacking is not bounded: here it would wait for the minute, so the fake has seen it once already.
    asked.write_text(f"{install} --no-download tea\n")
    bootstrap.install_debian("step", "tea")
    assert asked.read_text().splitlines()[1:] == [*apt_calls, f"{install} --no-download tea"]


def test_digest_keeps_parts_apart(bootstrap: ModuleType) -> None:
    assert bootstrap.digest("ab", "c") != bootstrap.digest("a", "bc")


def test_the_build_depends_on_sources_and_not_on_what_it_makes(bootstrap: ModuleType, tmp_path: Path) -> None:
    for name in ("src/main.tsx", "node_modules/x/index.js", "dist/index.html", "e2e/a.spec.ts", "package.json"):
        (tmp_path / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "web" / name).touch()
    names = [str(path.relative_to(tmp_path / "web")) for path in bootstrap.tree(tmp_path / "web")]
    assert names == ["package.json", "src/main.tsx"]


def test_only_archives_of_wrong_files_are_downloaded(bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "right").write_bytes(b"right")
    (tmp_path / "models" / "damaged").write_bytes(b"wrong")
    lock = {
        "files": {
            name: {"bytes": 5, "sha256": hashlib.sha256(b"right").hexdigest(), "members": [[f"{name}.whl", "x"]]}
            for name in ("right", "damaged", "absent")
        }
    }
    assert bootstrap.needed_archives(lock) == {"damaged.whl", "absent.whl"}


def test_the_index_of_pip_is_handed_to_uv(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_INDEX_URL", "SSL_CERT_FILE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://mirror.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    assert bootstrap.index_settings()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert bootstrap.index_settings()["UV_DEFAULT_INDEX"] == "https://other.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert "UV_DEFAULT_INDEX" not in bootstrap.index_settings()


def test_a_failed_step_shows_its_log_and_leaves_no_stamp(bootstrap: ModuleType) -> None:
    code = "print('the cause'); raise SystemExit(3)"
    steps = bootstrap.Steps()
    stamp = bootstrap.Stamp("step", "key")
    steps.add("step one", stamp, lambda: bootstrap.call("step", [sys.executable, "-c", code]))
    with pytest.raises(bootstrap.Missing, match=r"(?s)step failed \(exit status 3\).*the cause"):
        steps.finish()
    assert not stamp.valid()


def test_a_step_waits_for_what_it_needs_and_stops_with_it(bootstrap: ModuleType) -> None:
    done = []

    def slow() -> None:
        time.sleep(0.2)
        done.append("first")

    steps = bootstrap.Steps()
    steps.add("first", bootstrap.Stamp("first", "1"), slow)
    steps.add("second", bootstrap.Stamp("second", "1"), lambda: done.append("second"), after=("first",))
    steps.finish()
    assert done == ["first", "second"]

    def broken() -> None:
        raise bootstrap.Missing("no network")

    steps = bootstrap.Steps()
    steps.add("first", bootstrap.Stamp("first", "2"), broken)
    steps.add("second", bootstrap.Stamp("second", "2"), lambda: done.append("never"), after=("first",))
    with pytest.raises(bootstrap.Missing, match="no network"):
        steps.finish()
    assert "never" not in done


def test_two_installations_take_turns(tmp_path: Path) -> None:
    code = f"""
import importlib.util, pathlib, sys, time
spec = importlib.util.spec_from_file_location("b", {str(BACKEND / "bootstrap.py")!r})
b = importlib.util.module_from_spec(spec); spec.loader.exec_module(b)
b.STAMPS = pathlib.Path({str(tmp_path)!r})
with b.only_one():
    began = time.time(); time.sleep(0.5); print(began, time.time())
"""
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    spans = sorted(tuple(map(float, process.communicate(timeout=30)[0].split())) for process in both)
    assert spans[0][1] <= spans[1][0]


@pytest.mark.parametrize("version", ["v18.20.0", "nonsense"])
def test_an_old_node_is_said_with_a_way_out(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(bootstrap.Missing, match=rf"Node 20 or later is needed, this is {version}"):
        bootstrap.check_node()


def test_every_model_file_has_its_archives_pinned() -> None:
    lock = json.loads((BACKEND / "models.lock.json").read_text())
    for entry in lock["files"].values():
        assert {archive for archive, _ in entry["members"]} <= set(lock["archives"])
    assert all(len(archive["sha256"]) == 64 for archive in lock["archives"].values())
