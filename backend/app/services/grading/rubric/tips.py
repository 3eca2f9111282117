"""What to change, most valuable first: each tip with the moment it is about and one thing to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.answer import Transcript
from app.domain.grade import DimensionScore, Evidence, Grade, Group, Tip
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric.content import CLOSE, OPENING, OWN_ACTION, THE_RESULT, TOLD_WITH_WE
from app.services.grading.rubric.grader import group_means, total

MOST = 5
QUOTED_WORDS = 14
# A rise of less than this is not worth a person's effort (half a step of the scores shown).
GAIN_MIN = 0.05


def make_tips(question: Question, transcript: Transcript, grade: Grade) -> tuple[Tip, ...]:
    """At most five tips, one per dimension, by falling `gain` (rise of the total at that dimension's next level).

    No tip for a dimension at 5, for one that was not scored, or with a gain below .05. An answer that was not graded
    gets none.
    """
    if grade.overall is None:
        return ()
    if all(row.score in (None, 1.0) for row in grade.dimensions if row.group is Group.CONTENT):
        stopped = (gate.id for gate in grade.gates if gate.triggered and gate.id in _START_OVER)
        return (_start_over(question, grade, next(stopped, "nothing_left")),)
    tips = []
    for row in grade.dimensions:
        if row.score is None or row.next_level is None:
            continue
        gain = _gain(grade, row)
        if gain < GAIN_MIN:
            continue
        text, do_next, moment = _advice(row, question, grade)
        if moment is None:
            moment = _somewhere(grade, transcript)
        tips.append(
            Tip(dimension=row.id, text=text, do_next=do_next, moment=moment, gain=gain, question_id=question.id)
        )
    order = {row.id: k for k, row in enumerate(grade.dimensions)}
    return tuple(sorted(tips, key=lambda tip: (-tip.gain, order[tip.dimension]))[:MOST])


def _gain(grade: Grade, row: DimensionScore) -> float:
    """Rise of the total if this row reached the next whole level above its nearest one."""
    assert row.score is not None
    raised = replace(row, score=float(min(5, int(row.score + 0.499) + 1)))
    rows = [raised if other.id == row.id else other for other in grade.dimensions]
    return round(total(group_means(rows)) - total(group_means(grade.dimensions)), 2)


_START_OVER = {
    "empty": "There is no answer yet.",
    "no_answer": "You say that you have no answer.",
    "gibberish": "The words do not form sentences.",
    "keyword_list": "You list keywords; nobody can see from a list what you did or know.",
    "question_read_back": "You repeat the question; the answer itself is missing.",
    "off_topic": "You speak about something else than the question.",
    "nothing_left": "No sentence of the answer is left to grade.",
}


def _start_over(question: Question, grade: Grade, gate: str) -> Tip:
    first = next(row for row in grade.dimensions if row.score is not None)
    what = {
        QuestionKind.BEHAVIOURAL: "Write down one particular day on which something like this happened, even a "
        "small thing, in four "
        "lines: where and when it was, what you had to do, what you did, how it ended. Then tell it from the "
        "four lines.",
        QuestionKind.SITUATIONAL: "Say three sentences that start with “First I would”, “Then I would” and "
        "“Afterwards I would”, each "
        "with a “because”.",
        QuestionKind.KNOWLEDGE: "Write down three points you know about this, and say one sentence with an "
        "example for each.",
        QuestionKind.MOTIVATION: "Write down two reasons that are true only for you, and one thing you did that "
        "shows each of them.",
    }[QuestionKind(question.kind)]
    moment = first.evidence[0] if first.evidence else None
    return Tip(
        dimension="C1",
        text=_START_OVER[gate],
        do_next=what,
        moment=moment,
        gain=_gain(grade, first),
        question_id=question.id,
    )


def _somewhere(grade: Grade, transcript: Transcript) -> Evidence | None:
    """A moment for a tip about something missing: where the answer closes, or its first evidence."""
    found = _labelled(grade, CLOSE) or _labelled(grade, OPENING)
    if found or not transcript.words:
        return found
    return next((one for row in grade.dimensions for one in row.evidence), None)


def _labelled(grade: Grade, label: str) -> Evidence | None:
    return next((one for row in grade.dimensions for one in row.evidence if one.label == label), None)


def _cited(moment: Evidence | None) -> str:
    """A quote short enough to stand in a sentence, verbatim up to the cut."""
    if moment is None or not moment.quote:
        return ""
    words = moment.quote.split(" ")
    cut = " ".join(words[:QUOTED_WORDS])
    return f"“{cut} …”" if len(words) > QUOTED_WORDS else f"“{cut.rstrip('.,;')}”"


def _advice(row: DimensionScore, question: Question, grade: Grade) -> tuple[str, str, Evidence | None]:
    """Text, what to do next, and the moment, for one dimension."""
    first = row.evidence[0] if row.evidence else None
    if row.group is not Group.CONTENT:
        return row.why, _DELIVERY[row.id](row), first
    return _CONTENT[row.id](row, question, grade)


_Advice = tuple[str, str, Evidence | None]


def _relevance(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    del question
    opening = _labelled(grade, OPENING)
    start = f"You start with {_cited(opening)}." if opening else "Your first sentence does not name the subject."
    return (
        f"{row.why} {start}",
        "Say one first sentence that uses the words of the question, then check that each thing it asks for has a "
        "sentence of its own.",
        opening,
    )


_PARTS = (
    ("S", "the situation (where and when it was, and what the problem was)", 'Put one sentence in front that '
        'starts with “When I was …” or “Last year …”.'),
    ("T", "your task (what you had to reach)", 'Add one sentence that starts with “My task was to …” or “I had '
                                               'to …”'),
    ("A", "what you did", 'Add three sentences that start with “First I …”, “Then I …” and “After that I …”'),
    ("R", "the result", 'Add one sentence that starts with “In the end …” and says what had changed'),
)  # fmt: skip


def _story(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    if question.kind == QuestionKind.SITUATIONAL:
        first = row.evidence[0] if row.evidence else None
        if row.features.get("reasons", 0) < 2 and first:
            return (
                row.why,
                f"Say {_cited(first)} again and go on with “because …”. Do the same for one more step.",
                first,
            )
        return (
            row.why,
            "Name four steps: “First I would …”, “Then …”, “Next …”, and last how you would check that it worked.",
            first,
        )
    missing = [part for part in _PARTS if row.features.get(f"present_{part[0]}", 0) < 0.5]
    if not missing:
        action = next((one for one in row.evidence if one.label == "what you did"), None)
        return (
            row.why,
            f"Shorten the rest and say two more things you did after {_cited(action) or 'your first step'}.",
            action,
        )
    letter, what, how = missing[0]
    before = {"S": None, "T": "the situation", "A": "your task", "R": "what you did"}[letter]
    anchor = next((one for one in row.evidence if one.label == before), None)
    if anchor and letter != "S":
        how = f"{how.rstrip('.')}, right after {_cited(anchor)}"
    return (
        f"Not told clearly: {what}.",
        how.rstrip(".") + ".",
        anchor or (_labelled(grade, OPENING) if letter == "S" else None),
    )


def _own(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    del question
    shared = next((one for one in row.evidence if one.label == TOLD_WITH_WE), None)
    own = next((one for one in row.evidence if one.label == OWN_ACTION), None)
    if shared and row.features.get("own_share", 0) < 0.65:
        return (
            row.why,
            f"You say {_cited(shared)}. Say the same sentence again starting with “I”, and keep only what you did.",
            shared,
        )
    moment = own or (row.evidence[0] if row.evidence else None)
    if moment and row.features.get("reasons", 0) < 2:
        return row.why, f"After {_cited(moment)}, add a sentence that starts with “I chose this because …”.", moment
    if moment:
        return (
            row.why,
            f"Say what else you could have done at {_cited(moment)}, and why you decided against it.",
            moment,
        )
    return row.why, "Tell three things you did, each in a sentence that starts with “I”.", _labelled(grade, OPENING)


def _result(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    if question.kind == QuestionKind.MOTIVATION:
        moment = row.evidence[0] if row.evidence else None
        if moment:
            return (
                row.why,
                f"Add a number to {_cited(moment)}: how many, how long, how much, or before and after.",
                moment,
            )
        return (
            row.why,
            "Name one thing you did that shows it, with when, where and how many.",
            _labelled(grade, OPENING),
        )
    found = next((one for one in row.evidence if one.label == THE_RESULT), None)
    if found is None:
        last = _labelled(grade, CLOSE)
        ending = f" Your answer ends with {_cited(last)}." if last else ""
        return f"{row.why}{ending}", "Add one sentence: “In the end …”, with what was different for whom.", last
    if not row.features.get("number"):
        return (
            row.why,
            f"You say {_cited(found)}. Find the number behind it: how many, how long, how often, before and after.",
            found,
        )
    return row.why, f"After {_cited(found)}, add one sentence: “Since then I …”, with what you do differently.", found


def _knowledge(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    del grade
    moment = row.evidence[0] if row.evidence else None
    if row.not_found and row.not_found.startswith("Not heard"):
        points = row.not_found.removeprefix("Not heard: ")
        return row.why, f"Prepare one sentence with an example for each of these: {points}", moment
    if not question.key_points:
        return row.why, "Add an example from your work and one sentence that starts with “The drawback is …”.", moment
    return row.why, "Add one sentence that weighs up: “The drawback is …” or “It depends on …”.", moment


def _structure(row: DimensionScore, question: Question, grade: Grade) -> _Advice:
    del question
    seconds = row.features.get("seconds", 0)
    if row.features.get("repeated", 0) > 0.05:
        gate = next((gate for gate in grade.gates if gate.id == "repetition" and gate.evidence), None)
        moment = gate.evidence[0] if gate else None
        return row.why, f"Say each thing once; leave out {_cited(moment) or 'what you said before'}.", moment
    if row.features.get("length", 1) < 0.7:
        if seconds < 60:
            return (
                row.why,
                "Aim for one to two minutes: tell one more step you took, and how it ended.",
                _labelled(grade, CLOSE),
            )
        return (
            row.why,
            "Aim for at most two and a half minutes: leave out what the question does not ask for.",
            _labelled(grade, CLOSE),
        )
    if not row.features.get("closing"):
        last = _labelled(grade, CLOSE)
        return (
            f"You end with {_cited(last)}, which does not close the answer.",
            "Close with one sentence: “In the end …” or “That is why …”.",
            last,
        )
    return (
        row.why,
        "Begin your parts with “First”, “Then”, “Because of that” and “In the end”, so that the order can be heard.",
        _labelled(grade, OPENING),
    )


_CONTENT: dict[str, Callable[[DimensionScore, Question, Grade], _Advice]] = {
    "C1": _relevance,
    "C2": _story,
    "C3": _own,
    "C4": _result,
    "C5": _knowledge,
    "C6": _structure,
}


def _pace(row: DimensionScore) -> str:
    if row.features.get("words_per_minute", 0) < 150:
        return "Read the passage aloud once, then tell it again in two thirds of the time."
    return "Tell the passage again and breathe out after every sentence."


_DELIVERY: dict[str, Callable[[DimensionScore], str]] = {
    "V1": _pace,
    "V2": lambda _: (
        "Play this pause, decide on the next sentence, and tell the two sentences again without a stop between them."
    ),
    "V3": lambda _: "Tell the passage again; when a filler sound is on its way, close your mouth for a second instead.",
    "V4": lambda _: "Tell the passage again as if to a friend, and stress one word in each sentence.",
    "P1": lambda _: (
        "Put the window with the interviewer close to the camera and tell the first sentence towards it. Looking "
        "away while you think is normal."
    ),
    "P2": lambda _: (
        "Sit at arm's length with the light in front of you and your eyes in the upper third of the picture."
    ),
    "P3": lambda _: "If it suits you, smile when you greet and when you close.",
}


def rank(tips: Sequence[Tip], count: int) -> tuple[Tip, ...]:
    """The most valuable tips of several answers, different dimensions first."""
    ordered = sorted(tips, key=lambda tip: -tip.gain)
    chosen: list[Tip] = []
    for tip in ordered:
        if len(chosen) < count and all(tip.dimension != other.dimension for other in chosen):
            chosen.append(tip)
    for tip in ordered:
        if len(chosen) < count and tip not in chosen:
            chosen.append(tip)
    return tuple(sorted(chosen, key=lambda tip: -tip.gain))
