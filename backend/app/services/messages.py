"""The messages of the flows: JSON text in, JSON text out.

A Langflow component hands its input to one of these functions and returns what comes back. With `model` (a ticket) in
the message, the components of `model_branch` follow. They never raise: a
component that raises costs seconds on a Langflow server and leaks a traceback, so errors travel as data:
`{"ok": true, "data": ...}` or `{"ok": false, "error": {"code", "message", "hint", "status"}}`.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.errors import BadInput, RehearsalError
from app.domain.grade import Grade
from app.domain.model import ModelTicket
from app.domain.posting import Posting
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric import follow_up as choose_follow_up
from app.services.grading.rubric import grade_answer, make_tips
from app.services.interviews.planner import plan
from app.utils.json import dump, load

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMessage:
    """What `question_generation` takes; the meaning of each field is that of `planner.plan`."""

    posting: Posting
    count: int = 8
    seed: int = 0
    kinds: tuple[QuestionKind, ...] | None = None
    difficulty: int | None = None
    keep: tuple[Question, ...] = ()
    exclude: tuple[str, ...] = ()
    model: ModelTicket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeMessage:
    """What `grading` takes; measures that were not made are None."""

    question: Question
    transcript: Transcript
    voice: VoiceMeasures | None = None
    presence: PresenceMeasures | None = None
    model: ModelTicket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TipsMessage:
    """What `tips` takes: the answer and its grade."""

    question: Question
    transcript: Transcript
    grade: Grade
    model: ModelTicket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpMessage:
    """What `follow_up` takes: the question and what was said to it. No model is asked: it has to come at once."""

    question: Question
    transcript: Transcript
    model: None = None


M = TypeVar("M", PlanMessage, GradeMessage, TipsMessage, FollowUpMessage)


def question_generation(text: str) -> str:
    """A PlanMessage as JSON in, a QuestionSet out."""
    return _reply("question_generation", text, PlanMessage, _plan)


def grading(text: str) -> str:
    """A GradeMessage as JSON in, a Grade out."""
    return _reply("grading", text, GradeMessage, lambda m: grade_answer(m.question, m.transcript, m.voice, m.presence))


def tips(text: str) -> str:
    """A TipsMessage as JSON in, a list of Tip out."""
    return _reply("tips", text, TipsMessage, lambda m: list(make_tips(m.question, m.transcript, m.grade)))


def follow_up(text: str) -> str:
    """A FollowUpMessage as JSON in, a FollowUp out."""
    return _reply("follow_up", text, FollowUpMessage, lambda m: choose_follow_up(m.question, m.transcript))


def _plan(message: PlanMessage) -> object:
    return plan(
        message.posting,
        count=message.count,
        seed=message.seed,
        kinds=message.kinds,
        difficulty=message.difficulty,
        keep=message.keep,
        exclude=message.exclude,
    )


def _reply(flow: str, text: str, kind: type[M], work: Callable[[M], object]) -> str:
    try:
        message = _read(text, kind)
        body: dict[str, Any] = {"ok": True, "data": dump(work(message))}
        if message.model is not None:
            # For the components after this one (`model_branch`), which take it off again.
            body |= {"flow": flow, "message": dump(message)}
    except RehearsalError as error:
        body = {"ok": False, "error": _error(error.code, error.message, error.hint, error.status)}
    except Exception as error:
        # The text of an unknown error may quote the answer: only its type and place are logged.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("flow failed: %s\n%s", type(error).__name__, frames)
        body = {"ok": False, "error": _error("flow_failed", "The flow failed on this message.", None, 500)}
    return json.dumps(body, ensure_ascii=False)


def _read(text: str, kind: type[M]) -> M:
    try:
        data = json.loads(text)
    except ValueError:
        raise BadInput("The flow's message is not JSON.", code="flow_message_not_json") from None
    if not isinstance(data, dict):
        raise BadInput("The flow's message is not a JSON object.", code="flow_message_not_json")
    try:
        return load(kind, data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise BadInput(f"The flow's message does not fit at {where}: {first['type']}.", code="flow_message") from None


def _error(code: str, message: str, hint: str | None, status: int) -> dict[str, Any]:
    return {"code": code, "message": message, "hint": hint, "status": status}
