"""The other side of `app.core.sandbox`: the helper that waits with the code loaded, and its children.

A child has, before it sees anything of the file:

- everywhere: limits on memory, CPU seconds, size of written files, open files; wall time (the helper kills it); an
  environment without secrets;
- Linux on x86-64 and ARM64 (seccomp): no socket, no new program, no new process, no look into another process;
- Linux with Landlock: no file but those of the program and of one folder;
- where one of the two is missing, a hook of Python refuses sockets and programs: that stops a library that wants to
  fetch something, but not code that took the process over.

`python -m app.core.sandboxed check` prints what holds here.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pickle
import platform
import resource
import select
import signal
import socket
import struct
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, get_type_hints

from pydantic import TypeAdapter

from app.domain.errors import RehearsalError
from app.utils.json import adapter_of

MESSAGE_BYTES = 512
# In the place of a length: the child has ended without an answer.
ENDED = 2**64 - 1
# Without work for so long, the helper goes and gives its memory back.
IDLE_S = 600.0
TICK_S = 0.02
# Whoever asks writes at once; the helper must not wait for one that does not.
REFUSE_S = 2.0
# Address space that is reserved but not used (stacks, arenas of malloc) counts for nothing else.
RESERVED = 1 << 30
FILES = 64

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 4, 38, 22
_CLONE_THREAD, _X32 = 0x10000, 0x40000000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
# By machine: the audit number of the architecture, clone, clone3, and what is refused. Networks (socket, connect, bind,
# io_uring), programs (execve, execveat), other processes (fork, vfork, ptrace, kill, tkill, process_vm_*, pidfd_*),
# the kernel's less trodden parts (bpf, userfaultfd, keys, mount, namespaces, perf).
_SYSCALLS: dict[str, tuple[int, int, int, tuple[int, ...]]] = {
    "x86_64": (
        *(0xC000003E, 56, 435),
        (
            *(41, 42, 49, 425, 426, 427, 59, 322, 57, 58, 101, 62, 200, 310, 311, 434, 424, 438),
            *(321, 323, 248, 249, 250, 165, 166, 272, 308, 298),
        ),
    ),
    "aarch64": (
        *(0xC00000B7, 220, 435),
        (
            *(198, 203, 200, 425, 426, 427, 221, 281, 117, 129, 130, 270, 271, 434, 424, 438),
            *(280, 282, 217, 218, 219, 40, 39, 97, 268, 241),
        ),
    ),
}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
# Execute, write, read, list, remove (2), make (7): the first version of Landlock, which every later one knows.
_EVERYTHING, _READ = 0x1FFF, 0x1 | 0x4 | 0x8


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def limit(memory: int, seconds: float, writes: int, folder: str | None) -> dict[str, bool]:
    """Apply everything to this process, for good. Returns what the system could do."""
    used = {name: pages * resource.getpagesize() for name, pages in _pages().items()}
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, FILES)
    _set(resource.RLIMIT_FSIZE, writes)
    _set(resource.RLIMIT_CPU, max(1, round(seconds)))
    _set(resource.RLIMIT_DATA, used.get("data", 0) + memory)
    _set(resource.RLIMIT_AS, used.get("size", 0) + memory + RESERVED)
    held = {"files": False, "syscalls": False}
    if sys.platform == "linux":
        libc = _libc()
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            held = {"files": _landlock(libc, folder), "syscalls": _seccomp(libc)}
    if not all(held.values()):
        sys.addaudithook(_hook)
    return held


def _pages() -> dict[str, int]:
    try:
        fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return {}
    return {"size": int(fields[0]), "data": int(fields[5])}


def _set(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(what, (value, value))
    except (ValueError, OSError):
        if sys.platform == "linux":
            raise  # elsewhere some limits cannot be set


def _seccomp(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _SYSCALLS:
        return False
    arch, clone, clone3, refused = _SYSCALLS[platform.machine()]
    eperm, enosys = _ERRNO | 1, _ERRNO | 38
    load, equal, at_least, has, give = 0x20, 0x15, 0x35, 0x45, 0x06
    program = [
        *((load, 0, 0, 4), (equal, 1, 0, arch), (give, 0, 0, _KILL), (load, 0, 0, 0)),
        # The other numbering of x86-64 would go around the list.
        *((at_least, 0, 1, _X32), (give, 0, 0, eperm)),
    ]
    for number in refused:
        program += [(equal, 0, 1, number), (give, 0, 0, eperm)]
    program += [
        # The C library falls back to clone, whose flags can be looked at: threads yes, processes no.
        *((equal, 0, 1, clone3), (give, 0, 0, enosys)),
        *((equal, 0, 3, clone), (load, 0, 0, 16), (has, 1, 0, _CLONE_THREAD), (give, 0, 0, eperm)),
        (give, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(buffer)))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, header, 0, 0) == 0)


def _landlock(libc: ctypes.CDLL, folder: str | None) -> bool:
    handled = struct.pack("<Q", _EVERYTHING)
    rules = libc.syscall(_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return False
    readable = {sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), "/usr/lib", "/lib", "/lib64"}
    readable |= {os.path.realpath(path) for path in sys.path if path}
    allowed = [(path, _READ) for path in sorted(readable)] + ([(folder, _EVERYTHING)] if folder else [])
    for path, access in allowed:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        if not os.path.isdir(path):
            access &= 0x7  # a file cannot be listed
        rule = struct.pack("<Qi", access, place)
        added = libc.syscall(_LANDLOCK_ADD, rules, 1, rule, 0)
        os.close(place)
        if added != 0:
            return False
    held = libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0
    os.close(rules)
    return bool(held)


def _hook(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.system")):
        raise PermissionError(f"{event} is not allowed here")


def _function(name: str) -> Any:
    module, _, qualname = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


@lru_cache(maxsize=64)
def _ready(name: str) -> tuple[Any, TypeAdapter[Any]]:
    """The function and how its result becomes JSON: loaded once, before the fork, so that every child has it."""
    function = _function(name)
    adapter = adapter_of(get_type_hints(function)["return"])
    gc.collect()
    gc.freeze()
    return function, adapter


def _child(name: str, connection: socket.socket) -> None:
    (length,) = struct.unpack("<Q", _exactly(connection, 8))
    # From the program itself, before anything of a file is read.
    wanted = pickle.loads(_exactly(connection, length))  # nosec B301
    limit(wanted["memory"], wanted["seconds"], wanted["writes"], wanted["folder"])
    _say(connection, _call(name, wanted["args"], wanted["options"]))


def _call(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    function, adapter = _ready(name)
    try:
        return {"ok": adapter.dump_python(function(*args, **options), mode="json")}
    except RehearsalError as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        base = next((kind for kind in kinds if kind in ("TooLarge", "UnsupportedMedia", "BadInput", "Refused")), "")
        return {"refused": base, "message": error.message, "code": error.code, "hint": error.hint}
    except MemoryError:
        return {"exhausted": "memory"}
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> dict[str, Any]:
    """Type and place of an error; its message may quote the file."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else "unknown"
    return {"broken": f"{type(error).__name__} at {where}"}


