"""What each stage of the analysis computes, from which inputs. Heavy libraries load in the stage that needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app import __version__
from app.core.config import settings
from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.errors import Conflict, NotFound, ProviderError, UnsupportedMedia
from app.domain.model import ModelTicket
from app.domain.posting import Posting
from app.models.take import Stage, Take
from app.services.analysis import observations
from app.services.analysis.pipeline import Later, Outcome, Skipped, Task
from app.services.flow import cloud_video
from app.services.grading import service as grading
from app.services.privacy import consents
from app.services.providers import configuration, storage
from app.services.providers.catalog import SPEECH_TO_TEXT
from app.services.providers.llm import tickets
from app.services.recordings import service as recordings
from app.utils.json import digest, dump, load

if TYPE_CHECKING:
    from app.services.providers.ports import Audio

# More of them put words into the transcript that nobody said (facts: six added a word, three did not).
HOTWORDS = 8


def prepare(row: Stage, scratch: str) -> Task:
    """The computation of one stage; its files go under `scratch`."""
    take = row.take
    question: dict[str, Any] = take.question.question
    done = {stage.name: stage.result for stage in take.stages if stage.state == "done"}
    inputs: list[Any]
    compute: Callable[[], Awaitable[Outcome | Later | Skipped]]
    match row.name:
        case "media":
            inputs, compute = [str(take.upload.id) if take.upload else None], partial(_media, take, scratch)
        case "transcript":
            words = hotwords(load(Posting, take.question.interview.posting.posting), question)
            inputs, compute = [take.text, take.audio_key, words], partial(_transcript, take, words)
        case "voice":
            inputs, compute = [take.audio_key, done["transcript"]], partial(_voice, take, done["transcript"])
        case "presence":
            inputs, compute = [take.media_key], partial(_presence, take)
        case "cloud_video":
            inputs, compute = [take.media_key, observations.VERSION], partial(cloud_video.step, row)
        case "grade":
            inputs = [question, done["transcript"], done.get("voice"), done.get("presence")]
            compute = partial(_grade, take, *inputs)
        case _:
            inputs = [question, done["transcript"], done["grade"]]
            compute = partial(_tips, take, *inputs)
    refused = _refused(row)
    return Task(digest([row.name, __version__, inputs]), refused or compute, scratch, refused is not None)


def _refused(row: Stage) -> Callable[[], Awaitable[Outcome | Later | Skipped]] | None:
    """What a stage does instead when its consent has been withdrawn since it was begun; None when it still holds."""
    consent = row.take.question.interview.consent
    if row.take.kind != "typed" and not consents.holds(consent, consents.RECORDING):
        return _unwanted
    if row.name in (consents.VOICE, consents.PRESENCE) and not consents.holds(consent, row.name):
        return _withdrawn
    return None


async def _withdrawn() -> Outcome | Later | Skipped:
    return Skipped(consents.WITHDRAWN)


async def _unwanted() -> Outcome | Later | Skipped:
    raise Conflict(
        "You have withdrawn your agreement to being recorded, so nothing more is made of this recording.",
        code="consent_withdrawn",
        hint="Delete the answer; or agree again on the check page and run it again.",
    )


def hotwords(posting: Posting, question: dict[str, Any]) -> list[str]:
    """Up to 8 names that may come up in the answer, those of the question's requirements first."""
    asked = set(question["requirement_ids"])
    first = [skill for item in posting.requirements if item.id in asked for skill in item.skills]
    return list(dict.fromkeys([*first, *posting.skills]))[:HOTWORDS]


