"""From the choice of a voice to who really spoke: over the API, with a service that answers, fails, or is slow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.database import transaction
from app.domain.errors import BadInput, ProviderError
from app.models import LOCAL_OWNER, SpeechClip
from app.services.flow import interviews
from app.services.providers import configuration, storage, usage
from app.services.providers.tts import cloud
from app.services.providers.tts.voices import DEFAULTS, EMBEDDED, embedded_twin, of_provider
from app.services.speech import service
from tests import world
from tests.contract import faults
from tests.contract.conftest import PATIENT_S, ElevenLabs
from tests.contract.elevenlabs_server import VOICE
from tests.contract.faults import KEY

pytestmark = pytest.mark.services
SARAH = f"elevenlabs:{VOICE}"


@pytest.fixture
def chosen(settings: Any, elevenlabs: ElevenLabs, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElevenLabs]:
    """ElevenLabs speaks."""
    monkeypatch.setenv("REHEARSAL_TEXT_TO_SPEECH", "elevenlabs")
    monkeypatch.setenv("ELEVENLABS_API_KEY", KEY)
    monkeypatch.setenv("ELEVENLABS_BASE_URL", elevenlabs.url)
    monkeypatch.setattr(cloud, "FIRST_AUDIO_S", PATIENT_S)
    yield elevenlabs
    assert all(KEY not in seen.path + seen.query for seen in elevenlabs.vendor.seen)


async def spoken(text: str = "Begin.", voice: str = SARAH) -> SpeechClip:
    """The clip of a text that an interview's first question uses, made as the worker does."""
    interview, _, _ = await world.interview()
    async with transaction() as session:
        row = await interviews.service.read(session, LOCAL_OWNER, interview, lock=True)
        row.questions[0].speech_key = await service.prepare(session, text, voice, 1.0)
        key = row.questions[0].speech_key
    await service.synthesise(key)
    return await clip_of(key)


async def clip_of(key: str) -> SpeechClip:
    async with transaction() as session:
        return await session.get_one(SpeechClip, key)


async def test_the_voices_of_the_chosen_service_are_listed(client: httpx.AsyncClient, chosen: ElevenLabs) -> None:
    voices = (await client.get("/api/system")).json()["voices"]
    assert [voice["id"] for voice in voices if voice["provider"] is None] == list(EMBEDDED)
    sarah = next(voice for voice in voices if voice["id"] == SARAH)
    assert sarah == {
        "id": SARAH,
        "name": "Sarah, American",
        "language": "en-us",
        "provider": "ElevenLabs",
        "stands_for": "af_heart",
    }
    assert {voice["stands_for"] for voice in voices} == {None, *EMBEDDED}


