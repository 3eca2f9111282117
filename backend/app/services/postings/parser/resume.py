"""A résumé as lines that can be quoted, each with the dates that stand next to it. Pure: nothing is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from app.domain.errors import BadInput, TooLarge
from app.services.postings.parser import html, personal
from app.services.postings.parser.cues import is_attack
from app.services.postings.parser.files import read_file
from app.services.postings.parser.language import detect
from app.services.postings.parser.layout import Block, blocks, sentences
from app.services.postings.parser.names import Named, named
from app.services.postings.parser.source import RESUME, visible_text

MAX_CHARACTERS = 40_000  # about twelve full pages; a résumé has two
MAX_LINES = 500  # each costs about 20 ms to compare
MAX_QUOTE = 240
_MOST_ELEMENTS = 100_000
_SEPARATORS = ",;|•·"

_HEADING_WORDS = """
profile, summary, professional summary, personal statement, personal profile, objective, career objective, about me,
about, highlights, experience, work experience, professional experience, relevant experience, employment,
employment history, work history, work, career, career history, positions, posts, jobs, education,
education and training, academic background, qualifications, training, courses, certificates, certifications,
certificates and licences, licences, licenses, registration, registrations, memberships, skills, key skills,
technical skills, core skills, core competencies, competencies, tools, technologies, languages, projects,
selected projects, publications, volunteering, voluntary work, volunteer experience, responsibility, responsibilities,
positions of responsibility, achievements, key achievements, awards, honours, interests, hobbies, hobbies and interests,
references, referees, personal details, personal information, contact, contact details, other, other information,
additional information, additional skills, curriculum vitae, résumé, resume, cv, practical skills, clinical skills,
placements, research, teaching, leadership, extracurricular activities, extra-curricular activities, it skills
"""
HEADINGS = frozenset(" ".join(heading.split()) for heading in _HEADING_WORDS.split(","))

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_POINT = (
    r"(?:(?P<{0}m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}\.?,? ?['’]?|"
    r"(?P<{0}n>0?[1-9]|1[0-2])[/.])?"
    r"(?P<{0}y>(?:19[5-9]|20[0-4])\d)"
)
_RANGE = re.compile(
    rf"(?<![\w/.]){_POINT.format('a')}\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b)\s*"
    rf"(?:{_POINT.format('b')}|(?P<now>present|now|today|current(?:ly)?|date|ongoing|to date))(?![\w/])|"
    rf"\bsince {_POINT.format('c')}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of month `first` to the end of month `last`, counted from year 0."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or bullet, `text[start:end]` of the résumé; `periods` are the dates of the entry it stands in."""

    start: int
    end: int
    text: str
    named: Named
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """What may be compared. `text` is the whole visible text, which the offsets of the lines count in."""

    text: str
    lines: tuple[Line, ...]
    language: str


def read_resume_file(data: bytes, filename: str | None, today: date) -> Resume:
    """A file (PDF, DOCX, HTML or text, at most 2 MB) as a résumé.

    Raises:
        BadInput: `resume_empty`, `resume_pdf_encrypted`, `resume_pdf_no_text`, `resume_pdf_unreadable`,
            `resume_docx_unreadable`.
        TooLarge: `resume_too_large`.
        UnsupportedMedia: `resume_file_type`, `resume_binary`.
    """
    found = read_file(data, filename, RESUME)
    return read_resume(_page_text(found.text) if found.html else found.text, today)


def _page_text(markup: str) -> str:
    root = html.tree(markup.replace("\x00", ""))
    if root is None:
        raise BadInput("There is no text in this.", code="resume_empty", hint=RESUME.paste)
    for number, _ in enumerate(root.iter()):
        if number > _MOST_ELEMENTS:
            raise TooLarge("This page has more parts than a résumé has.", code="resume_too_large", hint=RESUME.paste)
    html.remove_hidden(root)
    return html.to_text(root)


