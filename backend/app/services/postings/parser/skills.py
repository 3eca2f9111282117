"""Names of tools, certificates, methods, standards and languages in a piece of text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.services.postings.parser.lexicon import EXACT, TERMS

# A token keeps the signs that belong to names: C++, C#, .NET, Node.js, CI/CD, R&D, S/4HANA, G-code, Raiser's.
_TOKEN = re.compile(r"\.?[^\W_](?:[^\W_]|['’.&/+#-](?=[^\W_])){0,60}[+#]{0,2}")
_LONGEST = max(len(term.split()) for term in TERMS)
_FIRST = frozenset(term.split()[0] for term in TERMS)

# Standards, levels and licences that are a pattern rather than a name.
_SHAPES = re.compile(
    r"""\b(?:
      (?:BS\s)?(?:EN\s)?(?:ISO|IEC)(?:/IEC)?\s?\d{3,5}(?:[-:]\d{1,4}){0,2}
    | (?:BS|EN|DIN|ASME|ASTM|AWS|API|BS\sEN)\s(?:[A-Z]\d?(?:\.\d)?|IX|\d{1,5}(?:[-:]\d{1,4})?)(?![\w+])
    | S?NVQ(?:/SVQ)?\s(?:[Ll]evel\s)?[1-7](?:\sor\s[1-7])?
    | [Ll]evel\s[1-8]\s(?:NVQ|SVQ|BTEC|Diploma|diploma|Certificate|certificate|Award|award)
    | (?:IELTS|CEFR)\s(?:[Ll]evel\s)?(?:\d(?:\.\d)?|[ABC][12])
    | (?:HGV|LGV)\s[Cc]lass\s[12]
    | (?:[Cc]lass|[Cc]ategory|[Cc]at\.?)\s(?:[1-2AB]|C1?\+?E?|D1?)\s(?:HGV|LGV|CDL|driving\s)?(?:[Ll]icen[cs]e|CDL)
    | (?:C1|C1E|C\+E|CE|D1)\s(?:driving\s)?[Ll]icen[cs]e
    | IPC[-\s][A-Z]-\d{3}
    | PRINCE2(?:\s(?:Foundation|Practitioner))?
    | (?:CompTIA|Comptia)\s[A-Z][A-Za-z]*\+?
    | Part[-\s](?:66|145|147)
    | TOEFL(?:\siBT)?\s\d{2,3}
    )""",
    re.VERBOSE,
)

_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,5}s?|[A-Z]{1,3}[&/][A-Z]{1,4}")
_CAMEL = re.compile(r"(?=[A-Za-z0-9]{4,30}\Z)[A-Z]?[a-z0-9]+(?:[A-Z]+[a-z0-9]*)+")
# Acronyms of everyday postings that name no skill: places, money, time, legal forms, contract words, shouting.
_NOT_SKILL_WORDS = """
BS BA MS MA BSC MSC UK US USA EU UAE GB EMEA APAC DACH LATAM NY NYC LA SF CA TX WA DC GMT BST CET CEST EST PST
ET PT CT AM PM MON TUE WED THU FRI SAT SUN JAN FEB MAR APR JUN JUL AUG SEP SEPT OCT NOV DEC GBP USD EUR CHF AUD
CAD OTE PTO RRSP ISA FTE TBC TBD TBA ASAP FAQ FYI CV CVS NB PS ID OK NO YES AND OR THE FOR TO IN OF ON AT IS IT
WE BE AS BY IF NOT YOU ALL ANY MUST NEW OUR WITH HAVE WILL ARE LTD PLC LLC LLP INC GMBH AG SA BV NV CIC EEO EOE
DEI ED&I AA M/F W/M H/F M/W N/A A/C II III IV VI REF JOB HQ CEO CFO CTO COO CIO VP SVP EVP MD HOD UN TV AI'S PA
PW PH P/H HRS HR'S PM'S FULL TIME PART SHIFT ROLE SALARY A/B I/O E/D
"""
_NOT_SKILLS = frozenset(_NOT_SKILL_WORDS.split())
_LISTED = re.compile(r"\s?(?:[,/;)]|\Z|\n|(?:and|or|&)\s[A-Z])")
_TOO_PLAIN = frozenset({"degree", "access", "english", "recruitment", "grinding", "turning", "milling", "autism"})
MAX_SKILLS = 40


def _shouting(text: str) -> bool:
    """Whether capitals carry no information here."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 12 and sum(character.isupper() for character in letters) > 0.7 * len(letters)


def spans(text: str) -> list[tuple[int, int]]:
    """Non-overlapping `(start, end)` of the skill names in `text`, in order; the longest name wins."""
    found: list[tuple[int, int]] = [match.span() for match in _SHAPES.finditer(text)]
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    words = [text[start:end] for start, end in tokens]
    lowered = [word.lower().replace("’", "'") for word in words]
    shouting = _shouting(text)
    at = 0
    while at < len(tokens):
        width = 0
        if lowered[at] in _FIRST:
            for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
                start, end = tokens[at][0], tokens[at + size - 1][1]
                if " ".join(lowered[at : at + size]) in TERMS and "\n\n" not in text[start:end]:
                    width = size
                    break
        if not width and _is_name(words[at], text, tokens[at][0], shouting):
            width = 1
        if width:
            found.append((tokens[at][0], tokens[at + width - 1][1]))
        at += width or 1
    found.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if kept and start < kept[-1][1]:
            continue
        kept.append((start, end))
    return kept


def _is_name(word: str, text: str, start: int, shouting: bool) -> bool:
    if word in EXACT:
        # "Go" and "Word" open sentences as plain words: there they need a neighbour that lists names.
        opens = start == 0 or text[:start].rstrip(" \n")[-1:] in (".", "!", "?", ":", "•", "-")
        return not shouting and (not opens or bool(_LISTED.match(text, start + len(word))))
    if shouting or word.upper().rstrip("S") in _NOT_SKILLS or word.upper() in _NOT_SKILLS:
        return False
    if _ACRONYM.fullmatch(word) and not word.isdigit() and sum(map(str.isupper, word)) >= 2:
        return True
    return bool(_CAMEL.fullmatch(word)) and not re.match(r"(?:Mc|Mac|O'|De|Le|La)[A-Z]", word)


def find(text: str) -> tuple[str, ...]:
    """Skill names as written in `text`, each once, in order of appearance."""
    seen: dict[str, str] = {}
    for start, end in spans(text):
        name = " ".join(text[start:end].split())
        seen.setdefault(name.lower(), name)
    return tuple(seen.values())


def hot_words(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """At most 40 names for the speech recogniser, the ones it would least expect first.

    A recogniser knows "customer service" but not "SystmOne": names with capitals inside, digits or signs come first,
    then other capitalised names, then plain words, the rarer (longer) first. Ties keep the order of the posting.
    """
    seen: dict[str, tuple[int, int, int, str]] = {}
    for position, name in enumerate(name for group in groups for name in group):
        key = name.lower()
        if key in seen or key in _TOO_PLAIN:
            continue
        odd = bool(re.search(r"\d|[+#&/.]|[a-z][A-Z]|[A-Z]{2}", name))
        rank = 0 if odd else 1 if re.search(r"[A-Z]", name) else 2
        seen[key] = (rank, -len(name) if rank == 2 else 0, position, name)
    return tuple(entry[-1] for entry in sorted(seen.values()))[:MAX_SKILLS]
