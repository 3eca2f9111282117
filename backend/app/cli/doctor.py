"""`doctor`: what is configured, what is embedded, what is missing and how to get it."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app import __version__
from app.cli.inputs import tell
from app.supervisor.folder import DataFolder
from app.utils.paths import REPOSITORY, models_dir

SCHEMA = 1
BACKEND, LANGFLOW, FRONTEND = REPOSITORY / "backend", REPOSITORY / "langflow", REPOSITORY / "frontend"
SETUP = "Run `make setup`."
# A data folder with one practised interview takes about 0.3 GB; less than this and recordings soon fail.
FREE_GB = 2.0
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVICES = {
    "database": ("DATABASE_URL", "PostgreSQL 18 inside the data folder", 5432),
    "queue": ("REDIS_URL", "Valkey on a private port", 6379),
    "flows": ("LANGFLOW_URL", "lfx serve on a private port", 7860),
    "storage": ("STORAGE_URL", "a folder inside the data folder", 0),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `state` is ok, missing (with `needed` True it does not run) or warning."""

    id: str
    state: str
    detail: str
    hint: str | None = None
    needed: bool = True


def run() -> tuple[dict[str, Any], int]:
    """The JSON of `doctor` and the exit status: 0 when Rehearsal can run here."""
    data = Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data")
    parts: tuple[Callable[[], Iterator[Check]], ...] = (
        _python,
        _environments,
        _models,
        _front_end,
        lambda: _services(),
        lambda: _machine(data),
    )
    checks = [check for part in parts for check in part()]
    for check in checks:
        tell(f"  {check.state:<8} {check.id:<18} {check.detail}{'  ' + check.hint if check.hint else ''}")
    runnable = not any(check.state == "missing" and check.needed for check in checks)
    report = {
        "schema": SCHEMA,
        "version": __version__,
        "runnable": runnable,
        "data": str(data.resolve()),
        "running": DataFolder(data).running() or None,
        "checks": [asdict(check) for check in checks],
    }
    return report, 0 if runnable else 1


def live(provider: str) -> tuple[dict[str, Any], int]:
    """The smallest real call of one provider; exit status 0 when it works.

    With DATABASE_URL it is made here, else by the Rehearsal that runs on this data folder: keys and budgets are in its
    database. Raises BadInput.
    """
    from app.domain.errors import BadInput
    from app.services.providers import checks
    from app.services.providers.catalog import BY_ID

    if provider not in BY_ID:
        raise BadInput("There is no such provider.", code="provider_unknown", hint=f"Use one of: {', '.join(BY_ID)}.")
    tell(f"asking {BY_ID[provider].title}")
    if os.environ.get("DATABASE_URL"):
        result = asdict(asyncio.run(checks.check(provider)))
    else:
        result = _tested_by_running(provider)
    tell(f"  {'ok' if result['ok'] else 'failed'}: {result['detail']} {result['hint'] or ''}".rstrip())
    return {"schema": SCHEMA, "provider": provider, **result}, 0 if result["ok"] else 1


