"""From visible text to a posting: the one reader that every other format ends in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import BadInput
from app.domain.posting import Posting, Requirement, Warning
from app.services.postings.parser import fields, skills
from app.services.postings.parser.clean import normalise
from app.services.postings.parser.items import Findings, find_items, readable
from app.services.postings.parser.language import detect
from app.services.postings.parser.source import POSTING, visible_text

MAX_REQUIREMENTS = 80
PASTE = POSTING.paste

_JOB_WORDS = re.compile(
    r"\b(?:apply|applicants?|application|candidates?|vacancy|vacancies|hiring|recruit\w*|salary|"
    r"per (?:hour|annum)|full[- ]time|part[- ]time|permanent|contract|shifts?|job|role|position|cv|résumé|"
    r"resume|employer|"
    r"experience|responsibilit\w+|duties|requirements?|qualifications?|benefits|holiday|pension|team|"
    r"reporting to|reports to|wanted|interview|bewerb\w+|stelle|aufgaben|profil|poste|candidat\w*|puesto|"
    r"requisitos|vacature|functie|pozice|práce|požadujeme|praca|oferujemy)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:[{};]|\)\s*:|=>|\*/|-->|</?\w+>)\s*$|^\s*(?:def|class|import|from|return|if|for|while|func|function|"
    r"const|let|var|public|private|#include|package|using|\}|//|/\*|<\w+)\b.*[({;:=>]?",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:sign in|log ?in|forgot(?:ten)? (?:your )?password|create an account|remember me|keep me signed in|"
    r"password|new to \w+\? join|join now|verify you are (?:a )?human|captcha|enable cookies|access denied)\b",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"[£$€]\s?\d[\d,.]*k?\s*(?:/|per|an?\b|p\.?[ah]|pa\b|ph\b|[-–]|to\b)|\b(?:full|part)[- ]time\b|"
    r"\b\d+ hours\b|\bshifts?\b|\bpermanent\b|\bfixed[- ]term\b",
    re.IGNORECASE,
)
_HIRING = re.compile(
    r"\b(?:we(?:'re|’re| are)? (?:looking|hiring|seeking|recruiting|after|need|want)|looking for an?|"
    r"seeking an?|hiring|wanted|join (?:our|the|us)|ideal candidate|successful (?:candidate|applicant)|"
    r"we need)\b",
    re.IGNORECASE,
)
_APPLY = re.compile(
    r"\b(?:apply|applicants?|candidates?|cv|résumé|resume|cover letter|vacancy|closing date|dbs check|"
    r"right to work)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\b(?:you|your|you'll|you’ll)\b", re.IGNORECASE)
_REPORTED = re.compile(
    r"[”\"'’],? (?:he|she|they|\w+(?: \w+)?) (?:said|says|told|added|explained)\b|\b(?:said|told reporters|"
    r"according to|a spokes(?:man|woman|person))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """Fields that a board or the page's own data give; they win over the text. `source` names where they are from."""

    title: str | None = None
    company: str | None = None
    locations: tuple[str, ...] = ()
    remote: bool | None = None
    language: str | None = None
    source: str = "text"


def parse_text(text: str, *, source_url: str | None = None) -> Posting:
    """A pasted posting as data.

    Args:
        text: what was pasted, at most 200,000 bytes of UTF-8.
        source_url: where it came from, kept as it is.

    Raises:
        BadInput: `posting_empty`, `posting_not_a_posting`.
        TooLarge: `posting_too_large`.
        UnsupportedMedia: `posting_binary`.
    """
    return read(visible_text(text, POSTING), source_url=source_url)


def compose(known: Known, body: str) -> tuple[str, int]:
    """A posting's text with its known fields as the first lines, and the length of those lines.

    So every field has its words in the text, and the person sees the posting as the board shows it.
    """
    body = normalise(body)
    start = body[:400].lower()
    lines = [known.title, known.company, " · ".join(known.locations[:5]) or None]
    header = normalise("\n".join(line for line in lines if line and line.lower() not in start))
    return (f"{header}\n\n{body}".strip(), len(header)) if header else (body, 0)


