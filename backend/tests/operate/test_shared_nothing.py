"""Several hosts need nothing but the same addresses: what is kept on one of them is listed here, and may be lost."""

from __future__ import annotations

import asyncio
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.core import config, vault
from app.core.database import transaction
from app.models import LOCAL_OWNER, Take, Upload
from app.services.analysis import pipeline
from app.services.flow import copies
from app.services.outbox import service as outbox
from app.services.recordings import listening, service
from app.utils.paths import REPOSITORY
from app.worker import celery_app
from tests import world
from tests.bench import capacity
from tests.operate.test_fair_share import answer
from tests.operate.test_poison import media

# Everything of the program that touches the data folder of its host, and why another host does not miss it.
LOCAL = {
    "app/core/config.py": "the storage of personal mode; a server has STORAGE_URL",
    "app/core/vault.py": "the key of personal mode; a server has REHEARSAL_SECRET_KEY",
    "app/cli/backup.py": "where a backup goes when nothing else is said",
    "app/services/backup/service.py": "a restore looks whether the system of this folder runs",
    "app/services/recordings/service.py": "files that one task works on, gone with it",
}


def test_the_list_of_what_is_local_is_whole() -> None:
    app = REPOSITORY / "backend" / "app"
    users = {
        str(path.relative_to(app.parent))
        for path in app.rglob("*.py")
        if re.search(r"settings\(\)\.data\b|self\.data\.resolve", path.read_text(encoding="utf-8"))
    }
    assert users == set(LOCAL)
    told = (REPOSITORY / "docs" / "scaling.md").read_text(encoding="utf-8")
    for word in ("REHEARSAL_SECRET_KEY", "STORAGE_URL", "`work/`", "beat"):
        assert word in told


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings of a server."""
    monkeypatch.setenv("REHEARSAL_MODE", "server")
    monkeypatch.delenv("REHEARSAL_SECRET_KEY", raising=False)
    config.settings.cache_clear()
    return monkeypatch


def on_host(patch: pytest.MonkeyPatch, folder: Path, key: str | None) -> None:
    """Go on as a process of a host with this data folder."""
    patch.setenv("REHEARSAL_DATA", str(folder))
    if key is not None:
        patch.setenv("REHEARSAL_SECRET_KEY", key)
    config.settings.cache_clear()


def test_what_one_host_seals_another_reads(server: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_host(server, tmp_path / "a", "the same long random text on every host")
    sealed = vault.seal("key of a service")
    on_host(server, tmp_path / "b", "the same long random text on every host")
    assert vault.unseal(sealed) == "key of a service"
    config.settings.cache_clear()


def test_a_server_makes_no_key_of_its_own(server: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_host(server, tmp_path, None)
    with pytest.raises(vault.Locked) as refused:
        vault.seal("key of a service")
    assert refused.value.code == "secret_key_missing"
    assert not (tmp_path / "secrets").exists()
    config.settings.cache_clear()


def test_leftovers_of_a_killed_process_are_cleared_by_their_own_host(settings: Any) -> None:
    old, new = settings.data / "work" / "old", settings.data / "work" / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "recording").write_bytes(b"of somebody")
    past = time.time() - service.WORKSHOP_S - 1
    os.utime(old, (past, past))
    service.clear_workshop()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_tables_of_capacity_are_those_of_the_command() -> None:
    assert capacity.tables() in (REPOSITORY / "docs" / "scaling.md").read_text(encoding="utf-8")


@pytest.mark.services
async def test_two_beats_send_what_is_late_once(settings: Any) -> None:
    takes = await answer(LOCAL_OWNER, 3)
    await world.forget("media")
    past = datetime.now(UTC) - timedelta(seconds=30)
    async with transaction() as session:
        for take in takes:
            row = (await media(take)).id
            await session.execute(update(pipeline.Stage).where(pipeline.Stage.id == row).values(due_at=past))
    await asyncio.gather(*(pipeline.sweep() for _ in range(4)), *(outbox.relay() for _ in range(4)))
    assert await world.sent("media") == 3


@pytest.mark.services
async def test_two_beats_take_a_lost_stage_back_once(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    row = (await media(take)).id
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with transaction() as session:
        values = {"state": "running", "attempt": 1, "lease_until": past}
        await session.execute(update(pipeline.Stage).where(pipeline.Stage.id == row).values(**values))
    before = await world.sent("media")
    await asyncio.gather(*(pipeline.sweep() for _ in range(4)))
    assert ((await media(take)).state, await world.sent("media")) == ("queued", before + 1)


@pytest.mark.services
async def test_two_beats_expire_the_same_things(settings: Any) -> None:
    _, questions, _ = await world.interview()
    async with transaction() as session:
        take = await service.create(session, LOCAL_OWNER, questions[0], "voice", None)
        session.add(
            Upload(owner_id=LOCAL_OWNER, take_id=take.id, meta="", expires_at=datetime.now(UTC) - timedelta(hours=1))
        )
        old = await service.create(session, LOCAL_OWNER, questions[1], "voice", None)
        await session.flush()
        values = {"media_key": "takes/old/recording.webm", "completed_at": datetime.now(UTC) - timedelta(days=40)}
        await session.execute(update(Take).where(Take.id == old.id).values(**values))

    async def expire() -> None:
        async with transaction() as session:
            await service.expire(session)

    await asyncio.gather(*(expire() for _ in range(3)), listening.sweep(), listening.sweep(), copies.delete_due())
    async with transaction() as session:
        assert await session.get(Upload, take.id) is None
        kept = await session.get(Take, old.id)
    assert kept is not None
    assert kept.media_key is None
    await world.run_jobs()


def test_what_beat_sends_is_forgotten_when_the_next_is_there() -> None:
    """So two beats, or a long time without workers, do not pile up."""
    for entry in celery_app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]
