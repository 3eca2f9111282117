"""What interviewers say around the questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadInput
from app.models.interview import STYLES
from app.services.interviews import cast
from app.services.providers.tts.text import TEXT_MAX
from app.services.providers.tts.voices import EMBEDDED as VOICES

WHO = st.sampled_from([*cast.cast(), cast.OWN])
STYLE = st.sampled_from(STYLES)


def test_six_or_more_with_a_voice_that_exists_and_one_name_each() -> None:
    people = cast.cast()
    assert len(people) >= 6
    assert {one.voice for one in people.values()} <= VOICES.keys()
    assert len({one.name for one in people.values()}) == len(people)
    assert len({one.voice for one in people.values()}) == len(people)
    assert cast.PACE.keys() == set(STYLES)


@given(
    who=WHO,
    style=STYLE,
    place=st.integers(0, 14),
    total=st.integers(1, 15),
    question=st.text(alphabet="abc ?", min_size=3, max_size=400),
)
def test_the_question_itself_is_never_changed(who: str, style: str, place: int, total: int, question: str) -> None:
    said = cast.spoken(question, interviewer=who, style=style, place=place, total=total)
    assert said.endswith(f" {question}")
    assert len(said) <= TEXT_MAX
    assert "{" not in said
    assert said == cast.spoken(question, interviewer=who, style=style, place=place, total=total)


def test_names_come_once_and_only_where_there_is_one() -> None:
    first = {who: cast.spoken("Why?", interviewer=who, style="warm", place=0, total=3) for who in cast.cast()}
    assert all(f"I'm {cast.cast()[who].name}." in said for who, said in first.items())
    assert "I'm" not in cast.spoken("Why?", interviewer=cast.OWN, style="warm", place=0, total=3)
    assert all("I'm" not in cast.spoken("Why?", interviewer="maya", style=s, place=1, total=3) for s in STYLES)


def test_styles_differ_and_nobody_is_praised() -> None:
    lines = [
        cast.spoken("Why?", interviewer="maya", style=style, place=place, total=5)
        for style in STYLES
        for place in range(5)
    ]
    assert len(set(lines[:5]) & set(lines[5:10])) == 0
    said = " ".join([*lines, *map(cast.closing, STYLES)]).lower()
    assert not any(word in said for word in ("great", "good", "excellent", "well done", "perfect", "!"))


@given(style=STYLE, speed=st.floats(0.5, 2.0))
def test_pace_stays_within_what_the_voice_can_do(style: str, speed: float) -> None:
    assert 0.5 <= cast.pace(style, speed) <= 2.0
    assert abs(cast.pace(style, speed) / speed - 1) < 0.06


def test_an_unknown_interviewer_is_refused() -> None:
    cast.check("maya")
    cast.check(cast.OWN)
    with pytest.raises(BadInput, match="does not exist"):
        cast.check("nobody")
