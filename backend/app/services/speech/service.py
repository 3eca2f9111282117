"""Spoken questions: synthesised ahead, kept by content."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.database import transaction
from app.core.events import changed
from app.domain.errors import BadInput, NotFound, RehearsalError
from app.domain.speech import SpeechTrack
from app.models.speech import SpeechClip
from app.services.outbox import service as outbox
from app.services.providers import storage
from app.services.speech import repository
from app.utils.json import dump, load

SYNTHESISE = "speech.synthesise"


def check_voice(voice: str) -> None:
    """Raises BadInput for a voice that does not exist."""
    from app.services.providers.tts.kokoro import VOICES

    if voice not in VOICES:
        raise BadInput("This voice does not exist.", code="speech_voice_unknown", hint="Choose one of the list.")


async def prepare(session: AsyncSession, text: str, voice: str, speed: float, *, ahead: bool = False) -> str:
    """Have this text spoken, unless it is already, and return the key of the clip. A failed clip is tried again.

    `ahead`: it may never be needed, so everything else is spoken first.

    Raises BadInput for a voice that does not exist.
    """
    from app.services.providers.tts.kokoro import speech_key

    check_voice(voice)
    key = speech_key(text, voice, speed)
    clip, is_new = await repository.lock(session, key, text, voice, speed)
    if is_new or clip.state == "failed":
        clip.state, clip.error = "preparing", None
        urgency = queue.LAST if ahead else queue.LATER
        outbox.enqueue(session, SYNTHESISE, [key], on=queue.INTERACTIVE, urgency=urgency)
    return key


async def keep_ahead(session: AsyncSession, clips: Mapping[UUID, Mapping[str, str]]) -> None:
    """Note which clips may be needed after each question (keys by reason), so that they are kept."""
    await repository.set_ahead(session, clips)


async def is_waiting(session: AsyncSession, text: str, voice: str, speed: float) -> bool:
    """Whether this text has still to be spoken; one that cannot be spoken is read by the page instead."""
    from app.services.providers.tts.kokoro import speech_key

    key = speech_key(text, voice, speed)
    return (await repository.states(session, [key])).get(key, "preparing") == "preparing"


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
    state = {"voice": clip.voice, "speed": clip.speed, "track": track, "error": clip.error}
    return address(clip.key, clip.state) | state


def address(key: str, state: str) -> dict[str, Any]:
    """State and address of a clip (SpeechState)."""
    return {"state": state, "url": f"/api/speech/{key}.wav" if state == "ready" else None}


async def states(session: AsyncSession, keys: Sequence[str]) -> dict[str, str]:
    """The state of each clip by key."""
    return await repository.states(session, keys)


async def audio_key(session: AsyncSession, owner: UUID, key: str) -> str:
    """Where the audio of a clip is stored. Raises NotFound."""
    clip = await repository.ready(session, owner, key)
    if clip is None:
        raise NotFound("This audio does not exist.", hint="It may still be in the making.")
    return clip.object_key


async def synthesise(key: str) -> None:
    """Make the audio of a clip, in the worker. What the voice refuses is recorded; a crash is tried again."""
    from app.services.providers.tts.kokoro import speak

    async with transaction() as session:
        clip = await repository.get(session, key)
    if clip is None or clip.state != "preparing":
        return
    try:
        wav, track = await asyncio.to_thread(speak, clip.text, voice=clip.voice, speed=clip.speed)
        await storage.put_bytes(clip.object_key, wav)
    except RehearsalError as error:
        await _finish(clip, "failed", None, error.message)
    else:
        if not await _finish(clip, "ready", track, None):
            await storage.delete(clip.object_key)


async def _finish(begun: SpeechClip, state: str, track: SpeechTrack | None, error: str | None) -> bool:
    key = begun.key
    async with transaction() as session:
        clip = await repository.get(session, key)
        if clip is None or clip.object_key != begun.object_key:
            return False  # deleted meanwhile, and perhaps made again
        clip.state, clip.track, clip.error = state, dump(track) if track else None, error
        for interview_id in await repository.interviews_using(session, key):
            changed(session, interview_id)
        return True


async def remove_unused(session: AsyncSession) -> Sequence[str]:
    """Delete the clips nothing uses any more and return the keys of their audio."""
    return await repository.remove_unused(session)
