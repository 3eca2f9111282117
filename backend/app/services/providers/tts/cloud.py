"""A text in the voice of a service of others, within budget, deadline and breaker."""

from __future__ import annotations

import time

from app.domain.errors import ProviderError
from app.domain.speech import SpeechTrack
from app.services.providers.configuration import required
from app.services.providers.paid import paid
from app.services.providers.tts import azure, elevenlabs
from app.services.providers.tts.cues import FORMAT
from app.services.providers.tts.text import spoken_text
from app.services.providers.tts.voices import Voice
from app.utils.json import digest

SPEAKERS = {elevenlabs.PROVIDER: elevenlabs.speak, azure.PROVIDER: azure.speak}
FIRST_AUDIO_S, WHOLE_S = 2.5, 20.0
DEADLINE_S = FIRST_AUDIO_S + WHOLE_S + 1
# With less than this left until the built-in voice takes over, another attempt could not succeed.
WORTH_TRYING_S = 0.5


async def speak(text: str, voice: Voice, speed: float) -> tuple[bytes, SpeechTrack]:
    """A WAV file (24 kHz, mono, 16 bit) of the text and its track.

    Tried twice at most, and only while the first sound may still come within 2.5 seconds of the beginning. Raises
    BadInput and ProviderError.
    """
    service = await required(voice.provider)
    begun: float | None = None

    async def attempt() -> tuple[bytes, SpeechTrack]:
        nonlocal begun
        begun = begun or time.monotonic()
        left = FIRST_AUDIO_S - (time.monotonic() - begun)
        try:
            return await SPEAKERS[voice.provider](
                text,
                voice=voice.name,
                speed=speed,
                language=voice.language,
                service=service,
                first_audio_s=max(0.0, left),
                whole_s=WHOLE_S,
            )
        except ProviderError as error:
            left = FIRST_AUDIO_S - (time.monotonic() - begun) - (error.retry_after_s or 0.0)
            error.retryable = error.retryable and left >= WORTH_TRYING_S
            raise

    return await paid(
        voice.provider,
        service.values.get("model", voice.name),
        "voice",
        attempt,
        cost_usd=len(text) / 1000 * float(service.values["price"]),
        deadline_s=DEADLINE_S,
        attempts=2,
        characters=len(text),
    )


def speech_key(text: str, voice: Voice, speed: float, model: str | None) -> str:
    """sha256 (hex) over all that decides the audio: service, model, voice, format, speed and the text as spoken."""
    return digest(
        {
            "format": FORMAT,
            "provider": voice.provider,
            "model": model,
            "voice": voice.name,
            "output": "wav_24000",
            "speed": float(speed),
            "text": spoken_text(text),
        }
    )