def read_resume(text: str, today: date) -> Resume:
    """Pasted text as a résumé.

    Args:
        text: what was pasted, at most 40,000 characters and 500 lines and sentences.
        today: what "to present" means; only its year and month count.

    Raises:
        BadInput: `resume_empty`.
        TooLarge: `resume_too_large`.
        UnsupportedMedia: `resume_binary`.
    """
    text = visible_text(text, RESUME)
    if len(text) > MAX_CHARACTERS:
        raise _too_long()
    open_text = personal.without(text, HEADINGS)
    lines = _lines(open_text, today)
    if len(lines) > MAX_LINES:
        raise _too_long()
    return Resume(text, tuple(lines), detect(text))


def _too_long() -> TooLarge:
    return TooLarge(
        f"This is longer than a résumé can be here ({MAX_CHARACTERS // 1000},000 characters and {MAX_LINES} lines).",
        code="resume_too_large",
        hint="Leave out what this job does not need, such as a list of publications.",
    )


def _lines(text: str, today: date) -> list[Line]:
    """Everything that can be quoted. An entry's dates hold from the line they stand in to the next entry or heading."""
    found: list[Line] = []
    periods: tuple[Period, ...] = ()
    group: list[int] = []  # lines of the present run without an empty line, as places in `found`
    for block in blocks(text):
        words = text[block.start : block.end]
        if block.gap:
            group = []
        if _is_heading(words, block):
            periods, group = (), []
            continue
        dated = read_periods(words, today)
        if dated:
            periods = dated
            if len(group) == 1 and not found[group[0]].periods:
                # "Staff nurse, Ward 7", and its dates in the line below.
                found[group[0]] = replace(found[group[0]], periods=dated)
        elif block.gap and not block.bullet:
            # Whether a new paragraph still belongs to the dates above it cannot be told.
            periods = ()
        if is_attack(words):
            continue  # with all its sentences: the one that gives an order may lean on the one before
        for start, end in sentences(text, block.start, block.end):
            for low, high in _bounded(text, start, end):
                piece = text[low:high]
                if any(map(str.isalpha, piece)):
                    group.append(len(found))
                    found.append(Line(low, high, piece, named(piece), periods))
    return found


def _is_heading(words: str, block: Block) -> bool:
    bare = words.strip().strip(":#*_=- ").lower()
    if bare in HEADINGS:
        return True
    return not block.bullet and words.isupper() and len(bare.split()) <= 4 and bool(re.fullmatch(r"[^\d,;|]+", bare))


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence, or parts of it that are short enough to be quoted, cut between words."""
    found: list[tuple[int, int]] = []
    while end - start > MAX_QUOTE:
        cuts = [text.rfind(mark, start + MAX_QUOTE // 3, start + MAX_QUOTE) for mark in (";", ",", "\n", " ")]
        cut = next((place for place in cuts if place > 0), start + MAX_QUOTE - 1) + 1
        found.append((start, cut))
        start = cut
    found.append((start, end))
    return [(low, high) for low, high in (_trim(text, *span) for span in found) if low < high]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without white space and separators at either side."""
    while start < end and (text[start].isspace() or text[start] in _SEPARATORS):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _SEPARATORS):
        end -= 1
    return start, end


def read_periods(text: str, today: date) -> tuple[Period, ...]:
    """The date ranges in a text. A year without a month counts from its beginning, and to its beginning at the end."""
    found: list[Period] = []
    present = today.year * 12 + today.month - 1
    for match in _RANGE.finditer(text):
        if match["cy"]:
            first, last = _month(match, "c"), present
        else:
            first = _month(match, "a")
            last = present if match["now"] else _month(match, "b") - (0 if match["bm"] or match["bn"] else 1)
        if first <= last <= present + 1:
            found.append(Period(first, last))
    return tuple(found)


def _month(match: re.Match[str], point: str) -> int:
    name, number = match[f"{point}m"], match[f"{point}n"]
    month = _MONTHS.index(name.lower()) if name else int(number) - 1 if number else 0
    return int(match[f"{point}y"]) * 12 + month


def months(periods: set[Period]) -> int:
    """How many months the periods cover together; months in two of them count once."""
    total, reached = 0, -1
    for period in sorted(periods, key=lambda period: (period.first, period.last)):
        first = max(period.first, reached + 1)
        total += max(0, period.last - first + 1)
        reached = max(reached, period.last)
    return total
