"""What a grade and its tips must be before they are believed: the rules of evidence, whoever computed them.

A flow can be edited. Its result then still has to name words that were said, and to keep to the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.domain.answer import Transcript
from app.domain.grade import DimensionScore, Evidence, Grade, ScoreStatus, Tip

LOWEST, HIGHEST = 1.0, 5.0


def grade_fault(grade: Grade, transcript: Transcript) -> str | None:
    """The first rule that a grade breaks, in words; None when it may be used."""
    numbers = [grade.overall, *(grade.range or ()), *grade.groups.values(), *(row.score for row in grade.dimensions)]
    if not all(_on_scale(number) for number in numbers):
        return f"a score is not between {LOWEST:g} and {HIGHEST:g}"
    if grade.range and grade.range[0] > grade.range[1]:
        return "its range is upside down"
    if (grade.overall is None) == (grade.not_graded is None):
        return "it needs a score, or a reason why there is none"
    if not grade.dimensions or _repeated(row.id for row in grade.dimensions):
        return "the rows of the rubric are missing or double"
    if not all(_founded(row) for row in grade.dimensions):
        return "a score has no evidence"
    quotes = [one.quote for one in _evidence(grade)] + [span.quote for span in grade.star]
    return None if _all_said(quotes, transcript) else "it quotes words that were not said"


def tips_fault(tips: Sequence[Tip], grade: Grade, transcript: Transcript) -> str | None:
    """The first rule that the tips for a graded answer break, in words; None when they may be used."""
    rows = {row.id for row in grade.dimensions}
    if not all(tip.dimension in rows and tip.text.strip() and 0 <= tip.gain <= HIGHEST - LOWEST for tip in tips):
        return "a tip is about no row of the grade"
    quotes = [tip.moment.quote for tip in tips if tip.moment]
    return None if _all_said(quotes, transcript) else "it quotes words that were not said"


def _on_scale(number: float | None) -> bool:
    return number is None or LOWEST <= number <= HIGHEST  # not a number is not on the scale


def _repeated(names: Iterable[str]) -> bool:
    listed = list(names)
    return len(listed) != len(set(listed))


def _founded(row: DimensionScore) -> bool:
    if (row.score is not None) != (row.status is ScoreStatus.SCORED):
        return False
    return row.score is None or bool(row.evidence) or bool(row.not_found)


def _evidence(grade: Grade) -> Iterator[Evidence]:
    for row in grade.dimensions:
        yield from row.evidence
    for gate in grade.gates:
        yield from gate.evidence


def _all_said(quotes: Iterable[str], transcript: Transcript) -> bool:
    said = " ".join(word.text for word in transcript.words)
    return all(quote in said for quote in quotes)
