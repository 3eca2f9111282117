"""From a requirement's words to phrases that can be spoken inside a question without breaking its grammar.

Nothing here guesses: a phrase that cannot be cut safely is None, and no wording that needs it is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

LONGEST_VERB_PHRASE, LONGEST_NOUN_PHRASE = 12, 7


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    text = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8")
    parts = re.split(r"^== (.+)$", re.sub(r"^#.*$", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    return {name: frozenset(body.split()) for name, body in zip(parts[::2], parts[1::2], strict=True)}


NAMES = _lists()["names"]
_NOUNS_TOO = _lists()["also nouns"]
_DETERMINERS = _lists()["determiners"]
_NOT_FIRST = _lists()["not first"]
_DANGLING = _lists()["not last"]
_PRONOUNS = _lists()["pronouns"]
_DOUBLE = _lists()["doubling"]
_VERBS = _lists()["verbs"]

_FILLER = (
    r"(?:very |highly )?(?:strong|excellent|good|great|proven|solid|sound|extensive|substantial|demonstrable|"
    r"demonstrated|deep|thorough|working|hands-on|practical|recent|relevant|previous|prior|significant|basic|advanced|expert|clear|"
    r"real|confident|proficient|outstanding|exceptional|some|genuine|full|valid|current|in-depth|up-to-date|"
    r"comprehensive|detailed|general|broad|keen|high|first-class|similar|direct|successful)"
)
_COUNT = (
    r"(?:(?:a )?minimum(?: of)?|at least|over|more than)?\s*(?:\d+|one|two|three|four|five|six|seven|eight|ten)\+?"
    r"(?:\s*(?:-|–|to)\s*\d+)?\+?(?: or more)?\s*(?:full )?(?:years?|months?|seasons?)['’]?s?\s*(?:of\s+)?"
)
_SUBJECT = (
    r"(?:you(?:['’]ll| will|['’]d| would| must| should| can)?|the (?:successful|ideal) candidate (?:will|must|should)|"
    r"(?:applicants|candidates) (?:must|should|will)|we need (?:someone|somebody|a person) (?:who can|to)|you are|"
    r"you['’]re)"
)
_TO_VERB = (
    r"(?:(?:the |an )?ability to|able to|be able to|willing(?:ness)? to|capacity to|how to|confident to|happy to|"
    r"need to)"
)
_TO_NOUN = (
    r"(?:(?:an? )?(?:hands-on )?(?:experience|knowledge|understanding|awareness|grasp|command)\s+"
    r"(?:of|in|with|as|on|at)|"
    r"experience(?= \w+ing\b)|experienced (?:in|with|at)|(?:a )?(?:proven )?(?:track )?record (?:of|in)|"
    r"familiar(?:ity)? with|(?:a )?background in|"
    r"comfort(?:able)? with|confident (?:in|with)|confident(?= \w+ing\b)|proficien(?:t|cy) (?:in|with)|"
    r"skill(?:s|ed)? (?:in|with|at)|competen(?:t|ce) (?:in|with)|(?:a )?(?:commitment|dedication) to|"
    r"(?:an? )?interest in|"
    r"(?:a )?habit of|(?:a )?passion for|exposure to|expertise in|responsible for|fluen(?:t|cy) in)"
)
_AUXILIARY, _ARTICLE = r"(?:have|has|be|bring|and|also|then)", r"(?:an?|the)"
_CUT = re.compile(
    r"\s*(?:[;:]|\s[–—-]\s|,(?! \w+ (?:and|or) )|"
    r"\s(?:including|such as|so that|in order to|to ensure|ensuring|which|that|"
    r"who|whom|when|while|whilst|because|where|whatever|if|unless|before|after|until|e\.g\.?|i\.e\.?|for example|"
    r"ideally|preferably)\b|"
    r"\s(?:is|are) (?:a|an|essential|required|desirable|preferred|needed|necessary|expected|given)\b|"
    r"\s(?:would be|will be|required|preferred|desirable|essential|an advantage|a bonus|a plus|or similar|"
    r"or equivalent|or comparable|or another|or better|or above)\b)",
    re.IGNORECASE,
)
_BREAKS = ("across", "for", "with", "from", "through", "by", "at", "in", "on", "alongside", "against")
_COUNTLESS = re.compile(
    r"(?:s|ing|ion|ment|ity|ance|ence|ness|ship|ery|cy|ics|ware|work|care|design|control|law|sense|data|advice|software|"
    r"english|bread|pastry|food|fish|stock|equipment|finance|music|art|retail|business|knowledge|research|time|safety|"
    r"machinery|pharmacy|chromatography|analysis|ethnography|governance|health|first aid|e-commerce|sales|awareness)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Ways to say a requirement inside a sentence; each is None when it cannot be said safely.

    `np` noun phrase, `base` verb phrase after "to", `ger` the same as a gerund, `years` completes "from ...".
    """

    np: str | None = None
    base: str | None = None
    ger: str | None = None
    years: str | None = None


