"""Interviews: planned, edited, finished. The texts of questions come from the flow `question_generation`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.model import ModelTicket
from app.domain.posting import Posting, Weight
from app.domain.question import Coverage, Question, QuestionKind, QuestionSet
from app.models.interview import Interview, QuestionRow
from app.services.interviews import repository
from app.services.interviews.check import fault
from app.services.providers.flows import TIMEOUT_S, WITH_MODEL_S, fitting, run_flow, unfit
from app.utils.json import dump, load

MAX_QUESTIONS = 15
FOLLOW_UP_S = 60  # suggested; half of what a question gets
OWN_COMPETENCY = "own question"


async def plan(
    posting: Posting,
    *,
    count: int,
    seed: int,
    kinds: Sequence[str] | None,
    difficulty: int | None,
    keep: Sequence[Question] = (),
    exclude: Sequence[str] = (),
    model: ModelTicket | None = None,
) -> QuestionSet:
    """A set of questions for a posting; with `model`, worded by it where that passes the checks.

    Raises BadInput when the posting does not carry a set, ProviderError.
    """
    message = {
        "posting": dump(posting),
        "count": count,
        "seed": seed,
        "kinds": kinds,
        "difficulty": difficulty,
        "keep": [dump(question) for question in keep],
        "exclude": list(exclude),
        "model": dump(model) if model else None,
    }
    data = await run_flow(
        "question_generation",
        {key: value for key, value in message.items() if value is not None},
        timeout_s=WITH_MODEL_S if model else TIMEOUT_S,
    )
    planned = fitting("question_generation", QuestionSet, data)
    if reason := fault(planned, posting, kept=frozenset(question.text for question in keep)):
        raise unfit("question_generation", reason)
    return planned


def create(
    session: AsyncSession, owner: UUID, posting_id: UUID, wanted: dict[str, Any], made: QuestionSet
) -> tuple[Interview, list[QuestionRow]]:
    """Rows of a new interview and its questions; the caller gives the questions their `speech_key`."""
    fields = (
        "mode",
        "voice",
        "speed",
        "interviewer",
        "style",
        "hidden",
        "follow_ups",
        "count",
        "seed",
        "kinds",
        "difficulty",
    )
    interview = Interview(
        id=uuid4(),
        owner_id=owner,
        posting_id=posting_id,
        consent={"recording": False, "voice": False, "presence": False, "providers": []},
        replaced=[],
        provenance=made.provenance,
        **{field: wanted[field] for field in fields},
    )
    session.add(interview)
    rows = [new_row(interview, question, position) for position, question in enumerate(made.questions)]
    return interview, rows


def new_row(interview: Interview, question: Question, position: int, *, own: bool = False) -> QuestionRow:
    """A row for a question; the id of the question becomes that of the row."""
    identity = uuid4()
    return QuestionRow(
        id=identity,
        owner_id=interview.owner_id,
        interview_id=interview.id,
        position=position,
        own=own,
        question=dump(replace(question, id=str(identity))),
    )


async def read(session: AsyncSession, owner: UUID, interview_id: UUID, *, lock: bool = False) -> Interview:
    """One interview with posting, questions and takes. Raises NotFound."""
    interview = await repository.find(session, owner, interview_id, lock=lock)
    if interview is None:
        raise NotFound("This interview does not exist.", hint="It may have been deleted.")
    return interview


async def check_exists(session: AsyncSession, owner: UUID, interview_id: UUID) -> None:
    """Raises NotFound unless this owner has this interview."""
    if not await repository.exists(session, owner, interview_id):
        raise NotFound("This interview does not exist.", hint="It may have been deleted.")


async def read_with_stages(
    session: AsyncSession, owner: UUID, interview_id: UUID, *, results: bool = False
) -> Interview:
    """One interview with the stages of its takes. Raises NotFound."""
    interview = await repository.find_with_stages(session, owner, interview_id, results=results)
    if interview is None:
        raise NotFound("This interview does not exist.", hint="It may have been deleted.")
    return interview


async def list_all(session: AsyncSession, owner: UUID) -> Sequence[Interview]:
    """All interviews with the grades of their takes, newest first."""
    return await repository.all_with_grades(session, owner)


async def finish(session: AsyncSession, owner: UUID, interview_id: UUID) -> None:
    """Mark the interview as ended; a second time changes nothing. Raises NotFound."""
    interview = await read(session, owner, interview_id, lock=True)
    interview.finished_at = interview.finished_at or datetime.now(UTC)


def question_of(interview: Interview, question_id: UUID) -> QuestionRow:
    """A question of this interview. Raises NotFound."""
    for row in interview.questions:
        if row.id == question_id:
            return row
    raise NotFound("This question does not exist.", hint="It may have been deleted.")


def check_unanswered(row: QuestionRow) -> None:
    """Raises Conflict when somebody has begun to answer this question: what was asked must stay as it was."""
    if row.takes or row.follows_id is not None:
        raise Conflict(
            "This question has been answered and stays as it was asked.",
            code="question_answered",
            hint="Add a question of your own instead.",
        )


def add_own(interview: Interview, text: str, kind: QuestionKind) -> QuestionRow:
    """A row for a question the user wrote, at the end. Raises Conflict when there is no room."""
    if len(planned(interview)) >= MAX_QUESTIONS:
        raise Conflict(f"There are {MAX_QUESTIONS} questions already.", code="questions_full", hint="Remove one first.")
    question = Question(id="", text=text, kind=kind, competency=OWN_COMPETENCY)
    last = max((row.position for row in interview.questions), default=-1)
    return new_row(interview, question, last + 1, own=True)


def planned(interview: Interview) -> list[QuestionRow]:
    """The questions without their follow-ups, in order."""
    return sorted((row for row in interview.questions if row.follows_id is None), key=lambda row: row.position)


def follow_up_of(interview: Interview, row: QuestionRow) -> QuestionRow | None:
    """The follow-up of a question, if one was asked."""
    return next((other for other in interview.questions if other.follows_id == row.id), None)


def add_follow_up(interview: Interview, parent: QuestionRow, text: str) -> QuestionRow:
    """A row for a follow-up, right after its parent. It asks for the same things, in less time."""
    for other in interview.questions:
        other.position += other.position > parent.position
    asked = load(Question, parent.question)
    question = replace(
        asked, text=text, probe=None, seconds=FOLLOW_UP_S, follows=str(parent.id), follows_text=asked.text
    )
    row = new_row(interview, question, parent.position + 1)
    row.follows_id = parent.id
    return row


def reword(row: QuestionRow, changes: dict[str, Any]) -> None:
    """Apply the user's changes to a question. Raises Conflict when it has been answered."""
    check_unanswered(row)
    if changes.get("text", row.question["text"]) != row.question["text"]:
        # The probe was written for the other wording.
        row.own, changes = True, changes | {"probe": None}
    row.question = dump(load(Question, row.question | changes))


