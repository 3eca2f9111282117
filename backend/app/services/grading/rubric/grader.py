"""The grade of one answer: gates first, then the dimensions, then totals that add up from the scores shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.grade import DimensionScore, Evidence, Gate, Grade, Group, ScoreStatus, StarSpan
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric import content, delivery, gates, tagger
from app.services.grading.rubric.anchors import BY_ID, RUBRIC, VERSION
from app.services.grading.rubric.content import Facts, Finding
from app.services.grading.rubric.reading import (
    COPIED,
    FOREIGN,
    INJECTED,
    LISTED,
    NOTHING,
    PADDED,
    TWICE,
    Reading,
    ask,
    read,
)  # fmt: skip
from app.services.grading.rubric.text import quote
from app.utils.json import digest, dump
from app.utils.minilm import SHA256 as MINILM_SHA256

WEIGHTS = {Group.CONTENT: 0.7, Group.VOICE: 0.2, Group.PRESENCE: 0.1}
LIFT_MAX = 0.5  # voice and presence lift the total at most this far above the content
FLOOR, SHORT_CAP = 1.0, 2.0
# The cap below 25 words fades out, so that a few polite words more cannot free a short answer from it.
SHORT: content.Curve = ((25, 2.0), (45, 5.0))
RANGE_MIN = 0.3  # half-width; human raters with anchors differ by at least this much, so a narrower one would pretend
RANGE_MAX = 1.0
TAG_MIN = 0.5  # probability from which a sentence is shown as a part of the story
# Content ceiling by topic (0-1): an answer that is barely about the question cannot score high for its form.
CEILING: content.Curve = ((0.0, 2.0), (0.05, 3.0), (0.12, 5.0))
# Gates after which the content scores the floor.
FLOOR_GATES = frozenset({"empty", "no_answer", "gibberish", "keyword_list", "question_read_back", "off_topic"})


@lru_cache(maxsize=1)
def code_version() -> str:
    """Digest of this package's source and data: changes whenever a grade could."""
    folder = Path(__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".json") and path.is_file())
    return digest([[path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")] for path in files])[:12]


def grade_answer(
    question: Question,
    transcript: Transcript,
    voice: VoiceMeasures | None = None,
    presence: PresenceMeasures | None = None,
) -> Grade:
    """Grade one answer on the rubric. Deterministic: equal arguments give an equal grade.

    `overall` is 1.0-5.0 with two decimals, or None with `not_graded` one of `no_speech` (a recording without words),
    `unclear_speech` (no word was recognised with enough certainty) and `other_language`. An empty typed answer and "I
    don't know" score the floor, 1.0. Every dimension of the rubric is in `dimensions`, also those not measured.
    Raises RuntimeError when a model file is missing.
    """
    provenance: dict[str, Any] = {
        "grader": "embedded",
        "rubric": VERSION,
        "code": code_version(),
        "models": {
            "minilm": MINILM_SHA256["model.safetensors"],
            "word_order": gates.counts_sha256(),
            "story_parts": tagger.sha256(),
        },
        "input_hash": digest(
            [None if part is None else dump(part) for part in (question, transcript, voice, presence)]
        ),
    }
    typed = transcript.source == "typed"
    if not transcript.words and not typed:
        return _not_graded(question, "no_speech", "No words were heard in this answer.", provenance)
    asked = ask(question)
    reading = read(asked, transcript)
    if transcript.words and not reading.items and not typed:
        return _not_graded(
            question, "unclear_speech", "No word of this answer was recognised with enough certainty.", provenance
        )
    if reading.foreign >= 0.6:
        language = f" ({reading.language})" if reading.language else ""
        return _not_graded(
            question,
            "other_language",
            f"The answer is in another language{language}; only English is graded.",
            provenance,
        )

    facts = content.facts(asked, reading, reading.counts)
    checks, floored = _gates(facts)
    raw = _floor(facts, floored) if floored else _findings(facts)
    cap = FLOOR if floored else _cap(facts)
    dimensions = [_content_row(finding, question.kind, reading, cap) for finding in raw]
    dimensions = _complete(dimensions, question.kind)
    dimensions += [_delivery_row(found, question.kind) for found in delivery.voice_findings(voice, transcript)]
    dimensions += [_delivery_row(found, question.kind) for found in delivery.presence_findings(presence)]
    groups = group_means(dimensions)
    overall = total(groups, cap)
    spread = RANGE_MIN if floored else _spread(facts, cap)
    return Grade(
        overall=overall,
        range=(round(max(1.0, overall - spread), 1), round(min(5.0, overall + spread), 1)),
        dimensions=tuple(dimensions),
        gates=checks,
        star=() if floored or question.kind != QuestionKind.BEHAVIOURAL else _star(facts),
        groups={group.value: value for group, value in groups.items()},
        provenance=provenance,
    )


def bounds(question: Question, transcript: Transcript) -> tuple[float, float]:
    """The cap and half the width of the range of an answer that meets no floor."""
    asked = ask(question)
    reading = read(asked, transcript)
    facts = content.facts(asked, reading, reading.counts)
    cap = _cap(facts)
    return cap, _spread(facts, cap)


def group_means(dimensions: Sequence[DimensionScore]) -> dict[Group, float | None]:
    """Weighted mean of the scores shown in each group, two decimals; None when nothing in it was scored."""
    out: dict[Group, float | None] = {}
    for group in Group:
        scored = [
            (row.score, BY_ID[row.id].weight) for row in dimensions if row.group is group and row.score is not None
        ]
        weight = sum(share for _, share in scored)
        out[group] = round(sum(score * share for score, share in scored) / weight, 2) if weight else None
    return out


def total(groups: dict[Group, float | None], cap: float = 5.0) -> float:
    """.7 content + .2 voice + .1 presence over the groups present, at most .5 above the content and above `cap`."""
    content_mean = groups[Group.CONTENT] or FLOOR
    present = [(WEIGHTS[group], value) for group, value in groups.items() if value is not None]
    mean = sum(weight * value for weight, value in present) / sum(weight for weight, _ in present)
    return round(max(1.0, min(mean, content_mean + LIFT_MAX, cap + LIFT_MAX if cap < SHORT_CAP else cap)), 2)


def _not_graded(question: Question, code: str, detail: str, provenance: dict[str, Any]) -> Grade:
    rows = [
        DimensionScore(
            id=row.id,
            group=row.group,
            name=row.named(question.kind),
            score=None,
            status=ScoreStatus.NOT_MEASURED,
            why=f"Not graded: {detail}",
        )
        for row in RUBRIC
    ]
    return Grade(
        overall=None,
        range=None,
        dimensions=tuple(rows),
        gates=(Gate(id=code, triggered=True, detail=detail),),
        not_graded=code,
        groups={group.value: None for group in Group},
        provenance=provenance,
    )


def _spans(reading: Reading, why: str) -> tuple[Evidence, ...]:
    """The sentences left out for one reason, with times."""
    found = []
    for item, reason in zip(reading.items, reading.left_out, strict=True):
        if reason == why:
            one = quote(reading.transcript.words, item.first, item.last, why)
            if one:
                found.append(one)
    return tuple(found)


def _gates(facts: Facts) -> tuple[tuple[Gate, ...], str | None]:
    """All checks, and the reason why content scores the floor, if any."""
    reading, whole = facts.reading, facts.reading.whole
    nothing_left = not facts.rows
    refusal = nothing_left and NOTHING in reading.left_out
    empty = not reading.items
    keyword_list = whole.keyword_list or (nothing_left and LISTED in reading.left_out)
    off_topic = not nothing_left and facts.topic <= 0.0
    read_back = whole.read_back or (nothing_left and COPIED in reading.left_out)
    if whole.word_order is None:
        order = "too few words to judge"
    else:
        order = f"word order {whole.word_order:+.2f} nats per word"
    checks = (
        Gate(id="empty", triggered=empty, detail="The answer has no words." if empty else "The answer has words."),
        Gate(id="no_answer", triggered=refusal, evidence=_spans(reading, NOTHING),
             detail="You say that you have no answer." if refusal else "An answer is given."),
        Gate(id="gibberish", triggered=whole.gibberish,
             detail=f"The words {'do not ' if whole.gibberish else ''}form sentences ({order})."),
        Gate(id="keyword_list", triggered=keyword_list, evidence=_spans(reading, LISTED),
             detail=f"{100 * whole.function_share:.0f} % of the words join others into sentences."),
        Gate(id="question_read_back", triggered=read_back,
             detail=f"{100 * whole.copied:.0f} % of the four-word sequences stand in the question."),
        Gate(id="off_topic", triggered=off_topic,
             detail="The answer is about something else." if off_topic else "The answer is about the question."),
        Gate(id="repetition", triggered=whole.repetition or TWICE in reading.left_out, evidence=_spans(reading, TWICE),
             detail=f"{100 * whole.repeated:.0f} % of the six-word sequences come more than once; each counts once."),
        Gate(id="padding", triggered=PADDED in reading.left_out, evidence=_spans(reading, PADDED),
             detail="Polite or general sentences are left out of the content."),
        Gate(id="too_short", triggered=facts.words < gates.TOO_FEW_WORDS,
             detail=f"{facts.words} words count; below {gates.TOO_FEW_WORDS} no score is above 2."),
        Gate(id="injection", triggered=INJECTED in reading.left_out, evidence=_spans(reading, INJECTED),
             detail="Words addressed to the grader are left out; they change no score."),
        Gate(id="other_language", triggered=FOREIGN in reading.left_out, evidence=_spans(reading, FOREIGN),
             detail="Sentences in another language are left out."),
    )  # fmt: skip
    return checks, next((gate.id for gate in checks if gate.triggered and gate.id in FLOOR_GATES), None) or (
        "nothing_left" if nothing_left else None
    )


def floor_reason(facts: Facts) -> str | None:
    """The check for which content scores the floor: the words are no answer to the question."""
    return _gates(facts)[1]


def _findings(facts: Facts) -> tuple[Finding, ...]:
    """The content findings; words to the grader may never lift one, not even by taking a clause with them."""
    findings = content.findings(facts)
    if INJECTED not in facts.reading.left_out:
        return findings
    rows = [k for k, why in enumerate(facts.reading.left_out) if why in (None, INJECTED)]
    everything = {one.id: one.score for one in content.findings(content.facts(facts.ask, facts.reading, rows))}
    return tuple(
        one if one.score is None else replace(one, score=min(one.score, everything[one.id] or one.score))
        for one in findings
    )


_FLOOR_WHY = {
    "empty": "There are no words to grade.",
    "no_answer": "You say that you have no answer.",
    "gibberish": "The words do not form sentences.",
    "keyword_list": "These are keywords, not sentences about something you did or know.",
    "question_read_back": "You repeat the question instead of answering it.",
    "off_topic": "What you say is about something else than the question.",
    "nothing_left": "No sentence of the answer is left to grade.",
}


def _floor(facts: Facts, reason: str) -> tuple[Finding, ...]:
    """Content findings at level 1, with the first sentence as evidence where there is one."""
    kind = facts.ask.kind
    applies = [row for row in RUBRIC if row.group is Group.CONTENT and kind not in row.not_for]
    evidence = ((0, reason.replace("_", " ")),) if facts.reading.items else ()
    return tuple(
        Finding(id=row.id, score=FLOOR, why=_FLOOR_WHY[reason], evidence=evidence, not_found=_FLOOR_WHY[reason])
        for row in applies
    )


def _cap(facts: Facts) -> float:
    ceiling = content.curve(facts.topic, CEILING)
    if facts.words < gates.TOO_FEW_WORDS:
        return min(ceiling, SHORT_CAP)
    return min(ceiling, content.curve(facts.words, SHORT))


def _rounded(score: float) -> float:
    return round(max(1.0, min(5.0, score)) + 1e-9, 1)


def _content_row(finding: Finding, kind: QuestionKind, reading: Reading, cap: float) -> DimensionScore:
    row = BY_ID[finding.id]
    if finding.score is None:
        return DimensionScore(
            id=row.id,
            group=row.group,
            name=row.named(kind),
            score=None,
            status=ScoreStatus.NOT_APPLICABLE,
            why=finding.why,
        )
    score = min(_rounded(finding.score), math.floor(cap * 10 + 1e-6) / 10)
    evidence: list[Evidence] = []
    for index, label in finding.evidence:
        item = reading.items[index]
        one = quote(reading.transcript.words, item.first, item.last, label)
        if one and all(one.quote != other.quote for other in evidence):
            evidence.append(one)
    not_found = finding.not_found
    if not evidence and not not_found:
        not_found = "Nothing in the answer could be quoted for this with enough certainty."
    return DimensionScore(
        id=row.id,
        group=row.group,
        name=row.named(kind),
        score=score,
        status=ScoreStatus.SCORED,
        why=finding.why,
        evidence=tuple(evidence),
        not_found=not_found,
        anchor=row.level(kind, score),
        next_level=row.next_level(kind, score),
        features=finding.features,
    )


def _delivery_row(found: delivery.Measured, kind: QuestionKind) -> DimensionScore:
    row = BY_ID[found.id]
    score = None if found.score is None else _rounded(found.score)
    return DimensionScore(
        id=row.id,
        group=row.group,
        name=row.named(kind),
        score=score,
        status=ScoreStatus.NOT_MEASURED if score is None else ScoreStatus.SCORED,
        why=found.why,
        evidence=found.evidence,
        not_found=found.not_found,
        anchor=None if score is None else row.level(kind, score),
        next_level=None if score is None else row.next_level(kind, score),
        features=found.features,
    )


_NOT_ASKED = {
    QuestionKind.SITUATIONAL: "This question is about what you would do, so there is no result to tell yet.",
    QuestionKind.KNOWLEDGE: "This question is about what you know, so it does not ask for an episode of your own.",
    QuestionKind.MOTIVATION: "This question is about your reasons, so it does not ask for one whole story.",
}


def _complete(rows: Sequence[DimensionScore], kind: QuestionKind) -> list[DimensionScore]:
    """All content rows in the order of the rubric; what the kind does not ask for is not applicable."""
    have = {row.id: row for row in rows}
    return [
        have.get(row.id)
        or DimensionScore(
            id=row.id, group=row.group, name=row.named(kind), score=None, status=ScoreStatus.NOT_APPLICABLE,
            why=_NOT_ASKED.get(kind, "This question does not ask for it."),
        )
        for row in RUBRIC
        if row.group is Group.CONTENT
    ]  # fmt: skip


def _star(facts: Facts) -> tuple[StarSpan, ...]:
    spans = []
    for k, row in enumerate(facts.rows):
        part = int(facts.parts[k].argmax())
        if part == 4 or facts.parts[k, part] < TAG_MIN:
            continue
        item = facts.reading.items[row]
        one = quote(facts.reading.transcript.words, item.first, item.last)
        if one:
            spans.append(StarSpan(part="STAR"[part], quote=one.quote, start_ms=one.start_ms, end_ms=one.end_ms))
    return tuple(spans)


def _spread(facts: Facts, cap: float) -> float:
    """Half-width of the range: jackknife standard error of the content total over sentences, within .3 and 1.0.

    Each sentence is left out once; much change means that the grade hangs on few sentences.
    """
    count = len(facts.rows)
    if count < 3:
        return RANGE_MAX
    totals = []
    for k in range(count):
        rest = content.facts(facts.ask, facts.reading, [row for j, row in enumerate(facts.rows) if j != k])
        scores = [min(_rounded(one.score), cap) for one in content.findings(rest) if one.score is not None]
        totals.append(sum(scores) / len(scores))
    mean = sum(totals) / count
    error = math.sqrt((count - 1) / count * sum((value - mean) ** 2 for value in totals))
    return round(min(RANGE_MAX, max(RANGE_MIN, error)), 2)
