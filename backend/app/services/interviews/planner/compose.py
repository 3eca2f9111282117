"""Candidate questions: wordings of the bank with their slots filled from the posting, each tied to what it tests."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.posting import Posting, Weight
from app.domain.question import QuestionKind
from app.services.interviews.planner import form
from app.services.interviews.planner.bank import SLOT, Ask, Bank, Competency
from app.services.interviews.planner.matching import Item, Reading
from app.services.interviews.planner.phrases import article, lower_first, singular, spoken
from app.utils.minilm import similarity

LOOSE = 0.15
MOST_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that could be asked. `items` are what it honestly tests, first the one it is quoted from.

    `closeness` is the cosine of wording and line. `loose` marks one that fits the trade but tests no requirement as
    such; its item is only the nearest line. `reserve` 1 to 3 are used only when better ones run out;
    `plain` marks one made of the line's own words although a competency fits it.
    """

    text: str
    ask: Ask
    competency: str
    name: str
    items: tuple[Item, ...]
    quality: float
    points: tuple[str, ...]
    probe: str | None
    quote: str | None = None
    loose: bool = False
    closeness: float = 0.0
    reserve: int = 0
    plain: bool = False


class Filler:
    """Fills the slots of wordings for one posting; None when a slot cannot be filled well."""

    def __init__(self, posting: Posting, reading: Reading) -> None:
        person = singular(reading.people)
        self._common = {"people": reading.people, "person": person, "a_person": article(person)}
        self._common["A_person_cap"] = self._common["a_person"].capitalize()
        if company := _company(posting):
            self._common["company"] = company
        if role := _role(posting):
            self._common["role"] = role
            self._common["a_role"] = article(role)

    def fill(self, text: str, own: dict[str, str]) -> str | None:
        """The text with its slots filled from `own` and the posting's common words."""
        missing = False

        def one(match: re.Match[str]) -> str:
            nonlocal missing
            value = own.get(match[1]) or self._common.get(match[1]) or match[2]
            missing = missing or value is None
            return value or ""

        filled = SLOT.sub(one, text)
        return None if missing else filled


def _company(posting: Posting) -> str | None:
    name = spoken(posting.company or "").split(",")[0]
    name = re.sub(r"\s+(?:Ltd|Limited|Inc|LLC|LLP|plc|PLC|GmbH|AG|S\.?L|S\.?A|Corp)\.?$", "", name).strip()
    if not name or len(name.split()) > 5 or not form.harmless(name) or not re.fullmatch(r"[\w' .&-]+", name):
        return None
    return name


def _role(posting: Posting) -> str | None:
    if not posting.title or not posting.language.startswith("en"):
        return None
    title = re.split(r"\s[-–—|]\s|[,:/|(]", spoken(posting.title))[0].strip()
    words = title.split()
    if title.isupper():
        words = [word if len(word) <= 3 else word.title() for word in words]
    if not 1 <= len(words) <= 5 or not form.harmless(title) or not re.fullmatch(r"[A-Za-z' -]+", title):
        return None
    if words[-1].lower() in ("wanted", "needed", "required"):
        words = words[:-1]
    return " ".join(w if sum(c.isupper() for c in w) > 1 else w.lower() for w in words) or None


def _tool(competency: Competency, text: str) -> str | None:
    for tool in competency.tools:
        if re.search(rf"(?<!\w){re.escape(tool)}(?!\w)", text):
            return tool
    return None


_NAMED = re.compile(
    r"(?:(?i:\b(?:licen[cs]e|registration|certificates?|certification|card|ticket|diploma|qualification|status|"
    r"membership|(?:nvq )?level \d(?: [a-z]+)?|first aid(?: at work)?))|"
    r"^[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*(?: [A-Z][A-Za-z0-9]+)*)$"
)
_REGISTER = re.compile(r"\b(?:registration|licen[cs]e|status|membership|NMC|GPhC|CIMA|ACCA)\b", re.IGNORECASE)
_PAPER = re.compile(r"\b(?:degree|driving|subject|award\w*|above|equivalent|apprenticeship)\b", re.IGNORECASE)


