"""Who asks: the interviewers that come with Rehearsal, and what they say around the questions.

A style changes wording, pace and manner, never a question or a grade. No line praises: there is nothing to praise
before an answer has been read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from app.domain.errors import BadInput
from app.utils.json import digest
from app.utils.paths import REPOSITORY

CAST_FILE = REPOSITORY / "assets" / "avatar" / "cast.json"
OWN = "own"  # a model of the user's, which stays in their browser
# Share of the chosen speed; small, so that nobody is harder to follow.
PACE = {"warm": 0.96, "neutral": 1.0, "challenging": 1.05}

_FIRST = {
    "warm": "Hello, I'm {name}. Thank you for making the time. Let's begin.",
    "neutral": "Hello, I'm {name}. Let's begin.",
    "challenging": "I'm {name}. Let's get straight to it.",
}
_NEXT: dict[str, tuple[str, ...]] = {
    "warm": ("Thank you. Here is the next one.", "Thanks for that. Let's go on.", "All right, thank you."),
    "neutral": ("Next question.", "Let's go on.", "Thank you."),
    "challenging": ("Next.", "Moving on.", "Right."),
}
_LAST = {
    "warm": "Thank you. We have come to the last one.",
    "neutral": "This is the last question.",
    "challenging": "Last one.",
}
_CLOSING = {
    "warm": "That was my last question. Thank you for your time. Your report is on its way.",
    "neutral": "That was the last question. Thank you. Your report is on its way.",
    "challenging": "That's all I wanted to know. Your report is on its way.",
}
_FOLLOW_UP = {
    "warm": "Thank you. One more thing about that.",
    "neutral": "One more thing about that.",
    "challenging": "Let me stay with that.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviewer:
    """One of the cast: `voice` is the voice made for the face, `about` what one sees."""

    id: str
    name: str
    voice: str
    about: str


@lru_cache(maxsize=1)
def cast() -> dict[str, Interviewer]:
    """The interviewers by id, in the order in which they are shown."""
    listed = json.loads(CAST_FILE.read_text(encoding="utf-8"))
    return {one["id"]: Interviewer(**{key: one[key] for key in ("id", "name", "voice", "about")}) for one in listed}


def check(interviewer: str) -> None:
    """Raises BadInput for an interviewer that does not exist."""
    if interviewer != OWN and interviewer not in cast():
        raise BadInput("This interviewer does not exist.", code="interviewer_unknown", hint="Choose one of the list.")


def voice(interviewer: str) -> str:
    """The built-in voice made for an interviewer; a model of the user's has that of the first one."""
    everybody = cast()
    return everybody.get(interviewer, next(iter(everybody.values()))).voice


def spoken(question: str, *, interviewer: str, style: str, place: int, total: int) -> str:
    """What is said for question number `place` (from 0) of `total`: a few words to lead in, then the question.

    The same question in the same place is always introduced alike.
    """
    known = cast().get(interviewer)
    if place == 0:
        lead = _FIRST[style].format(name=known.name) if known else _FIRST[style].partition(". ")[2]
    elif place == total - 1:
        lead = _LAST[style]
    else:
        lead = _NEXT[style][(place + int(digest(question)[:4], 16) % 2) % len(_NEXT[style])]
    return f"{lead} {question}"


def follow_up(question: str, style: str) -> str:
    """What is said for a follow-up, wherever it comes: at most 7 words to lead in, then the question."""
    return f"{_FOLLOW_UP[style]} {question}"


def closing(style: str) -> str:
    """What is said when the last question has been answered."""
    return _CLOSING[style]


def pace(style: str, speed: float) -> float:
    """The speed of the voice, 0.5-2.0, three decimals."""
    return round(min(2.0, max(0.5, speed * PACE[style])), 3)
