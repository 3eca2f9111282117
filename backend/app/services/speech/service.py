"""Spoken questions: synthesised ahead, kept by content."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.database import transaction
from app.core.events import changed
from app.domain.errors import NotFound, ProviderError, RehearsalError
from app.domain.speech import SpeechTrack
from app.models.speech import SpeechClip
from app.services.outbox import service as outbox
from app.services.outbox.files import delete_files
from app.services.providers import configuration, storage
from app.services.providers.catalog import TEXT_TO_SPEECH
from app.services.providers.tts.voices import (
    EMBEDDED,
    KOKORO,
    Voice,
    embedded_twin,
    of_provider,
    speaker,
    unknown_voice,
)
from app.services.speech import repository
from app.utils.json import dump, load

SYNTHESISE = "speech.synthesise"


async def voices() -> list[Voice]:
    """The voices to choose from: the built-in ones, and those of the chosen service when it is set up."""
    return [*EMBEDDED.values(), *await _of_service()]


async def check_voice(voice: str) -> None:
    """Raises BadInput for a voice that is not offered."""
    if voice not in EMBEDDED and voice not in {one.id for one in await _of_service()}:
        raise unknown_voice()


async def own_voice(twin: str) -> str:
    """The voice an interviewer has by itself: `twin` is the built-in one, the chosen service has one like it."""
    return next((one.id for one in await _of_service() if one.stands_for == twin), twin)


async def offered_voice(voice: str) -> str:
    """This voice, or the one to go on with when its service is not chosen any more: the nearest of those offered."""
    if voice in EMBEDDED or voice in {one.id for one in await _of_service()}:
        return voice
    return await own_voice(embedded_twin(voice))


async def _of_service() -> tuple[Voice, ...]:
    provider = await configuration.chosen(TEXT_TO_SPEECH)
    service = await configuration.configured(provider) if provider else None
    if service is None:
        return ()
    try:
        return of_provider(service.id, service.values)
    except ProviderError:
        return ()  # a setting that cannot be read; the settings page and the clips say so


async def prepare(session: AsyncSession, text: str, voice: str, speed: float, *, ahead: bool = False) -> str:
    """Have this text spoken, unless it is already, and return the key of the clip.

    `ahead`: it may never be needed, so everything else is spoken first. A failed clip is tried again; so is one that
    the built-in voice spoke in place of another, which stays until that one has spoken. Raises BadInput for a voice
    that is not offered.
    """
    key = await _key(text, voice, speed)
    clip, is_new = await repository.lock(session, key, text, voice, speed)
    if is_new or clip.state == "failed":
        clip.state, clip.error, clip.fallback = "preparing", None, None
    elif clip.fallback is None:
        return key
    urgency = queue.LAST if ahead else queue.LATER
    outbox.enqueue(session, SYNTHESISE, [key], on=queue.INTERACTIVE, urgency=urgency)
    return key


async def keep_ahead(session: AsyncSession, clips: Mapping[UUID, Mapping[str, str]]) -> None:
    """Note which clips may be needed after each question (keys by reason), so that they are kept."""
    await repository.set_ahead(session, clips)


async def is_waiting(session: AsyncSession, text: str, voice: str, speed: float) -> bool:
    """Whether this text has still to be spoken; one that cannot be spoken is read by the page instead."""
    key = await _key(text, voice, speed)
    return (await repository.states(session, [key])).get(key, "preparing") == "preparing"


async def _key(text: str, voice: str, speed: float) -> str:
    from app.services.providers.tts import cloud, kokoro

    if voice in EMBEDDED:
        return kokoro.speech_key(text, voice, speed)
    known = next((one for one in await _of_service() if one.id == voice), None)
    if known is None:
        raise unknown_voice()
    service = await configuration.required(known.provider)
    return cloud.speech_key(text, known, speed, service.values.get("model"))


async def read(session: AsyncSession, owner: UUID, interview_id: UUID, question_id: UUID) -> dict[str, Any]:
    """The clip of a question (SpeechOut). Raises NotFound."""
    found = await repository.of_question(session, owner, interview_id, question_id)
    if found is None:
        raise NotFound("This question does not exist.", hint="It may have been deleted.")
    return _described(found[1])


async def read_closing(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[str, Any]:
    """The clip with an interview's last words (SpeechOut). Raises NotFound."""
    clip = await repository.of_interview(session, owner, interview_id)
    if clip is None:
        raise NotFound("This interview has no closing words.", hint="It may have been deleted.")
    return _described(clip)


