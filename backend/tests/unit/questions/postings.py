"""Postings to plan for: all fixtures through the real parser, and small ones made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from app.domain.errors import BadInput
from app.domain.posting import Posting, Requirement, Weight
from app.domain.question import QuestionSet
from app.services.interviews.planner import plan
from app.services.postings.parser.text import parse_text

FOLDER = Path(__file__).parents[2] / "fixtures" / "postings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@lru_cache(maxsize=64)
def fixture_posting(name: str) -> Posting:
    return parse_text((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def fixture_plan(name: str, count: int = 8, seed: int = 0) -> QuestionSet:
    return plan(fixture_posting(name), count=count, seed=seed)


def readable(names: Sequence[str] = tuple(NAMES)) -> list[str]:
    """The fixtures the parser accepts: what it refuses is its own business, not the planner's."""
    accepted = []
    for name in names:
        try:
            fixture_posting(name)
        except BadInput:
            continue
        accepted.append(name)
    return accepted


def posting_of(
    musts: Sequence[str], duties: Sequence[str] = (), *, title: str = "Shop Assistant", company: str | None = None
) -> Posting:
    """A posting whose text is its title and its lines, with exact offsets."""
    text, requirements = title + "\n", []
    for weight, lines in ((Weight.MUST, musts), (Weight.DUTY, duties)):
        for line in lines:
            start = len(text) + 2
            text += f"- {line}\n"
            ident = f"r{len(requirements) + 1}"
            requirements.append(
                Requirement(id=ident, text=line, quote=line, weight=weight, start=start, end=start + len(line))
            )
    return Posting(text=text, title=title, company=company, requirements=tuple(requirements), quotes={"title": title})
