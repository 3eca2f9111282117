"""Résumés and postings with labels by hand: which requirement a careful reader finds shown, near or missing.

A file holds the name of a posting in tests/fixtures/postings, the résumé, and one label a line: S shown, R near, N not
found; the beginning of the requirement; words the evidence must have. "tuned" cases set the thresholds, "held out" ones
did not. All of it was written for these tests, by the people who wrote the rules: it is optimistic. Every résumé ends
in the past, so no label depends on the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from app.domain.posting import Posting
from app.domain.resume import GapMap, State
from app.services.postings.parser.gaps import compare
from app.services.postings.parser.resume import Resume, read_resume
from app.services.postings.parser.text import parse_text

FOLDER = Path(__file__).with_name("resumes")
POSTINGS = Path(__file__).parents[2] / "fixtures" / "postings"
STATES = {"S": State.SHOWN, "R": State.RELATED, "N": State.NOT_FOUND}
TODAY = date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class Label:
    state: State
    requirement: str
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    posting: Posting
    resume: Resume
    labels: tuple[Label, ...]
    tuned: bool


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Every labelled résumé with its posting."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        head, text, labels = path.read_text(encoding="utf-8").split("\n---\n")
        posting, kind = (line.partition(": ")[2] for line in head.split("\n"))
        found.append(
            Case(path.stem, _posting(posting), read_resume(text, TODAY), _labels(labels), tuned=kind == "tuned")
        )
    return tuple(found)


def crossed(file: str) -> list[tuple[str, Posting, Resume, tuple[str, ...]]]:
    """Résumés with the posting of another trade, and the requirements they show all the same."""
    resumes = {case.name: case.resume for case in cases()}
    found = []
    for line in (FOLDER / f"{file}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, posting, met = line.split("\t")
        shown = tuple(one for one in met.split(";") if one)
        found.append((f"{name}-{posting}", _posting(posting), resumes[name], shown))
    return found


@lru_cache(maxsize=64)
def answer(name: str) -> GapMap:
    """The gap map of one case."""
    case = next(case for case in cases() if case.name == name)
    return compare(case.posting, case.resume)


def _posting(name: str) -> Posting:
    return parse_text((POSTINGS / f"{name}.txt").read_text(encoding="utf-8"))


def _labels(text: str) -> tuple[Label, ...]:
    found = []
    for line in text.strip().split("\n"):
        state, requirement, *words = (part.strip() for part in line.split("|"))
        found.append(Label(STATES[state], requirement, words[0] if words else ""))
    return tuple(found)
