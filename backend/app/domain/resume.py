"""What a résumé shows of what a posting asks for. The résumé itself is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.posting import Weight


class State(StrEnum):
    """Whether a requirement can be found in a résumé."""

    SHOWN = "shown"
    RELATED = "related"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeQuote:
    """Words of the résumé, verbatim: `[start, end)` in characters of its visible text."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One requirement and what was found for it.

    `shown` and `related` have one to three quotes, best first; `related` also has a note that says in words why it is
    only near. `not_found` has no quote.
    """

    requirement_id: str
    weight: Weight
    state: State
    quotes: tuple[ResumeQuote, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMap:
    """All requirements of a posting that were compared: must-haves first, then nice-to-haves, then duties."""

    shown: int
    related: int
    not_found: int
    items: tuple[Gap, ...]
