"""Making and changing interviews: posting, questions and their audio together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import limits, ratelimit
from app.core.database import transaction
from app.domain.errors import Conflict
from app.domain.posting import Posting
from app.domain.question import QuestionKind
from app.models.interview import Interview, QuestionRow
from app.models.owner import Owner
from app.services.flow import views
from app.services.interviews import cast, service
from app.services.outbox.files import delete_files
from app.services.postings import service as postings
from app.services.privacy import consents
from app.services.providers.llm import tickets
from app.services.speech import service as speech
from app.utils.json import load


async def create(owner: UUID, wanted: dict[str, Any]) -> UUID:
    """Plan an interview for a posting and have its questions spoken, the first one first.

    Two transactions around the planning: a language model may think for a minute, and nobody waits for a connection
    meanwhile. Raises NotFound (also when the posting is deleted meanwhile), BadInput, ProviderError.
    """
    cast.check(wanted["interviewer"])
    async with transaction() as session:
        posting = load(Posting, (await postings.read(session, owner, wanted["posting_id"])).posting)
        guest = (await session.get_one(Owner, owner)).kind == "guest"
    await ratelimit.take(limits.INTERVIEWS_GUEST if guest else limits.INTERVIEWS_ACCOUNT, str(owner))
    if wanted["voice"] is None:
        wanted["voice"] = await speech.own_voice(cast.voice(wanted["interviewer"]))
    await speech.check_voice(wanted["voice"])
    options = {key: wanted[key] for key in ("count", "seed", "kinds", "difficulty")}
    # A posting is nothing of the candidate's: no consent is needed.
    model = await tickets.issue("questions", owner=owner)
    planned = await service.plan(posting, **options, model=model)
    async with transaction() as session:
        await postings.read(session, owner, wanted["posting_id"])
        interview, rows = service.create(session, owner, wanted["posting_id"], wanted, planned)
        if model:
            await tickets.charge(session, model, interview.id)
        await _speak(session, interview, rows)
    return interview.id


async def read(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[str, Any]:
    """One interview (InterviewOut). Raises NotFound."""
    interview = await service.read_with_stages(session, owner, interview_id)
    return views.interview(interview, await _clips(session, interview))


async def read_progress(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[str, Any]:
    """How far its analysis is (ProgressOut). Raises NotFound."""
    interview = await service.read_with_stages(session, owner, interview_id)
    return views.progress(interview, await _clips(session, interview))


async def list_all(session: AsyncSession, owner: UUID) -> list[dict[str, Any]]:
    """All interviews, newest first (InterviewItem)."""
    items = []
    for row in await service.list_all(session, owner):
        summary = views.summary(row)
        item = {field: getattr(row, field) for field in ("id", "created_at", "finished_at", "mode")}
        item |= {"posting": views.posting_summary(row.posting), "progress": views.counts(row)}
        items.append(item | {"overall": summary.overall, "range": summary.range})
    return items


async def edit(session: AsyncSession, owner: UUID, interview_id: UUID, changes: dict[str, Any]) -> None:
    """Change settings; another voice, speed or style has the questions spoken again, and so does audio that failed.

    Raises NotFound, BadInput.
    """
    cast.check(changes.get("interviewer", cast.OWN))
    if "voice" in changes:
        await speech.check_voice(changes["voice"])
    interview = await service.read(session, owner, interview_id, lock=True)
    if "consent" in changes:
        consents.record(session, interview, changes.pop("consent"))
    if changes.keys() & {"voice", "speed", "style", "interviewer"}:
        await ratelimit.take(limits.SPEECH, str(owner), len(interview.questions))
    for name, value in changes.items():
        setattr(interview, name, value)
    await _speak(session, interview, interview.questions)


async def add_question(
    session: AsyncSession, owner: UUID, interview_id: UUID, text: str, kind: QuestionKind | None
) -> None:
    """Add a question the user wrote; without a kind, its wording tells. Raises NotFound, Conflict."""
    from app.services.grading.rubric import kind_of

    interview = await service.read(session, owner, interview_id, lock=True)
    await ratelimit.take(limits.SPEECH, str(owner))
    row = service.add_own(interview, text, kind or kind_of(text))
    await _speak(session, interview, [*interview.questions, row])


async def edit_question(
    session: AsyncSession, owner: UUID, interview_id: UUID, question_id: UUID, changes: dict[str, Any]
) -> None:
    """Reword a question. Raises NotFound, Conflict."""
    interview = await service.read(session, owner, interview_id, lock=True)
    row = service.question_of(interview, question_id)
    await ratelimit.take(limits.SPEECH, str(owner))
    service.reword(row, changes)
    await _speak(session, interview, interview.questions)


async def delete_question(session: AsyncSession, owner: UUID, interview_id: UUID, question_id: UUID) -> None:
    """Remove a question with its follow-up and their takes. Raises NotFound, Conflict."""
    interview = await service.read(session, owner, interview_id, lock=True)
    row = service.question_of(interview, question_id)
    if row.follows_id is None and len(service.planned(interview)) == 1:
        raise Conflict("An interview has at least one question.", code="last_question", hint="Delete the interview.")
    gone = [row, *filter(None, [service.follow_up_of(interview, row)])]
    for take in (take for other in gone for take in other.takes):
        delete_files(session, take.prefix)
    await session.delete(row)
    if row.follows_id is None:
        interview.replaced = [*interview.replaced, row.question["text"]]
    await _speak(session, interview, [other for other in interview.questions if other not in gone])


async def swap_question(owner: UUID, interview_id: UUID, question_id: UUID) -> None:
    """Put another question in this place. Raises NotFound, Conflict, ProviderError.

    As in `create`, no connection is held while one is looked for. Two questions swapped at once may then find the same
    one: who comes second looks again.
    """
    async with transaction() as session:
        interview = await service.read(session, owner, interview_id)
        service.check_unanswered(service.question_of(interview, question_id))
    await ratelimit.take(limits.SPEECH, str(owner))
    placed = False
    while not placed:
        found = await service.another(interview, question_id)
        async with transaction() as session:
            interview = await service.read(session, owner, interview_id, lock=True)
            placed = service.put(interview, question_id, found)
            if placed:
                await _speak(session, interview, interview.questions)


async def order_questions(session: AsyncSession, owner: UUID, interview_id: UUID, ids: Sequence[UUID]) -> None:
    """Put the questions in this order. Raises NotFound, BadInput."""
    interview = await service.read(session, owner, interview_id, lock=True)
    service.order(interview, ids)
    await _speak(session, interview, interview.questions)


async def _speak(session: AsyncSession, interview: Interview, rows: Sequence[QuestionRow]) -> None:
    """Have everything of an interview spoken that is not, in the order in which it is needed."""
    from app.services.grading.rubric import candidates

    interview.voice = await speech.offered_voice(interview.voice)
    voice, speed = interview.voice, cast.pace(interview.style, interview.speed)
    planned = sorted((row for row in rows if row.follows_id is None), key=lambda row: row.position)
    for place, row in enumerate(planned):
        text = cast.spoken(
            row.question["text"],
            interviewer=interview.interviewer,
            style=interview.style,
            place=place,
            total=len(planned),
        )
        row.speech_key = await speech.prepare(session, text, voice, speed)
    for row in rows:
        if row.follows_id is not None:
            text = cast.follow_up(row.question["text"], interview.style)
            row.speech_key = await speech.prepare(session, text, voice, speed)
    interview.closing_key = await speech.prepare(session, cast.closing(interview.style), voice, speed)
    session.add_all(rows)
    await session.flush()
    spoken: dict[str, str] = {}
    ahead: dict[UUID, dict[str, str]] = {row.id: {} for row in planned}
    for row in planned if interview.follow_ups and interview.mode != "typed" else ():
        for reason, text in candidates(views.question(row)).items():
            text = cast.follow_up(text, interview.style)
            if text not in spoken:
                spoken[text] = await speech.prepare(session, text, voice, speed, ahead=True)
            ahead[row.id][reason.value] = spoken[text]
    await speech.keep_ahead(session, ahead)
    for key in await speech.remove_unused(session):
        delete_files(session, key)


async def _clips(session: AsyncSession, interview: Interview) -> dict[str, str]:
    keys = [row.speech_key for row in interview.questions]
    return await speech.states(session, [*keys, interview.closing_key] if interview.closing_key else keys)
