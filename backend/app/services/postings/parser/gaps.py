"""Which requirements of a posting a résumé shows, each with the words that show it. Pure and reproducible.

A requirement is `shown` by its names (a tool, a certificate) or by a line that says the same. Something near it is
`related`, with a sentence that says why it is only near. Text of the résumé is data: it is compared, never followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.domain.posting import Posting, Requirement, Weight
from app.domain.resume import Gap, GapMap, ResumeQuote, State
from app.services.postings.parser import names
from app.services.postings.parser.cues import is_attack, is_protected
from app.services.postings.parser.layout import trim
from app.services.postings.parser.resume import Line, Period, Resume, months
from app.utils.minilm import encoder, similarity

# Calibrated on the labelled pairs in tests/unit/postings/resumes marked "tuned"; `python -m tests.bench.resume`
# measures them, and those that are not. A score is a cosine of sentence vectors plus up to OVERLAP for shared words.
SHOWN, RELATED = 0.54, 0.42
OVERLAP = 0.40
# A name in a line about something else: the line must be at least this near for a long requirement to be shown by it.
WITH_NAME = 0.40
FEW_WORDS = 3
MOST_QUOTES = 3
SECOND_QUOTE = 0.85  # a further quote must reach this share of the best one's score

NEAR = "This is near it, not the same."
ONLY_NAME = "The name is there; what the posting wants done with it is not."
NOT_YET = "Your résumé says that this is not there yet."
YEARS_UNKNOWN = "The years could not be checked: no dates stand next to it."
ABOUT_PERSON = "This is about a person and not about work, so your résumé is not searched for it."
ONLY_NAMES = "Only names were compared, because not both texts are in English."

_Decision = tuple[State, list[int], str | None]  # state, lines best first, note
_NOTHING: _Decision = (State.NOT_FOUND, [], None)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PLAIN_WORDS = """
a an and any are as at be been being both but by can could do does doing each etc for from had has have having he her
his how i if in into is it its least less may more most must my no nor not of on one or other our out over own per she
should so some such than that the their them then there these they this those through to under until up us was we were
what when where which while who will with within would you your e.g i.e ability able basic capable clear comfort
comfortable competence competencies competency competent commitment confident current currently demonstrable desirable
detailed essential evidence excellent experience experienced expert expertise familiar familiarity full fluent general
good grasp great hands-on high ideally including knowledge level minimum necessary need needed practical practice
preferably preferred previous proficiency proficient proven real recent record relevant required sense similar skill
skills solid some sound strong successful track understanding useful valid willing willingness working year years
month months advantage bonus plus equivalent
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
_OPENING = re.compile(
    r"^(?:(?:an?|the|some|good|strong|solid|excellent|proven|clear|hands-on|recent|previous|current|real|expert|deep|"
    r"practical|relevant|demonstrable|working|basic|sound|great|full)[ ,]+(?:and )?)*"
    r"(?:(?:experience|knowledge|understanding|awareness|grasp|familiarity|comfort|comfortable|confidence|confident|"
    r"proficiency|proficient|skills?|skilled|competence|competent|expertise|background|track record|record|ability|"
    r"able|willingness|willing|commitment|evidence|habit|eye|range|practice)\s+"
    r"(?:of|in|with|to|for|as|on|at|that you have|(?=\w+ing\b))\s*)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r";|, (?:and )?(?=\w+ )| and (?=[a-z]+(?:ing|e|y|t)? )")
# One of several is enough: "X or Y", "such as X, Y", "a queue (X, Y, Z)".
_EITHER = re.compile(
    r"\bor\b|/|\bsuch as\b|\be\.g\.|\blike\b|\bsimilar\b|\bequivalent\b|\bfor example\b|"
    r"\((?![^()]*\band\b)[^(),]{1,40},[^()]{1,200}\)",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"\b(?:licen[cs]ed?|certificat\w+|certified|registration|registered|card|ticket|qualification|qualified|diploma|"
    r"degree|nvq|svq|btec|gcses?|cpc|dbs|pgce|qts|coding to|coded to|cipd level|chartered|accredited|clearance|"
    r"right to work|level \d)\b|\b[12]:[12]\b",
    re.IGNORECASE,
)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNT = rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_ASKED_YEARS = re.compile(
    r"(?:\b(?:at least|a minimum of|minimum(?: of)?|over|more than)\s+)?(?<!last )(?<!past )(?<!within )\b"
    rf"{_COUNT}\s*\+?(?:\s*(?:-|–|to)\s*{_COUNT}\+?)?(?: or more)? (year|month)s?['’]?"
    r"(?=\s+(?:of|in|as|on|with|at|working|building|leading|managing|running)\b|\s+(?:\w+ ){0,3}experience\b)"
    r"(?:\s+of)?",
    re.IGNORECASE,
)
# "Incident-free in two years" and "three years running" say how often, not how long somebody did the work.
_TOLD_YEARS = re.compile(
    rf"(?<!\bin )(?<!\bevery )(?<!last )(?<!past )(?<!within )\b{_COUNT}\s*\+?\s*years?\b"
    r"(?! (?:running|old|ago|in a row))",
    re.IGNORECASE,
)
# A line that says that something is not there, or not yet.
MISSING = re.compile(
    r"\b(?:have|has|hold|holds) no\b|"
    r"\bno (?:formal |previous |prior )?(?:experience|knowledge|qualification|licen[cs]e|certificate|training)\b|"
    r"\b(?:not|never) (?:yet )?(?:hold|have|held|used|worked|qualified|trained|certified|had|done)\b|\bnot yet\b|"
    r"\b(?:do|does|have|has|did)(?: not|n['’]t) (?:yet )?(?:have|hold|know|speak|drive|use|used|held|worked|any)\b|"
    r"\b(?:has|have|is|now|licen[cs]e|card|certificate|registration|ticket) (?:expired|lapsed)\b|"
    r"\((?:expired|lapsed)\)|"
    r"\b(?:working towards|studying (?:for|towards)|currently (?:studying|taking|learning|completing|training)|"
    r"learning to|hop(?:e|ing) to|would like to|(?:want|keen|plan|planning|willing) to (?:learn|gain|get|take|train)|"
    r"interested in (?:learning|gaining)|i(?: am|['’]m) interested in|(?:exam|test|course) booked|to be completed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Ask:
    """A requirement as it is compared. `pieces` are its whole core and, for a long one, its clauses."""

    requirement: Requirement
    pieces: tuple[str, ...]
    words: frozenset[str]
    names: tuple[tuple[str, str], ...]  # (one spelling, as written)
    subjects: tuple[tuple[str, str], ...]  # names that are plain words: "wound care", "fabrication"
    by_subject: bool
    either: bool
    credential: bool
    by_name: bool
    months: int | None


@dataclass(frozen=True, slots=True)
class _Scores:
    """For one requirement, of every line: how near its whole is, and how near each clause."""

    whole: NDArray[np.float64]
    clauses: NDArray[np.float64]


def compare(posting: Posting, resume: Resume) -> GapMap:
    """What a résumé shows of a posting. About 20 ms for each line of the résumé and each requirement."""
    order = {Weight.MUST: 0, Weight.NICE: 1, Weight.DUTY: 2}
    asks = [_ask(item) for item in sorted(posting.requirements, key=lambda item: order[item.weight])]
    english = posting.language == resume.language == "en"
    scores = _score(asks, resume.lines) if english else [None for _ in asks]
    items = tuple(_gap(ask, found, resume) for ask, found in zip(asks, scores, strict=True))
    return counted(items)


def counted(items: Sequence[Gap]) -> GapMap:
    """The map with its totals."""
    total = {state: sum(item.state is state for item in items) for state in State}
    return GapMap(
        shown=total[State.SHOWN],
        related=total[State.RELATED],
        not_found=total[State.NOT_FOUND],
        items=tuple(items),
    )


def still_true(gaps: GapMap, before: Posting, now: Posting) -> GapMap:
    """What of a map holds after a posting was corrected: lines with other words have to be compared again."""
    text = {item.id: item.text for item in before.requirements}
    weights = {item.id: item.weight for item in now.requirements if text.get(item.id) == item.text}
    order = {Weight.MUST: 0, Weight.NICE: 1, Weight.DUTY: 2}
    kept = [replace(item, weight=weights[item.requirement_id]) for item in gaps.items if item.requirement_id in weights]
    return counted(sorted(kept, key=lambda item: order[item.weight]))


def _ask(requirement: Requirement) -> _Ask:
    text = requirement.text
    years = _ASKED_YEARS.search(text)
    asked = None
    if years:
        asked = _count(years[1]) * (12 if years[3].lower() == "year" else 1)
        text = " ".join((text[: years.start()] + " " + text[years.end() :]).split())
    core = text[_OPENING.match(text).end() :] or text  # type: ignore[union-attr]
    credential = bool(_CREDENTIAL.search(text))
    wanted: dict[str, str] = {}
    plain: dict[str, str] = {}
    for name in names.find(requirement.text):
        written = requirement.text[name.start : name.end]
        kind = wanted if credential or _is_proper(written, name.start) else plain
        kind.setdefault(name.key, written)
    wanted, plain = _most_telling(wanted), _most_telling(plain)
    if wanted:
        # "Python and SQL": the capital that opens a line says nothing, the names beside it do.
        first = {key: written for key, written in plain.items() if requirement.text.startswith(written)}
        wanted = first | wanted
    return _Ask(
        requirement=requirement,
        pieces=(core, *_clauses(core)),
        words=_words(text),
        names=tuple(wanted.items()),
        either=bool(_EITHER.search(requirement.text)),
        credential=credential,
        subjects=tuple((key, written) for key, written in plain.items() if _words(written)),
        by_subject=bool(plain) and not wanted and len(_words(_rest(text, plain))) <= FEW_WORDS,
        by_name=bool(wanted) and (credential or len(_words(_rest(text, wanted))) <= FEW_WORDS),
        months=asked,
    )


def _most_telling(wanted: dict[str, str]) -> dict[str, str]:
    """Names inside longer names say nothing more ("registration" in "NMC registration")."""
    return {
        key: written
        for key, written in wanted.items()
        if not any(written != other and written in other for other in wanted.values())
    }


def _rest(text: str, found: dict[str, str]) -> str:
    for written in found.values():
        text = text.replace(written, " ")
    return text


def _is_proper(written: str, start: int) -> bool:
    """Whether it is written like a name: capitals or digits beyond the capital that opens a sentence."""
    return any(character.isupper() or character.isdigit() for character in (written if start else written[1:]))


def _clauses(core: str) -> tuple[str, ...]:
    if len(core.split()) < 12:
        return ()
    parts = [part.strip(" ,;.") for part in _CLAUSE.split(core)]
    parts = [part for part in parts if len(part.split()) >= 3]
    return tuple(parts) if len(parts) >= 2 else ()


def _count(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS.index(number.lower()) + 1


def _words(text: str) -> frozenset[str]:
    """The stems of the words that say something."""
    return frozenset(_stem(word) for match in _WORD.finditer(text) if (word := match.group().lower()) not in _PLAIN)


def _numerals(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d+", text))


_ENDING = re.compile(
    r"(?:izations?|isations?|ations?|ators?|ating|ated|ates?|ments?|ness|ingly|ings?|edly|ed|ers?|ors?|ions?|ives?|als?|"
    r"ly|ity|ies|es|s|e|y)$"
)


def _stem(word: str) -> str:
    for _ in range(2):
        shorter = _ENDING.sub("", word)
        if len(shorter) < 4 or shorter == word:
            break
        word = shorter
    return word


def _score(asks: Sequence[_Ask], lines: Sequence[Line]) -> list[_Scores | None]:
    """Nearness of every requirement to every line."""
    if not asks or not lines:
        return [None for _ in asks]
    pieces = [piece for ask in asks for piece in ask.pieces]
    vectors = encoder().encode([*pieces, *(line.text for line in lines)])
    cosines = similarity(vectors[: len(pieces)], vectors[len(pieces) :])
    said = [_words(line.text) for line in lines]
    found: list[_Scores | None] = []
    at = 0
    for ask in asks:
        rows = []
        for offset, piece in enumerate(ask.pieces):
            words = _words(piece) or ask.words
            shared = np.array([len(words & other) / max(2, len(words)) for other in said])
            rows.append(np.round(cosines[at + offset] + OVERLAP * shared, 4))
        at += len(ask.pieces)
        found.append(_Scores(rows[0], np.array(rows[1:])))
    return found


def _gap(ask: _Ask, scores: _Scores | None, resume: Resume) -> Gap:
    requirement = ask.requirement
    if is_attack(requirement.text) or is_protected(requirement.text):
        return Gap(requirement_id=requirement.id, weight=requirement.weight, state=State.NOT_FOUND, note=ABOUT_PERSON)
    state, chosen, note = _decide(ask, scores, resume.lines)
    if state is not State.NOT_FOUND and ask.months is not None:
        state, note = _with_years(ask.months, state, note, [resume.lines[at] for at in chosen])
    quotes = [quote for at in chosen[:MOST_QUOTES] if (quote := _quote(resume.text, resume.lines[at])) is not None]
    if not quotes:
        state, note = State.NOT_FOUND, None if scores is not None or not resume.lines else ONLY_NAMES
    return Gap(
        requirement_id=requirement.id,
        weight=requirement.weight,
        state=state,
        quotes=tuple(quotes) if state is not State.NOT_FOUND else (),
        note=note,
    )


def _quote(text: str, line: Line) -> ResumeQuote | None:
    """The line as it stands in the résumé; a quote that is not there letter for letter is no evidence."""
    start, end = trim(text, line.start, line.end)
    quote = text[start:end]
    return ResumeQuote(quote=quote, start=start, end=end) if quote and quote == line.text else None


def _decide(ask: _Ask, scores: _Scores | None, lines: Sequence[Line]) -> _Decision:
    """State, lines best first, and the note, before years are looked at."""
    nearness = scores.whole if scores is not None else np.zeros(len(lines))
    willing = MISSING.search(ask.requirement.text) is not None
    there = [willing or MISSING.search(line.text) is None for line in lines]
    by_name = _by_name(ask, nearness, lines, there) if ask.names else None
    if by_name is not None and (by_name[0] is not State.NOT_FOUND or ask.by_name):
        if by_name[0] is State.NOT_FOUND and scores is not None:
            return _near(nearness, there)
        return by_name
    if scores is None:
        return _NOTHING
    if ask.credential:
        return _credential(ask, nearness, lines, there)
    if ask.by_subject and (chosen := _by_subject(ask, nearness, lines, there)):
        return State.SHOWN, chosen, None
    return _by_meaning(scores, there)


def _by_name(ask: _Ask, nearness: NDArray[np.float64], lines: Sequence[Line], there: Sequence[bool]) -> _Decision:
    """By the names in the requirement: all of them, or one where the posting says "or"."""
    best: dict[str, list[int]] = {}
    missing: list[str] = []
    not_yet: list[int] = []
    for key, written in ask.names:
        places = [at for at, line in enumerate(lines) if line.named.has(key, written)]
        held = sorted((at for at in places if there[at]), key=lambda at: (-nearness[at], at))
        if held:
            best[key] = held
        else:
            missing.append(written)
            not_yet += places
    if not best:
        return (State.RELATED, not_yet, NOT_YET) if not_yet else _NOTHING
    firsts = [held[0] for held in best.values()]
    others = [at for held in best.values() for at in held[1:]]
    chosen = list(dict.fromkeys([*firsts, *sorted(others, key=lambda at: (-nearness[at], at))]))
    if missing and not ask.either:
        return State.RELATED, chosen, f"Not found: {', '.join(missing)}."
    if ask.by_name:
        return State.SHOWN, chosen, None
    if nearness[chosen].max() >= WITH_NAME:
        return State.SHOWN, sorted(chosen, key=lambda at: (-nearness[at], at)), None
    return State.RELATED, chosen, ONLY_NAME


def _by_subject(ask: _Ask, nearness: NDArray[np.float64], lines: Sequence[Line], there: Sequence[bool]) -> list[int]:
    """Lines with the words of every plain name in a short requirement, or of one where the posting says "or"."""
    said = [_words(line.text) for line in lines]
    found = [
        [
            at
            for at, line in enumerate(lines)
            if there[at] and (line.named.has(key, written) or _words(written) <= said[at])
        ]
        for key, written in ask.subjects
    ]
    if not any(found) or not (ask.either or all(found)):
        return []
    return sorted({at for places in found for at in places}, key=lambda at: (-nearness[at], at))


def _credential(ask: _Ask, nearness: NDArray[np.float64], lines: Sequence[Line], there: Sequence[bool]) -> _Decision:
    """A paper without a known name is shown only by a line that has all of its words."""
    # "Level 3 in early years": the number is part of the name.
    wanted = ask.words | _numerals(ask.requirement.text)
    whole = [
        at
        for at, line in enumerate(lines)
        if there[at] and ask.words and wanted <= _words(line.text) | _numerals(line.text)
    ]
    if whole:
        return State.SHOWN, sorted(whole, key=lambda at: (-nearness[at], at)), None
    return _near(nearness, there)


def _by_meaning(scores: _Scores, there: Sequence[bool]) -> _Decision:
    held = np.array(there, dtype=bool)
    whole = np.where(held, scores.whole, 0.0)
    if whole.max(initial=0.0) >= SHOWN:
        return State.SHOWN, _best(whole, SHOWN), None
    if len(scores.clauses):
        tops = np.where(held, scores.clauses, 0.0)
        reached = tops.max(axis=1) >= SHOWN
        lines = list(dict.fromkeys(int(at) for at in tops.argmax(axis=1)[reached]))
        if 2 * reached.sum() >= len(reached):
            return State.SHOWN, lines, None
        if lines:
            return State.RELATED, lines, "Part of it is there."
    return _near(scores.whole, there)


def _near(nearness: NDArray[np.float64], there: Sequence[bool]) -> _Decision:
    held = np.array(there, dtype=bool)
    if np.where(held, 0.0, nearness).max(initial=0.0) >= SHOWN:
        return State.RELATED, _best(np.where(held, 0.0, nearness), SHOWN), NOT_YET
    near = np.where(held, nearness, 0.0)
    return (State.RELATED, _best(near, RELATED), NEAR) if near.max(initial=0.0) >= RELATED else _NOTHING


def _best(nearness: NDArray[np.float64], enough: float) -> list[int]:
    least = max(enough, SECOND_QUOTE * float(nearness.max()))
    return sorted((int(at) for at in np.flatnonzero(nearness >= least)), key=lambda at: (-nearness[at], at))


def _with_years(asked: int, state: State, note: str | None, lines: Sequence[Line]) -> tuple[State, str]:
    """State and note once the years are looked at: they count only when they stand next to what was found."""
    periods: set[Period] = {period for line in lines for period in line.periods}
    told = max((_count(match[1]) * 12 for line in lines for match in _TOLD_YEARS.finditer(line.text)), default=0)
    total = max(months(periods), told)
    if not total:
        near = state is State.RELATED and note is not None
        return State.RELATED, f"{note} {YEARS_UNKNOWN}" if near else YEARS_UNKNOWN
    said = f"What stands next to it adds up to about {_span(total)}; the posting asks for {_span(asked)}."
    if state is State.SHOWN and total >= asked:
        return State.SHOWN, said
    return State.RELATED, said if state is State.SHOWN else f"{note} {said}"


def _span(count: int) -> str:
    if count < 24 and count % 12:
        return f"{count} months" if count > 1 else "1 month"
    years = round(count / 12)
    return f"{years} years" if years > 1 else "1 year"
