"""The rules that any set of questions must pass, whoever planned it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from app.domain.posting import Posting, Requirement, Weight
from app.domain.question import FollowUp, FollowUpReason, QuestionSet
from app.services.grading.rubric import typed_transcript
from app.services.interviews.check import fault, follow_up_fault
from app.services.interviews.planner import plan
from app.services.postings.parser.text import parse_text

pytestmark = pytest.mark.models
POSTINGS = Path(__file__).parents[2] / "fixtures" / "postings"


@lru_cache(maxsize=1)
def planned() -> tuple[QuestionSet, Posting]:
    posting = parse_text((POSTINGS / "warehouse.txt").read_text(encoding="utf-8"))
    return plan(posting, count=5, seed=1), posting


def test_what_the_planner_gives_passes() -> None:
    assert fault(*planned()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": " "}, "a question is empty or too long to be asked"),
        ({"text": "why " * 80}, "a question is empty or too long to be asked"),
        ({"seconds": 0}, "a question has no sensible time or difficulty"),
        ({"difficulty": 11}, "a question has no sensible time or difficulty"),
        ({"requirement_ids": ("r999",)}, "a question tests what the posting does not ask for"),
        ({"quote": "must love karaoke"}, "a question quotes words that the posting does not have"),
    ],
)
def test_a_question_that_breaks_a_rule_is_named(changes: dict[str, Any], reason: str) -> None:
    found, posting = planned()
    broken = replace(found.questions[0], **changes)
    assert fault(replace(found, questions=(broken, *found.questions[1:])), posting) == reason
    assert fault(replace(found, questions=(broken,)), posting, kept=frozenset({broken.text})) is None


def test_no_question_or_one_twice_is_named() -> None:
    found, posting = planned()
    assert fault(replace(found, questions=()), posting) == "there is no question"
    assert fault(replace(found, questions=found.questions[:1] * 2), posting) == "a question comes twice"


def test_a_question_may_quote_what_the_user_added() -> None:
    found, posting = planned()
    own = Requirement(id="own", text="Juggling", quote="Juggling, five balls", weight=Weight.NICE)
    wider = replace(posting, requirements=(*posting.requirements, own))
    question = replace(found.questions[0], quote="five balls", requirement_ids=("own",))
    assert fault(replace(found, questions=(question,)), wider) is None


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        (None, None, "what it asks does not fit its reason"),
        ("What came of it?", "moved the lanes", None),
        ("  ", None, "a question is empty or too long to be asked"),
        ("why " * 80, None, "a question is empty or too long to be asked"),
        ("Why?", "I shouted at them", "it quotes words that were not said"),
    ],
)
def test_a_follow_up_is_short_and_quotes_what_was_said(text: str | None, quote: str | None, reason: str | None) -> None:
    chosen = FollowUp(reason=FollowUpReason.RESULT, why="It has no result.", text=text, quote=quote)
    assert follow_up_fault(chosen, typed_transcript("I moved the lanes next to the door.")) == reason
