"""The rules of evidence that any grade must pass, whoever computed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from app.domain.answer import Transcript
from app.domain.grade import Evidence, Grade, Group, ScoreStatus, StarSpan, Tip
from app.services.grading.check import grade_fault, tips_fault
from app.services.grading.rubric import grade_answer, make_tips, typed_transcript
from tests.unit.grading.material import answers

pytestmark = pytest.mark.models


@lru_cache(maxsize=1)
def graded() -> tuple[Grade, Transcript, tuple[Tip, ...]]:
    answer = max(answers(), key=lambda one: len(one.text))
    transcript = typed_transcript(answer.text)
    grade = grade_answer(answer.question, transcript)
    return grade, transcript, tuple(make_tips(answer.question, transcript, grade))


@pytest.mark.parametrize("number", range(0, 50, 7))
def test_what_the_rubric_gives_passes(number: int) -> None:
    answer = answers()[number]
    transcript = typed_transcript(answer.text)
    grade = grade_answer(answer.question, transcript)
    assert grade_fault(grade, transcript) is None
    assert tips_fault(make_tips(answer.question, transcript, grade), grade, transcript) is None


def test_an_answer_without_words_passes_without_a_score() -> None:
    transcript = typed_transcript("")
    assert grade_fault(grade_answer(answers()[0].question, transcript), transcript) is None


def _row(grade: Grade, **changes: Any) -> Grade:
    scored = next(k for k, row in enumerate(grade.dimensions) if row.score is not None)
    rows = list(grade.dimensions)
    rows[scored] = replace(rows[scored], **changes)
    return replace(grade, dimensions=tuple(rows))


SAID = "it quotes words that were not said"
NEVER = Evidence(quote="I raised profits tenfold")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda g: replace(g, overall=9.0), "a score is not between 1 and 5"),
        (lambda g: replace(g, overall=float("nan")), "a score is not between 1 and 5"),
        (lambda g: replace(g, range=(2.0, 7.0)), "a score is not between 1 and 5"),
        (lambda g: replace(g, range=(4.0, 2.0)), "its range is upside down"),
        (lambda g: replace(g, groups=g.groups | {Group.CONTENT.value: 0.0}), "a score is not between 1 and 5"),
        (lambda g: _row(g, score=0.0), "a score is not between 1 and 5"),
        (lambda g: replace(g, overall=None), "it needs a score, or a reason why there is none"),
        (lambda g: replace(g, not_graded="mood"), "it needs a score, or a reason why there is none"),
        (lambda g: replace(g, dimensions=()), "the rows of the rubric are missing or double"),
        (lambda g: replace(g, dimensions=g.dimensions * 2), "the rows of the rubric are missing or double"),
        (lambda g: _row(g, evidence=(), not_found=None), "a score has no evidence"),
        (lambda g: _row(g, score=None), "a score has no evidence"),
        (lambda g: _row(g, status=ScoreStatus.NOT_MEASURED), "a score has no evidence"),
        (lambda g: _row(g, evidence=(NEVER,)), SAID),
        (lambda g: replace(g, gates=(replace(g.gates[0], evidence=(NEVER,)),)), SAID),
        (lambda g: replace(g, star=(StarSpan(part="R", quote=NEVER.quote),)), SAID),
    ],
)
def test_a_grade_that_breaks_a_rule_is_named(change: Callable[[Grade], Grade], fault: str) -> None:
    grade, transcript, _ = graded()
    assert grade_fault(change(grade), transcript) == fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"dimension": "charm"}, "a tip is about no row of the grade"),
        ({"text": "  "}, "a tip is about no row of the grade"),
        ({"gain": 40.0}, "a tip is about no row of the grade"),
        ({"moment": NEVER}, SAID),
    ],
)
def test_tips_that_break_a_rule_are_named(changes: dict[str, Any], fault: str) -> None:
    grade, transcript, tips = graded()
    assert tips
    assert tips_fault([replace(tips[0], **changes), *tips[1:]], grade, transcript) == fault
