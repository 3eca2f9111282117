"""What the supervisor lets into a log."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.supervisor.child import masked

SECRET = "gHBUowrGkq4mZx81vPqTn0aa"


@given(
    before=st.text(alphabet="xyz: ", max_size=20),
    after=st.text(alphabet=".-! ", max_size=20),
    shown=st.integers(8, len(SECRET)),
)
def test_a_beginning_of_eight_characters_or_more_is_masked(before: str, after: str, shown: int) -> None:
    assert masked(before + SECRET[:shown] + after, (SECRET,)) == f"{before}***{after}"


def test_every_occurrence_is_masked_and_nothing_else() -> None:
    assert masked(f"{SECRET} and {SECRET[:9]}?", (SECRET,)) == "*** and ***?"
    assert masked(SECRET[:7], (SECRET,)) == SECRET[:7]
    assert masked("API Key: other", (SECRET,)) == "API Key: other"
