"""What an answer leaves out, and the one question that asks for it.

The candidates of a question are few and known when it is planned, so that they can be spoken ahead. Which of them is
asked depends on nothing but the words of the answer.
"""

from __future__ import annotations

import re

from app.domain.answer import Transcript
from app.domain.question import FollowUp, FollowUpReason, Question, QuestionKind
from app.services.grading.rubric import content
from app.services.grading.rubric.content import Facts
from app.services.grading.rubric.grader import floor_reason
from app.services.grading.rubric.reading import ask, read
from app.services.grading.rubric.text import content_stems, quote

LONGEST = 18  # words of a probe; with what leads up to it at most 25 are spoken
ASKS = {
    FollowUpReason.EPISODE: "Tell me about one particular time when that happened.",
    FollowUpReason.OWN_PART: "Which part of that did you do yourself?",
    FollowUpReason.RESULT: "What came of it in the end?",
    FollowUpReason.STEPS: "What would you do, step by step?",
    FollowUpReason.REASON: "Why would you do it that way?",
    FollowUpReason.LINK: "What in this particular job speaks to you?",
    FollowUpReason.GROUND: "What in your own experience does that come from?",
}
_FITS = {
    QuestionKind.BEHAVIOURAL: (FollowUpReason.EPISODE, FollowUpReason.OWN_PART, FollowUpReason.RESULT),
    QuestionKind.SITUATIONAL: (FollowUpReason.STEPS, FollowUpReason.REASON),
    QuestionKind.KNOWLEDGE: (),
    QuestionKind.MOTIVATION: (FollowUpReason.LINK, FollowUpReason.GROUND),
}
_WHY = {
    FollowUpReason.EPISODE: "No particular time came up in your answer.",
    FollowUpReason.OWN_PART: "Your own part stayed open.",
    FollowUpReason.RESULT: "Your answer stopped before it said what came of it.",
    FollowUpReason.STEPS: "Few of the steps you would take were named.",
    FollowUpReason.REASON: "No reason was given for what you would do.",
    FollowUpReason.LINK: "Nothing in your answer was about this job.",
    FollowUpReason.GROUND: "Nothing you did yourself stood behind your reasons.",
    FollowUpReason.POINTS: "Some of what an expert would name was not heard.",
    FollowUpReason.COMPLETE: "Your answer had what the question asks for.",
    FollowUpReason.NO_ANSWER: "There was no answer to ask about.",
}
# From here on the report says that a part of the story is there (`content.episode`).
THERE = 0.5
# Coverage of a key point, 0-1: below the first it was not touched; the rubric counts one as named from 0.45.
UNTOUCHED, THIN = 0.3, 0.4
UNTOUCHED_SHARE = 0.25  # 1 point of 4, 2 of 5 to 8: nobody names everything
STEPS = 2
# Cosine to the question, and stems shared with it and its line of the posting, that make a link; set on this
# project's own labelled answers.
LINKED, LINKED_STEMS = 0.4, 2
_TO_THEM = re.compile(r"\b(?:your|this (?:job|post|position|role|place|company))\b")


def candidates(question: Question) -> dict[FollowUpReason, str]:
    """What may be asked after the answer to this question, by reason; a follow-up has none."""
    if question.follows is not None:
        return {}
    found = {reason: ASKS[reason] for reason in _FITS[question.kind]}
    if question.probe and question.key_points and len(question.probe.split()) <= LONGEST:
        found[FollowUpReason.POINTS] = question.probe
    return found


def follow_up(question: Question, transcript: Transcript) -> FollowUp:
    """The follow-up to an answer, deterministic: equal words give an equal one.

    Nothing is asked when the answer has what it needs, and after none, "I don't know", another language or words that
    are no answer. Raises RuntimeError when a model file is missing.
    """
    asked = ask(question)
    reading = read(asked, transcript)
    facts = content.facts(asked, reading, reading.counts)
    if reading.foreign >= 0.6 or floor_reason(facts):
        return FollowUp(reason=FollowUpReason.NO_ANSWER, why=_WHY[FollowUpReason.NO_ANSWER])
    possible = candidates(question)
    for reason, row in _gaps(facts):
        if reason in possible:
            said = None if row is None else quote(transcript.words, reading.items[row].first, reading.items[row].last)
            return FollowUp(
                reason=reason,
                why=_WHY[reason],
                text=possible[reason],
                quote=said.quote if said else None,
                start_ms=said.start_ms if said else None,
                end_ms=said.end_ms if said else None,
            )
    return FollowUp(reason=FollowUpReason.COMPLETE, why=_WHY[FollowUpReason.COMPLETE])


Gap = tuple[FollowUpReason, int | None]


def _gaps(facts: Facts) -> list[Gap]:
    """What is missing, the most telling first, each with the sentence it shows in."""
    kind = facts.ask.kind
    if kind is QuestionKind.BEHAVIOURAL:
        found = _of_a_story(facts)
    elif kind is QuestionKind.SITUATIONAL:
        found = _of_a_plan(facts)
    elif kind is QuestionKind.MOTIVATION:
        found = _of_reasons(facts)
    else:
        found = []
    return [*found, *_points(facts)]


def _of_a_story(facts: Facts) -> list[Gap]:
    # One part alone is a claim ("I improved a lot of things"), two make a story.
    if sum(facts.presence(part) >= THERE for part in "STAR") < 2:
        return [(FollowUpReason.EPISODE, None)]
    found: list[Gap] = []
    if not any(acts.own for acts in facts.acts):
        shared = next((facts.rows[k] for k, acts in enumerate(facts.acts) if acts.shared), None)
        found.append((FollowUpReason.OWN_PART, shared))
    if facts.presence("R") < THERE:
        found.append((FollowUpReason.RESULT, facts.best("A")))
    return found


def _of_a_plan(facts: Facts) -> list[Gap]:
    read_as = content.steps(facts)
    if read_as.features["steps"] < STEPS:
        return [(FollowUpReason.STEPS, None)]
    return [(FollowUpReason.REASON, read_as.evidence[0][0])] if not read_as.features["reasons"] else []


def _of_reasons(facts: Facts) -> list[Gap]:
    found: list[Gap] = []
    addressed = any(_TO_THEM.search(text) for text in facts.texts)
    wanted = set(content_stems(" ".join(facts.ask.texts))) | set(content_stems(facts.ask.question.quote or ""))
    said = {stem for row in facts.rows for stem in content_stems(facts.reading.items[row].norms)}
    if not addressed and float(facts.near_question.max()) < LINKED and len(wanted & said) < LINKED_STEMS:
        found.append((FollowUpReason.LINK, None))
    if not any(acts.own for acts in facts.acts):
        found.append((FollowUpReason.GROUND, None))
    return found


def _points(facts: Facts) -> list[Gap]:
    covered = content.point_coverage(facts) if facts.ask.points else []
    if not covered:
        return []
    missing = sum(value < UNTOUCHED for value in covered) / len(covered)
    thin = sum(covered) / len(covered) < THIN
    wanting = thin or (facts.ask.kind is QuestionKind.KNOWLEDGE and missing >= UNTOUCHED_SHARE)
    return [(FollowUpReason.POINTS, None)] if wanting else []
