"""A job posting as data: what was understood, and the line each item came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    """How much the posting asks for an item."""

    MUST = "must"
    NICE = "nice"
    DUTY = "duty"


class Seniority(StrEnum):
    """Level of the position, as written in the posting or its title."""

    INTERN = "intern"
    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    LEAD = "lead"
    DIRECTOR = "director"
    EXECUTIVE = "executive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing the posting asks for or describes.

    `quote` is verbatim in `Posting.text`, at `[start, end)` in characters; both offsets are None only for an item the
    user added. `text` is the same thing cleaned for reading (no bullet, no trailing semicolon). `skills` are names
    inside the quote (tools, certificates, methods), as written there.
    """

    id: str
    text: str
    quote: str
    weight: Weight
    start: int | None = None
    end: int | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """Something the user should know about how the posting was read. `code` is stable."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A structured posting. A field that was not found is None, never invented.

    `text` is the visible text of the posting, normalised (NFC, no hidden, control, bidi or zero-width characters,
    "\\n" line ends). `quotes` gives for a field (`title`, `company`, `location`, `seniority`) the words it came from;
    `sources` says how (`text`, `json-ld`, `greenhouse`, ..., `user`).
    """

    text: str
    title: str | None = None
    company: str | None = None
    location: str | None = None
    locations: tuple[str, ...] = ()
    remote: bool | None = None
    seniority: Seniority | None = None
    language: str = "en"
    requirements: tuple[Requirement, ...] = ()
    skills: tuple[str, ...] = ()
    quotes: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    source_url: str | None = None
    warnings: tuple[Warning, ...] = ()
