"""The interview as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.grade import Evidence, Grade, Group, Summary, Tip
from app.domain.question import Question
from app.services.grading.rubric.anchors import RUBRIC
from app.services.grading.rubric.grader import FLOOR, group_means, total
from app.services.grading.rubric.tips import rank

TIPS = 3
# Which dimension's quote says most about the person's own work, first the most telling.
TELLING = ("C4", "C3", "C2", "C5", "C1")

Item = tuple[Question, Grade | None, tuple[Tip, ...]]


def summarise(items: Sequence[Item]) -> Summary:
    """Sum up an interview: the mean over competencies, each with equal weight, of the answers graded in it.

    A question and its follow-up are one (`joined`), and only the question counts as asked and answered. Answers without
    a grade (None, or `not_graded`) are left out and counted: `asked` questions, `answered` with a grade of any kind,
    `graded` with a number. The range is the mean of the answers' ranges with the same weights.
    """
    every = [(question, grade) for question, grade, _ in items if grade is not None and grade.overall is not None]
    follow_ups = {question.follows: grade for question, grade in every if question.follows}
    items = [item for item in items if item[0].follows is None]
    graded = [
        (question, joined(grade, follow_ups[question.id]) if question.id in follow_ups else grade)
        for question, grade in every
        if question.follows is None
    ]
    by_competency: dict[str, list[Grade]] = {}
    for question, _, _ in items:
        by_competency.setdefault(question.competency, [])
    for question, grade in graded:
        by_competency[question.competency].append(grade)
    scores = {name: _mean([grade.overall for grade in grades]) for name, grades in by_competency.items()}
    lows = [_mean([grade.range[0] if grade.range else None for grade in grades]) for grades in by_competency.values()]
    highs = [_mean([grade.range[1] if grade.range else None for grade in grades]) for grades in by_competency.values()]
    low, high = _mean(lows), _mean(highs)
    strongest, strongest_id = _strongest(every)
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


def joined(grade: Grade, follow_up: Grade) -> Grade:
    """The grade of an answer and of what was added when asked: in each content dimension the better score counts.

    So a follow-up can only add. Voice and presence stay those of the answer itself. Both have an `overall`.
    """
    added = {row.id: row for row in follow_up.dimensions if row.group is Group.CONTENT and row.score is not None}
    rows = tuple(
        added[row.id] if row.score is not None and row.id in added and (added[row.id].score or 0) > row.score else row
        for row in grade.dimensions
    )
    # What the cap of a short answer took off stays off: only the gain of the better scores is added.
    gain = round(total(group_means(rows)) - total(group_means(grade.dimensions)), 2)
    overall, spread = grade.overall or FLOOR, grade.range or (FLOOR, FLOOR)
    return replace(
        grade,
        dimensions=rows,
        overall=round(min(5.0, overall + gain), 2),
        range=(round(min(5.0, spread[0] + gain), 1), round(min(5.0, spread[1] + gain), 1)),
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
