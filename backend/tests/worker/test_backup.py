"""Backups of a database and a storage of their own, and what is refused. Real pg_dump, pg_restore and PostgreSQL."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from app.core import config, database, events
from app.core.places import Folder
from app.domain.errors import BadInput, Conflict, RehearsalError
from app.models import LOCAL_OWNER
from app.services.backup import archive, postgres, service
from app.services.backup.restore import Restored, restore
from app.services.providers.objects import Store
from app.utils.paths import REPOSITORY
from tests.conftest import Services

pytestmark = pytest.mark.services
ALEMBIC = Config(REPOSITORY / "backend" / "alembic.ini")
RNG = random.Random(5)
CANARY = "a sentence that only the backup knows"


@pytest.fixture
def url(services: Services, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated database of this test alone: connections that other tests have left open are none of its."""
    name = f"backup_{uuid4().hex[:12]}"
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    own = services.database_url.replace("/postgres?", f"/{name}?")
    assert own != services.database_url
    monkeypatch.setenv("DATABASE_URL", own)
    config.settings.cache_clear()
    database.engine.cache_clear()
    command.upgrade(ALEMBIC, "head")
    yield own
    config.settings.cache_clear()
    database.engine.cache_clear()
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def recordings(tmp_path: Path) -> Store:
    """An empty storage."""
    return Store(Folder(tmp_path / "storage"))


def practise(url: str, owner: UUID = LOCAL_OWNER) -> UUID:
    """A posting with an answered question, as rows; the take's id."""
    posting, interview, question, take = (uuid4() for _ in range(4))
    rows: dict[str, dict[str, Any]] = {
        "postings": {"id": posting, "owner_id": owner, "posting": json.dumps({"text": CANARY})},
        "interviews": {"id": interview, "owner_id": owner, "posting_id": posting},
        "questions": {"id": question, "owner_id": owner, "interview_id": interview},
        "takes": {
            "id": take,
            "owner_id": owner,
            "question_id": question,
            "media_key": f"takes/{take}/recording.webm",
            "audio_key": f"takes/{take}/audio.flac",
        },
    }
    with psycopg.connect(url) as connection:
        for table, given in rows.items():
            row = _filled(connection, table) | given
            places = ", ".join(["%s"] * len(row))
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))
    return take


def _filled(connection: psycopg.Connection, table: str) -> dict[str, Any]:
    """Something for every column that has to be set."""
    asked = (
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_nullable = 'NO' AND column_default IS NULL"
    )
    words = {"source": "text", "mode": "video", "kind": "video"}
    by_type = {"integer": 1, "double precision": 1.0, "boolean": False, "jsonb": "{}", "bytea": b""}
    by_type |= {"timestamp with time zone": "2026-01-01", "bigint": 1}
    return {name: words.get(name, by_type.get(kind, "x")) for name, kind in connection.execute(asked, [table])}


async def record(store: Store, take: UUID) -> dict[str, bytes]:
    """The files of an answer."""
    data = {f"takes/{take}/recording.webm": RNG.randbytes(9_000_000), f"takes/{take}/audio.flac": RNG.randbytes(700)}
    for key, content in data.items():
        await store.put_bytes(key, content)
    return data


async def contents(store: Store) -> dict[str, bytes]:
    """Everything a storage has."""
    return {key: b"".join([part async for part in store.read(key, size)]) async for key, size in store.list()}


async def made(url: str, store: Store, target: Path, **options: Any) -> Path:
    """A backup in a folder."""
    backup = await service.create(url, store, Folder(target), tell=lambda _: None, **{"with_media": True} | options)
    return target / backup.name


async def put_back(url: str, store: Store, path: Path, *, overwrite: bool = False) -> Restored:
    return await restore(url, store, path, overwrite=overwrite, tell=lambda _: None)


def dump_of(url: str) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with psycopg.connect(url) as connection:
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = [row[0] for row in connection.execute(asked)]
        return {table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))) for table in tables}


