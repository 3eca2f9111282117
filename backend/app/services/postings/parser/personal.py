"""What of a résumé is never read: who somebody is, how to reach them, and what the law protects.

`without` blanks it out and keeps every offset. It is done before anything else looks at the text, so none of it can be
compared, quoted or stored. It errs on the side of leaving out: a line that is lost can be said in the interview.
"""

from __future__ import annotations

import re

from app.services.postings.parser.fields import names_work
from app.services.postings.parser.layout import sentences, trim
from app.services.postings.parser.names import find

_I = re.IGNORECASE
_HEAD_LINES = 8  # filled lines; where names and addresses stand
_SEGMENT = re.compile(r"\s+[|•·●▪]\s+|\s*\|\s*|\t+|\s{3,}")
_NAME_WORD = re.compile(r"(?:[^\W\d_]\.|[^\W\d_][\w'’.-]*)")
_DEGREE = re.compile(r"B[AS]c?|BEng|M[AS]c?|MEng|MBA|PhD|PGCE|NVQ|HN[CD]|BTEC|QTS")
_PARTICLES = frozenset({"de", "van", "der", "den", "von", "la", "da", "del", "di", "bin", "al", "el"})
_REFERENCES = re.compile(r"\W*(?:references?|referees?)\W*", _I)

CONTACT = re.compile(
    r"\S+@\S+\.\w|(?<!\w)\+?(?:\(?\d[\s().-]{0,2}){9,15}(?!\w)|"
    r"\b(?:https?://|www\.|linkedin\.|(?:github|gitlab|facebook|instagram|xing)\.\w)|"
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|"
    r"(?<!\w)(?:flat|apt\.?|unit) \d{1,4}\b|"
    r"(?<!\w)\d{1,5}[a-d]?,? (?:[A-Z][\w'’-]+ ){1,3}(?:street|st|road|rd|row|lane|ln|avenue|ave|drive|dr|close|way|"
    r"court|ct|crescent|terrace|place|gardens|grove|square|hill|boulevard|blvd|strasse|straße)\b\.?",
    _I,
)
_LABEL = re.compile(
    r"\W*(?:(?:full|first|last|family|given|middle|maiden|sur|preferred)?[- ]?names?|surname|date of birth|d\.?o\.?b|"
    r"born|birth(?:day|date|place)?|place of birth|age|sex|gender|pronouns|nationality|citizenship|ethnic\w*|race|"
    r"(?:marital|civil|family) status|family|children|dependants|dependents|religion|faith|denomination|health|"
    r"disabilit\w+|medical(?: history)?|blood group|height|weight|photo(?:graph)?|passport(?: number| no)?|visa|"
    r"national insurance(?: number| no)?|ni number|ssn|social security(?: number)?|"
    r"(?:home |postal |current )?address|post ?code|zip|e-?mail|tel(?:ephone)?|phone|mobile|cell|whatsapp|skype|"
    r"linkedin|twitter|website)\b\.?\s*(?:no\.?\s*)?[:–—=]",
    _I,
)
_DEMONYM = (
    r"(?:british|english|scottish|welsh|irish|american|canadian|australian|german|austrian|swiss|french|italian|spanish|"
    r"portuguese|dutch|belgian|polish|czech|slovak|romanian|bulgarian|hungarian|greek|turkish|ukrainian|russian|"
    r"indian|pakistani|bangladeshi|chinese|japanese|korean|nigerian|ghanaian|kenyan|brazilian|mexican|us|u\.s\.|uk|eu)"
)
_FAITH = (
    r"(?:catholic|protestant|anglican|methodist|baptist|evangelical|muslim|islam\w*|jewish|hindu\w*|sikh\w*|buddhis\w+|"
    r"church|mosque|synagogue|bible|quran|religio(?:n|us)|christian faith|practi[sc]ing christian)"
)
PROTECTED = re.compile(
    r"\b(?:i am|i['’]m|aged?:?) (?:only )?[1-9]\d\b(?!\s*(?:to\b|-|–|and\b|\+|or\b|%))|"
    r"\b[1-9]\d[- ]years?[- ](?:old|of age)\b|\bborn (?:in|on|and raised)\b|"
    r"\b(?:un)?married\b|\bdivorced\b|\bwidow(?:ed|er)?\b|^\W*(?:single|engaged)\W*$|"
    r"\b(?:mother|father|mum|mom|dad|parent) (?:of|to)\b|"
    r"\bmy (?:wife|husband|spouse|son|daughter|children|kids|family)\b|"
    r"\b(?:one|two|three|four|five|\d) (?:(?:young|small|grown[- ]up|adult) )?(?:children|kids|sons|daughters)\W*$|"
    r"\b(?:maternity|paternity|parental|family|sick|carer['’]?s) leave\b|\bpregnan|"
    r"\bcareer break\b|\brais(?:e|ing) (?:my|a|our) (?:family|children|kids)\b|"
    rf"\b{_DEMONYM}(?:[- /](?:and[- ])?{_DEMONYM})? (?:citizen|national|passport|born)\b|\b(?:citizen|national) of\b|"
    r"\bcitizenship\b|\bnationalit|\bsettled status\b|\bwork (?:visa|permit)\b|\bethnicit|"
    rf"\b{_FAITH}\b(?!.{{0,40}}\b(?:school|academy|college|university|hospital|hospice|nursery|education|studies)\b)|"
    r"\b(?:in )?(?:good|excellent|perfect|poor) (?:physical |mental )?health\b(?! and)|\bnon[- ]smoker\b|"
    r"\b(?:i have|i had|i live with|i suffer\w*|diagnosed with|recovering from|registered|my) (?:an? )?(?:\w+ ){0,2}"
    r"(?:disab\w+|illness|condition|depression|anxiety|adhd|autis\w+|dyslexi\w+|diabet\w+|epilep\w+|cancer|asthma)\b|"
    r"\b(?:he|she|they)/(?:him|her|them)\b|^\W*(?:fe)?male\W*$|"
    r"\bi(?: am|['’]m) an? (?:\w+ ){0,2}(?:man|woman|male|female|lady|girl|boy|gay|lesbian|trans\w*)\b|"
    r"\bphoto(?:graph)? (?:attached|enclosed|overleaf)\b|\bmy name is\b",
    _I | re.MULTILINE,
)