def _certificate(item: Item) -> str | None:
    """The name of a qualification as one would say it: "your NMC registration"."""
    if item.requirement.weight is Weight.DUTY:
        return None
    text = re.sub(r"/\w+", "", item.requirement.text)
    text = re.sub(
        r"\b(?:a|an|the|full and relevant|current|valid|full|recognised|relevant)\b\s*", "", spoken(text), flags=re.I
    )
    whole = re.split(r"[,;:]|\s(?:is|are|required|essential|with|in|or)\b", text)[0].strip()
    text = whole if _NAMED.search(whole) else re.split(r"\s(?:and|to)\s", whole)[0].strip()
    text = re.sub(r"\s(?:qualified|practitioner|holder|required)$", "", text, flags=re.IGNORECASE)
    if _PAPER.search(text) or not 1 <= len(text.split()) <= 6 or not re.fullmatch(r"[A-Za-z0-9' +-]+", text):
        return None
    if not _NAMED.search(text):
        return None
    training = " training" if text.lower().endswith(("first aid", "first aid at work")) else ""
    return f"your {lower_first(text)}{training}"


def _together(competency: Competency, items: tuple[Item, ...], first: Item, need: str | None) -> tuple[Item, ...]:
    """The first item and up to two more that call for the same competency first of all."""
    others = []
    for item in items:
        if item is first or not item.matches:
            continue
        mine = next((m.score for m in item.matches if m.competency is competency), None)
        near = mine is not None and mine >= item.matches[0].score - 0.05
        if (
            mine is not None
            and near
            and (need is None or re.search(rf"(?<!\w){re.escape(need)}(?!\w)", item.requirement.text))
        ):
            others.append((-item.worth, -mine, item.row, item))
    return (first, *[entry[3] for entry in sorted(others, key=lambda entry: entry[:3])[: MOST_TOGETHER - 1]])


def _usable(ask: Ask, competency: Competency, sectors: tuple[str, ...]) -> bool:
    if ask.only:
        return bool(ask.only & set(sectors))
    at_home = competency.general or bool(competency.sectors & set(sectors))
    return at_home or ask.kind is not QuestionKind.SITUATIONAL


def _fitted(bank: Bank, filler: Filler, reading: Reading, fit: list[list[float]]) -> Iterator[Candidate]:
    for competency in bank.competencies:
        for item in reading.items:
            match = next((m for m in item.matches if m.competency is competency), None)
            if match is None:
                continue
            tool = _tool(competency, item.requirement.text)
            own = {"tool": tool, "exp_years": item.phrases.years}
            if competency.id.startswith("licence-"):
                own["cert"] = certificate = _certificate(item)
                own["register"] = certificate if certificate and _REGISTER.search(certificate) else None
            slots = {name: value for name, value in own.items() if value and form.harmless(value)}
            for ask in competency.asks:
                if not _usable(ask, competency, reading.sectors) or not ask.needs <= set(slots):
                    continue
                text = filler.fill(ask.text, slots)
                probe = filler.fill(ask.probe or "", slots)
                if text is None or form.faults(text):
                    continue
                need = slots.get("tool") if "{tool}" in ask.text else None
                single = bool(ask.needs & {"cert", "register"})
                together = (item,) if single else _together(competency, reading.items, item, need)
                closeness = fit[item.row][bank.rows[ask.key]]
                quality = match.score + 0.9 * closeness + (0.15 if ask.only else 0.0)
                if SLOT.search(ask.text) and any(slots.get(name) for name, _ in SLOT.findall(ask.text)):
                    quality += 0.15
                points = tuple(filler.fill(point, slots) or point for point in ask.points)
                ident = f"{competency.id}-{item.requirement.id}" if single else competency.id
                yield Candidate(
                    text, ask, ident, competency.name, together, quality, points, probe or None, closeness=closeness
                )


_GENERIC_POINTS = {
    QuestionKind.BEHAVIOURAL: (
        "one real occasion, with when and where",
        "what was at stake",
        "what you did yourself, and why",
        "the result, with a figure or an effect somebody could check",
    ),
    QuestionKind.SITUATIONAL: (
        "what you find out first",
        "what you do, in order, with reasons",
        "who you involve or inform",
        "how you know that it has worked",
    ),
    QuestionKind.KNOWLEDGE: (
        "the main point first",
        "how it works in practice, with an example",
        "a limit or a trade-off",
        "how you keep up to date",
    ),
}
_GENERIC_PROBE = {
    QuestionKind.BEHAVIOURAL: "What was your own part in the result?",
    QuestionKind.SITUATIONAL: "What would make you change that plan?",
    QuestionKind.KNOWLEDGE: "Where did you see that for yourself?",
}


