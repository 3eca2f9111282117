"""The user's corrections."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import BadInput
from app.domain.posting import Requirement, Seniority, Weight
from app.services.postings.parser.edit import amend
from app.services.postings.parser.text import parse_text
from tests.unit.postings.test_document import TEXT

POSTING = parse_text(TEXT)


def own(text: str, **fields: object) -> Requirement:
    return replace(Requirement(id="", text=text, quote="", weight=Weight.MUST), **fields)  # type: ignore[arg-type]


def test_nothing_given_changes_nothing() -> None:
    assert amend(POSTING) == POSTING
    assert amend(POSTING, requirements=POSTING.requirements) == POSTING


def test_fields_are_the_users_own() -> None:
    changed = amend(POSTING, title="  Pipe\u200b  welder ", company=None, location="Grimsby", seniority="senior")
    assert (changed.title, changed.company, changed.location, changed.locations) == (
        "Pipe welder",
        None,
        "Grimsby",
        ("Grimsby",),
    )
    assert changed.seniority is Seniority.SENIOR
    assert {changed.sources[name] for name in ("title", "company", "location", "seniority")} == {"user"}
    assert "title" not in changed.quotes
    assert changed.requirements == POSTING.requirements
    assert amend(POSTING, title=POSTING.title).sources["title"] == "text"


def test_quotes_in_the_text_keep_or_get_their_place() -> None:
    first = POSTING.requirements[0]
    reworded = replace(first, text="Weld pipe", weight=Weight.MUST)
    found = own("Reads drawings", quote="Read isometric drawings")
    moved = replace(POSTING.requirements[3], id="x", start=1, end=3)
    changed = amend(POSTING, requirements=[reworded, found, moved]).requirements
    assert (changed[0].text, changed[0].quote, changed[0].start, changed[0].weight) == (
        "Weld pipe",
        first.quote,
        first.start,
        Weight.MUST,
    )
    for item in changed:
        assert POSTING.text[item.start : item.end] == item.quote


def test_the_users_own_line_is_its_own_quote() -> None:
    (item,) = amend(POSTING, requirements=[own("  Knows\tSolidWorks \u202e", quote="not in the text")]).requirements
    assert (item.text, item.quote, item.start, item.end) == ("Knows SolidWorks", "Knows SolidWorks", None, None)
    assert item.skills == ("SolidWorks",)


def test_skills_follow_the_items() -> None:
    changed = amend(POSTING, requirements=[own("Knows SolidWorks")])
    assert changed.skills == ("SolidWorks",)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 201},
        {"seniority": "wizard"},
        {"requirements": [own("")]},
        {"requirements": [own("…")]},
        {"requirements": [own("a b" * 200)]},
        {"requirements": [own("x")] * 81},
        {"requirements": [own("a", id="r1"), own("b", id="r1")]},
        {"requirements": [own("a", quote="q" * 501)]},
    ],
)
def test_limits(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        amend(POSTING, **fields)  # type: ignore[arg-type]
    assert caught.value.code == "posting_edit_invalid"
    assert caught.value.hint


requirements = st.builds(
    Requirement,
    id=st.sampled_from(["", "", "r1", "r9", "z"]),
    text=st.text(max_size=60),
    quote=st.one_of(st.text(max_size=20), st.sampled_from([item.quote for item in POSTING.requirements])),
    weight=st.sampled_from(list(Weight)),
    start=st.one_of(st.none(), st.integers(-5, 300)),
    end=st.one_of(st.none(), st.integers(-5, 300)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(requirements, max_size=8))
def test_any_edit_is_sound_or_refused(items: list[Requirement]) -> None:
    try:
        changed = amend(POSTING, requirements=items)
    except BadInput:
        return
    assert len({item.id for item in changed.requirements}) == len(items)
    assert all(item.id for item in changed.requirements)
    for item in changed.requirements:
        if item.start is None:
            assert item.end is None
            assert item.quote == item.text
        else:
            assert changed.text[item.start : item.end] == item.quote
    assert amend(changed, requirements=changed.requirements) == changed
