"""What the product needs from things that listen, speak and look. The embedded providers are the reference.

Audio is always float32, 16 kHz, mono, -1..1, shape (samples,). A provider that cannot do its work raises
`ProviderError` naming itself; it never returns made-up words, times or measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.speech import SpeechTrack

if TYPE_CHECKING:
    from app.services.providers.configuration import Configured

Audio = NDArray[np.float32]
SAMPLE_RATE = 16_000


class SpeechToText(Protocol):
    """Embedded: `stt.whisper.transcribe`."""

    def __call__(self, audio: Audio, hotwords: Sequence[str] = ()) -> Transcript:
        """Words in order with milliseconds inside the recording, spoken fillers marked, and what produced them.

        `hotwords` are up to 8 names or terms that may occur. Audio without speech gives no words.
        """
        ...


class TextToSpeech(Protocol):
    """Embedded: `tts.kokoro.speak`."""

    def __call__(self, text: str, *, voice: str, speed: float = 1.0) -> tuple[bytes, SpeechTrack]:
        """A WAV file and the mouth shapes and word times of that very audio.

        `speed` 0.5-2.0. Raises BadInput for an empty or too long text and for an unknown voice.
        """
        ...


class VoiceAnalyser(Protocol):
    """Embedded: `voice.measure_voice`."""

    def __call__(self, audio: Audio, transcript: Transcript, *, question_end_ms: int = 0) -> VoiceMeasures:
        """Pace, pauses, fillers and variation; a field without data is None and its reason is in `not_measured`."""
        ...


class PresenceReader(Protocol):
    """Embedded: `video.mediapipe.measure_presence`."""

    def __call__(
        self, path: str | PathLike[str], *, progress: Callable[[float], None] | None = None
    ) -> PresenceMeasures:
        """What the picture shows, with coverage per metric. Never an emotion, trait or identity.

        `progress` is told the seconds done, about once a second of video.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a language model is asked: system and user texts, the JSON schema its reply must fit, its longest length.

    `seed`, and a temperature of 0, go to the services that take them (Anthropic's takes neither).
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a language model answered, and what it counted. Tokens are None when the service did not say.

    `ended` is `stop` only for a whole text; the others have used tokens all the same.
    """

    text: str
    ended: Literal["stop", "length", "declined", "no_text"]
    model: str
    input_tokens: int | None
    output_tokens: int | None


class LanguageModel(Protocol):
    """Embedded: none. Cloud: `llm.openai.complete`, `llm.anthropic.complete`."""

    async def __call__(self, ready: Configured, prompt: Prompt, *, timeout_s: float) -> Completion:
        """One attempt. Raises ProviderError with the code of what went wrong, never with words of the service."""
        ...
