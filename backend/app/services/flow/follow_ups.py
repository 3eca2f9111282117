"""Follow-up questions: chosen from what was said, asked at once or not at all."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.core.events import changed
from app.domain.answer import Transcript
from app.domain.errors import Conflict, NotFound, RehearsalError
from app.domain.question import FollowUp
from app.models.interview import Interview
from app.models.take import Take
from app.services.flow import views
from app.services.interviews import cast, repository
from app.services.interviews import service as interviews
from app.services.interviews.check import follow_up_fault
from app.services.outbox.files import delete_files
from app.services.providers.flows import fitting, run_flow, unfit
from app.services.recordings import listening, service
from app.services.speech import service as speech
from app.utils.json import dump

log = structlog.get_logger()

# The first sound of a follow-up is due 1.5 s after Done; the upload's end and the audio's way are in it, too. A page
# that waits longer than this has an interviewer who says nothing.
HEARD_S, ANSWER_S = 1.0, 1.5
TYPED_S = 5.0  # nobody looks an interviewer in the face who types
LOOK_S, FLOW_LEAST_S = 0.1, 0.3
THINK_S = 5.0

WHY = {
    "off": "Follow-up questions are switched off.",
    "follow_up": "A follow-up has no follow-up of its own.",
    "asked": "This question has had its follow-up.",
    "superseded": "There is a newer answer to this question.",
    "late": "What you said could not be understood in time.",
    "unprepared": "The follow-up had not been spoken in time.",
    "unreachable": "The flow server did not choose in time.",
}


async def ask(owner: UUID, take_id: UUID) -> dict[str, Any]:
    """What is asked after a take (FollowUpOut), decided once: asked again it is the same. Takes about 1.5 s at most,
    after a typed answer 5 s.

    Raises NotFound, Conflict when the take is not complete.
    """
    began = time.monotonic()
    async with transaction() as session:
        take = await service.find(session, owner, take_id)
        if take.completed_at is None:
            raise Conflict("This take is not complete.", code="take_incomplete", hint="Finish it first.")
        interview_id = take.question.interview_id
        decided = take.follow_up or _ruled_out(take)
    if decided is None:
        decided = await _choose(take, began)
    # One at a time for each interview: of two requests at once the second finds what the first has decided.
    async with transaction() as session:
        interview = await interviews.read(session, owner, interview_id, lock=True)
        take = _take(interview, take_id)
        if take.follow_up is None and decided["reason"] not in ("off", "follow_up"):
            take.follow_up = decided = await _settle(session, interview, take, decided)
            changed(session, interview_id)
            log.info("follow_up", take=str(take_id), reason=decided["reason"], asked=bool(decided.get("question_id")))
        decided = take.follow_up or decided
        question = await _question(session, interview, decided.get("question_id"))
        return {"question": question, "reason": decided["reason"], "why": decided["why"]}


async def think_along(take_id: UUID, transcript: Transcript) -> None:
    """Let the flow read what has been said so far: the sentences it knows cost it nothing when the answer ends."""
    async with transaction() as session:
        question = await repository.question_of_take(session, take_id)
    if question is None:
        return
    with suppress(RehearsalError):
        await run_flow("follow_up", {"question": question, "transcript": dump(transcript)}, timeout_s=THINK_S)


async def forget(session: AsyncSession, owner: UUID, question_id: UUID) -> None:
    """Drop the follow-up of a question that nobody has answered."""
    row = await repository.follow_up_of(session, owner, question_id)
    if row is None or service.counting(row.takes) is not None:
        return
    for take in row.takes:
        delete_files(session, take.prefix)
    await session.delete(row)
    changed(session, row.interview_id)


def _take(interview: Interview, take_id: UUID) -> Take:
    for take in (take for row in interview.questions for take in row.takes):
        if take.id == take_id:
            return take
    raise NotFound("This take does not exist.", hint="It may have been deleted.")


def _ruled_out(take: Take) -> dict[str, Any] | None:
    if not take.question.interview.follow_ups:
        return _none("off")
    return _none("follow_up") if take.question.follows_id is not None else None


def _none(reason: str) -> dict[str, Any]:
    return {"reason": reason, "why": WHY[reason]}


async def _choose(take: Take, began: float) -> dict[str, Any]:
    transcript = await _heard(take, began + HEARD_S)
    if transcript is None:
        return _none("late")
    message = {"question": take.question.question, "transcript": dump(transcript)}
    whole_s = TYPED_S if take.kind == "typed" else ANSWER_S
    left_s = max(FLOW_LEAST_S, began + whole_s - time.monotonic())
    try:
        found = fitting("follow_up", FollowUp, await run_flow("follow_up", message, timeout_s=left_s))
        if fault := follow_up_fault(found, transcript):
            raise unfit("follow_up", fault)
    except RehearsalError as error:
        log.warning("follow_up_not_chosen", take=str(take.id), code=error.code)
        return _none("unreachable")
    chosen: dict[str, Any] = dump(found)
    return chosen


async def _heard(take: Take, until: float) -> Transcript | None:
    """What was said: at once when it was typed, else when the listening has come to its end in time."""
    if take.text is not None:
        from app.services.grading.rubric import typed_transcript

        return typed_transcript(take.text)
    while True:
        state, transcript = await listening.understood(take.id)
        if state != "listening" or time.monotonic() > until:
            return transcript
        await asyncio.sleep(LOOK_S)


async def _settle(session: AsyncSession, interview: Interview, take: Take, chosen: dict[str, Any]) -> dict[str, Any]:
    """Make the row of what was chosen, unless something speaks against it."""
    if chosen.get("text") is None:
        return chosen
    parent = interviews.question_of(interview, take.question_id)
    newest = service.counting(parent.takes)
    if newest is None or newest.id != take.id:
        return _none("superseded")
    if interviews.follow_up_of(interview, parent) is not None:
        return _none("asked")
    text, speed = cast.follow_up(chosen["text"], interview.style), cast.pace(interview.style, interview.speed)
    if take.kind != "typed" and await speech.is_waiting(session, text, interview.voice, speed):
        return _none("unprepared")
    row = interviews.add_follow_up(interview, parent, chosen["text"])
    row.speech_key = await speech.prepare(session, text, interview.voice, speed)
    session.add(row)
    await session.flush()
    return chosen | {"question_id": str(row.id)}


async def _question(session: AsyncSession, interview: Interview, identity: str | None) -> dict[str, Any] | None:
    """The follow-up as it is shown (QuestionOut); None when there is none or it has been deleted."""
    if identity is None:
        return None
    interview = await interviews.read(session, interview.owner_id, interview.id)
    found = [(place, row) for place, row in enumerate(interview.questions) if str(row.id) == identity]
    if not found:
        return None
    place, row = found[0]
    return views.question_view(row, place, await speech.states(session, [row.speech_key]))
