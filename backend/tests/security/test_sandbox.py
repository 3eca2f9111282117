"""The limited process: what code that was taken over by a file can still do."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core import sandbox
from app.core.config import MIB
from app.domain.errors import BadInput
from tests.security import misbehaviour

HELD = json.loads(
    subprocess.run(
        [sys.executable, "-m", "app.core.sandboxed", "check"],
        cwd=sandbox.BACKEND,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
)


@pytest.fixture(autouse=True, scope="module")
def _end() -> Iterator[None]:
    yield
    sandbox.stop()


async def limited(function: Any, *args: Any, **options: Any) -> Any:
    """The function under ordinary limits."""
    return await sandbox.run_limited(function, *args, **({"memory": 128 * MIB, "seconds": 10.0} | options))


@pytest.mark.parametrize(
    ("function", "seconds", "reason"),
    [
        (misbehaviour.take_memory, 20.0, "memory"),
        (misbehaviour.take_time, 1.0, "time"),
        (misbehaviour.sleep_long, 0.5, "time"),
        (misbehaviour.crash, 10.0, "crash"),
    ],
)
async def test_what_takes_too_much_is_ended_and_the_next_call_works(function: Any, seconds: float, reason: str) -> None:
    with pytest.raises(sandbox.Exhausted) as ended:
        await limited(function, seconds=seconds)
    assert ended.value.reason == reason
    assert await limited(misbehaviour.use_threads) == 4


async def test_refusals_come_through_and_other_errors_say_nothing_of_the_file() -> None:
    with pytest.raises(BadInput) as refused:
        await limited(misbehaviour.refuse)
    assert (refused.value.code, refused.value.hint) == ("posting_empty", "Paste it.")
    with pytest.raises(sandbox.Broken) as broken:
        await limited(misbehaviour.fail, "canary-in-a-file")
    assert "ValueError at" in str(broken.value)
    assert "canary" not in str(broken.value)


async def test_code_that_does_not_load_says_so_at_once() -> None:
    def lost(_: bytes) -> int:
        return 1

    lost.__module__, lost.__qualname__ = "app.core.nothing_of_this_name", "lost"
    for size in range(0, 2_000_000, 100_000):  # an answer that comes before all is read would be lost, mostly
        with pytest.raises(sandbox.Broken, match="ModuleNotFoundError"):
            await limited(lost, bytes(size))
    assert await limited(misbehaviour.use_threads) == 4


async def test_a_result_of_another_kind_is_not_believed() -> None:
    with pytest.raises(sandbox.Exhausted):
        await limited(misbehaviour.lie)


@pytest.mark.skipif(sys.platform != "linux", reason="the system has no such filter")
async def test_no_network_no_program_no_process() -> None:
    assert HELD["syscalls"], "this kernel has seccomp"
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert await limited(misbehaviour.connect, port) == "PermissionError"
        # The control: outside, the same call succeeds.
        assert await asyncio.to_thread(misbehaviour.connect, port) == "connected"
    assert await limited(misbehaviour.run_program) == "PermissionError"
    assert await limited(misbehaviour.fork) == "PermissionError"


@pytest.mark.skipif(not HELD["files"], reason="this kernel has no Landlock")
async def test_only_the_given_folder_can_be_read_and_written(tmp_path: Path) -> None:
    work, secrets = tmp_path / "work", tmp_path / "secrets"
    work.mkdir()
    secrets.write_text("a key")
    (work / "upload").write_text("a file")
    assert await limited(misbehaviour.read, str(secrets), folder=work) == "PermissionError"
    assert await limited(misbehaviour.read, str(work / "upload"), folder=work) == "a file"
    assert await limited(misbehaviour.write, str(work / "copy"), 1000, folder=work, writes=1000) == "written"
    assert await limited(misbehaviour.write, str(tmp_path / "copy"), 1, folder=work, writes=1000) == "PermissionError"
    for path in ("/etc/passwd", "/proc/self/environ", f"/proc/{sandbox.os.getpid()}/environ"):
        assert await limited(misbehaviour.read, path) == "PermissionError"


async def test_a_file_grows_to_its_limit_only(tmp_path: Path) -> None:
    # Python ignores the signal, so the write fails instead.
    assert await limited(misbehaviour.write, str(tmp_path / "big"), 2 * MIB, folder=tmp_path, writes=MIB) == "OSError"
    assert (tmp_path / "big").stat().st_size <= MIB


async def test_the_environment_holds_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.stop()
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@127.0.0.1/db")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    known = {"LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS", "PATH", "REHEARSAL_SYSTEM"}
    assert set(await limited(misbehaviour.environment)) <= known


async def test_many_at_once() -> None:
    assert await asyncio.gather(*(limited(misbehaviour.use_threads, seconds=30.0) for _ in range(20))) == [4] * 20
