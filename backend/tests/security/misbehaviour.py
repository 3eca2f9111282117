"""What code that was taken over by a file might do. It runs in the limited process only."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from app.domain.errors import BadInput


def take_memory() -> int:
    """Ten gigabytes, a piece at a time."""
    kept = [bytearray(64 << 20) for _ in range(160)]
    return len(kept)


def take_time() -> int:
    """Compute for ever."""
    while True:
        pass


def sleep_long() -> int:
    """Wait for ever without computing."""
    time.sleep(3600)
    return 0


def crash() -> int:
    """Read an address that is nobody's."""
    return ctypes.c_ubyte.from_address(8).value


def connect(port: int) -> str:
    """What comes of a connection to this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError as error:
        return type(error).__name__
    return "connected"


def run_program() -> str:
    """What comes of starting a program."""
    try:
        subprocess.run(["/bin/true"], check=True)
    except OSError as error:
        return type(error).__name__
    return "started"


def fork() -> str:
    """What comes of a second process."""
    try:
        pid = os.fork()
    except OSError as error:
        return type(error).__name__
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "forked"


def read(path: str) -> str:
    """What comes of reading a file."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        return type(error).__name__


def write(path: str, size: int) -> str:
    """What comes of writing a file."""
    try:
        Path(path).write_bytes(b"x" * size)
    except OSError as error:
        return type(error).__name__
    return "written"


def environment() -> list[str]:
    """The names of the environment."""
    return sorted(os.environ)


def use_threads() -> int:
    """Threads are allowed: decoders have some."""
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(1,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def refuse() -> int:
    """A refusal as the parsers have it."""
    raise BadInput("It is empty.", code="posting_empty", hint="Paste it.")


def fail(secret: str) -> int:
    """An error that quotes what it read."""
    raise ValueError(secret)


def lie() -> int:
    """Something else than it says."""
    wrong: Any = {"not": "a number"}
    return wrong  # type: ignore[no-any-return]
