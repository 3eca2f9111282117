"""Times of written words from times of pieces of the same text, by their letters."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def spans(
    words: Sequence[str], pieces: Sequence[tuple[str, float, float]], *, exact: bool = False
) -> dict[int, tuple[float, float]]:
    """Start and end of each word (by its place) of which something is in `pieces`: (text, start, end) in order.

    A piece may be a character or several words. Only letters and digits are compared, so punctuation, spaces and case
    may differ. What differs otherwise is matched as well as it can be; with `exact` nothing is returned then.
    """
    expected = [(letter, i) for i, word in enumerate(words) for letter in _letters(word)]
    given: list[tuple[str, float, float]] = []
    for text, start, end in pieces:
        letters = _letters(text)
        step = (end - start) / len(letters) if letters else 0.0
        given += [(letter, start + k * step, start + (k + 1) * step) for k, letter in enumerate(letters)]
    left, right = [letter for letter, _ in expected], [letter for letter, _, _ in given]
    if left == right:
        blocks = [("equal", 0, len(left), 0, len(right))] if left else []
    elif exact:
        return {}
    else:
        blocks = list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())
    out: dict[int, tuple[float, float]] = {}
    for tag, a, a_end, b, b_end in blocks:
        if tag not in ("equal", "replace"):
            continue
        for k in range(b, b_end):
            word = expected[a + (k - b) * (a_end - a) // (b_end - b)][1]
            out[word] = (out.get(word, (given[k][1],))[0], given[k][2])
    return out


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
