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
from app.services.analysis.observations import SegmentKind

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A described stretch, seconds from the start of the recording; `kind` and `text` as the service gave them."""

    kind: str
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How far a description is. `segments` are there when it is `ready`."""

    state: Literal["working", "ready", "failed"]
    segments: tuple[Segment, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None


class CloudVideo(Protocol):
    """A service that describes moments of a recording; there is no embedded one. Cloud: `video.twelvelabs`.

    Every method is one request and raises `ProviderError`. What it stores there has a `label` of ours, so that it can
    be found again when its id never arrived.
    """

    async def upload(self, path: PathLike[str], media_type: str, label: str) -> str:
        """Store a recording; its id there."""
        ...

    async def asset_state(self, asset_id: str) -> Literal["working", "ready", "failed"]:
        """Whether a stored recording can be used."""
        ...

    async def describe(self, asset_id: str, kinds: Sequence[SegmentKind], label: str) -> str:
        """Begin a description of a stored recording; its id there. The same label twice begins one."""
        ...

    async def described(self, task_id: str) -> Described:
        """How far a description is, and what it says."""
        ...

    async def find_assets(self, label: str) -> list[str]:
        """Ids of the recordings stored under a label."""
        ...

    async def find_tasks(self, asset_id: str, label: str) -> list[str]:
        """Ids of the descriptions of a recording that were begun under a label."""
        ...

    async def delete_asset(self, asset_id: str) -> bool:
        """Delete a recording there; False while it cannot be deleted. One that is not there is no error."""
        ...

    async def delete_task(self, task_id: str) -> bool:
        """Stop and delete a description; False while it cannot be deleted. One that is not there is no error."""
        ...

    async def asset_gone(self, asset_id: str) -> bool:
        """Whether the service says that it does not have this recording."""
        ...

    async def task_gone(self, task_id: str) -> bool:
        """Whether the service says that it does not have this description."""
        ...