def _generic(bank: Bank, filler: Filler, reading: Reading) -> Iterator[Candidate]:
    """Questions built from a requirement's own words, better where no competency fits."""
    for item in reading.items:
        licensed = any(match.competency.id.startswith("licence-") for match in item.matches)
        if (
            (licensed and _certificate(item))
            or form.on_paper(item.requirement.text)
            or re.search(r"\bexperience$", item.phrases.np or "")
        ):
            continue
        strongest = item.matches[0].score if item.matches else 0.0
        phrases = {"np": item.phrases.np, "base": item.phrases.base, "ger": item.phrases.ger}
        slots = {name: value for name, value in phrases.items() if value and form.harmless(value)}
        for ask in bank.generic:
            if not ask.needs <= set(slots):
                continue
            text = filler.fill(ask.text, slots)
            if text is None or form.faults(text):
                continue
            subject = slots.get("np") or slots.get("ger") or ""
            must = item.requirement.weight is Weight.MUST
            quality = (0.75 if not strongest else 0.2) - (0.0 if must else 0.9)
            name = subject if len(subject) <= 60 else subject[:57].rsplit(" ", 1)[0]
            yield Candidate(
                text, ask, f"own-{item.requirement.id}", name, (item,), quality,
                (*_GENERIC_POINTS[ask.kind],), _GENERIC_PROBE[ask.kind], reserve=0 if must else 1 + bool(strongest),
                plain=bool(strongest),
            )  # fmt: skip


def _loose(bank: Bank, filler: Filler, reading: Reading, fit: list[list[float]]) -> Iterator[Candidate]:
    """Questions any interviewer of this trade would ask, for postings with few lines of their own."""
    for competency in bank.competencies:
        home = bool(competency.sectors & set(reading.sectors))
        if not (home or competency.general) or any(
            m.competency is competency for i in reading.items for m in i.matches
        ):
            continue
        row = bank.rows[competency.id]
        closeness, _, nearest = max((fit[item.row][row], -item.row, item) for item in reading.items)
        if (home and closeness < LOOSE) or competency.id in ("licence-trade", "licence-professional"):
            continue
        for ask in competency.asks:
            text = filler.fill(ask.text, {})
            if ask.needs or text is None or form.faults(text) or not _usable(ask, competency, reading.sectors):
                continue
            quality = closeness - 0.6 + (0.25 if home else 0.0)
            points = tuple(filler.fill(point, {}) or point for point in ask.points)
            probe = filler.fill(ask.probe or "", {})
            yield Candidate(
                text, ask, competency.id, competency.name, (nearest,), quality, points, probe or None, loose=True,
                reserve=1 if closeness >= 0.3 else 2 if closeness >= LOOSE else 3,
            )  # fmt: skip


def title_quote(posting: Posting) -> str | None:
    """The title as it stands in the posting's text."""
    for quote in (posting.quotes.get("title"), posting.title, posting.quotes.get("company"), posting.company):
        if quote and quote in posting.text and form.harmless(quote):
            return quote
    return None


def _motivation(
    posting: Posting, bank: Bank, filler: Filler, reading: Reading, rng: random.Random
) -> Iterator[Candidate]:
    duties = [item for item in reading.items if item.requirement.weight is Weight.DUTY]
    quote = title_quote(posting)
    heart = (duties or list(reading.items))[0]
    for ask in bank.motivation:
        own: list[tuple[Item, dict[str, str]]] = [(heart, {})]
        if "ger" in ask.needs:
            said = [(i, i.phrases.ger) for i in duties if i.phrases.ger and len(i.phrases.ger.split()) >= 4]
            own = [(i, {"ger": ger}) for i, ger in said if form.harmless(ger)]
            own = [rng.choice(own)] if own else []
        for item, slots in own:
            text = filler.fill(ask.text, slots)
            if text is None or form.faults(text):
                continue
            quality = 0.5 + 0.08 * len(ask.needs - {"people"})
            yield Candidate(
                text, ask, f"motivation-{ask.key.rsplit('/', 1)[1]}", "motivation", (item,), quality, ask.points,
                ask.probe, quote=None if slots else quote, loose=True,
            )  # fmt: skip


def candidates(posting: Posting, bank: Bank, reading: Reading, rng: random.Random) -> list[Candidate]:
    """Every question that could be asked for this posting, in a fixed order; `rng` picks the duty motivation names."""
    filler = Filler(posting, reading)
    fit = similarity(reading.vectors, bank.vectors()).tolist()
    found = [*_fitted(bank, filler, reading, fit), *_generic(bank, filler, reading)]
    found += [*_loose(bank, filler, reading, fit), *_motivation(posting, bank, filler, reading, rng)]
    return found
