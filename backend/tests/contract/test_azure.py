"""The official client of Azure Speech against a stand-in that checks handshake, settings and markup."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from app.domain.errors import ProviderError
from app.domain.speech import SpeechTrack
from app.services.providers.configuration import Configured
from app.services.providers.tts import azure as adapter
from app.services.providers.tts.azure import SHAPE_OF, SHAPES
from app.services.providers.tts.cues import VISEME
from tests.contract.azure_server import Azure, Fault
from tests.contract.conftest import PATIENT_S
from tests.contract.faults import KEY
from tests.contract.tone_voice import spoken

TEXT = "Maybe Bob's map of the old harbour helped, but would you look at your plan?"
VOICE = "en-US-AvaNeural"
WAITS_S = 0.4
Service = tuple[Azure, Configured]


def speak(to: Service, text: str = TEXT, *, voice: str = VOICE, **options: float) -> tuple[bytes, SpeechTrack]:
    limits = {"first_audio_s": PATIENT_S} | options
    return asyncio.run(adapter.speak(text, voice=voice, service=to[1], **limits))


def test_the_request_is_what_the_service_wants(azure: Service) -> None:
    _, track = speak(azure, "Salt & <pepper>?", voice="en-GB-RyanNeural", speed=0.8)
    handshake, ssml = azure[0].seen
    assert azure[0].refused == []
    assert handshake.headers["ocp-apim-subscription-key"] == KEY
    assert b'<voice name="en-GB-RyanNeural"><prosody rate="-20%">Salt &amp; &lt;pepper&gt;?</prosody>' in ssml.body
    assert b'xml:lang="en-GB"' in ssml.body
    assert not track.estimated
    assert track.provenance == {
        "provider": "azure_speech",
        "version": "1.53.0",
        "voice": "en-GB-RyanNeural",
        "speed": 0.8,
    }


def test_words_have_the_times_that_were_measured(azure: Service) -> None:
    _, track = speak(azure)
    for word, true in zip(track.words, spoken(TEXT).words, strict=True):
        assert (word.text, word.start_s, word.end_s) == (
            true.text,
            pytest.approx(true.start, abs=0.002),
            pytest.approx(true.end, abs=0.002),
        )


def test_lips_are_shut_at_every_p_b_and_m_and_vowels_are_told_apart(azure: Service) -> None:
    _, track = speak(azure)
    closures = [cue for cue in track.cues if cue.viseme == "PP"]
    for sound in spoken(TEXT).phonemes:
        if sound.text in "pbm":
            middle = (sound.start + sound.end) / 2
            assert any(cue.start_s <= middle <= cue.end_s for cue in closures), sound
    # Azure has one shape for "would" and for "help"; the words say which it was.
    would = next(word for word in track.words if word.text == "would")
    rounded = [c.viseme for c in track.cues if would.start_s <= (c.start_s + c.end_s) / 2 <= would.end_s]
    assert "U" in rounded
    assert "E" not in rounded


def test_every_shape_of_azure_is_known() -> None:
    assert sorted(SHAPES) == list(range(22))
    sounds = {sound for sounds in SHAPES.values() for unit in sounds for sound in unit} - {" "}
    assert sounds <= set(VISEME)
    assert set(VISEME) - sounds <= {"g", "x"}  # written otherwise or not English
    assert (SHAPE_OF["p"], SHAPE_OF["aʊ"], SHAPE_OF["θ"]) == (21, 9, 19)


@pytest.mark.parametrize(
    ("faults", "code", "retryable"),
    [
        ([Fault(status=400)], "refused", False),
        ([Fault(status=401)], "key", False),
        ([Fault(status=403)], "key", False),
        # The native client asks a second time by itself; that cannot be switched off.
        ([Fault(status=404)] * 2, "refused", False),
        ([Fault(status=409)] * 2, "refused", False),
        ([Fault(status=413)] * 2, "too_large", False),
        ([Fault(status=422)] * 2, "refused", False),
        ([Fault(status=429)] * 2, "rate", True),
        ([Fault(status=429, headers={"Retry-After": "7"})] * 2, "rate", True),
        ([Fault(status=500)] * 2, "busy", True),
        ([Fault(status=503)] * 2, "busy", True),
        ([Fault(status=200)] * 2, "garbled", True),
        ([Fault(delay_s=WAITS_S * 3)], "timeout", False),
        ([Fault(close_after=3)], "busy", True),
        ([Fault(close_after=3, abruptly=True)], "garbled", True),
        ([Fault(garbage=True)], "garbled", True),
        ([Fault(sound=False)], "garbled", True),
        ([Fault(shapes=False)], "garbled", True),
    ],
    ids=lambda value: repr(value[0]) if isinstance(value, list) else str(value),
)
def test_every_failure_has_its_name(azure: Service, faults: list[Fault], code: str, retryable: bool) -> None:
    azure[0].next(*faults)
    with pytest.raises(ProviderError) as error:
        speak(azure, first_audio_s=WAITS_S if code == "timeout" else PATIENT_S)
    assert (error.value.code, error.value.retryable) == (f"azure_speech_{code}", retryable)
    assert error.value.provider == "azure_speech"
    text = f"{error.value!r} {error.value.hint}"
    assert KEY not in text
    assert "Bob" not in text


@pytest.mark.parametrize("abruptly", [True, False])
def test_a_connection_that_ends_before_any_sound_begins_anew(azure: Service, abruptly: bool) -> None:
    """The client does it; what the first try had named already is not there twice."""
    expected = speak(azure)
    azure[0].next(Fault(close_after=0, abruptly=abruptly))
    assert speak(azure) == expected


def test_a_wrong_key_a_missing_voice_and_nobody_there(azure: Service) -> None:
    values = azure[1].values
    cases: list[tuple[Any, str, str]] = [
        (Configured("azure_speech", values, SecretStr("wrong")), VOICE, "azure_speech_key"),
        (azure[1], "en-US-NobodyNeural", "azure_speech_refused"),
        (Configured("azure_speech", {"host": "http://127.0.0.1:9"}, SecretStr(KEY)), VOICE, "azure_speech_unreachable"),
    ]
    for service, voice, code in cases:
        with pytest.raises(ProviderError) as error:
            speak((azure[0], service), voice=voice)
        assert error.value.code == code


def test_nothing_installed(azure: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.cognitiveservices.speech", None)
    with pytest.raises(ProviderError) as error:
        speak(azure)
    assert (error.value.code, error.value.hint) == ("azure_speech_not_installed", "Run `make cloud`.")
