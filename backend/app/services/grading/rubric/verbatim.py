"""Whether words are really in a text: what a language model quotes is believed only then."""

from __future__ import annotations

import re

import numpy as np

# facts/grading.md: a quote may differ from the transcript by a tenth of its characters.
TOLERANCE = 0.1
FEWEST_WORDS = 3
LONGEST = 600

_PUNCTUATION = re.compile(r"[^\w\s%$€£]+")


def plain(text: str) -> str:
    """Lower case, no punctuation, single spaces: what two writings of the same words have in common."""
    return " ".join(_PUNCTUATION.sub(" ", text.casefold()).split())


def is_quoted(quote: str, text: str) -> bool:
    """Whether `quote` stands in `text`, up to a tenth of its characters (edit distance).

    A quote has at least three words, or all words of the text.
    """
    wanted, there = plain(quote), plain(text)
    if not wanted or len(wanted) > LONGEST:
        return False
    if len(wanted.split()) < min(FEWEST_WORDS, len(there.split())):
        return False
    if f" {wanted} " in f" {there} ":
        return True
    return nearest(wanted, there) <= TOLERANCE * len(wanted)


def nearest(wanted: str, text: str) -> int:
    """Fewest characters to insert, delete or change so that `wanted` is a part of `text` (Sellers, 1980)."""
    there = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    steps = np.arange(len(there) + 1)
    row = np.zeros(len(there) + 1, dtype=np.int64)
    for count, char in enumerate(wanted, 1):
        changed = np.empty_like(row)
        changed[0] = count
        changed[1:] = np.minimum(row[:-1] + (there != ord(char)), row[1:] + 1)
        # An insertion follows the best cell before it: a running minimum once the way there is taken off.
        row = np.minimum.accumulate(changed - steps) + steps
    return int(row.min())
