"""The official client of ElevenLabs against a stand-in that checks every request."""

from __future__ import annotations

import asyncio
import io
import sys
import wave
from urllib.parse import parse_qs

import numpy as np
import pytest

from app.domain.errors import ProviderError
from app.domain.speech import SpeechTrack
from app.services.providers.configuration import Configured
from app.services.providers.tts import elevenlabs as adapter
from tests.contract import faults
from tests.contract.conftest import PATIENT_S, ElevenLabs
from tests.contract.elevenlabs_server import VOICE
from tests.contract.faults import KEY, Fault
from tests.contract.tone_voice import spoken

TEXT = "Maybe Bob's map of the old harbour helped, but how did you plan your time on that morning?"
WAITS_S = 0.4
SECRET = "wrong-key-of-somebody"


def speak(to: ElevenLabs, text: str = TEXT, *, voice: str = VOICE, **options: float) -> tuple[bytes, SpeechTrack]:
    limits = {"first_audio_s": PATIENT_S} | options
    return asyncio.run(adapter.speak(text, voice=voice, service=to.service, **limits))


def failure(to: ElevenLabs, *given: Fault, **options: float) -> ProviderError:
    to.vendor.next(*given)
    with pytest.raises(ProviderError) as error:
        speak(to, **options)
    assert error.value.provider == "elevenlabs"
    assert KEY not in f"{error.value!r} {error.value.hint} {error.value.__cause__!r}"
    return error.value


def test_the_request_is_what_the_service_wants(elevenlabs: ElevenLabs) -> None:
    _, track = speak(elevenlabs, speed=0.8)
    (seen,) = elevenlabs.vendor.seen
    assert (seen.method, seen.path) == ("POST", f"/v1/text-to-speech/{VOICE}/stream/with-timestamps")
    assert parse_qs(seen.query) == {"output_format": ["pcm_24000"]}
    assert seen.headers["xi-api-key"] == KEY
    assert seen.json() == {"text": TEXT, "model_id": "eleven_multilingual_v2", "voice_settings": {"speed": 0.8}}
    assert track.estimated
    assert {"model": "eleven_multilingual_v2", "voice": VOICE, "speed": 0.8}.items() <= track.provenance.items()


def test_a_speed_outside_its_range_is_spoken_at_the_end_of_it(elevenlabs: ElevenLabs) -> None:
    _, track = speak(elevenlabs, speed=2.0)
    assert track.provenance["speed"] == 1.2


def test_words_have_the_times_that_were_measured(elevenlabs: ElevenLabs) -> None:
    _, track = speak(elevenlabs)
    for word, true in zip(track.words, spoken(TEXT).words, strict=True):
        assert word.text == true.text
        assert word.start_s == pytest.approx(true.start, abs=0.002)
        assert word.end_s <= true.end + 0.002


def test_shapes_follow_the_sound(elevenlabs: ElevenLabs) -> None:
    """Inside a word they are estimated, and still the mouth is open where it is loud and shut where it is quiet."""
    audio, track = speak(elevenlabs)
    with wave.open(io.BytesIO(audio)) as clip:
        sound = np.frombuffer(clip.readframes(clip.getnframes()), "<i2") / 32768

    def level(visemes: set[str]) -> float:
        moments = [(cue.start_s + cue.end_s) / 2 for cue in track.cues if cue.viseme in visemes]
        parts = [sound[max(0, round((t - 0.02) * 24_000)) : round((t + 0.02) * 24_000)] for t in moments]
        return float(np.mean([np.sqrt(np.mean(part**2)) for part in parts]))

    assert level({"aa", "E", "I", "O", "U"}) > 2 * level({"PP"})
    assert level({"aa", "E", "I", "O", "U"}) > 10 * level({"sil"})