async def another(interview: Interview, question_id: UUID) -> Question:
    """A question for the same place that the interview has not had. Raises Conflict when none is left."""
    row = question_of(interview, question_id)
    old = load(Question, row.question)
    others = [load(Question, other.question) for other in planned(interview) if other is not row]
    found = await _another(interview, old, others, [*interview.replaced, old.text])
    if found is None:
        raise Conflict(
            "There is no other question for this posting.",
            code="no_other_question",
            hint="Write a question of your own.",
        )
    return found


def put(interview: Interview, question_id: UUID, found: Question) -> bool:
    """Put a question in the place of another; False when the interview has, or had, it by now.

    Raises NotFound, and Conflict when the old one has been answered.
    """
    row = question_of(interview, question_id)
    check_unanswered(row)
    if found.text in {*interview.replaced, *(other.question["text"] for other in planned(interview))}:
        return False
    interview.replaced = [*interview.replaced, row.question["text"]]
    row.own, row.question = False, dump(replace(found, id=str(row.id)))
    return True


async def _another(
    interview: Interview, old: Question, others: Sequence[Question], exclude: Sequence[str]
) -> Question | None:
    posting = load(Posting, interview.posting.posting)
    same = tuple(item for item in posting.requirements if item.id in old.requirement_ids)
    used = {question.text for question in others} | set(exclude)
    # First with only the requirement of the old question in sight, then with the whole posting.
    for sight in [replace(posting, requirements=same)] * bool(same) + [posting]:
        found = await plan(
            sight,
            count=len(others) + 1,
            seed=interview.seed,
            kinds=interview.kinds,
            difficulty=interview.difficulty,
            keep=others,
            exclude=exclude,
        )
        for question in found.questions:
            if question.text not in used:
                return question
    return None


def order(interview: Interview, ids: Sequence[UUID]) -> None:
    """Put the questions in this order, follow-ups after theirs. Raises BadInput unless every id comes exactly once."""
    places = {identity: place for place, identity in enumerate(ids)}
    rows = planned(interview)
    if len(places) != len(ids) or places.keys() != {row.id for row in rows}:
        raise BadInput(
            "The order must name every question of the interview once.",
            code="order_incomplete",
            hint="Load the interview again; a question may have been added or removed.",
        )
    for row in interview.questions:
        row.position = 2 * places[row.follows_id or row.id] + (row.follows_id is not None)


def coverage(posting: Posting, questions: Sequence[Question]) -> Coverage:
    """How many must-haves of the posting have a question now."""
    asked = {identity for question in questions for identity in question.requirement_ids}
    musts = [item.id for item in posting.requirements if item.weight is Weight.MUST]
    uncovered = tuple(identity for identity in musts if identity not in asked)
    return Coverage(must_total=len(musts), must_covered=len(musts) - len(uncovered), uncovered=uncovered)