async def _media(take: Take, scratch: str) -> Outcome:
    from app.services.recordings import media

    upload = await recordings.upload_of(take.id)
    limit_s = settings().max_recording_s
    with recordings.workshop() as folder:
        source, copy, audio, still = (folder / name for name in ("upload", "copy", "audio.wav", "poster.jpg"))
        await recordings.assemble(upload, source)
        info = await recordings.read_limited(folder, media.remux, source, copy, limit_s=limit_s)
        await recordings.read_limited(folder, media.extract_audio, copy, audio, limit_s=limit_s)
        columns: dict[str, Any] = {
            "media_key": f"{scratch}recording.{info.container}",
            "media_type": info.mime,
            "media_bytes": info.size_bytes,
            "duration_ms": info.duration_ms,
            "audio_key": f"{scratch}audio.wav",
        }
        await storage.put_file(columns["media_key"], copy)
        await storage.put_file(columns["audio_key"], audio)
        if info.video_codec is not None:
            await recordings.read_limited(folder, media.poster, copy, still)
            columns["poster_key"] = f"{scratch}poster.jpg"
            await storage.put_file(columns["poster_key"], still)
    return Outcome(dump(info), take=columns, upload_read=True)


async def _transcript(take: Take, words: list[str]) -> Outcome:
    if take.text is not None:
        from app.services.grading.rubric import typed_transcript

        return Outcome(dump(typed_transcript(take.text)))
    from app.services.providers.stt.whisper import transcribe

    audio = await _audio(take)
    found, fallback = await _by_service(take, audio, words)
    if found is None:
        found = await asyncio.to_thread(transcribe, audio, words)
    if fallback is not None:
        found = replace(found, provenance=found.provenance | {"fallback": fallback})
    return Outcome(dump(found))


async def _by_service(take: Take, audio: Audio, words: list[str]) -> tuple[Transcript | None, dict[str, str] | None]:
    """The transcript of the chosen service; or None, and why the built-in listener does it (None: nobody is chosen)."""
    provider = await configuration.chosen(SPEECH_TO_TEXT)
    if provider is None:
        return None, None
    from app.services.providers.stt import openai

    interview = take.question.interview
    if provider not in interview.consent.get("providers", ()):
        reason = "You did not agree to this service, so nothing was sent to it."
        return None, {"provider": provider, "code": "no_consent", "reason": reason}
    try:
        service = await configuration.required(provider)
        return await openai.transcribe(audio, words, service=service, interview_id=interview.id), None
    except ProviderError as error:
        if error.provider != provider:
            raise
        return None, {"provider": provider, "code": error.code, "reason": error.message}


async def _voice(take: Take, transcript: Any) -> Outcome:
    from app.services.providers.voice import measure_voice

    audio = await _audio(take)
    measures: VoiceMeasures = await asyncio.to_thread(measure_voice, audio, load(Transcript, transcript))
    return Outcome(dump(measures))


async def _presence(take: Take) -> Outcome:
    from app.services.providers.video.mediapipe import measure_presence

    if take.poster_key is None:
        raise UnsupportedMedia("There is no picture in the recording.", code="media_no_video", hint="Nothing is lost.")
    with recordings.workshop() as folder:
        path = folder / "recording"
        await storage.download(_there(take.media_key), path)
        measures: PresenceMeasures = await asyncio.to_thread(measure_presence, path)
    return Outcome(dump(measures))


async def _grade(
    take: Take,
    question: dict[str, Any],
    transcript: dict[str, Any],
    voice: dict[str, Any] | None,
    presence: dict[str, Any] | None,
) -> Outcome:
    return Outcome(await grading.grade(question, transcript, voice, presence, await _model(take, "grading")))


async def _tips(take: Take, question: dict[str, Any], transcript: dict[str, Any], grade: dict[str, Any]) -> Outcome:
    return Outcome(await grading.tips(question, transcript, grade, await _model(take, "tips")))


async def _model(take: Take, purpose: str) -> ModelTicket | None:
    """A ticket for the chosen language model, when the candidate has agreed to it by name."""
    interview = take.question.interview
    return await tickets.issue(
        purpose, owner=interview.owner_id, interview_id=interview.id, agreed=interview.consent.get("providers", ())
    )


async def _audio(take: Take) -> Audio:
    from app.services.recordings.media import read_wav

    with recordings.workshop() as folder:
        path = folder / "audio.wav"
        await storage.download(_there(take.audio_key), path)
        return await asyncio.to_thread(read_wav, path)


def _there(key: str | None) -> str:
    if key is None:
        raise NotFound("The recording is not there any more.", code="media_gone", hint="Record the answer again.")
    return key
