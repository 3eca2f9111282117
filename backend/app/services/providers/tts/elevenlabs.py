"""ElevenLabs as the interviewer's voice: sound with the time of every character, by the maker's own client.

Words have measured times; the sounds inside a word share its time, so the cues are `estimated`. The answer is asked
for as a stream, so that "no sound after 2.5 seconds" can be told from "a long text".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.metadata import version
from typing import Any

import httpx

from app.domain.errors import ProviderError
from app.domain.speech import SpeechTrack
from app.services.providers import failures
from app.services.providers.configuration import Configured
from app.services.providers.tts.cues import estimated
from app.services.providers.tts.text import checked_text, sounds_of, words_in_time
from app.services.providers.tts.voices import NAMES, unknown_voice
from app.utils.alignment import spans
from app.utils.wav import to_wav

PROVIDER = "elevenlabs"
# 44.1 kHz needs a larger plan (SDK 2.78.0, `output_format`); 24 kHz is also what the built-in voice has.
OUTPUT, RATE = "pcm_24000", 24_000
# The range of `voice_settings.speed` (vendor's documentation); a slower wish is spoken as slowly as it goes.
SLOWEST, FASTEST = 0.7, 1.2
FIRST_AUDIO_S, WHOLE_S = 2.5, 20.0
Timed = tuple[str, float, float]


async def speak(
    text: str,
    *,
    voice: str,
    speed: float = 1.0,
    language: str = "en-us",
    service: Configured,
    first_audio_s: float = FIRST_AUDIO_S,
    whole_s: float = WHOLE_S,
) -> tuple[bytes, SpeechTrack]:
    """A WAV file (24 kHz, mono, 16 bit) of the text and its track, in one attempt.

    `voice` is an id of ElevenLabs, `speed` 0.5-2.0 (spoken at 0.7-1.2), `language` the English of the phonemes. Raises
    BadInput like every voice and ProviderError, among others `elevenlabs_timeout` when there is no sound after
    `first_audio_s` seconds: that one is not worth another attempt, because somebody waits.
    """
    spoken = checked_text(text, speed)
    if not NAMES[PROVIDER].fullmatch(voice):
        raise unknown_voice()
    pace = min(FASTEST, max(SLOWEST, speed))
    model = service.values["model"]
    samples, characters = await _heard(spoken, voice, pace, model, service, first_audio_s, whole_s)
    duration = len(samples) / 2 / RATE
    written = spoken.split(" ")
    sounds = await asyncio.to_thread(sounds_of, written, language)
    try:
        words, sounding = words_in_time(written, sounds, spans(written, characters), duration)
    except ValueError:
        raise failures.garbled(PROVIDER) from None
    track = SpeechTrack(
        duration_s=round(duration, 3),
        cues=estimated(words, sounding, duration),
        words=words,
        estimated=True,
        provenance={
            "provider": PROVIDER,
            "version": version("elevenlabs"),
            "model": model,
            "voice": voice,
            "speed": pace,
        },
    )
    return to_wav(samples, RATE), track


async def _heard(
    spoken: str, voice: str, pace: float, model: str, service: Configured, first_audio_s: float, whole_s: float
) -> tuple[bytes, list[Timed]]:
    """The samples and the characters with their seconds. Every failure is a ProviderError."""
    try:
        from elevenlabs import VoiceSettings
        from elevenlabs.client import AsyncElevenLabs
        from elevenlabs.core.api_error import ApiError
    except ImportError:
        raise failures.not_installed(PROVIDER) from None
    # Redirects are not followed: the key would go along.
    http = httpx.AsyncClient(timeout=whole_s, follow_redirects=False)
    client = AsyncElevenLabs(
        api_key=service.key.get_secret_value() if service.key else None,
        base_url=service.values.get("base_url"),
        httpx_client=http,
        timeout=whole_s,
    )
    extra: dict[str, Any] = {} if pace == 1.0 else {"voice_settings": VoiceSettings(speed=pace)}
    begun = False
    try:
        async with http, asyncio.timeout(first_audio_s) as limit:
            stream = client.text_to_speech.stream_with_timestamps(
                voice,
                text=spoken,
                model_id=model,
                output_format=OUTPUT,
                request_options={"max_retries": 0},
                **extra,
            )
            samples, characters = bytearray(), list[Timed]()
            async with aclosing(_chunks(stream)) as chunks:
                async for sound, timed in chunks:
                    if sound and not begun:
                        begun = True
                        limit.reschedule(asyncio.get_running_loop().time() + whole_s)
                    _add(characters, timed, len(samples) / 2 / RATE)
                    samples += sound
    except (TimeoutError, httpx.TimeoutException):
        raise failures.timed_out(PROVIDER, whole_s if begun else first_audio_s, retryable=False) from None
    except ApiError as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        raise _of_status(error.status_code, headers) from None
    except httpx.ConnectError:
        raise failures.unreachable(PROVIDER) from None
    except (httpx.HTTPError, ValueError, AttributeError, TypeError, binascii.Error):
        # Cut off, or not the JSON that was promised.
        raise failures.garbled(PROVIDER) from None
    if not samples or len(samples) % 2 or not characters:
        raise failures.garbled(PROVIDER)
    return bytes(samples), characters


def _of_status(status: int | None, headers: dict[str, str]) -> ProviderError:
    return failures.of_status(PROVIDER, status, headers) if status else failures.garbled(PROVIDER)


async def _chunks(stream: Any) -> AsyncGenerator[tuple[bytes, list[Timed]], None]:
    async with aclosing(stream):
        async for chunk in stream:
            timed: list[Timed] = []
            if chunk.alignment is not None:
                timed = list(
                    zip(
                        chunk.alignment.characters,
                        map(float, chunk.alignment.character_start_times_seconds),
                        map(float, chunk.alignment.character_end_times_seconds),
                        strict=True,
                    )
                )
            yield base64.b64decode(chunk.audio_base_64 or "", validate=True), timed


def _add(characters: list[Timed], timed: list[Timed], heard_s: float) -> None:
    """Put the characters of a chunk behind the others; times that begin again count from the chunk's own sound."""
    if timed and characters and timed[0][1] < characters[-1][1]:
        timed = [(text, start + heard_s, end + heard_s) for text, start, end in timed]
    characters += timed
