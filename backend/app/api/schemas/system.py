"""What the program says about itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.api.schemas.common import Out


class LimitsOut(Out):
    """Limits that a page can show before somebody meets them."""

    posting_text_bytes: int
    posting_file_bytes: int
    upload_bytes: int
    patch_bytes: int
    recording_seconds: int
    questions_min: int
    questions_max: int
    answer_characters: int


class VoiceOut(Out):
    """A voice an interviewer can have."""

    id: str
    name: str
    language: str
    provider: str | None = Field(description="Whose voice it is; null for the ones on this machine.")
    stands_for: str | None = Field(description="The built-in voice of which it takes the place.")


class ProviderOut(Out):
    """Who does a job that needs a model, where it runs and what it is given.

    Somebody else's service with `consent` gets nothing of a candidate who has not agreed to it (`consent.providers` of
    the interview holds its `id`).
    """

    port: Literal["speech_to_text", "text_to_speech", "presence", "flows", "language_model", "cloud_video", "storage"]
    id: str | None
    name: str
    where: Literal["embedded", "cloud"]
    receives: str
    consent: bool


class SystemOut(Out):
    """Mode, limits, voices and providers of this installation."""

    mode: Literal["personal", "server"]
    version: str
    limits: LimitsOut
    voices: list[VoiceOut]
    retention_days: int
    providers: list[ProviderOut]


class ReadyOut(Out):
    """Whether each service answers. `ready` is true when all of them do."""

    ready: bool
    database: bool
    queue: bool
    flows: bool
    worker: bool


class LiveOut(Out):
    """The process answers."""

    live: Literal[True] = True
