"""Visible text only: what a person cannot see must not reach a question, a grade or a model."""

from __future__ import annotations

import re
import unicodedata

# Letters that draw nothing although their category says letter or mark: Hangul fillers, the combining grapheme joiner,
# Khmer inherent vowels, Mongolian and general variation selectors, the blank Braille pattern, Latin-interlinear marks.
_INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x1D159),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFFC),
        *range(0xE0000, 0xE1000),
    ]
)
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")


def is_hidden(character: str) -> bool:
    """Whether a character draws nothing: control, format (bidi, zero-width, tag), private, unassigned, filler."""
    if character == "\n":
        return False
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or ord(character) in _INVISIBLE


def normalise(text: str) -> str:
    """The visible text: NFC, "\\n" line ends, plain spaces, no hidden characters, at most one empty line in a row.

    Idempotent. Line breaks of the original stay where they are, so that the person recognises their posting.
    """
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    if not text.isascii() or not text.isprintable():
        table: dict[int, str] = {}
        for character in set(text):
            if is_hidden(character):
                table[ord(character)] = ""
            elif unicodedata.category(character) == "Zs":
                table[ord(character)] = " "
        text = unicodedata.normalize("NFC", text.translate(table))
    text = re.sub(r"(?<! ) +(?=\n)", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def squash(text: str) -> str:
    """One line with single spaces."""
    return " ".join(text.split())