async def test_everything_is_back(url: str, recordings: Store, tmp_path: Path) -> None:
    data = await record(recordings, practise(url))
    before = dump_of(url)
    path = await made(url, recordings, tmp_path / "backups")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]

    elsewhere = Store(Folder(tmp_path / "elsewhere"))
    with psycopg.connect(url, autocommit=True) as connection:
        postgres.empty(connection)
    done = await put_back(url, elsewhere, path)
    assert dump_of(url) == before
    assert await contents(elsewhere) == data
    assert (done.objects, done.bytes, done.missing, done.left_out) == (2, 9_000_700, 0, 0)
    async with events.connect() as redis:
        assert int(await redis.get(service.LAST_KEY)) > 1_700_000_000


async def test_any_tar_can_read_it(url: str, recordings: Store, tmp_path: Path) -> None:
    data = await record(recordings, practise(url))
    path = await made(url, recordings, tmp_path / "backups")
    with tarfile.open(path) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        lines = [json.loads(line) for line in tar.extractfile("media.jsonl")]  # type: ignore[union-attr]
        for key, content in data.items():
            assert tar.extractfile(f"media/{key}").read() == content  # type: ignore[union-attr]
    assert names[0] == "manifest.json"
    assert {line["key"]: line["sha256"] for line in lines} == {
        key: hashlib.sha256(content).hexdigest() for key, content in data.items()
    }
    assert (manifest["objects"], manifest["media"]) == (2, True)


async def test_a_system_with_data_is_not_overwritten_unasked(url: str, recordings: Store, tmp_path: Path) -> None:
    practise(url)
    path = await made(url, recordings, tmp_path / "backups")
    practise(url)
    before = dump_of(url)
    with pytest.raises(Conflict) as caught:
        await put_back(url, recordings, path)
    assert caught.value.code == "backup_overwrites"
    assert dump_of(url) == before
    await put_back(url, recordings, path, overwrite=True)
    assert len(dump_of(url)["takes"]) == 1


async def test_a_system_that_is_used_is_left_alone(url: str, recordings: Store, tmp_path: Path) -> None:
    path = await made(url, recordings, tmp_path / "backups")
    with psycopg.connect(url), pytest.raises(Conflict) as caught:
        await put_back(url, recordings, path)
    assert caught.value.code == "backup_in_use"
    ending = Timer(0.3, psycopg.connect(url).close)
    ending.start()
    await put_back(url, recordings, path)  # waits a moment for what is closing
    ending.join()


async def test_two_backups_at_once(url: str, recordings: Store, tmp_path: Path) -> None:
    with postgres.connected(url), pytest.raises(Conflict) as caught:
        await made(url, recordings, tmp_path / "backups")
    assert caught.value.code == "backup_busy"


