"""Rules for the words of a transcript: times in order, fillers of the second pass merged in, soft fillers counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from app.domain.answer import Word

# Spoken sounds that carry no word. "ah" and "mm" are kept out of no sentence a person would miss them in.
FILLERS = frozenset({"um", "umm", "uh", "uhh", "uhm", "er", "erm", "hmm", "hm", "mm", "ah"})
LOST_S = 2.0  # speech without a word for this long is looked at again: nobody drags a word for two seconds
WORD_S, NEAR_S = 0.8, 0.3  # how much of a long word counts at each end; how far times of words are off (facts)
MARKS = frozenset(".,;:!?…-–—'\"")
JOIN_S = 1.0  # stretches this close are decoded together, because words need their neighbours
Span = tuple[float, float]
SOFT_FILLERS = re.compile(r"\b(like|you know|i mean|basically|actually|sort of|kind of)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One word as a recogniser gives it: text with its own leading space, seconds, probability 0-1."""

    text: str
    start_s: float
    end_s: float
    probability: float


def token(text: str) -> str:
    """A word for comparing: lower case, letters, digits and apostrophes only. May be empty."""
    return re.sub(r"[^\w']|_", "", text.lower())


def is_filler(text: str) -> bool:
    """Whether a written word is a spoken filler (um, uh, er and their spellings)."""
    return token(text) in FILLERS


def _plain_filler(text: str) -> str:
    """One spelling per sound ("UMM," becomes "um,"), punctuation and a capital at a sentence's beginning kept."""
    sound = {"umm": "um", "uhm": "um", "uhh": "uh", "hm": "hmm"}.get(token(text), token(text))
    letters = "".join(character for character in text if character.isalpha())
    if letters[:1].isupper() and not letters.isupper():
        sound = sound.capitalize()
    return re.sub(r"[^\W\d_]+", sound, text, count=1)


def join_pieces(heard: Sequence[Heard]) -> list[Heard]:
    """Join pieces without a leading space to the word before them ("on" + "-call"): its times and weakest probability.

    A transcript shows words with spaces between, so a piece on its own would be written apart. Marks alone are no
    word: in silence a recogniser can write a row of full stops, which would count as words and as pace.
    """
    out: list[Heard] = []
    for item in heard:
        bare = item.text.strip()
        joins = bool(out) and not item.text[:1].isspace()
        if not bare or (MARKS.issuperset(bare) and (not joins or out[-1].text[-1:] in MARKS)):
            continue
        if joins:
            last = out[-1]
            out[-1] = Heard(
                text=last.text + item.text,
                start_s=last.start_s,
                end_s=max(last.end_s, item.end_s),
                probability=min(last.probability, item.probability),
            )
        else:
            out.append(item)
    return out


def tidy(heard: Sequence[Heard], duration_ms: int) -> tuple[Word, ...]:
    """Words with whole milliseconds inside [0, duration_ms], in order and without overlap; fillers are marked.

    A word that claims time of the one before it starts where that one ends; a word outside the recording is moved to
    its edge, so nothing that was recognised is lost.
    """
    words: list[Word] = []
    earliest = 0
    for item in join_pieces(heard):
        start = min(max(round(item.start_s * 1000), earliest), duration_ms)
        end = min(max(round(item.end_s * 1000), start), duration_ms)
        words.append(
            Word(
                text=_plain_filler(item.text.strip()) if is_filler(item.text) else item.text.strip(),
                start_ms=start,
                end_ms=end,
                probability=round(min(max(item.probability, 0.0), 1.0), 3),
                filler=is_filler(item.text),
            )
        )
        earliest = end
    return tuple(words)


def lost(speech: Sequence[Span], heard: Sequence[Heard]) -> list[Span]:
    """Stretches of detected speech (seconds) of LOST_S or more in which no word was recognised, neighbours as one.

    A recogniser can drop up to half a minute at once and go on as if nothing had been said. A word counts for
    WORD_S at each of its ends, so that one stretched over the missing part does not hide it.
    """
    covered = sorted(
        span
        for word in heard
        for span in (
            (word.start_s - NEAR_S, min(word.end_s, word.start_s + WORD_S) + NEAR_S),
            (max(word.start_s, word.end_s - WORD_S) - NEAR_S, word.end_s + NEAR_S),
        )
    )
    out: list[Span] = []
    for start, end in speech:
        for bare_start, bare_end in _without(start, end, covered):
            if out and bare_start - out[-1][1] < JOIN_S and not _any_between(out[-1][1], bare_start, covered):
                out[-1] = (out[-1][0], bare_end)
            else:
                out.append((bare_start, bare_end))
    return [(start, end) for start, end in out if end - start >= LOST_S]


