"""What every question must be, checked in code: one open, speakable ask of at most 35 words on a lawful subject.

Text of a posting is data. Whatever of it could reach a question passes `harmless` first.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_QUESTION = 35

IMPERATIVES = ("tell", "describe", "talk", "walk", "take", "give", "explain", "suppose", "show", "share")
_OPEN = re.compile(r"\b(?:what|what's|how|when|where|which|who|whose|why)\b", re.IGNORECASE)
_DOUBLE = re.compile(
    r"\b(?:and|or)\s+(?:also\s+)?(?:what|how|when|where|which|why|did|do|does|was|were|is|are|have|has|would|will)\b",
    re.IGNORECASE,
)
_UNSPEAKABLE = re.compile(r"[/\\()\[\]{}<>|*_~^=@•·→…;\"“”]|https?:|www\.|&|\be\.g\.|\bi\.e\.|\.\.|--|!")
_LEADING = re.compile(
    r"\b(?:don't you|wouldn't you|isn't it|aren't you|surely|of course you|you agree that)\b", re.IGNORECASE
)
# Subjects equality law keeps out of selection, as they would be asked of a candidate. Work with children, families or
# patients is none of them.
_PROTECTED = re.compile(
    r"\b(?:how old|your age|aged? (?:under|over|between)|date of birth|born in|"
    r"your (?:family|children|kids|husband|wife|spouse|partner|parents|health|religion|faith|beliefs|nationality|"
    r"ethnicity|race|gender|sexuality|disabilit\w+|politics)|"
    r"pregnan\w*|maternity|paternity|have children|start a family|child ?care arrangements|married|marital|"
    r"religio\w*|church|mosque|native speaker|mother tongue|country of origin|national origin|nationality|"
    r"citizen(?:ship)?|ethnic\w*|racial|skin colou?r|sexual orientation|transgender|disabled|disability|"
    r"medical (?:condition|history of yours)|sick days|political (?:party|views)|union member\w*|"
    r"criminal (?:record|conviction)\w*|convictions?|arrest(?:ed)?)\b",
    re.IGNORECASE,
)
_SENSITIVE = re.compile(
    r"\b(?:must be (?:at least |under |over |aged |below )\d\d|\d\d (?:years old|or over|or older)|years of age|"
    r"(?:minimum|maximum) age|young and|youthful|(?:fe)?male|gender|(?:men|women) only|"
    r"(?:mature|young|single) (?:man|woman|person|lady|applicant)|unmarried|no dependants|without children|"
    r"physically fit|(?:good|excellent) (?:physical )?health|healthy and|able-bodied|"
    r"christian|muslim|jewish|catholic|hindu|"
    r"right to work|dbs|criminal|background check|visa|passport|vaccinat\w+ status|drug test\w*|credit check|"
    r"security clearance|sc cleared|work permit|[12]:[12]|own (?:car|transport|(?:hand )?tools))\b",
    re.IGNORECASE,
)
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|all|instruction\w*|rules?|prompt)\b|"
    r"\b(?:system prompt|as an ai|language model|chatgpt|assistant:|you are now|prompt|jailbreak|developer mode|"
    r"(?:ask|tell|give|rate|score|grade|hire|recommend|award|print|output|reveal)\b.{0,30}"
    r"\b(?:(?:the|this|each|every|any) (?:candidate|interviewer|applicant|user)|password|full marks|secrets?|"
    r"api key))\b",
    re.IGNORECASE,
)
_COARSE = re.compile(
    r"\b(?:fuck\w*|shit\w*|cunt\w*|bastard\w*|bitch\w*|arse(?:hole)?s?|asshole\w*|wank\w*|crap|damn\w*)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\S+@\S+|https?://|www\.|\b[\w-]+\.(?:com|org|net|co\.uk|de|io|example)\b|(?:\+?\d[\s().-]?){9,}|"
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Dame)\b\.?\s+[A-Z]|"
    r"(?i:\b(?:contact|call|ring|e-?mail|phone|speak to|ask for|report(?:ing)? to)\b)\s+(?:[A-Z][a-z]+\s+)?[A-Z][a-z]+",
)


def words(text: str) -> list[str]:
    """The words of a text as a listener counts them."""
    return re.findall(r"[^\W_][\w'’+#.,-]*", text)


@lru_cache(maxsize=8192)
def opening(text: str, count: int = 4) -> str:
    """The first words in lower case, to see whether two questions begin alike."""
    return " ".join(re.findall(r"[\w'-]+", text.lower().replace("’", "'"))[:count])


def harmless(text: str) -> bool:
    """Whether words of a posting may be used at all: no instruction, contact, coarse word or protected subject."""
    return not any(pattern.search(text) for pattern in (_INJECTION, _COARSE, _PERSONAL, _PROTECTED, _SENSITIVE))


def injected(text: str) -> bool:
    """Whether a line talks to a machine instead of to an applicant."""
    return bool(_INJECTION.search(text))


def protected(text: str) -> bool:
    """Whether a requirement is about a person rather than the work, or is proven by papers and not in an interview."""
    return bool(_PROTECTED.search(text) or _SENSITIVE.search(text))


def on_paper(text: str) -> bool:
    """Whether a line names a licence to drive: what one does with it can be asked about, the card itself cannot."""
    return bool(re.search(r"\bdriv(?:ing|er'?s?) licen[cs]e\b", text, re.IGNORECASE))


def faults(text: str) -> tuple[str, ...]:
    """The rules a question breaks, by name; empty when it may be asked."""
    found = []
    sentences = [s for s in re.split(r"(?<=[.?])\s+", text.strip()) if s]
    asking = [s for s in sentences if s.endswith("?")]
    imperative = [s for s in sentences if not s.endswith("?") and s.split()[0].lower().strip(",") in IMPERATIVES]
    if len(words(text)) > LONGEST_QUESTION:
        found.append("too_long")
    if len(asking) + len(imperative) != 1 or text.count("?") > 1:
        found.append("not_one_ask")
    if asking and not _OPEN.search(asking[0]):
        found.append("closed")
    if asking and _DOUBLE.search(asking[0]) and not imperative:
        found.append("two_asks")
    if _UNSPEAKABLE.search(text):
        found.append("unspeakable")
    if re.search(r"\b[A-Z]{2,}(?:\s+[A-Z]{2,}){2,}\b|\b[A-Z]{8,}\b", text):
        found.append("shouting")
    if _PROTECTED.search(text):
        found.append("protected")
    if _LEADING.search(text):
        found.append("leading")
    if _INJECTION.search(text) or _COARSE.search(text) or _PERSONAL.search(text):
        found.append("harmful")
    if not text[:1].isupper() or text[-1:] not in ".?" or "  " in text:
        found.append("untidy")
    return tuple(found)
