"""Voices, listeners and stores on this machine and their twins at stand-ins on 127.0.0.1.

The stand-ins end with the module that uses them: their threads must not meet tests that change the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.domain.speech import SpeechTrack
from app.services.analysis.transcript import is_filler
from app.services.providers.configuration import Configured
from app.services.providers.ports import Audio
from tests.contract import elevenlabs_server, transcription_server
from tests.contract.azure_server import Azure, azure_server
from tests.contract.faults import KEY, Vendor, serving
from tests.contract.s3_servers import Server, running
from tests.unit.media.clips import say

# A busy machine is no reason to fail: only tests of waiting wait for less.
PATIENT_S = 60.0


class Speak(Protocol):
    """A voice, asked and waited for."""

    def __call__(self, text: str, *, voice: str = ..., speed: float = ...) -> tuple[bytes, SpeechTrack]: ...


@dataclass(frozen=True)
class ElevenLabs:
    """The stand-in, its application and the adapter that talks to it."""

    vendor: Vendor
    app: FastAPI
    service: Configured
    url: str


@pytest.fixture(scope="module")
def _elevenlabs() -> Iterator[ElevenLabs]:
    app = elevenlabs_server.create()
    vendor = Vendor(app)
    with serving(vendor) as url:
        values = {"model": "eleven_multilingual_v2", "base_url": url, "price": "0.3"}
        yield ElevenLabs(vendor, app, Configured("elevenlabs", values, SecretStr(KEY)), url)


@pytest.fixture
def elevenlabs(_elevenlabs: ElevenLabs) -> ElevenLabs:
    """ElevenLabs as new."""
    _elevenlabs.vendor.forget()
    _elevenlabs.app.state.answers = elevenlabs_server.Answers()
    return _elevenlabs


@pytest.fixture(scope="module")
def _azure() -> Iterator[tuple[Azure, Configured]]:
    with azure_server() as (azure, url):
        yield azure, Configured("azure_speech", {"host": url, "price": "0.016"}, SecretStr(KEY))


@pytest.fixture
def azure(_azure: tuple[Azure, Configured]) -> tuple[Azure, Configured]:
    """Azure as new, and how it is reached."""
    _azure[0].forget()
    return _azure


def waited(adapter: Any, service: Configured, voice: str, **options: Any) -> Speak:
    """An adapter as a plain function."""

    def speak(text: str, *, voice: str = voice, speed: float = 1.0) -> tuple[bytes, SpeechTrack]:
        made: tuple[bytes, SpeechTrack] = asyncio.run(
            adapter(text, voice=voice, speed=speed, service=service, first_audio_s=PATIENT_S, **options)
        )
        return made

    return speak


@pytest.fixture(
    params=[pytest.param("kokoro", marks=pytest.mark.models), "elevenlabs", "azure_speech"],
)
def speak(request: pytest.FixtureRequest) -> Speak:
    """Each voice of the port."""
    if request.param == "kokoro":
        from app.services.providers.tts import kokoro

        return partial(kokoro.speak, voice="af_heart")
    if request.param == "elevenlabs":
        from app.services.providers.tts import elevenlabs

        return waited(elevenlabs.speak, request.getfixturevalue("elevenlabs").service, elevenlabs_server.VOICE)
    from app.services.providers.tts import azure

    return waited(azure.speak, request.getfixturevalue("azure")[1], "en-US-AvaNeural")


@dataclass(frozen=True)
class OpenAI:
    """The stand-in that transcribes, its application and how it is reached."""

    vendor: Vendor
    app: FastAPI
    service: Configured


@pytest.fixture(scope="module")
def _openai() -> Iterator[OpenAI]:
    app = transcription_server.create()
    vendor = Vendor(app)
    with serving(vendor) as url:
        values = {"transcription_model": "whisper-1", "transcription_price": "0.006", "base_url": f"{url}/v1"}
        yield OpenAI(vendor, app, Configured("openai", values, SecretStr(KEY)))


@pytest.fixture
def openai(_openai: OpenAI) -> OpenAI:
    """OpenAI as new: it knows the answer of the tests."""
    _openai.vendor.forget()
    audio, track = answer()
    words = [(word.text, word.start_s, word.end_s) for word in track.words if not is_filler(word.text)]
    _openai.app.state.recording = transcription_server.Recording(audio, words)
    return _openai


ANSWER = "I joined the, um, support team in March. Uh, we had a long queue of open tickets."


def answer() -> tuple[Audio, SpeechTrack]:
    """An answer with two fillers, spoken by our own voice; a service leaves the fillers out."""
    return say(ANSWER)


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server with every feature; it accepts any key."""
    with running("moto", tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def nanio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that checks signatures."""
    with running("nanio", tmp_path_factory.mktemp("nanio")) as server:
        yield server


@pytest.fixture
def bucket_name() -> str:
    """A name nobody has used."""
    return f"takes-{uuid4().hex[:12]}"