def _without(start: float, end: float, covered: Sequence[Span]) -> list[Span]:
    """What is left of a span when the covered ones (sorted by start) are taken out."""
    out: list[Span] = []
    for from_s, to_s in covered:
        if to_s <= start or from_s >= end:
            continue
        if from_s > start:
            out.append((start, from_s))
        start = max(start, to_s)
    return [*out, (start, end)] if start < end else out


def _any_between(start: float, end: float, covered: Sequence[Span]) -> bool:
    return any(from_s < end and to_s > start for from_s, to_s in covered)


def around(speech: Sequence[Span], missing: Sequence[Span]) -> list[Span]:
    """The whole stretches of speech that something is missing from, neighbours as one: sentences need their edges."""
    out: list[Span] = []
    for start, end in speech:
        if not any(from_s < end - NEAR_S and to_s > start + NEAR_S for from_s, to_s in missing):
            continue
        if out and start - out[-1][1] < JOIN_S:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def patched(heard: Sequence[Heard], again: Sequence[tuple[Span, Sequence[Heard]]]) -> list[Heard]:
    """The words with those of each stretch replaced by what a second look heard there, when that is more."""
    out = list(heard)
    for (start, end), words in again:
        before = [word for word in out if start < (word.start_s + word.end_s) / 2 < end]
        if len(words) > len(before):
            out = [word for word in out if word not in before] + list(words)
    return sorted(out, key=lambda word: (word.start_s, word.end_s))


def merge_fillers(record: Sequence[Word], second: Sequence[Word]) -> tuple[Word, ...]:
    """The words of the transcript of record with the fillers that only the second pass heard.

    Both passes are aligned without fillers; a filler of the second pass counts when the word right before or after it
    is one that both agree on, and the record has no filler of its own in that place. It is put in that place, its time
    clamped between its neighbours: filler times differ by up to 1 s between models, the order does not.
    """
    left = [i for i, word in enumerate(record) if not word.filler]
    right = [i for i, word in enumerate(second) if not word.filler]
    matcher = SequenceMatcher(
        None, [token(record[i].text) for i in left], [token(second[i].text) for i in right], autojunk=False
    )
    agreed = {
        right[block.b + k]: left[block.a + k] for block in matcher.get_matching_blocks() for k in range(block.size)
    }
    # Gaps are numbered by the word of the record they stand before.
    found: dict[int, list[Word]] = {}
    before = after = None
    for i, word in enumerate(second):
        if not word.filler:
            before = i
            continue
        after = next((k for k in range(i + 1, len(second)) if not second[k].filler), None)
        if before is not None and before in agreed:
            gap = agreed[before] + 1
        elif after is not None and after in agreed:
            gap = agreed[after]
        else:
            continue
        while gap < len(record) and record[gap].filler:
            gap += 1
        found.setdefault(gap, []).append(word)

    out: list[Word] = []
    for gap in range(len(record) + 1):
        own = 0
        while own < len(out) and out[-1 - own].filler:
            own += 1
        floor = out[-1].end_ms if out and out[-1].end_ms is not None else 0
        ceiling = record[gap].start_ms if gap < len(record) else None
        for word in found.get(gap, [])[own:]:
            start = max(word.start_ms or 0, floor)
            end = max(word.end_ms or 0, start)
            if ceiling is not None:
                start, end = min(start, ceiling), min(end, ceiling)
            out.append(replace(word, start_ms=start, end_ms=end))
            floor = end
        if gap < len(record):
            out.append(record[gap])
    return tuple(out)


def soft_filler_count(words: Sequence[Word]) -> int:
    """How often like, you know, I mean, basically, actually, sort of, kind of occur. Every use counts, meant or not."""
    return len(SOFT_FILLERS.findall(" ".join(token(word.text) for word in words if not word.filler)))
