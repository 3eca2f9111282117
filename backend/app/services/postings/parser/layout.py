"""Lines, bullets, wrapped lines and sentences, always as offsets into the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_GLYPH = "•·‣▪▫●○◦■□▶►➢➤➔→✓✔✅☑❖◆◇★☆⦁∙‧⁃–—»›-"
_BULLET = re.compile(
    rf"\s*(?:[{re.escape(_GLYPH)}]{{1,2}}[ ]*(?=\S)|[-*+>][ ]+|\*(?=[A-Za-z])(?!\*)|o[ ]+(?=\S)|"
    rf"\(?\d{{1,2}}[.)][ ]+|\(?[a-zA-Z][.)][ ]+|\(?[ivxIVX]{{1,4}}[.)][ ]+|"
    r"(?:[\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f?)+[ ]+)"
)
_LONE_BULLET = re.compile(rf"\s*(?:[{re.escape(_GLYPH)}*]|o)\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|incl|approx|min|max|no|dr|mr|mrs|ms|st|vs|inc|ltd|co|dept|est|ext|p\.a|a\.m|"
    r"p\.m|yrs?|hrs?|cert|dip|hons|jr|sr|ph\.d|b\.sc|m\.sc|b\.a|m\.a|u\.s|u\.k|cat)|\b[A-Za-z])\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…]{1,4}[\"”')\]]{0,3}(?=\s)|\n(?=\s*\n)")
_DANGLING = re.compile(
    r"(?:[,&/]|\b(?:and|or|the|a|an|of|to|in|for|with|on|at|by|as|from|your|our|their|that|who|which|using|"
    r"including|ensuring|is|are))\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One bullet or one paragraph, `text[start:end]` of the posting; it may run over wrapped lines."""

    start: int
    end: int
    bullet: bool
    gap: bool  # an empty line stands before it
    mark: str = ""  # the bullet as written; a digit for any number

    @property
    def numbered(self) -> bool:
        """Whether the mark is a number."""
        return self.mark == "1"


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    bullet: bool
    mark: str
    gap: bool
    indent: int


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    at, gap, pending = 0, True, False
    for raw in text.split("\n"):
        start, end = at, at + len(raw)
        at = end + 1
        if not raw.strip():
            gap = True
            continue
        if _LONE_BULLET.fullmatch(raw):
            pending = True
            continue
        indent = len(raw) - len(raw.lstrip())
        match = _BULLET.match(raw)
        # "A. Smith" and "I) " aside, a marker must leave words behind.
        marked = match is not None and any(map(str.isalnum, raw[match.end() :]))
        begin = start + (match.end() if match and marked else indent)
        mark = raw[: match.end()].strip() if match and marked else ""
        mark = "1" if mark.strip("(")[:1].isdigit() else mark
        lines.append(_Line(begin, end, marked or pending, mark, gap, indent))
        gap = pending = False
    return lines


def _wrap_width(lines: list[_Line], text: str) -> int:
    """Column at which a hard-wrapped text breaks, 0 when it is not hard-wrapped.

    A wrapped text has many lines that end within a word's length of the longest one; 45 to 130 columns covers mail, PDF
    columns and letters.
    """
    lengths = [line.end - line.start + line.indent for line in lines]
    long = [length for length in lengths if length >= 45]
    if len(long) < 3:
        return 0
    width = sorted(long)[max(0, int(len(long) * 0.95) - 1)]
    if width > 130:
        return 0
    near = sum(length >= width - 14 for length in long)
    runs_on = sum(
        text[line.end - 1] not in ".!?:;"
        and text[following.start : following.start + 1].islower()
        and not following.bullet
        for line, following in pairwise(lines)
        if line.end - line.start >= 45
    )
    return width if near >= 0.4 * len(long) and runs_on >= 2 else 0


def _continues(before: _Line, line: _Line, text: str, width: int, *, joined: bool) -> bool:
    """Whether `line` goes on where `before` was broken by wrapping."""
    if line.bullet or line.gap:
        return False
    last, first = text[before.start : before.end], text[line.start : line.end]
    opens_low = first[:1].islower() or first[:1] in "(&,;"
    if _DANGLING.search(last) and (opens_low or last[-1] in ",&" or width) and len(last) > 12:
        return True
    if last[-1] in ":" or (last[-1] in ".!?;" and not width):
        return False
    # Lines that all begin small are a list without bullets, not one sentence.
    small = not width and not joined and not before.bullet and last[:1].islower()
    if opens_low and len(last) >= 40 and last[-1] not in ".!?;" and not small:
        return True
    if width:
        word = len(first.split(" ", 1)[0])
        full = (before.end - before.start + before.indent) + 1 + word > width - 2
        return full and (last[-1] not in ".!?;" or not before.bullet)
    return False


def blocks(text: str) -> list[Block]:
    """Paragraphs and bullets in order. Linear in the length of the text."""
    lines = _lines(text)
    width = _wrap_width(lines, text)
    out: list[Block] = []
    last: _Line | None = None
    for line in lines:
        if last is not None and _continues(last, line, text, width, joined=last.start != out[-1].start):
            head = out[-1]
            out[-1] = Block(head.start, line.end, head.bullet, head.gap, head.mark)
            last = _Line(line.start, line.end, head.bullet, "", False, line.indent)
            continue
        out.append(Block(line.start, line.end, line.bullet, line.gap, line.mark))
        last = line
    return out


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence offsets inside `text[start:end]`, without the white space between them."""
    found: list[tuple[int, int]] = []
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        stop = match.end()
        if text[match.start()] == "." and _ABBREVIATION.search(text, max(begin, match.start() - 8), match.start()):
            continue
        following = text[stop : stop + 3].lstrip()[:1]
        if following.islower():
            continue
        found.append((begin, stop))
        begin = stop
    found.append((begin, end))
    return [span for span in (trim(text, low, high) for low, high in found) if span[0] < span[1]]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The same span without white space at either side."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
