"""The interview as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.grade import Evidence, Grade, Group, Summary, Tip
from app.domain.question import Question
from app.services.grading.rubric.anchors import RUBRIC
from app.services.grading.rubric.tips import rank

TIPS = 3
# Which dimension's quote says most about the person's own work, first the most telling.
TELLING = ("C4", "C3", "C2", "C5", "C1")

Item = tuple[Question, Grade | None, tuple[Tip, ...]]


def summarise(items: Sequence[Item]) -> Summary:
    """Sum up an interview: the mean over competencies, each with equal weight, of the answers graded in it.

    Answers without a grade (None, or `not_graded`) are left out and counted: `asked` questions, `answered` with a grade
    of any kind, `graded` with a number. The range is the mean of the answers' ranges with the same weights.
    """
    graded = [(question, grade) for question, grade, _ in items if grade is not None and grade.overall is not None]
    by_competency: dict[str, list[Grade]] = {}
    for question, _, _ in items:
        by_competency.setdefault(question.competency, [])
    for question, grade in graded:
        by_competency[question.competency].append(grade)
    scores = {name: _mean([grade.overall for grade in grades]) for name, grades in by_competency.items()}
    lows = [_mean([grade.range[0] if grade.range else None for grade in grades]) for grades in by_competency.values()]
    highs = [_mean([grade.range[1] if grade.range else None for grade in grades]) for grades in by_competency.values()]
    low, high = _mean(lows), _mean(highs)
    strongest, strongest_id = _strongest(graded)
    tips = [replace(tip, question_id=question.id) for question, _, own in items for tip in own]
    return Summary(
        overall=_mean(list(scores.values())),
        range=None if low is None or high is None else (round(low, 1), round(high, 1)),
        dimensions={
            row.id: _mean([one.score for _, grade in graded for one in grade.dimensions if one.id == row.id])
            for row in RUBRIC
        },
        competencies=scores,
        strongest=strongest,
        strongest_question_id=strongest_id,
        tips=rank(tips, TIPS),
        answered=sum(grade is not None for _, grade, _ in items),
        graded=len(graded),
        asked=len(items),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(sum(present) / len(present), 2) if present else None


def _strongest(graded: Sequence[tuple[Question, Grade]]) -> tuple[Evidence | None, str | None]:
    """The quote behind the best content score; ties go to the more telling dimension, then to the better answer."""
    best: tuple[tuple[float, int, float], Evidence, str] | None = None
    for question, grade in graded:
        for row in grade.dimensions:
            if row.group is not Group.CONTENT or row.score is None or row.score < 3 or row.id not in TELLING:
                continue
            quoted = next((one for one in row.evidence if one.quote), None)
            key = (row.score, -TELLING.index(row.id), grade.overall or 0.0)
            if quoted and (best is None or key > best[0]):
                best = (key, quoted, question.id)
    return (best[1], best[2]) if best else (None, None)