async def test_an_interviewer_gets_the_voice_of_the_service(
    chosen: ElevenLabs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await service.own_voice("bm_george") == f"elevenlabs:{DEFAULTS['elevenlabs']['bm_george'][0]}"
    await service.check_voice(SARAH)
    monkeypatch.setenv("REHEARSAL_TEXT_TO_SPEECH", "embedded")
    assert await service.own_voice("bm_george") == "bm_george"
    assert await service.offered_voice(SARAH) == "af_heart"
    with pytest.raises(BadInput):
        await service.check_voice(SARAH)
    monkeypatch.setenv("REHEARSAL_TEXT_TO_SPEECH", "azure_speech")
    monkeypatch.setenv("AZURE_SPEECH_KEY", KEY)
    monkeypatch.setenv("AZURE_SPEECH_REGION", "nowhere")
    assert await service.offered_voice(SARAH) == "azure_speech:en-US-AvaNeural"


async def test_the_service_speaks_and_is_paid_once(client: httpx.AsyncClient, chosen: ElevenLabs) -> None:
    clip = await spoken()
    assert (clip.state, clip.provider, clip.fallback, clip.error) == ("ready", "elevenlabs", None, None)
    assert clip.track is not None
    assert clip.track["estimated"]
    await service.synthesise(clip.key)
    assert len(chosen.vendor.seen) == 1
    async with transaction() as session:
        assert await usage.repository.spent_since(session, clip.created_at) == round(len("Begin.") * 300)
    sound = await client.get(f"/api/speech/{clip.key}.wav")
    assert sound.content[:4] == b"RIFF"
    assert "immutable" in sound.headers["cache-control"]


@pytest.mark.models
async def test_the_built_in_voice_takes_over_says_why_and_steps_back(
    client: httpx.AsyncClient, chosen: ElevenLabs
) -> None:
    chosen.vendor.next(faults.status(401, {}))
    clip = await spoken()
    reason = "ElevenLabs does not accept the key."
    assert (clip.state, clip.provider, clip.fallback) == ("ready", "kokoro", reason)
    assert clip.track is not None
    assert {"provider": "kokoro-onnx", "voice": "af_heart", "instead_of": SARAH}.items() <= clip.track[
        "provenance"
    ].items()
    listed = (await client.get("/api/interviews")).json()[0]["id"]
    questions = (await client.get(f"/api/interviews/{listed}")).json()["questions"]
    body = (await client.get(f"/api/interviews/{listed}/questions/{questions[0]['id']}/speech")).json()
    assert (body["provider"], body["fallback"], body["voice"]) == ("Kokoro", reason, SARAH)
    assert "no-cache" in (await client.get(body["url"])).headers["cache-control"]

    # Nobody asks again by themselves; when the interview does and the service still fails, the stand-in stays.
    assert len(chosen.vendor.seen) == 1
    chosen.vendor.next(faults.status(401, {}))
    await asked_again(UUID(listed), clip.key)
    same = await clip_of(clip.key)
    assert (same.state, same.object_key, same.fallback) == ("ready", clip.object_key, reason)
    await asked_again(UUID(listed), clip.key)
    better = await clip_of(clip.key)
    assert (better.state, better.provider, better.fallback) == ("ready", "elevenlabs", None)
    assert better.object_key != clip.object_key
    await world.run_jobs()
    with pytest.raises(Exception, match="not there"):
        await storage.describe(clip.object_key)
    assert len(chosen.vendor.seen) == 3


async def asked_again(interview: UUID, key: str) -> None:
    async with transaction() as session:
        assert await service.prepare(session, "Begin.", SARAH, 1.0) == key
    await service.synthesise(key)


async def test_too_slow_is_not_waited_for(chosen: ElevenLabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "FIRST_AUDIO_S", 0.3)
    chosen.vendor.next(faults.slow(1.5))
    with pytest.raises(ProviderError) as error:
        await cloud.speak("Begin.", of_provider("elevenlabs", {})[0], 1.0)
    assert (error.value.code, error.value.message) == (
        "elevenlabs_timeout",
        "ElevenLabs did not answer within 0.3 seconds.",
    )
    assert len(chosen.vendor.seen) <= 1


async def test_a_hiccup_is_tried_again_and_a_long_wait_is_not(chosen: ElevenLabs) -> None:
    voice = of_provider("elevenlabs", {})[0]
    chosen.vendor.next(faults.status(503, b""))
    _, track = await cloud.speak("Begin.", voice, 1.0)
    assert track.provenance["provider"] == "elevenlabs"
    assert len(chosen.vendor.seen) == 2
    chosen.vendor.next(faults.status(429, b"", retry_after="300"))
    with pytest.raises(ProviderError) as error:
        await cloud.speak("Begin.", voice, 1.0)
    assert error.value.code == "elevenlabs_rate"
    assert len(chosen.vendor.seen) == 3


async def test_a_spent_budget_makes_no_call(chosen: ElevenLabs) -> None:
    await usage.set_budgets(usage.Budgets(interview=0, day=0))
    with pytest.raises(ProviderError) as error:
        await cloud.speak("Begin.", of_provider("elevenlabs", {})[0], 1.0)
    assert error.value.code == "budget_spent"
    assert chosen.vendor.seen == []


async def test_the_key_of_a_clip_holds_all_that_is_heard(chosen: ElevenLabs, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {await service._key("Begin.", voice, 1.0) for voice in (SARAH, "af_heart")}
    keys.add(await service._key("Begin.", SARAH, 0.9))
    keys.add(await service._key("Begin!", SARAH, 1.0))
    monkeypatch.setenv("ELEVENLABS_MODEL", "eleven_v3")
    keys.add(await service._key("Begin.", SARAH, 1.0))
    assert len(keys) == 5


async def test_an_operator_names_other_voices(chosen: ElevenLabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_VOICES", f"bm_george={'A' * 20}, af_bella={'B' * 20}")
    voices = {voice.stands_for: voice for voice in await service.voices() if voice.provider == "elevenlabs"}
    assert (voices["bm_george"].id, voices["bm_george"].label) == (
        f"elevenlabs:{'A' * 20}",
        "Your own for George, British",
    )
    assert voices["af_heart"].id == SARAH
    for wrong in ("george=x", "bm_george=../../x", "bm_george"):
        monkeypatch.setenv("ELEVENLABS_VOICES", wrong)
        assert [voice.id for voice in await service.voices()] == list(EMBEDDED)
        ready = await configuration.required("elevenlabs")
        with pytest.raises(ProviderError, match="cannot be read"):
            of_provider("elevenlabs", ready.values)
    monkeypatch.delenv("ELEVENLABS_VOICES")
    with pytest.raises(BadInput, match="cannot be read"):
        await configuration.change("elevenlabs", {"voices": "george=x"}, None, forget_key=False)


def test_every_built_in_voice_has_one_like_it_everywhere() -> None:
    for provider, voices in DEFAULTS.items():
        assert list(voices) == list(EMBEDDED)
        assert [voice.language for voice in of_provider(provider, {})] == [v.language for v in EMBEDDED.values()]
        assert [embedded_twin(voice.id) for voice in of_provider(provider, {})] == list(EMBEDDED)
    assert embedded_twin("elevenlabs:unknown") in EMBEDDED
