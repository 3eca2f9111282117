"""Data of an older version is there after an upgrade, and every migration can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from app.domain.speech import SpeechTrack
from app.utils.json import load
from app.utils.paths import REPOSITORY
from tests.conftest import Services

pytestmark = pytest.mark.services
OLD_TRACK = {
    "duration_s": 0.5,
    "cues": [
        {"start_s": 0.0, "viseme": "PP", "phoneme": "m"},
        {"start_s": 0.1, "viseme": "aa", "phoneme": "a"},
        {"start_s": 0.4, "viseme": "sil", "phoneme": ""},
    ],
    "words": [{"start_s": 0.0, "end_s": 0.4, "text": "ma"}],
    "estimated": False,
    "provenance": {},
}


@pytest.fixture
def database(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database beside the one of the other tests."""
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute("CREATE DATABASE migrating")
    url = services.database_url.replace("/postgres?", "/migrating?")
    assert url != services.database_url
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute("DROP DATABASE migrating WITH (FORCE)")


def test_a_clip_of_an_older_version_can_be_played(database: str) -> None:
    configuration = Config(REPOSITORY / "backend" / "alembic.ini")
    command.upgrade(configuration, "0001")
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO speech_clips (key, object_key, text, voice, speed, state, track) "
            "VALUES ('k', 'o', 'ma', 'af_heart', 1, 'ready', %s), ('n', 'o', 'ma', 'af_heart', 1, 'preparing', NULL)",
            [json.dumps(OLD_TRACK)],
        )
    command.upgrade(configuration, "head")
    with psycopg.connect(database) as connection:
        track = connection.execute("SELECT track FROM speech_clips WHERE key = 'k'").fetchone()
        assert track is not None
    cues = load(SpeechTrack, track[0]).cues
    assert [(cue.start_s, cue.end_s, cue.weight) for cue in cues] == [(0.0, 0.1, 1.0), (0.1, 0.4, 1.0), (0.4, 0.5, 1.0)]
    command.downgrade(configuration, "base")
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert left == (1,)  # alembic's own


def test_an_answer_of_an_older_version_has_every_stage(database: str) -> None:
    configuration = Config(REPOSITORY / "backend" / "alembic.ini")
    command.upgrade(configuration, "0004")
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE stages DROP CONSTRAINT fk_stages_take_id")  # the take does not matter here
        for name in ("media", "transcript", "voice", "presence", "grade", "tips"):
            connection.execute(
                "INSERT INTO stages (id, take_id, name, state, attempt) "
                "VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000007', %s, 'done', 1)",
                [name],
            )
    command.upgrade(configuration, "head")
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT state, reason FROM stages WHERE name = 'cloud_video'").fetchall()
    assert [state for state, _ in found] == ["skipped"]
    command.downgrade(configuration, "0004")
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT count(*) FROM stages").fetchone()
    assert left == (6,)
