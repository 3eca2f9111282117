"""The user's corrections to a posting, checked like everything else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import EllipsisType

from app.domain.errors import BadInput
from app.domain.posting import Posting, Requirement, Seniority
from app.services.postings.parser import skills
from app.services.postings.parser.clean import normalise
from app.services.postings.parser.items import MAX_ITEM
from app.services.postings.parser.text import MAX_REQUIREMENTS

_MAX_FIELD = 200  # characters of a title, company or place


def amend(
    posting: Posting,
    *,
    title: str | EllipsisType | None = ...,
    company: str | EllipsisType | None = ...,
    location: str | EllipsisType | None = ...,
    seniority: Seniority | str | EllipsisType | None = ...,
    requirements: Sequence[Requirement] | EllipsisType = ...,
) -> Posting:
    """The posting with the user's corrections; what is not given stays, None clears a field.

    A requirement whose quote stands verbatim in the text keeps or gets its offsets. One the user wrote has none, and
    its quote is its text. Ids are kept when they are given and unique, else new ones follow.

    Raises:
        BadInput: `posting_edit_invalid` for an empty or overlong field, more than 80 requirements, more than 500
            characters in one, a repeated id, or an unknown seniority.
    """
    quotes, sources = dict(posting.quotes), dict(posting.sources)
    values: dict[str, str | None] = {"title": posting.title, "company": posting.company, "location": posting.location}
    for name, given in (("title", title), ("company", company), ("location", location)):
        if isinstance(given, EllipsisType):
            continue
        value = _field(name, given)
        if value != values[name]:
            values[name] = value
            sources[name] = "user"
            quotes.pop(name, None)
    level = posting.seniority
    if not isinstance(seniority, EllipsisType):
        try:
            chosen = Seniority(seniority) if seniority is not None else None
        except ValueError:
            raise _invalid("This level is not one of the known ones.", f"Use one of: {', '.join(Seniority)}.") from None
        if chosen != level:
            level = chosen
            sources["seniority"] = "user"
            quotes.pop("seniority", None)
    items = posting.requirements if isinstance(requirements, EllipsisType) else _requirements(posting, requirements)
    locations = posting.locations
    if values["location"] != posting.location:
        locations = (values["location"],) if values["location"] else ()
    return replace(
        posting,
        title=values["title"],
        company=values["company"],
        location=values["location"],
        locations=locations,
        seniority=level,
        requirements=items,
        skills=posting.skills if items == posting.requirements else skills.hot_words(item.skills for item in items),
        quotes=quotes,
        sources=sources,
    )


def _invalid(message: str, hint: str) -> BadInput:
    return BadInput(message, code="posting_edit_invalid", hint=hint)


def _field(name: str, given: str | None) -> str | None:
    value = " ".join(normalise(given).split()) if given is not None else ""
    if len(value) > _MAX_FIELD:
        raise _invalid(f"The {name} is longer than {_MAX_FIELD} characters.", "Shorten it.")
    return value or None


def _requirements(posting: Posting, given: Sequence[Requirement]) -> tuple[Requirement, ...]:
    if len(given) > MAX_REQUIREMENTS:
        raise _invalid(
            f"There are more than {MAX_REQUIREMENTS} requirements.", "Keep the ones you want to practise for."
        )
    named = [item.id for item in given if item.id]
    if len(named) != len(set(named)):
        raise _invalid("Two requirements have the same id.", "Give each its own id, or leave new ones empty.")
    taken = set(named)
    before = {item.id: item for item in posting.requirements}
    free = 1
    kept: list[Requirement] = []
    for item in given:
        text = " ".join(normalise(item.text).split())
        if not any(map(str.isalnum, text)):
            raise _invalid("A requirement has no words.", "Write it, or take it off the list.")
        if len(text) > MAX_ITEM or len(item.quote) > MAX_ITEM:
            raise _invalid(f"A requirement is longer than {MAX_ITEM} characters.", "Split it into two.")
        number = item.id
        if not number:
            while f"r{free}" in taken or f"r{free}" in before:
                free += 1
            number = f"r{free}"
            taken.add(number)
        # Words the user typed may stand in the posting all the same: then they are quoted from there.
        quote = next(
            (words for words in (item.quote, text) if _place(posting.text, words, item, before) is not None), text
        )
        start = _place(posting.text, quote, item, before)
        end = None if start is None else start + len(quote)
        kept.append(
            Requirement(
                id=number,
                text=text,
                quote=quote,
                weight=item.weight,
                start=start,
                end=end,
                skills=skills.find(quote if start is not None else text),
            )
        )
    return tuple(kept)


def _place(text: str, quote: str, item: Requirement, before: dict[str, Requirement]) -> int | None:
    """Where a quote begins: where the item says, where it was, or its first place as whole words."""
    if not quote.strip():
        return None
    known = before.get(item.id)
    for start in (item.start, known.start if known else None):
        if start is not None and start >= 0 and text[start : start + len(quote)] == quote:
            return start
    found = re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text)
    return found.start() if found else None