def _described(clip: SpeechClip) -> dict[str, Any]:
    track = load(SpeechTrack, clip.track) if clip.track and clip.state == "ready" else None
    spoken = {"provider": speaker(clip.provider) if clip.provider else None, "fallback": clip.fallback}
    state = {"voice": clip.voice, "speed": clip.speed, "track": track, "error": clip.error}
    return address(clip.key, clip.state) | state | spoken


def address(key: str, state: str) -> dict[str, Any]:
    """State and address of a clip (SpeechState)."""
    return {"state": state, "url": f"/api/speech/{key}.wav" if state == "ready" else None}


async def states(session: AsyncSession, keys: Sequence[str]) -> dict[str, str]:
    """The state of each clip by key."""
    return await repository.states(session, keys)


async def audio(session: AsyncSession, owner: UUID, key: str) -> tuple[str, bool]:
    """Where the audio of a clip is stored, and whether it stays as it is. Raises NotFound."""
    clip = await repository.ready(session, owner, key)
    if clip is None:
        raise NotFound("This audio does not exist.", hint="It may still be in the making.")
    return clip.object_key, clip.fallback is None


@dataclass(frozen=True, slots=True)
class _Spoken:
    wav: bytes
    track: SpeechTrack
    provider: str
    fallback: str | None = None


async def synthesise(key: str) -> None:
    """Make the audio of a clip, in the worker. What the voice refuses is recorded; a crash is tried again.

    When the service behind the voice fails or is slow, the built-in voice speaks and the clip says why.
    """
    async with transaction() as session:
        clip = await repository.get(session, key)
    if clip is None or (clip.state != "preparing" and clip.fallback is None):
        return
    stands_in = clip.state == "ready"
    try:
        spoken = await (_by_service(clip) if stands_in else _by_anybody(clip))
    except RehearsalError as error:
        if not stands_in:
            await _finish(clip, "failed", None, clip.object_key, error.message)
        return
    # Not under the name of the stand-in's file, which may be being played.
    object_key = repository.object_key(key) if stands_in else clip.object_key
    await storage.put_bytes(object_key, spoken.wav)
    if not await _finish(clip, "ready", spoken, object_key, None):
        await storage.delete(object_key)


async def _by_anybody(clip: SpeechClip) -> _Spoken:
    if clip.voice in EMBEDDED:
        return await _by_kokoro(clip, clip.voice, None)
    try:
        return await _by_service(clip)
    except ProviderError as error:
        return await _by_kokoro(clip, await _stand_in(clip.voice), error.message)


async def _by_service(clip: SpeechClip) -> _Spoken:
    from app.services.providers.tts import cloud

    voice = next((one for one in await _of_service() if one.id == clip.voice), None)
    if voice is None:
        name = clip.voice.partition(":")[0]
        raise ProviderError(name, "The voice is not set up any more.", retryable=False, code=f"{name}_voices")
    wav, track = await cloud.speak(clip.text, voice, clip.speed)
    return _Spoken(wav, track, voice.provider)


async def _by_kokoro(clip: SpeechClip, voice: str, fallback: str | None) -> _Spoken:
    from app.services.providers.tts.kokoro import speak

    wav, track = await asyncio.to_thread(speak, clip.text, voice=voice, speed=clip.speed)
    if fallback is not None:
        track = replace(track, provenance=track.provenance | {"instead_of": clip.voice, "reason": fallback})
    return _Spoken(wav, track, KOKORO, fallback)


async def _stand_in(voice: str) -> str:
    known = next((one.stands_for for one in await _of_service() if one.id == voice), None)
    return known or embedded_twin(voice)


async def _finish(begun: SpeechClip, state: str, spoken: _Spoken | None, object_key: str, error: str | None) -> bool:
    key = begun.key
    async with transaction() as session:
        clip = await repository.get(session, key)
        if clip is None or clip.object_key != begun.object_key:
            return False  # deleted meanwhile, and perhaps made again
        if object_key != clip.object_key:
            delete_files(session, clip.object_key)
        clip.state, clip.object_key, clip.error = state, object_key, error
        if spoken is not None:
            clip.track, clip.provider, clip.fallback = dump(spoken.track), spoken.provider, spoken.fallback
        for interview_id in await repository.interviews_using(session, key):
            changed(session, interview_id)
        return True


async def give_up(key: str) -> None:
    """The job of a clip was set aside: the page reads the text by itself and waits no longer."""
    async with transaction() as session:
        clip = await repository.get(session, key)
    if clip is not None and clip.state == "preparing":
        await _finish(clip, "failed", None, clip.object_key, "It could not be spoken.")


async def remove_unused(session: AsyncSession) -> Sequence[str]:
    """Delete the clips nothing uses any more and return the keys of their audio."""
    return await repository.remove_unused(session)
