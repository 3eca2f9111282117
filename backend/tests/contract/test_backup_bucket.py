"""Backups of a bucket's installation in a bucket of their own, by the commands an operator uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from app.services.providers.objects import Store
from tests.conftest import Services
from tests.contract import s3_servers
from tests.contract.s3_servers import Server
from tests.contract.test_storage_commands import command, contents
from tests.worker import test_backup
from tests.worker.test_backup import dump_of, practise, record

pytestmark = pytest.mark.services
url = test_backup.url


@pytest.fixture(params=["moto", "nanio"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two S3 servers."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def environment(url: str, services: Services, server: Server, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation whose recordings and backups are in two buckets."""
    media, backups = f"media-{uuid4().hex[:12]}", f"backups-{uuid4().hex[:12]}"
    server.make(media)
    server.make(backups)
    return server.settings(media) | {
        "DATABASE_URL": url,
        "REDIS_URL": services.redis_url,
        "REHEARSAL_DATA": str(tmp_path),
        "REHEARSAL_BACKUP_URL": f"s3://{backups}/nightly",
    }


def store_of(server: Server, environment: dict[str, str]) -> Store:
    """The recordings."""
    return Store(server.bucket(environment["STORAGE_URL"].split("/")[2], prefix="data"))


async def test_a_backup_in_a_bucket(url: str, server: Server, environment: dict[str, str], tmp_path: Path) -> None:
    store = store_of(server, environment)
    data = await record(store, practise(url))
    before = dump_of(url)
    status, made, said = command("backup", "create", "--with-media", **environment)
    assert (status, made and made["objects"], made and made["media_bytes"]) == (0, 2, 9_000_700), said
    assert made is not None
    _, found, _ = command("backup", "list", **environment)
    assert found is not None
    assert [backup["name"] for backup in found["backups"]] == [made["name"]]
    assert found["backups"][0]["media"] is True

    await store.delete_prefix("takes/")
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE postings CASCADE")
    status, done, said = command("backup", "restore", made["name"], **environment)
    assert status == 0, said
    assert done is not None
    assert (done["objects"], done["missing"]) == (2, 0)
    assert dump_of(url) == before
    assert await contents(store) == data
    assert not list((tmp_path / "work").iterdir())


async def test_only_the_database(url: str, server: Server, environment: dict[str, str]) -> None:
    store = store_of(server, environment)
    take = practise(url)
    await record(store, take)
    status, made, said = command("backup", "create", **environment)
    assert (status, made and made["media"], made and made["objects"]) == (0, False, 2), said
    assert made is not None
    assert made["bytes"] < 1_000_000
    await store.delete(f"takes/{take}/audio.flac")
    address = f"{environment['REHEARSAL_BACKUP_URL']}/{made['name']}"
    status, done, said = command("backup", "restore", "--overwrite", address, **environment)
    assert status == 0, said
    assert "MISSING    1 objects" in said
    assert done is not None
    assert done["missing_keys"] == [f"takes/{take}/audio.flac"]


def test_refusals(server: Server, environment: dict[str, str], tmp_path: Path) -> None:
    inside = environment["STORAGE_URL"] + "/backups"
    for arguments, change, code in (
        (("create",), {"REHEARSAL_BACKUP_URL": inside}, 2),
        (("create",), {"REHEARSAL_BACKUP_URL": "s3://nowhere-at-all"}, 1),
        (("create",), {"STORAGE_SECRET_KEY": ""}, 2),
        (("create",), {"DATABASE_URL": "postgresql://u:hidden-password@127.0.0.1:9/x"}, 1),
        (("restore", "rehearsal-20260101T000000Z.tar"), {}, 2),
        (("restore", str(tmp_path / "nothing.tar")), {}, 2),
        (("prune", "--keep", "0"), {}, 2),
        (("list",), {"REHEARSAL_BACKUP_URL": "ftp://x"}, 2),
    ):
        status, report, said = command("backup", *arguments, **environment | change)
        assert (status, report) == (code, None), (arguments, said)
        assert said.strip().splitlines()[-1].endswith((".", "`.", "/prefix.")), said
        assert "hidden-password" not in said
        assert "Traceback" not in said


def test_prune(url: str, server: Server, environment: dict[str, str]) -> None:
    _, made, said = command("backup", "create", **environment)
    assert made is not None, said
    name = environment["REHEARSAL_BACKUP_URL"].split("/")[2]
    witness = s3_servers.client(server.url)
    body: Any = witness.get_object(Bucket=name, Key=f"nightly/{made['name']}")["Body"].read()
    for day in range(1, 4):
        witness.put_object(Bucket=name, Key=f"nightly/rehearsal-2026010{day}T000000Z.tar", Body=body)
    witness.put_object(Bucket=name, Key="nightly/readme.txt", Body=b"x")
    status, report, said = command("backup", "prune", "--keep", "2", **environment)
    assert (status, report and len(report["deleted"])) == (0, 2), said
    left = {row["Key"] for row in witness.list_objects_v2(Bucket=name)["Contents"]}
    assert left == {"nightly/readme.txt", f"nightly/{made['name']}", "nightly/rehearsal-20260103T000000Z.tar"}
