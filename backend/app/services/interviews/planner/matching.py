"""Which competencies a posting's requirements call for, and in which trade."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.posting import Posting, Requirement, Weight
from app.services.interviews.planner import form
from app.services.interviews.planner.bank import Bank, Competency
from app.services.interviews.planner.phrases import Phrases, read
from app.utils.minilm import Vectors, encoder, similarity

# Calibrated by reading all matches of the fixture postings: below these a match is more often wrong than right.
ENOUGH_WITH_CUE, ENOUGH_WITHOUT = 0.46, 0.48
# A trade's own word is hardly ever meant otherwise inside that trade; a licence is known by its name alone.
ENOUGH_AT_HOME = 0.38
NEAR_BEST = 0.16
ELSEWHERE = 1.0
LONG_LINE_WORDS = 11


@dataclass(frozen=True, slots=True)
class Match:
    """A competency one requirement calls for; `score` is about 0.5 (plausible) to 1.6 (certain)."""

    competency: Competency
    score: float


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement that may be asked about, with what can be said of it. `row` is its row in the vectors."""

    requirement: Requirement
    row: int
    phrases: Phrases
    matches: tuple[Match, ...]

    @property
    def worth(self) -> float:
        """How much a question on it counts: must-haves first."""
        return {Weight.MUST: 10.0, Weight.NICE: 2.5, Weight.DUTY: 2.0}[self.requirement.weight]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the planner understood: trades (best first), the word for the people served, usable items, the rest."""

    sectors: tuple[str, ...]
    people: str
    items: tuple[Item, ...]
    vectors: Vectors
    not_asked: dict[str, str]


def _sectors(posting: Posting, bank: Bank, gloss: str) -> tuple[str, ...]:
    title = posting.title or posting.text.split("\n", 1)[0]
    body = posting.text + " " + gloss
    scored = []
    for sector in bank.sectors:
        in_title = sum(1 for cue in sector.title if cue.search(title))
        in_text = sum(1 for cue in sector.text if cue.search(body))
        scored.append((4.0 * min(in_title, 2) + in_text, sector.id))
    best = max(score for score, _ in scored)
    if best < 2:
        return ()
    kept = sorted((-score, ident) for score, ident in scored if score >= max(3.0, 0.5 * best) or score == best)
    return tuple(ident for _, ident in kept[:4])


def _people(posting: Posting, bank: Bank, sectors: Sequence[str]) -> str:
    """The posting's own word for the people served, among those the trade uses."""
    if not sectors:
        return "customers" if re.search(r"\bcustomers\b", posting.text, re.IGNORECASE) else "colleagues"
    options = next(sector.people for sector in bank.sectors if sector.id == sectors[0])
    text = posting.text.lower()
    counts = [(len(re.findall(rf"\b{re.escape(word)}\b", text)), -k, word) for k, word in enumerate(options)]
    return max(counts)[2] if max(counts)[0] else options[0]


def _pieces(text: str) -> list[str]:
    """A long line holds several requirements: the line and its clauses."""
    if len(text.split()) <= LONG_LINE_WORDS:
        return [text]
    clauses = [part.strip() for part in re.split(r"[;,:]|\band\b(?= [a-z]+ing\b)", text) if len(part.split()) >= 3]
    return [text, *clauses]


def _gloss(text: str, bank: Bank) -> str:
    found = [(match.start(), english) for stem, english in bank.glossary if (match := stem.search(text))]
    return ", ".join(english for _, english in sorted(found))


def _score(cues: float, cosine: float) -> float:
    return round(cosine + 0.35 * min(cues, 2.0), 4)


def understand(posting: Posting, bank: Bank) -> Reading:
    """Read a posting against the bank. Deterministic; about 10 ms per requirement for the vectors."""
    foreign = not posting.language.startswith("en")
    not_asked: dict[str, str] = {}
    usable: list[tuple[Requirement, list[str]]] = []
    for requirement in posting.requirements:
        if form.injected(requirement.text):
            not_asked[requirement.id] = "instruction"
        elif form.protected(requirement.text):
            not_asked[requirement.id] = "not_for_an_interview"
        elif not form.harmless(requirement.text):
            not_asked[requirement.id] = "personal_data"
        elif foreign:
            gloss = _gloss(requirement.text, bank)
            if gloss:
                usable.append((requirement, [gloss]))
            else:
                not_asked[requirement.id] = "language"
        else:
            usable.append((requirement, _pieces(requirement.text)))
    gloss = _gloss(posting.text, bank) if foreign else ""
    sectors = _sectors(posting, bank, gloss)
    texts = [piece for _, pieces in usable for piece in pieces]
    vectors = encoder().encode(texts) if texts else encoder().encode([""])
    about = bank.vectors()[[bank.rows[c.id] for c in bank.competencies]]
    cosines = similarity(vectors, about)
    items, row = [], 0
    for requirement, pieces in usable:
        best: dict[int, float] = {}
        for piece in pieces:
            for column, competency in enumerate(bank.competencies):
                at_home = competency.general or bool(competency.sectors & set(sectors))
                # A word inside the whole line counts once, in its clause.
                seen = [weight for cue, weight in competency.cues if cue.search(piece)]
                cosine = float(cosines[row, column])
                score = _score(sum(seen), cosine)
                enough = (ENOUGH_WITH_CUE if cosine >= 0.12 else 9.0) if seen else ENOUGH_WITHOUT
                if seen and (competency.id.startswith("licence-") or (at_home and not competency.general)):
                    enough = ENOUGH_AT_HOME
                if score >= (enough if at_home else ELSEWHERE + 0.1 * (max(seen, default=0.0) < 1.0)):
                    home = 0.12 if at_home and not competency.general else 0.0
                    best[column] = max(best.get(column, 0.0), round(score + home, 4))
            row += 1
        top = max(best.values(), default=0.0)
        wide = 0.6 if len(pieces) > 1 else NEAR_BEST
        ranked = sorted(
            (-score, column)
            for column, score in best.items()
            if score >= top - wide or bank.competencies[column].id.startswith("licence-")
        )
        matches = tuple(Match(bank.competencies[column], -score) for score, column in ranked[: 2 + len(pieces)])
        phrases = Phrases() if foreign else read(requirement.text, duty=requirement.weight is Weight.DUTY)
        items.append(Item(requirement, row - len(pieces), phrases, matches))
    return Reading(sectors, _people(posting, bank, sectors), tuple(items), vectors, not_asked)