def without(text: str, headings: frozenset[str]) -> str:
    """The same text, equally long, with what is never read turned into empty lines.

    Args:
        text: normalised visible text.
        headings: section headings in lower case; they are no names, and one of them ends a list of referees.
    """
    kept = list(text)
    head, names, at, in_references = 0, _names(text, headings), 0, False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        bare = line.strip()
        if not bare:
            continue
        head += 1
        if _REFERENCES.fullmatch(bare):
            in_references = True
        elif bare.strip(" :").lower() in headings:
            in_references = False
        in_head = head <= _HEAD_LINES
        beside_contact = in_head and CONTACT.search(line) is not None
        for low, high in [(start, start + len(line))] if in_references else _parts(text, start, start + len(line)):
            part = text[low:high]
            place = beside_contact and len(part.split()) <= 3 and not names_work(part)
            if in_references or place or _is_private(part, in_head=in_head, names=names):
                kept[low:high] = "\n" * (high - low)
    return "".join(kept)


def _is_private(part: str, *, in_head: bool, names: tuple[re.Pattern[str], ...]) -> bool:
    if _LABEL.match(part) or PROTECTED.search(part) or any(name.search(part) for name in names):
        return True
    found = CONTACT.search(part)
    # A link further down is where some work can be seen; in the head it is a profile.
    return found is not None and (in_head or not re.match(r"https?:|www\.|linkedin|git", found.group(), _I))


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Segments of a line ("Leeds | 0770... | Welder"), and the sentences in each."""
    found: list[tuple[int, int]] = []
    at = start
    for match in [*_SEGMENT.finditer(text, start, end), None]:
        stop = match.start() if match else end
        low, high = trim(text, at, stop)
        if low < high:
            found += sentences(text, low, high)
        at = match.end() if match else end
    return found


def _names(text: str, headings: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """The person's name, as the first lines have it, so that it is left out wherever it stands."""
    found: list[re.Pattern[str]] = []
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines[:3]):
        first = _SEGMENT.split(line)[0].split(",")[0].strip()
        words = first.split()
        if first.lower().strip(" :") in headings:
            break
        if not 1 < len(words) <= 5 or names_work(first) or not all(_NAME_WORD.fullmatch(word) for word in words):
            continue
        if any(_DEGREE.fullmatch(word) for word in words):
            continue
        # The very first line may be written small; below it only capitals make a name.
        capital = all(word[:1].isupper() or word in _PARTICLES for word in words)
        if capital or (number == 0 and len(words) <= 3 and not find(first)):
            found.append(re.compile(r"\s+".join(map(re.escape, words)), _I))
            break
    return tuple(found)
