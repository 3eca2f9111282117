"""One supervised process: started, watched until it answers, restarted when it dies, stopped with its whole group."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

LOG_BYTES, LOG_FILES = 5_000_000, 3
READY_EVERY_S = 0.2
NAME_WIDTH = 11
# A process that lived this long had started well: its next crash begins the back-off anew. The back-off is for what
# falls over at once; what works and is killed now and then must not be missed for half a minute.
SETTLED_S = 20.0
BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# How long the output of a dead process may still come in: a process it started may hold the pipe open for ever.
LAST_WORDS_S = 2.0
SECRET_HEAD = 8  # lfx prints this much of its key at every start
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What to start and how to tell that it works.

    `ready` is asked again and again until it says True; `ready_line`, when given, must also have appeared in the
    output. `death_signal` is what Linux sends the process when the supervisor itself dies. `stop_s` is how long the
    process may take to end after `stop_signal` before its group is killed. `after_exit` removes what outlives the
    process outside its group. Texts of `secrets` are masked in the log.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_line: str | None = None
    start_s: float = 120.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_s: float = 5.0
    death_signal: signal.Signals = signal.SIGKILL
    user: int | None = None
    group: int | None = None
    after_exit: Callable[[], object] | None = None
    secrets: tuple[str, ...] = ()


class StartFailed(Exception):
    """A process did not come up; the text says which, and ends with its last words."""


@dataclass
class Child:
    """A `Spec` that runs. `started` is set at the first readiness; `say` prints for people."""

    spec: Spec
    logs: Path
    say: Callable[[str], None]
    started: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    changed: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._stopping = False
        self._line_seen = asyncio.Event()
        self._tail: deque[str] = deque(maxlen=15)
        handler = RotatingFileHandler(
            self.logs / f"{self.spec.name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, delay=True, errors="replace"
        )
        handler.setFormatter(logging.Formatter("%(message)s"))
        self._log = handler

    async def run(self) -> None:
        """Keep the process running until `stop`. Raises StartFailed when it never came up at all."""
        failures = 0
        while not self._stopping:
            began = time.monotonic()
            process, output = await self._spawn()
            reader = asyncio.create_task(self._read(output))
            exited = asyncio.create_task(process.wait())
            ready = await self._wait_ready(exited, began)
            if ready:
                self._announce(began, again=failures > 0 or self.started.is_set())
                self.started.set()
            elif not self._stopping and not exited.done():
                self._signal(signal.SIGKILL)
            status = await exited
            self.process = None
            if not self._stopping:
                self._kill_group(process.pid)  # whatever the dead process left behind
                if self.spec.after_exit is not None:
                    await asyncio.to_thread(self.spec.after_exit)
            await asyncio.wait({reader}, timeout=LAST_WORDS_S)
            reader.cancel()
            if self._stopping:
                return
            failures = 1 if time.monotonic() - began > SETTLED_S else failures + 1
            if not self.started.is_set() and failures >= 3:
                raise StartFailed(f"{self.spec.name} does not start ({_status(status)}):\n{self._last_words()}")
            pause = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
            self.say(f"{self.spec.name} stopped ({_status(status)}); starting it again in {pause:g} s")
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(pause)

    async def stop(self) -> None:
        """End the process and its group: politely, then by force after `stop_s`. Safe to call at any time."""
        self._stopping = True
        process = self.process
        if process is None:
            return
        self._signal(self.spec.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.spec.stop_s)
        except TimeoutError:
            self.say(f"{self.spec.name} did not stop within {self.spec.stop_s:g} s and is killed")
        self._kill_group(process.pid)
        await process.wait()

    def kill(self) -> None:
        """End the process and its group at once."""
        self._stopping = True
        if self.process is not None:
            self._kill_group(self.process.pid)

    async def _spawn(self) -> tuple[asyncio.subprocess.Process, int]:
        """The new process, and the end of a pipe from which its output is read."""
        self._line_seen.clear()
        spec, parent = self.spec, os.getpid()

        def with_parent() -> None:
            if _LIBC is not None:
                _LIBC.prctl(PR_SET_PDEATHSIG, int(spec.death_signal), 0, 0, 0)
                if os.getppid() != parent:
                    os._exit(1)

        account: dict[str, Any] = {}
        if spec.user is not None:
            account = {"user": spec.user, "group": spec.group, "extra_groups": []}
        # A pipe of our own: with asyncio's, wait() does not return while anybody, an orphan of the dead process for
        # example, still holds the other end.
        output, theirs = os.pipe()
        try:
            self.process = await asyncio.create_subprocess_exec(
                *spec.argv,
                cwd=spec.cwd,
                env=dict(spec.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=theirs,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=with_parent,
                **account,
            )
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(theirs)
        self.changed()
        return self.process, output

    async def _read(self, output: int) -> None:
        lines = asyncio.StreamReader(limit=1 << 20)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(output, "rb", 0)
        )
        try:
            await self._keep(lines)
        finally:
            transport.close()

    async def _keep(self, lines: asyncio.StreamReader) -> None:
        while True:
            try:
                raw = await lines.readline()
            except ValueError:  # a line over the limit: its beginning is dropped, the rest follows
                continue
            if not raw:
                return
            line = masked(raw.decode(errors="replace").rstrip(), self.spec.secrets)
            self._tail.append(line)
            if self.spec.ready_line is not None and self.spec.ready_line in line:
                self._line_seen.set()
            self._log.emit(logging.LogRecord(self.spec.name, logging.INFO, "", 0, line, None, None))

    async def _wait_ready(self, exited: asyncio.Task[int], began: float) -> bool:
        while not exited.done() and not self._stopping and time.monotonic() - began < self.spec.start_s:
            line = self.spec.ready_line is None or self._line_seen.is_set()
            if line and (self.spec.ready is None or await self.spec.ready()):
                return True
            await asyncio.wait({exited}, timeout=READY_EVERY_S)
        return False

    def _announce(self, began: float, *, again: bool) -> None:
        word = "ready again" if again else "ready"
        self.say(f"{self.spec.name:<{NAME_WIDTH}} {word} in {time.monotonic() - began:.1f} s")

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    @staticmethod
    def _kill_group(pid: int) -> None:
        # Every child leads a session of its own, so its process id is the id of its group as long as a member lives.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    def _last_words(self) -> str:
        return "\n".join(f"    {line}" for line in self._tail) or "    (it printed nothing)"


def masked(line: str, secrets: tuple[str, ...]) -> str:
    """The line with each secret, and each beginning of one (eight characters or more), as `***`."""
    for secret in secrets:
        start = line.find(secret[:SECRET_HEAD])
        while start >= 0:
            end = start
            while end < len(line) and end - start < len(secret) and line[end] == secret[end - start]:
                end += 1
            line = f"{line[:start]}***{line[end:]}"
            start = line.find(secret[:SECRET_HEAD], start)
    return line


def _status(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
