"""Files of strangers are read in a process of their own, with little memory, little time, no network and no secrets.

`run_limited` asks a helper process, which has the code already loaded, to fork a child for one call. What comes back
is JSON that is validated, never a pickle: whoever took over the child can answer nonsense, but run nothing here. What
holds on which system is in `app.core.sandboxed`, which is the other side.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from app.core import sandboxed
from app.core.config import MIB
from app.domain.errors import BadInput, Refused, RehearsalError, TooLarge, UnsupportedMedia
from app.utils.json import adapter_of

P = ParamSpec("P")
T = TypeVar("T")
BACKEND = Path(__file__).resolve().parents[2]
# More than any result has: a posting of 200 kB with its requirements.
RESULT_BYTES = 8 * MIB
# What the helper may need beyond the time of the call: to load its code the first time, on a busy machine.
START_S = 30.0
_ERRORS: dict[str, type[RehearsalError]] = {
    kind.__name__: kind for kind in (BadInput, TooLarge, UnsupportedMedia, Refused)
}
_CODE = re.compile(r"[a-z0-9_]{1,60}")
CHILDREN = max(2, min(4, os.cpu_count() or 1))
_semaphores: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_lock = threading.Lock()
_helper: _Helper | None = None


class Exhausted(RuntimeError):
    """The call did not end within its limits; `reason` is `memory`, `time` or `crash`. Nothing else is known of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"a limited call ended by its limit: {reason}")
        self.reason = reason


class Broken(RuntimeError):
    """The function raised what it does not promise. Only the type and the place are known, not the message."""


class _Helper:
    """The process that forks the children. Its end of the socket closes with us, however we end."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.socket, theirs = socket.socketpair()
        # PATH and nothing else of ours: keys and addresses are in the environment of this process.
        environment = {name: os.environ[name] for name in ("PATH", "REHEARSAL_SYSTEM") if name in os.environ}
        environment |= {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.core.sandboxed", str(theirs.fileno())],
                cwd=BACKEND,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C is for us; the helper goes when we close.
                start_new_session=True,
            )

    def usable(self) -> bool:
        """Whether it is ours (not our parent's, from before a fork) and alive."""
        return self.pid == os.getpid() and self.process.poll() is None

    def send(self, wanted: dict[str, Any], connection: socket.socket) -> None:
        """Ask for one child that answers on `connection`. Raises OSError when the helper is gone."""
        message = json.dumps(wanted).encode().ljust(sandboxed.MESSAGE_BYTES)
        with self.lock:
            socket.send_fds(self.socket, [message], [connection.fileno()])


def _ask(wanted: dict[str, Any]) -> socket.socket:
    """A connection to a new child; starts the helper when there is none."""
    global _helper
    for last in (False, True):
        with _lock:
            if _helper is None or not _helper.usable():
                _helper = _Helper()
            helper = _helper
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                helper.send(wanted, theirs)
            except OSError:
                ours.close()
                if last:
                    raise
                continue
            return ours
    raise AssertionError("the loop returns or raises")


def stop() -> None:
    """End the helper, if this process has one: the next call starts another."""
    global _helper
    with _lock:
        helper, _helper = _helper, None
    if helper is not None and helper.pid == os.getpid():
        helper.socket.close()
        try:
            helper.process.wait(5)
        except subprocess.TimeoutExpired:
            helper.process.kill()
            helper.process.wait(5)


async def run_limited(
    function: Callable[P, T],
    /,
    *args: Any,
    memory: int,
    seconds: float,
    writes: int = 0,
    folder: Path | None = None,
    **options: Any,
) -> T:
    """`function(*args, **options)` in a process that has `memory` bytes beyond its code and `seconds` to live.

    It may open only the files of the program and those in `folder`, where it may write up to `writes` bytes a file. The
    function has to be at the top of a module and to say what it returns. Raises the function's own RehearsalError
    (BadInput, TooLarge, UnsupportedMedia, Refused), Exhausted, or Broken for anything else.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    request = pickle.dumps(
        {
            "args": args,
            "options": options,
            "memory": memory,
            "seconds": seconds,
            "writes": writes,
            "folder": str(folder) if folder else None,
        }
    )
    async with _places():
        answer = await _call(name, request, seconds)
    return cast(T, _opened(answer, get_type_hints(function)["return"]))


def _places() -> asyncio.Semaphore:
    """So many children at once: what they may take together is bounded, too. The others wait."""
    return _semaphores.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(CHILDREN))


async def _call(name: str, request: bytes, seconds: float) -> dict[str, Any]:
    connection = await asyncio.to_thread(_ask, {"function": name, "seconds": seconds})
    reader, writer = await asyncio.open_connection(sock=connection, limit=RESULT_BYTES)
    try:
        async with asyncio.timeout(seconds + START_S):
            writer.write(struct.pack("<Q", len(request)) + request)
            with contextlib.suppress(ConnectionError):  # it died while it read: its end says why
                await writer.drain()
            return await _answer(reader)
    except TimeoutError:
        raise Exhausted("time") from None
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> dict[str, Any]:
    """What the child said, or how it ended (the helper's last words)."""
    try:
        (length,) = struct.unpack("<Q", await reader.readexactly(8))
        if length == sandboxed.ENDED:
            status, late = struct.unpack("<iB", await reader.readexactly(5))
            raise Exhausted(_reason(status, bool(late)))
        if length > RESULT_BYTES:
            raise Exhausted("memory")
        answer = json.loads(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        raise Exhausted("crash") from None
    return answer if isinstance(answer, dict) else {}


def _reason(status: int, late: bool) -> str:
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if late or ended_by == signal.SIGXCPU:
        return "time"
    # Libraries in C abort when they get no memory; the system's own killer sends SIGKILL.
    return "memory" if ended_by in (signal.SIGKILL, signal.SIGABRT) else "crash"


def _opened(answer: dict[str, Any], kind: Any) -> Any:
    match answer:
        case {"ok": value}:
            try:
                return adapter_of(kind).validate_python(value)
            except ValidationError:
                raise Exhausted("crash") from None
        case {"refused": str(name), "message": str(message), "code": str(code)} if name in _ERRORS and _CODE.fullmatch(
            code
        ):
            hint = answer.get("hint")
            raise _ERRORS[name](message, code=code, hint=hint if isinstance(hint, str) else None)
        case {"exhausted": "memory"}:
            raise Exhausted("memory")
        case {"broken": str(what)}:
            raise Broken(what[:300])
    raise Exhausted("crash")