def test_times_that_begin_again_in_every_chunk_are_understood(elevenlabs: ElevenLabs) -> None:
    before = speak(elevenlabs)
    elevenlabs.app.state.answers.relative = True
    _, track = speak(elevenlabs)
    for one, other in zip(track.words, before[1].words, strict=True):
        assert one.start_s == pytest.approx(other.start_s, abs=0.002)


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "after_s"),
    [
        (faults.status(400, {"detail": {"status": "bad", "message": TEXT}}), "refused", False, None),
        (faults.status(401, {"detail": {"status": "quota_exceeded"}}), "key", False, None),
        (faults.status(403, {}), "key", False, None),
        (faults.status(404, {}), "refused", False, None),
        (faults.status(409, {}), "refused", False, None),
        (faults.status(413, b""), "too_large", False, None),
        (faults.status(422, {"detail": [{"loc": ["body"], "msg": "no", "type": "x"}]}), "refused", False, None),
        (faults.status(422, b"<html>"), "refused", False, None),
        (faults.status(429, {}, retry_after="7"), "rate", True, 7.0),
        (faults.status(429, b""), "rate", True, None),
        (faults.status(429, {}, retry_after="soon"), "rate", True, None),
        (faults.status(500, b"Internal Server Error"), "busy", True, None),
        (faults.status(503, {}, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "busy", True, 0.0),
        (faults.Fault(status=307, headers={"location": "http://127.0.0.1:9/"}), "refused", False, None),
        (faults.garbage(), "garbled", True, None),
        (faults.web_page(), "garbled", True, None),
        (faults.truncated(), "garbled", True, None),
        (faults.truncated(0.97), "garbled", True, None),
        (faults.cut_off(), "garbled", True, None),
        (faults.cut_off(0.01), "garbled", True, None),
        (faults.status(200, b""), "garbled", True, None),
        (faults.status(200, {"audio_base64": "%%%", "alignment": None}), "garbled", True, None),
        (faults.status(200, {"audio_base64": "AAAA", "alignment": {"characters": 3}}), "garbled", True, None),
        (faults.slow(WAITS_S * 3), "timeout", False, None),
        (faults.stalled(WAITS_S * 3), "timeout", False, None),
    ],
    ids=lambda value: str(value.status or "") if isinstance(value, Fault) else str(value),
)
def test_every_failure_has_its_name_and_is_tried_once(
    elevenlabs: ElevenLabs, fault: Fault, code: str, retryable: bool, after_s: float | None
) -> None:
    limits = dict.fromkeys(("first_audio_s", "whole_s"), WAITS_S if code == "timeout" else PATIENT_S)
    error = failure(elevenlabs, fault, **limits)
    assert (error.code, error.retryable, error.retry_after_s) == (f"elevenlabs_{code}", retryable, after_s)
    assert TEXT not in f"{error} {error.hint}"
    # Within so short a time a busy machine may not even have asked.
    assert len(elevenlabs.vendor.seen) == 1 or (code == "timeout" and not elevenlabs.vendor.seen)


@pytest.mark.parametrize("answer", ["mute", "other_text"])
def test_times_of_another_sound_are_not_used(elevenlabs: ElevenLabs, answer: str) -> None:
    setattr(elevenlabs.app.state.answers, answer, True)
    assert failure(elevenlabs).code == "elevenlabs_garbled"


def test_a_wrong_key_a_voice_and_a_model_that_are_not_there(elevenlabs: ElevenLabs) -> None:
    from dataclasses import replace

    from pydantic import SecretStr

    wrong = replace(elevenlabs, service=Configured("elevenlabs", elevenlabs.service.values, SecretStr(SECRET)))
    with pytest.raises(ProviderError) as error:
        speak(wrong)
    assert error.value.code == "elevenlabs_key"
    assert SECRET not in f"{error.value!r}"
    with pytest.raises(ProviderError, match=r"refused the request \(404\)"):
        speak(elevenlabs, voice="A" * 20)
    values = elevenlabs.service.values | {"model": "none"}
    with pytest.raises(ProviderError, match=r"refused the request \(400\)"):
        speak(replace(elevenlabs, service=Configured("elevenlabs", values, elevenlabs.service.key)))


def test_nobody_there_and_nothing_installed(elevenlabs: ElevenLabs, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    nowhere = elevenlabs.service.values | {"base_url": "http://127.0.0.1:9"}
    with pytest.raises(ProviderError) as error:
        speak(replace(elevenlabs, service=Configured("elevenlabs", nowhere, elevenlabs.service.key)))
    assert (error.value.code, error.value.retryable) == ("elevenlabs_unreachable", True)
    monkeypatch.setitem(sys.modules, "elevenlabs", None)
    with pytest.raises(ProviderError) as error:
        speak(elevenlabs)
    assert (error.value.code, error.value.hint) == ("elevenlabs_not_installed", "Run `make cloud`.")
