"""The kind of a question from its wording."""

from __future__ import annotations

import material as m
import pytest

from app.domain.question import QuestionKind
from app.services.grading.rubric import kind_of


def test_our_own_questions_are_all_recognised() -> None:
    wrong = {one.question.text for one in m.answers() if kind_of(one.question.text) != one.question.kind}
    wrong |= {story.question.text for story in m.stories() if kind_of(story.question.text) != QuestionKind.BEHAVIOURAL}
    assert wrong == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please tell me about yourself.", QuestionKind.MOTIVATION),
        ("What is one of your weaknesses, and how do you plan to overcome it?", QuestionKind.MOTIVATION),
        ("Why do you think we should hire you?", QuestionKind.MOTIVATION),
        ("Tell me about a time when a team you were in faced a challenge.", QuestionKind.BEHAVIOURAL),
        ("What is your proudest achievement at work?", QuestionKind.BEHAVIOURAL),
        ("Suppose a patient refuses the treatment. What would you do?", QuestionKind.SITUATIONAL),
        ("What is the difference between TIG and MIG welding?", QuestionKind.KNOWLEDGE),
        ("How do you calibrate a torque wrench?", QuestionKind.KNOWLEDGE),
    ],
)
def test_common_questions(text: str, kind: QuestionKind) -> None:
    assert kind_of(text) == kind