def _say(connection: socket.socket, answer: dict[str, Any]) -> None:
    message = json.dumps(answer).encode()
    connection.sendall(struct.pack("<Q", len(message)) + message)


def _refuse(connection: socket.socket, answer: dict[str, Any]) -> None:
    """Answer in the place of a child. What was asked is read first: a close with unread bytes takes answers along."""
    with connection, contextlib.suppress(OSError, SystemExit):
        connection.settimeout(REFUSE_S)
        (length,) = struct.unpack("<Q", _exactly(connection, 8))
        _exactly(connection, length)
        _say(connection, answer)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        piece = connection.recv(min(1 << 20, length - len(data)))
        if not piece:
            raise SystemExit(1)
        data += piece
    return bytes(data)


def _fork(message: bytes, connection: socket.socket, others: list[socket.socket]) -> tuple[int, float]:
    wanted = json.loads(message)
    _ready(wanted["function"])
    deadline = time.monotonic() + float(wanted["seconds"])
    pid = os.fork()
    if pid:
        return pid, deadline
    try:
        for other in others:
            other.close()
        _child(wanted["function"], connection)
    except BaseException:
        os._exit(1)  # the message of an error may quote the file, so nothing is printed
    os._exit(0)


def serve(control: socket.socket) -> None:
    """Fork a child for each message until the other side closes or nothing came for a while."""
    children: dict[int, tuple[socket.socket, float]] = {}
    used = time.monotonic()
    while children or time.monotonic() - used < IDLE_S:
        ready, _, _ = select.select([control], [], [], TICK_S if children else 5.0)
        if ready:
            message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
            if not message:
                break
            used = time.monotonic()
            connection = socket.socket(fileno=descriptors[0])
            others = [control, *(other for other, _ in children.values())]
            try:
                pid, deadline = _fork(message, connection, others)
                children[pid] = (connection, deadline)
            except Exception as error:  # code that does not load, or no room for a process
                _refuse(connection, _broken(error))
        _reap(children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _reap(children: dict[int, tuple[socket.socket, float]]) -> None:
    for pid, (connection, deadline) in list(children.items()):
        late = time.monotonic() > deadline
        if late:
            os.kill(pid, signal.SIGKILL)
        ended, status = os.waitpid(pid, 0 if late else os.WNOHANG)
        if not ended:
            continue
        del children[pid]
        with connection:
            connection.setblocking(False)
            try:
                if status or late:
                    connection.send(struct.pack("<QiB", ENDED, status, late))
            except OSError:
                pass  # nobody waits any more


def main() -> NoReturn:
    """Serve on the socket whose number is the argument, or say what holds on this system."""
    if sys.argv[1:] == ["check"]:
        sys.stdout.write(json.dumps(limit(1 << 28, 10, 1 << 16, None)) + "\n")
        sys.exit(0)
    serve(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)


if __name__ == "__main__":
    main()