async def test_an_older_backup_is_brought_up_to_date(url: str, recordings: Store, tmp_path: Path) -> None:
    command.downgrade(ALEMBIC, "0009")
    path = await made(url, recordings, tmp_path / "backups")
    command.upgrade(ALEMBIC, "head")
    newest = dump_of(url)["alembic_version"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE of_a_newer_version (id int)")
    await put_back(url, recordings, path, overwrite=True)
    after = dump_of(url)
    assert after["alembic_version"] == newest
    assert "of_a_newer_version" not in after


async def test_a_newer_backup_is_refused(url: str, recordings: Store, tmp_path: Path) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    path = await made(url, recordings, tmp_path / "backups")
    before = dump_of(url)
    with pytest.raises(Conflict) as caught:
        await put_back(url, recordings, path, overwrite=True)
    assert caught.value.code == "backup_newer"
    assert dump_of(url) == before


@pytest.mark.parametrize("where", ["manifest.json", "database.dump", "media/", "media.jsonl", "end"])
async def test_a_damaged_backup_changes_nothing(url: str, recordings: Store, tmp_path: Path, where: str) -> None:
    await record(recordings, practise(url))
    path = await made(url, recordings, tmp_path / "backups")
    data = bytearray(path.read_bytes())
    if where == "end":
        del data[len(data) // 2 :]
    else:
        with tarfile.open(path) as tar:
            place = next(member.offset_data for member in tar if member.name.startswith(where))
        data[place + 20] ^= 1
    path.write_bytes(data)
    before = dump_of(url), await contents(recordings)
    with pytest.raises(BadInput) as caught:
        await put_back(url, recordings, path, overwrite=True)
    assert caught.value.code in ("backup_damaged", "backup_unreadable")
    assert (dump_of(url), await contents(recordings)) == before


@pytest.mark.parametrize("key", ["media/../../etc/passwd", "media//x", "media/a/./b", "media/"])
def test_a_key_cannot_leave_the_storage(key: str) -> None:
    with pytest.raises(BadInput):
        archive.key_of(key)


async def test_what_is_missing_is_said(url: str, recordings: Store, tmp_path: Path) -> None:
    take = practise(url)
    await record(recordings, take)
    path = await made(url, recordings, tmp_path / "backups", with_media=False)
    assert path.stat().st_size < 1_000_000
    done = await put_back(url, recordings, path, overwrite=True)
    assert (done.objects, done.missing) == (0, 0)
    await recordings.delete(f"takes/{take}/audio.flac")
    await recordings.put_bytes(f"takes/{take}/recording.webm", b"short")
    done = await put_back(url, recordings, path, overwrite=True)
    assert done.missing == 2
    assert sorted(done.missing_keys) == [f"takes/{take}/audio.flac", f"takes/{take}/recording.webm"]


async def test_what_nobody_refers_to_is_left_out(url: str, recordings: Store, tmp_path: Path) -> None:
    data = await record(recordings, practise(url))
    await recordings.put_bytes(f"takes/{uuid4()}/recording.webm", b"made after the dump")
    path = await made(url, recordings, tmp_path / "backups")
    elsewhere = Store(Folder(tmp_path / "elsewhere"))
    done = await put_back(url, elsewhere, path, overwrite=True)
    assert (done.objects, done.left_out) == (2, 1)
    assert await contents(elsewhere) == data


async def test_everybody_signs_in_again(url: str, recordings: Store, tmp_path: Path) -> None:
    with psycopg.connect(url) as connection:
        for table in postgres.LEFT_OUT:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(f"CREATE TABLE {table} AS SELECT 'a token'::text AS token_hash")
    path = await made(url, recordings, tmp_path / "backups")
    await put_back(url, recordings, path, overwrite=True)
    rows = dump_of(url)
    assert [rows[table] for table in postgres.LEFT_OUT] == [[], []]


@pytest.mark.parametrize("ended", [False, True])
async def test_who_was_erased_after_the_backup_stays_erased(
    url: str, recordings: Store, tmp_path: Path, ended: bool
) -> None:
    person = uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO owners (id, kind) VALUES (%s, 'account')", [person])
    theirs = practise(url, person)
    left = await record(recordings, theirs)
    kept = await record(recordings, practise(url))
    path = await made(url, recordings, tmp_path / "backups")
    with psycopg.connect(url) as connection:
        if ended:  # the receipt is all that is left
            digest = hashlib.sha256(str(person).encode()).hexdigest()
            connection.execute(
                "INSERT INTO erasures (id, digest, parts, pending, settle_at, owner_digest) "
                "VALUES (gen_random_uuid(), 'of a code', '{}', '{}', now(), %s)",
                [digest],
            )
            connection.execute("DELETE FROM owners WHERE id = %s", [person])
        else:
            connection.execute("UPDATE owners SET erased_at = now() WHERE id = %s", [person])
    elsewhere = Store(Folder(tmp_path / "elsewhere"))
    for key, content in left.items():
        await elsewhere.put_bytes(key, content)  # the erasure had not got that far
    done = await put_back(url, elsewhere, path, overwrite=True)
    assert (done.erased_again, done.missing, done.left_out) == (1, 0, 2)
    assert await contents(elsewhere) == kept
    rows = dump_of(url)
    assert not [table for table, found in rows.items() if str(person) in str(found) or str(theirs) in str(found)]
    assert len(rows["takes"]) == 1


async def test_the_oldest_go(url: str, recordings: Store, tmp_path: Path) -> None:
    path = await made(url, recordings, tmp_path / "backups")
    target = Folder(path.parent)
    for day in range(1, 5):
        (path.parent / f"rehearsal-2026010{day}T000000Z.tar").write_bytes(path.read_bytes())
    (path.parent / "rehearsal-20260102T120000Z.tar").write_bytes(b"broken")
    (path.parent / "of somebody else.tar").write_bytes(b"x")
    leftover = path.parent / "rehearsal-20260101T000001Z.tar.partial"
    leftover.write_bytes(b"x")
    os.utime(leftover, (0, 0))
    gone = ["20260101T000000Z", "20260102T000000Z", "20260102T120000Z"]
    assert await service.prune(target, 3) == [f"rehearsal-{moment}.tar" for moment in gone]
    assert next(backup.name for backup in await service.listed(target)) == path.name
    assert len(list(path.parent.iterdir())) == 4
    with pytest.raises(BadInput):
        await service.prune(target, 0)


async def test_a_full_disk_leaves_nothing(
    url: str, recordings: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record(recordings, practise(url))

    async def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Writer, "add", full)
    with pytest.raises(RehearsalError) as caught:
        await made(url, recordings, tmp_path / "backups")
    assert "No space left" in caught.value.message
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_backup_does_not_go_into_the_storage(url: str, recordings: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        await made(url, recordings, tmp_path / "storage" / "backups")


async def test_nightly(
    url: str,
    recordings: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("REHEARSAL_BACKUP_URL", (tmp_path / "nightly").as_uri())
    config.settings.cache_clear()
    await record(recordings, practise(url))
    await service.nightly()
    found = await service.listed(Folder(tmp_path / "nightly"))
    assert [backup.manifest is not None and backup.manifest.objects for backup in found] == [2]
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hidden-password@127.0.0.1:9/x")
    config.settings.cache_clear()
    async with events.connect() as redis:
        await redis.delete(service.LAST_KEY)
        await service.nightly()  # says so and leaves the mark as it was
        assert await redis.get(service.LAST_KEY) is None
    said = "".join(capsys.readouterr()) + caplog.text  # where it is written depends on who has set up logging before
    assert "backup_failed" in said
    assert "hidden-password" not in said


def test_secrets_are_no_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that writes down what it was called with, in place of pg_dump."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            "if '--version' in sys.argv: print('pg_dump (PostgreSQL) 99.1')\n"
            f"else: open('{tmp_path}/called', 'w').write(json.dumps([sys.argv, dict(os.environ)]))\n"
        )
        program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("REHEARSAL_SECRET_KEY", "not-its-business")
    address = "postgresql://user:s3cret@127.0.0.1:5433/x?sslmode=require"
    asyncio.run(postgres.dump(address, 99, tmp_path / "out"))
    arguments, environment = json.loads((tmp_path / "called").read_text())
    assert "s3cret" not in " ".join(arguments)
    assert environment["PGPASSWORD"] == "s3cret"
    assert (environment["PGHOST"], environment["PGPORT"], environment["PGSSLMODE"]) == ("127.0.0.1", "5433", "require")
    assert "REHEARSAL_SECRET_KEY" not in environment
    with pytest.raises(BadInput) as caught:
        postgres.programs(100)
    assert "PostgreSQL 100" in caught.value.message
    assert "postgresql-client-100" in str(caught.value.hint)


def test_a_database_elsewhere_is_reached_by_tls() -> None:
    """Nobody listens there: the programs get as far as that only when they can do what the address demands."""
    address = "postgresql://u@127.0.0.1:9/x?sslmode=verify-full"
    for server in (16, 18):
        program = postgres.programs(server).dump
        done = subprocess.run([program], env=postgres.environment(address), capture_output=True, text=True, check=False)
        assert "Connection refused" in done.stderr, done.stderr
    assert "LD_PRELOAD" not in postgres.environment("postgresql://u@/x?host=/tmp")
