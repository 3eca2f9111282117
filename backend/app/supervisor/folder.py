"""The data folder of one installation: who may use it now, its secrets, and what runs on it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import IO, Any

from app.domain.errors import Conflict


class DataFolder:
    """`root` holds all that Rehearsal keeps: postgres, valkey, storage, logs, secrets, and `run.json` while it runs."""

    def __init__(self, root: Path) -> None:
        """Use `root`, made if missing; nothing in it is read yet."""
        self.root = root.resolve()
        self._lock: IO[str] | None = None

    @property
    def marker(self) -> str:
        """What the environment of every process of this folder carries, so that leftovers can be recognised."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:16]

    def prepare(self) -> None:
        """Make the folder and its private parts."""
        self.root.mkdir(parents=True, exist_ok=True)
        for name in ("logs", "secrets", "storage", "valkey"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)

    def claim(self) -> None:
        """Hold the folder until this process ends. Raises Conflict naming the process that holds it."""
        handle = (self.root / "supervisor.lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            address = self.running().get("url")
            raise Conflict(
                f"Rehearsal already runs on {self.root} (process {holder}).",
                code="already_running",
                hint=f"Open {address}, or stop it first." if address else "Stop it first.",
            ) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._lock = handle  # the lock lives as long as this handle

    def secret(self, name: str) -> str:
        """A random text of this folder, made at first use and readable by its owner only."""
        path = self.root / "secrets" / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="utf-8").strip()
        value = secrets.token_urlsafe(32)
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
        return value

    def running(self) -> dict[str, Any]:
        """What `note` wrote last; empty when nothing runs."""
        try:
            return json.loads((self.root / "run.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
        except (OSError, ValueError):
            return {}

    def note(self, state: dict[str, Any] | None) -> None:
        """Write what runs now, for `doctor`, the drills and the benchmark; None when everything has stopped."""
        path = self.root / "run.json"
        if state is None:
            path.unlink(missing_ok=True)
            return
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