@lru_cache(maxsize=1)
def _bases() -> dict[str, str]:
    return {gerund(verb): verb for verb in sorted(_VERBS)}


def gerund(verb: str) -> str:
    """The -ing form of a base verb: plan, planning; tie, tying; prepare, preparing."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if verb in _DOUBLE:
        return verb + verb[-1] + "ing"
    return verb + "ing"


def article(phrase: str) -> str:
    """The phrase with "a" or "an" in front, by sound rather than letter: an hour, a user, an HR manager."""
    first = phrase.split()[0]
    if first.isupper() and len(first) <= 4:
        vowel = first[0] in "AEFHILMNORSX"
    else:
        lower = first.lower()
        vowel = lower[0] in "aeiou" and not lower.startswith(("uni", "use", "eu", "one", "usu", "uti"))
        vowel = vowel or lower.startswith(("hour", "honest", "heir"))
    return f"{'an' if vowel else 'a'} {phrase}"


def singular(noun: str) -> str:
    """The singular of a word for people: families, family; children, child."""
    if noun == "children":
        return "child"
    if noun == "colleagues":
        return "colleague"
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") else noun


def lower_first(phrase: str, *, next_capital_is_name: bool = True) -> str:
    """Lower-case the first word unless it is an acronym, a name, or the start of one."""
    words = phrase.split(" ")
    first = words[0]
    bare = re.sub(r"['’]s$", "", first)
    if not first or not first[0].isupper():
        return phrase
    if bare in NAMES or sum(c.isupper() for c in bare) > 1 or any(c.isdigit() for c in bare) or len(bare) == 1:
        return phrase
    if next_capital_is_name and len(words) > 1 and words[1][:1].isupper():
        return phrase
    if phrase.startswith(("Freedom of Information", "City and Guilds", "House of")):
        return phrase
    return first[0].lower() + " ".join(words)[1:]


def spoken(text: str) -> str:
    """Text with written signs replaced by what a speaker would say; brackets dropped with their content."""
    text = re.sub(r"\s*[(\[][^)\]]*[)\]]", "", text)
    text = text.replace("&", "and").replace("’", "'").replace("‘", "'").replace("…", "")
    text = re.sub(r"\b24/7\b", "round the clock", text)
    text = re.sub(r"(\d)\s?%", r"\1 per cent", text)
    text = re.sub(r"[“”\"*•→·]", "", text)
    return re.sub(r"\s+", " ", text).strip(" .,;:-–—")


def _tidy(words: list[str], longest: int) -> list[str]:
    whole = len(words)
    while len(words) > longest:
        breaks = [i for i, word in enumerate(words[: longest + 1]) if i > 1 and word.lower() in _BREAKS]
        if not breaks:
            return []
        words = words[: breaks[-1]]
    if len(words) < whole:
        # "the patience [to build a new one]": a second part that lost its end goes with it.
        second = [
            i
            for i, (word, after) in enumerate(pairwise(words))
            if word in ("and", "or") and after in ("the", "a", "an")
        ]
        words = words[: second[0]] if second else words
    while words and words[-1].lower().strip(",") in _DANGLING:
        words = words[:-1]
    return words


def _whole_list(words: list[str]) -> list[str]:
    """A list that lost its last member ("COPD, pneumonia") goes back to its first one."""
    commas = [i for i, word in enumerate(words) if word.endswith(",")]
    if commas and not {"and", "or"} & set(words[commas[-1] :]):
        return [*words[: commas[0]], words[commas[0]].rstrip(",")]
    return words


def _safe(words: list[str]) -> bool:
    phrase = " ".join(words)
    if not re.fullmatch(r"[A-Za-zÀ-ž0-9'£$€+#., -]+", phrase) or re.search(r"[.,]$|\.\s|--", phrase):
        return False
    return not any(word.lower().strip(",") in _PRONOUNS for word in words)


def _strip(text: str) -> tuple[str, bool, str]:
    """The text without its opening fluff, whether a verb must follow, and the article that was in front of the rest."""
    verb, kept = False, ""
    for _ in range(8):
        for pattern in (_SUBJECT, _TO_VERB, _COUNT, _TO_NOUN, _FILLER, _AUXILIARY, _ARTICLE):
            match = re.match(pattern + r"(?:\s+|(?<=\s))", text, re.IGNORECASE)
            if match and match.end() < len(text):
                verb = (verb or pattern in (_TO_VERB, _SUBJECT)) and pattern != _TO_NOUN
                if pattern == _ARTICLE:
                    kept = match[0].strip().lower()
                elif pattern != _FILLER:
                    opened = re.match(r"(?:an?|the) ", match[0], re.IGNORECASE)
                    kept = "" if not opened or pattern in (_TO_NOUN, _TO_VERB, _COUNT) else opened[0].strip().lower()
                text = text[match.end() :]
                break
        else:
            return text, verb, kept
    return text, verb, kept


def _verb_phrase(text: str) -> tuple[str, str] | None:
    """(base, gerund) when the text begins with a verb or a list of verbs in one form."""
    bases, verbs = _bases(), _VERBS
    match = re.match(r"((?:[A-Za-z-]+, )*[A-Za-z-]+(?:,? (?:and|or) [A-Za-z-]+)?) (.+)", text)
    if not match:
        return None
    parts = re.split(r"(,? (?:and|or) |, )", match[1])
    heads, rest = parts[::2], match[2]
    for as_base in (lambda w: w if w in verbs else None, bases.get):
        found = [as_base(head.lower()) for head in heads]
        if found[0] is None:
            continue
        if any(verb is None for verb in found):
            # "prepare and X": only the first word is a verb, so nothing after it may be taken as one.
            if len(heads) > 1:
                return None
            continue
        known: list[str] = [verb for verb in found if verb is not None]
        rest_words = _CUT.split(rest)[0].split()
        if not rest_words or rest_words[0].lower() in ("is", "are", "was", "of", "and", "or"):
            return None
        for i, word in enumerate(rest_words):
            after = rest_words[i + 1].lower().strip(",") if i + 1 < len(rest_words) else ""
            if i and word in ("and", "or", "then") and (after in verbs or after in bases or after.endswith("ly")):
                rest_words = rest_words[:i]
                break
        rest_words = _whole_list(_tidy(rest_words, LONGEST_VERB_PHRASE - len(heads)))
        if not rest_words or not _safe(rest_words):
            return None
        joints = [*parts[1::2], " "]
        tail = " ".join(rest_words)
        base = "".join(verb + joint for verb, joint in zip(known, joints, strict=True)) + tail
        ger = "".join(gerund(verb) + joint for verb, joint in zip(known, joints, strict=True)) + tail
        return base, ger
    return None


def _noun_phrase(text: str, kept: str = "") -> str | None:
    """The noun phrase a text begins with, with the article it had; None when its grammar is not sure."""
    words = _whole_list(_tidy(_CUT.split(text)[0].split(), LONGEST_NOUN_PHRASE))
    if not words or not _safe(words) or len(" ".join(words)) < 3:
        return None
    first = words[0].lower()
    unsure = first in _NOT_FIRST or first in _DANGLING or first.endswith(("ly", "ed")) or first in _VERBS - _NOUNS_TOO
    if unsure or {"is", "are", "was", "were", "given", "be"} & {word.lower() for word in words}:
        return None
    if len(words) == 1 and words[0].lower() in ("experience", "knowledge", "skills", "degree", "work"):
        return None
    phrase = lower_first(" ".join(words))
    head = re.split(r" (?:of|in|with|for|on|at|to|from|by|under|across|and|or) ", phrase)[0]
    if kept:
        return article(phrase) if kept in ("a", "an") else f"the {phrase}"
    # A single thing without its article ("crane ticket") would limp in a sentence; names and masses do not.
    return phrase if _COUNTLESS.search(head) or head.split()[-1][:1].isupper() else None


def read(text: str, *, duty: bool = False) -> Phrases:
    """The phrases of a requirement. `duty` says the line describes work, so an opening base verb is one."""
    clean = spoken(text)
    counted = re.match(_COUNT + r"(.*)", clean, re.IGNORECASE)
    body, verb, kept = _strip(clean)
    words = body.lower().split()
    if len(words) > 1 and words[0].endswith("s") and words[0][:-1] in _VERBS and words[1] in _DETERMINERS:
        # "Somebody who notices a pest" arrives here as "notices a pest".
        body, verb = words[0][:-1] + body[len(words[0]) :], True
        words[0] = words[0][:-1]
    pair = _verb_phrase(lower_first(body, next_capital_is_name=False))
    if pair and words[0] in _NOUNS_TOO and not verb:
        second = words[1] if len(words) > 1 else ""
        noun_like = second.endswith(("ing", "ment", "tion", "ol", "ity")) or second in ("skills", "experience")
        if noun_like or (not duty and second not in _DETERMINERS):
            pair = None
    if words[:1] == ["own"] and not duty:
        # "Own hand tools" is something to bring, "own the sales cycle" something to do.
        pair, body = None, body.split(" ", 1)[-1]
    years = None
    if counted or re.search(r"\bexperience\b", clean, re.IGNORECASE):
        # The preposition decides how it goes on: "your time in a fabrication shop", "your time building pipelines".
        link = r"\b(in|with|as|on|at) (.+)"
        tail = re.search(r"experience " + link, clean, re.I) or re.search(r"(?:years|months)['’]? " + link, clean, re.I)
        if pair:
            years = f"your time {pair[1]}"
        elif tail:
            rest, _, had = _strip(tail[2])
            noun = _noun_phrase(rest, had)
            years = f"your time {tail[1].lower()} {noun}" if noun else None
    if pair:
        return Phrases(base=pair[0], ger=pair[1], years=years)
    return Phrases(np=_noun_phrase(body, kept), years=years)
