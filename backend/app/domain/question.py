"""Interview questions and what they cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class QuestionKind(StrEnum):
    """The four kinds of the structured-interview literature."""

    BEHAVIOURAL = "behavioural"
    SITUATIONAL = "situational"
    KNOWLEDGE = "knowledge"
    MOTIVATION = "motivation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to be spoken.

    `text` holds one ask in at most 35 words. `quote` is verbatim in the posting's text; it is None only for a
    question the user wrote. `key_points` are what a full answer touches; `probe` is the follow-up if they are
    missing. `seconds` is the suggested answer time, `difficulty` 1 (warm-up) to 5. A follow-up has in `follows` the id
    of the question before it and in `follows_text` what that one asked: its answer is read as one to both.
    """

    id: str
    text: str
    kind: QuestionKind
    competency: str
    requirement_ids: tuple[str, ...] = ()
    quote: str | None = None
    key_points: tuple[str, ...] = ()
    probe: str | None = None
    seconds: int = 120
    difficulty: int = 3
    follows: str | None = None
    follows_text: str | None = None


class FollowUpReason(StrEnum):
    """What an answer leaves out, the most telling first; the last two say why nothing is asked."""

    EPISODE = "episode"
    OWN_PART = "own_part"
    RESULT = "result"
    STEPS = "steps"
    REASON = "reason"
    LINK = "link"
    GROUND = "ground"
    POINTS = "points"
    COMPLETE = "complete"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is asked after an answer: `text` in at most 25 words, None when nothing is.

    `why` is one sentence for the report. `quote` are the words of the answer it refers to, if any, with their times
    (None in a typed answer).
    """

    reason: FollowUpReason
    why: str
    text: str | None = None
    quote: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many must-haves have a question; `uncovered` are the ids of those without one."""

    must_total: int
    must_covered: int
    uncovered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """The result of planning. The same posting, settings, seed and code version give the same set."""

    questions: tuple[Question, ...]
    coverage: Coverage
    provenance: dict[str, Any] = field(default_factory=dict)