def read(
    text: str, *, known: Known | None = None, source_url: str | None = None, trusted: bool = False, header: int = 0
) -> Posting:
    """Read normalised text into a posting.

    Args:
        text: the whole text; the first `header` characters are known fields, not requirements.
        known: fields given by a board or the page's data.
        source_url: kept as it is.
        trusted: a board says it is a posting, so only its content counts, not its form.
        header: see `compose`.

    Raises:
        BadInput: `posting_not_a_posting`.
    """
    known = known or Known()
    text = normalise(text)
    found = fields.read_fields(text)
    title, company, location = found.title, found.company, found.location
    skip = {(field.start, field.end) for field in (title,) if field is not None and _fills_line(text, field)}
    if header:
        skip.add((0, header))
    walk = find_items(text, frozenset(skip))
    if not trusted and not _is_posting(text, walk, has_title=title is not None and fields.names_work(title.value)):
        raise BadInput(
            "This does not look like a job posting: nothing in it says what the job is or what it asks for.",
            code="posting_not_a_posting",
            hint="Paste the whole posting, with the tasks and the requirements.",
        )
    requirements = _number(text, walk)
    language = detect(text)
    warnings: list[Warning] = []
    if walk.attacks:
        warnings.append(
            Warning(
                code="posting_instructions",
                detail="Some lines give instructions to a program instead of describing the job. They are left out.",
            )
        )
    if language != "en":
        warnings.append(
            Warning(
                code="posting_language",
                detail="This posting is not in English. What could be read is below; please check each line.",
            )
        )
    if not requirements:
        warnings.append(
            Warning(
                code="posting_no_requirements",
                detail="No requirements or duties were found. Add the lines you want to practise for.",
            )
        )
    quotes: dict[str, str] = {}
    sources: dict[str, str] = {}
    values = {
        "title": (known.title, title),
        "company": (known.company, company),
        "location": (known.locations[0] if known.locations else None, location),
    }
    chosen: dict[str, str | None] = {}
    for name, (given, field) in values.items():
        chosen[name] = given or (field.value if field else None)
        if given:
            sources[name] = known.source
            if given in text:
                quotes[name] = given
        elif field:
            sources[name] = "text"
            quotes[name] = text[field.start : field.end]
    level = fields.seniority(chosen["title"], text)
    if level:
        sources["seniority"] = "text"
        quotes["seniority"] = level[1]
    locations = known.locations or ((location.value,) if location else ())
    return Posting(
        text=text,
        title=chosen["title"],
        company=chosen["company"],
        location=chosen["location"],
        locations=tuple(locations[:10]),
        remote=known.remote if known.remote is not None else found.remote,
        seniority=level[0] if level else None,
        language=language,
        requirements=requirements,
        skills=skills.hot_words(requirement.skills for requirement in requirements),
        quotes=quotes,
        sources=sources,
        source_url=source_url,
        warnings=tuple(warnings),
    )


def _fills_line(text: str, field: fields.Field) -> bool:
    """Whether a field has its line to itself: a title inside a sentence must not hide the sentence."""
    start = text.rfind("\n", 0, field.start) + 1
    end = text.find("\n", field.end)
    line = text[start : len(text) if end < 0 else end]
    return len(line) - (field.end - field.start) < 60 and not re.search(
        r"[.!?]\s|[.!?]$|\b(?:looking|seeking|you|we)\b", line, re.IGNORECASE
    )


def _number(text: str, walk: Findings) -> tuple[Requirement, ...]:
    items = walk.items
    if len(items) > MAX_REQUIREMENTS:
        # Over the limit the asked-for items stay and the last duties go.
        asked = [item for item in items if item.weight.value != "duty"][:MAX_REQUIREMENTS]
        duties = [item for item in items if item.weight.value == "duty"][: MAX_REQUIREMENTS - len(asked)]
        items = sorted(asked + duties, key=lambda item: item.start)
    return tuple(
        Requirement(
            id=f"r{number}",
            text=readable(text[item.start : item.end]),
            quote=text[item.start : item.end],
            weight=item.weight,
            start=item.start,
            end=item.end,
            skills=skills.find(text[item.start : item.end]),
        )
        for number, item in enumerate(items, start=1)
    )


def _is_posting(text: str, walk: Findings, *, has_title: bool) -> bool:
    """Whether the text describes a job. Generous: two lines that ask for something, or one in a text about a job."""
    lines = [line for line in text.split("\n") if line.strip()]
    code = sum(bool(_CODE.search(line[:300])) for line in lines)
    if len(lines) >= 3 and code > 0.4 * len(lines):
        return False
    sample = text[:30_000]
    items, words = len(walk.items), len(sample.split())
    if len(_LOGIN.findall(sample)) >= 3 and walk.listed < 3 and words < 400:
        return False
    job_words = {match.lower() for match in _JOB_WORDS.findall(sample)}
    # What frames an offer of work; a poem, a recipe or a report has at most one of these.
    frame = sum(
        (
            has_title,
            bool(walk.headings and job_words),
            len(walk.sections) >= 2,
            bool(_PAY.search(sample)),
            bool(_HIRING.search(sample)),
            bool(_APPLY.search(sample)),
            len(job_words) >= 3,
        )
    )
    if len(_REPORTED.findall(sample)) >= 2 and walk.listed < 2:
        return False
    if items >= 2:
        return frame >= 2 or (
            frame >= 1 and (walk.listed >= 2 or bool(_YOU.search(sample)) or (has_title and words <= 60))
        )
    if items == 1:
        return frame >= 3
    return frame >= 4 and words >= 40