def _tested_by_running(provider: str) -> dict[str, Any]:
    import httpx

    from app.domain.errors import BadInput

    url = DataFolder(Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data")).running().get("url")
    try:
        answer = httpx.post(f"{url}/api/providers/{provider}/test", timeout=120, trust_env=False) if url else None
    except httpx.HTTPError:
        answer = None
    if answer is None or answer.status_code != 200:
        hint = "Start it with `make run`, or set DATABASE_URL and REDIS_URL of a server."
        raise BadInput("Rehearsal does not run here, and it has the keys.", code="not_running", hint=hint)
    result: dict[str, Any] = answer.json()
    return result


def _python() -> Iterator[Check]:
    version = platform.python_version()
    good = (3, 11) <= sys.version_info[:2] <= (3, 12)
    yield Check("python", "ok" if good else "missing", version, None if good else "Install Python 3.11 or 3.12.")


def _environments() -> Iterator[Check]:
    wrong = _wrong_packages(BACKEND / "requirements.txt")
    if wrong:
        yield Check("back-end packages", "missing", f"{len(wrong)} missing or other versions ({wrong[0]})", SETUP)
    else:
        yield Check("back-end packages", "ok", "as locked")
    found = list((LANGFLOW / ".venv" / "lib").glob("python3.1[12]/site-packages/lfx-*.dist-info"))
    if found:
        yield Check("flow packages", "ok", found[0].name.removesuffix(".dist-info"))
    else:
        yield Check("flow packages", "missing", "langflow/.venv has no lfx", SETUP)


def _wrong_packages(lock: Path) -> list[str]:
    """Names in a lock file that are not installed in that version in this environment."""
    from packaging.requirements import Requirement

    wrong = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith((" ", "#", "-")):
            continue
        wanted = Requirement(line.rstrip("\\ "))
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            if not wanted.specifier.contains(metadata.version(wanted.name), prereleases=True):
                wrong.append(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(wanted.name)
    return wrong


def _models() -> Iterator[Check]:
    from app.domain.errors import RehearsalError
    from app.services.providers import assets

    bad = []
    for name, entry in assets.files().items():
        path = models_dir() / name
        if not path.is_file() or assets.sha256_of(path) != entry.sha256:
            bad.append(name)
    if bad:
        yield Check("models", "missing", f"{len(bad)} missing or damaged ({bad[0]})", SETUP)
    else:
        yield Check("models", "ok", f"{len(assets.files())} files, every sha256 as pinned")
    try:
        for name in assets.VISION_SHA256:
            assets.vision_model(name)
        import mediapipe  # noqa: F401  a wheel exists for x86-64 Linux and macOS only

        yield Check("presence", "ok", "MediaPipe and its models", needed=False)
    except (ImportError, RehearsalError):
        yield Check("presence", "warning", "no MediaPipe on this machine: presence is not measured", needed=False)


def _front_end() -> Iterator[Check]:
    built = (FRONTEND / "dist" / "index.html").is_file()
    yield Check("page", "ok" if built else "missing", "built" if built else "not built", None if built else SETUP)
    for name, needed in (("node", not built), ("npm", not built)):
        path = shutil.which(name)
        if path is None:
            hint = "Install Node 20 or later (needed to build the page)."
            yield Check(name, "missing", "not found", hint, needed=needed)
        else:
            done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            yield Check(name, "ok", done.stdout.strip(), needed=needed)
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if browser:
        yield Check("chromium", "ok", browser, needed=False)
    else:
        hint = "Only the browser tests need it; `make test` installs it on Debian."
        yield Check("chromium", "warning", "not found", hint, needed=False)


def _services() -> Iterator[Check]:
    for name, (variable, embedded, port) in SERVICES.items():
        address = os.environ.get(variable)
        if not address:
            yield Check(name, "ok", f"embedded: {embedded} ({variable} is not set)")
            continue
        parts = urlsplit(address)
        host = parts.hostname
        if name == "storage":
            yield _storage(variable)
        elif host is None:
            yield Check(name, "ok", f"configured by {variable}: {parts.scheme}")
        elif asyncio.run(_reachable(host, parts.port or port)):
            yield Check(name, "ok", f"configured by {variable}: {host} answers")
        else:
            yield Check(name, "missing", f"configured by {variable}: {host} does not answer", f"Check {variable}.")


def _storage(variable: str) -> Check:
    from app.core.config import settings
    from app.domain.errors import RehearsalError
    from app.services.providers.objects import Store

    try:
        place = settings().storage
        asyncio.run(Store(place).probe())
    except RehearsalError as error:
        return Check("storage", "missing", f"configured by {variable}: {error.message}", error.hint)
    return Check("storage", "ok", f"configured by {variable}: {place} answers")


async def _reachable(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(3):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
        await writer.wait_closed()
        return True
    except (OSError, TimeoutError):
        return False


def _machine(data: Path) -> Iterator[Check]:
    place = next(path for path in (data.resolve(), *data.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    if free < FREE_GB:
        yield Check("disk", "warning", f"{free:.1f} GB free at {place}", "Free some space or set REHEARSAL_DATA.")
    else:
        yield Check("disk", "ok", f"{free:.0f} GB free at {place}")
    port = os.environ.get("PORT") or "8000"
    running = DataFolder(data).running()
    if running.get("url", "").endswith(f":{port}"):
        yield Check("port", "ok", f"{port}: Rehearsal runs there")
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
            yield Check("port", "ok", f"{port} is free")
        except (OSError, ValueError, OverflowError):
            hint = "Choose another one: PORT=8001 make run."
            yield Check("port", "warning", f"{port} is in use or no port number", hint)
