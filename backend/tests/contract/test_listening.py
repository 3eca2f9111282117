"""Which listener hears an answer, and what is sent to whom: only with consent, else and on failure the built-in one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.database import transaction
from app.domain.answer import Transcript
from app.models import LOCAL_OWNER, Take
from app.services.analysis import pipeline
from app.services.flow import interviews, stages
from app.services.providers import storage, usage
from app.services.recordings import service as recordings
from app.utils.json import load
from app.utils.wav import to_wav
from tests import world
from tests.contract import faults
from tests.contract.conftest import OpenAI, answer
from tests.contract.faults import KEY

pytestmark = [pytest.mark.services, pytest.mark.models]


@pytest.fixture
def chosen(settings: Any, openai: OpenAI, monkeypatch: pytest.MonkeyPatch) -> OpenAI:
    """OpenAI listens."""
    monkeypatch.setenv("REHEARSAL_SPEECH_TO_TEXT", "openai")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai.service.values["base_url"])
    return openai


async def heard(*agreed: str) -> tuple[Transcript, Take]:
    """The transcript of a spoken answer, by the stage that makes it, from somebody who agreed to these services."""
    interview, questions, _ = await world.interview()
    async with transaction() as session:
        row = await interviews.service.read(session, LOCAL_OWNER, interview, lock=True)
        row.consent = {**row.consent, "providers": list(agreed)}
    async with transaction() as session:
        take = await recordings.create(session, LOCAL_OWNER, questions[0], "voice", None)
        take.completed_at, take.audio_key = datetime.now(UTC), f"{take.prefix}audio.wav"
        pipeline.start(session, take, {})
    samples = (answer()[0] * 32767).astype("<i2").tobytes()
    await storage.put_bytes(str(take.audio_key), to_wav(samples, 16_000))
    stage = (await world.stages(take.id))["transcript"]
    async with transaction() as session:
        context = await pipeline.repository.context(session, stage.id)
    assert context is not None
    outcome = await stages.prepare(context, "scratch/").compute()
    return load(Transcript, outcome.result), context.take


async def test_with_consent_the_chosen_service_hears_it(chosen: OpenAI) -> None:
    audio, _ = answer()
    # The stage reads the sound back from 16-bit samples: the stand-in has to know those.
    chosen.app.state.recording.samples = ((audio * 32767).astype("<i2") / 32768 * 32767).astype("<i2")
    found, take = await heard("openai")
    assert found.provenance["provider"] == "openai"
    assert "fallback" not in found.provenance
    assert len(chosen.vendor.seen) == 1
    used = await usage.of_interview(take.question.interview_id)
    assert used["models"][0]["model"] == "whisper-1"
    assert 0 < used["cost_usd"] < 0.01


async def test_without_consent_nothing_is_sent(chosen: OpenAI) -> None:
    found, _ = await heard("anthropic")
    assert chosen.vendor.seen == []
    assert found.provenance["provider"] == "faster-whisper"
    assert found.provenance["fallback"]["code"] == "no_consent"
    assert found.words


async def test_when_it_fails_the_built_in_one_hears_it_and_it_is_said(chosen: OpenAI) -> None:
    chosen.vendor.next(faults.status(401, {}))
    found, _ = await heard("openai")
    assert len(chosen.vendor.seen) == 1
    assert found.provenance["provider"] == "faster-whisper"
    assert found.provenance["fallback"] == {
        "provider": "openai",
        "code": "openai_key",
        "reason": "OpenAI does not accept the key.",
    }
