"""Grades that can be checked: every score with the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Group(StrEnum):
    """The three groups of the rubric; weights .7, .2 and .1, renormalised over the groups that were measured."""

    CONTENT = "content"
    VOICE = "voice"
    PRESENCE = "presence"


class ScoreStatus(StrEnum):
    """Why a score is a number or None."""

    SCORED = "scored"
    NOT_MEASURED = "not_measured"  # no data: left out of every mean
    NOT_APPLICABLE = "not_applicable"  # the question does not ask for it (STAR on a knowledge question)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words of the answer (`quote`, verbatim as in the transcript) or an observed stretch (quote empty), with times.

    `start_ms` and `end_ms` are None in a typed answer. `label` says what it shows ("result", "pause of 3.1 s").
    """

    quote: str
    start_ms: int | None = None
    end_ms: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionScore:
    """One row of the rubric. `score` 1.0-5.0 in steps of 0.1, or None with the `status` that says why.

    `why` is one sentence in plain words; `next_level` says what the level above asks for (None at 5). A score always
    has evidence or `not_found`, the plain statement of what was looked for and not there.
    """

    id: str
    group: Group
    name: str
    score: float | None
    status: ScoreStatus
    why: str
    evidence: tuple[Evidence, ...] = ()
    not_found: str | None = None
    anchor: str | None = None
    next_level: str | None = None
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A check that runs before any score. A triggered gate bounds scores; `injection` only flags."""

    id: str
    triggered: bool
    detail: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StarSpan:
    """A part of the story: S, T, A or R, with its sentence and times."""

    part: str
    quote: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """One thing to change. `gain` is how much the answer's total would rise if `dimension` reached the next level.

    `provenance` is empty unless a language model was asked to word it: then `model` says what came of that.
    """

    dimension: str
    text: str
    do_next: str
    moment: Evidence | None
    gain: float
    question_id: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The grade of one answer. `overall` 1-5 or None with `not_graded` saying why; `range` is shown, not decimals."""

    overall: float | None
    range: tuple[float, float] | None
    dimensions: tuple[DimensionScore, ...]
    gates: tuple[Gate, ...]
    star: tuple[StarSpan, ...] = ()
    not_graded: str | None = None
    groups: dict[str, float | None] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The interview as a whole: equal-weight mean over competencies, and the most valuable tips of all answers."""

    overall: float | None
    range: tuple[float, float] | None
    dimensions: dict[str, float | None]
    competencies: dict[str, float | None]
    strongest: Evidence | None
    strongest_question_id: str | None
    tips: tuple[Tip, ...]
    answered: int
    graded: int
    asked: int
