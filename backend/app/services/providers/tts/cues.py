"""Phoneme times to mouth shapes, for every voice: one cue format, coarticulation included.

A mouth does not jump from phoneme to phoneme. What is done here, in this order (Cohen and Massaro 1993 call it
coarticulation; the numbers are judgements, set by looking at the result):

1. Stress and length marks give their time to the sound they belong to; t+ʃ and d+ʒ are one shape; a gap between words
   that is shorter than a closing of the lips is no gap.
2. h and the glottal stop have no shape of their own: the mouth is already where the next vowel wants it.
3. Neighbours of one shape are one shape, and sounds too short to be seen go into their neighbours: no flutter. Lip
   closures never go away.
4. p, b and m shut the mouth whatever stands beside them (weight 1); f and v keep lip and teeth together; the tongue's
   sounds leave the jaw where the vowels have it (weight below 1).
5. Rounding comes early: the shape of u, o and w takes up to 80 ms of the sounds before it, never of a closure.
6. Between two closures the mouth opens: a pause long enough for a breath begins the next phrase with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from app.domain.speech import Cue, SpokenWord

# Part of the cache key of a clip: raise it when the cues of the same phoneme times change.
FORMAT = 2

SHORT_GAP_S = 0.1  # a space between words shorter than this does not close the mouth
SHORTEST_S = 0.045  # below it a shape cannot be seen at 25 pictures a second
LEAST_S = 0.03  # what is left of a shape that gives time to its neighbours
CLOSURE_S = 0.06  # a closure is held at least this long, around its middle
ROUNDING_S, ROUNDING_SHARE = 0.08, 0.5  # how early, and at most how much of the sound before
BREATH_PAUSE_S, BREATH_S = 0.3, 0.14

STRESS, LENGTH = frozenset("ˈˌ"), "ː"
AFFRICATES = frozenset({"tʃ", "dʒ"})
PAUSE_MARKS = frozenset(";:,.!?—…")
IGNORED = STRESS | PAUSE_MARKS | frozenset(LENGTH + ' "()“”')
# IPA characters of espeak to the 15 visemes of the Oculus set.
VISEME = {
    phoneme: viseme
    for viseme, phonemes in {
        "PP": "pbm",
        "FF": "fv",
        "TH": "θð",
        "DD": "tdlɾ",
        "kk": "kɡgxhʔ",
        "CH": "ʃʒ",
        "SS": "sz",
        "nn": "nŋ",
        "RR": "ɹrɚɜ",
        "aa": "aɑæʌɐ",
        "E": "eɛə",
        "I": "iɪjᵻ",
        "O": "oɔɒ",
        "U": "uʊw",
    }.items()
    for phoneme in phonemes
}
VOWELS = frozenset({"aa", "E", "I", "O", "U"})
ROUND = frozenset({"O", "U"})
CLOSED = frozenset({"PP"})
TOUCHING = frozenset({"PP", "FF"})  # lips to lips or to teeth: seen however short
SHAPELESS = frozenset("hʔ")
# How far each shape is reached. Tongue sounds are made inside the mouth: the jaw stays with the vowels around them.
REACH = {
    "sil": 1.0, "PP": 1.0, "FF": 0.95, "CH": 0.8, "SS": 0.7, "TH": 0.7, "RR": 0.65, "DD": 0.55, "nn": 0.5, "kk": 0.5,
    "aa": 0.9, "E": 0.85, "I": 0.85, "O": 0.95, "U": 0.95,
}  # fmt: skip
REDUCED = {"ə": 0.6, "ɐ": 0.65, "ᵻ": 0.65}  # the vowels of unstressed syllables open the mouth less
STRESSED = 1.0


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One IPA character, space or mark, with its seconds in the audio."""

    phoneme: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Shape:
    viseme: str
    phoneme: str
    start: float
    end: float
    weight: float

    @property
    def length(self) -> float:
        return self.end - self.start


def cues_of(timings: Sequence[Phoneme], duration: float | None = None) -> tuple[Cue, ...]:
    """The mouth shapes of an audio, in order, without overlap, the last one `sil`.

    `duration` (seconds) caps all times; None is the end of the last timing. Every p, b and m gives a closure around
    its middle; two closures are always parted by an open shape, or are one.
    """
    end = duration if duration is not None else (timings[-1].end if timings else 0.0)
    shapes = _merged(_shapeless_gone(_read(timings, end)))
    shapes = _merged(_seen(shapes))
    shapes = _rounded(_held(shapes))
    out = [
        Cue(
            start_s=round(shape.start, 3),
            end_s=round(shape.end, 3),
            viseme=shape.viseme,
            phoneme=shape.phoneme,
            weight=round(shape.weight, 2),
        )
        for shape in _breathing(shapes)
        if shape.viseme == "sil" or round(shape.end, 3) > round(shape.start, 3)
    ]
    return tuple(out)


def _read(timings: Sequence[Phoneme], end: float) -> list[_Shape]:
    """One shape per sound, pauses as `sil`, with no time between neighbours."""
    out: list[_Shape] = []
    held: float | None = None
    stressed = False
    for i, item in enumerate(timings):
        start, stop = min(item.start if held is None else held, end), min(item.end, end)
        if item.phoneme in STRESS:
            held, stressed = start, True
            continue
        held = None
        before = timings[i - 1].phoneme if i else ""
        after = timings[i + 1].phoneme if i + 1 < len(timings) else ""
        if before + item.phoneme in AFFRICATES or item.phoneme == LENGTH:
            out[-1:] = [replace(last, end=max(last.end, stop)) for last in out[-1:]]
        elif item.phoneme in PAUSE_MARKS or (item.phoneme == " " and item.end - item.start >= SHORT_GAP_S):
            out.append(_Shape("sil", "", start, stop, 1.0))
        elif item.phoneme + after in AFFRICATES:
            out.append(_Shape("CH", item.phoneme + after, start, stop, REACH["CH"]))
        elif item.phoneme in VISEME:
            viseme = VISEME[item.phoneme]
            weight = REDUCED.get(item.phoneme, REACH[viseme])
            if viseme in VOWELS and stressed:
                weight, stressed = STRESSED, False
            out.append(_Shape(viseme, item.phoneme, start, stop, weight))
    if not out:
        return []
    last = out[-1]
    if last.viseme != "sil":
        out.append(_Shape("sil", "", min(last.end, end), end, 1.0))
    return [
        replace(shape, end=max(shape.start, following.start))
        for shape, following in zip(out, [*out[1:], _Shape("sil", "", end, end, 1.0)], strict=True)
    ]


def _shapeless_gone(shapes: list[_Shape]) -> list[_Shape]:
    """h and the glottal stop take the shape of what follows, or leave their time to what was before."""
    out: list[_Shape] = []
    for k, shape in enumerate(shapes):
        following = shapes[k + 1] if k + 1 < len(shapes) else None
        if shape.phoneme not in SHAPELESS:
            out.append(shape)
        elif following and following.viseme in VOWELS:
            out.append(replace(following, start=shape.start, end=shape.end))
        elif out and out[-1].viseme not in ("sil", *CLOSED):
            out[-1] = replace(out[-1], end=shape.end)
        else:
            out.append(shape)
    return out


def _merged(shapes: Iterable[_Shape]) -> list[_Shape]:
    """Neighbours of one shape are one; so are closures with too little between them to open the mouth."""
    out: list[_Shape] = []
    for shape in shapes:
        if out and out[-1].viseme == shape.viseme:
            last = out[-1]
            phoneme = last.phoneme if shape.phoneme in ("", last.phoneme) else last.phoneme + shape.phoneme
            out[-1] = replace(last, end=shape.end, phoneme=phoneme, weight=max(last.weight, shape.weight))
        elif len(out) > 1 and shape.viseme in CLOSED and out[-2].viseme in CLOSED and _no_opening(out[-1]):
            last = out.pop()
            out[-1] = replace(out[-1], end=shape.end, phoneme=out[-1].phoneme + last.phoneme + shape.phoneme)
        else:
            out.append(shape)
    return out


def _no_opening(between: _Shape) -> bool:
    return between.viseme == "sil" and between.length < BREATH_PAUSE_S


def _seen(shapes: list[_Shape]) -> list[_Shape]:
    """Shapes too short to be seen go into their neighbours: half to each. Touching lips and pauses stay."""
    out: list[_Shape] = []
    carry: float | None = None
    for k, shape in enumerate(shapes):
        start = shape.start if carry is None else carry
        carry = None
        fixed = shape.viseme in TOUCHING or shape.viseme == "sil"
        between = 0 < k < len(shapes) - 1
        parts_closures = between and shapes[k - 1].viseme in CLOSED and shapes[k + 1].viseme in CLOSED
        if fixed or shape.end - start >= SHORTEST_S or not between or parts_closures:
            out.append(replace(shape, start=start))
            continue
        middle = (start + shape.end) / 2
        before_fixed = not out or out[-1].viseme in TOUCHING or out[-1].viseme == "sil"
        after_fixed = shapes[k + 1].viseme in TOUCHING or shapes[k + 1].viseme == "sil"
        if before_fixed and after_fixed:
            out.append(replace(shape, start=start))
        elif before_fixed:
            carry = start
        elif after_fixed:
            out[-1] = replace(out[-1], end=shape.end)
        else:
            out[-1] = replace(out[-1], end=middle)
            carry = middle
    return out


def _held(shapes: list[_Shape]) -> list[_Shape]:
    """Closures last long enough to be seen: what is missing is taken from both neighbours, around the middle.

    The first sound after a pause gets its missing time from the pause: the mouth is ready before it sounds.
    """
    out = list(shapes)
    for k in range(1, len(out)):
        early = min(SHORTEST_S - out[k].length, out[k - 1].length / 2)
        if out[k - 1].viseme == "sil" and out[k].viseme != "sil" and early > 0:
            out[k - 1] = replace(out[k - 1], end=out[k].start - early)
            out[k] = replace(out[k], start=out[k].start - early)
    for k, shape in enumerate(out):
        missing = CLOSURE_S - shape.length
        if shape.viseme not in TOUCHING or missing <= 0:
            continue
        left = min(missing / 2, _spare(out[k - 1])) if k else 0.0
        right = min(missing - left, _spare(out[k + 1])) if k + 1 < len(out) else 0.0
        if left:
            out[k - 1] = replace(out[k - 1], end=shape.start - left)
        if right:
            out[k + 1] = replace(out[k + 1], start=shape.end + right)
        out[k] = replace(shape, start=shape.start - left, end=shape.end + right)
    return out


def _spare(shape: _Shape) -> float:
    """Seconds a shape can give away and still be seen."""
    return max(0.0, min(shape.length / 2, shape.length - LEAST_S))


def _rounded(shapes: list[_Shape]) -> list[_Shape]:
    """The shape of a rounded vowel begins in the sound before it."""
    out = list(shapes)
    for k in range(1, len(out)):
        before, shape = out[k - 1], out[k]
        if shape.viseme in ROUND and before.viseme not in (*VOWELS, *TOUCHING, "sil"):
            early = max(0.0, min(ROUNDING_S, before.length * ROUNDING_SHARE, before.length - SHORTEST_S))
            out[k - 1] = replace(before, end=before.end - early)
            out[k] = replace(shape, start=shape.start - early)
    return out


def _breathing(shapes: list[_Shape]) -> list[_Shape]:
    """A pause that is long enough ends with a breath: the lips part before the next phrase."""
    out: list[_Shape] = []
    for k, shape in enumerate(shapes):
        inside = 0 < k < len(shapes) - 1 and shapes[k + 1].viseme != "E"
        if shape.viseme == "sil" and shape.length >= BREATH_PAUSE_S and inside:
            parting = shape.end - BREATH_S
            out += [replace(shape, end=parting), _Shape("E", "", parting, shape.end, 0.3)]
        else:
            out.append(shape)
    return out


def words_of(written: Sequence[str], phonemes: Sequence[str], timings: Sequence[Phoneme]) -> tuple[SpokenWord, ...]:
    """Times of the words as written; `phonemes` are those of each word spoken alone.

    espeak joins words ("of the" is one) and spells numbers out, so spaces cannot be counted: the phonemes of the
    single words are aligned with those that were spoken. A word of which nothing was spoken (a dash) is left out.
    """
    expected = [(p, i) for i, sounds in enumerate(phonemes) for p in sounds if p not in IGNORED]
    spoken = [t for t in timings if t.phoneme not in IGNORED]
    spans: dict[int, tuple[float, float]] = {}
    matcher = SequenceMatcher(None, [p for p, _ in expected], [t.phoneme for t in spoken], autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag not in ("equal", "replace"):
            continue
        for k in range(b, b_end):
            word = expected[a + (k - b) * (a_end - a) // (b_end - b)][1]
            start, _ = spans.get(word, (spoken[k].start, 0.0))
            spans[word] = (start, spoken[k].end)
    return tuple(
        SpokenWord(start_s=round(spans[i][0], 3), end_s=round(spans[i][1], 3), text=text)
        for i, text in enumerate(written)
        if i in spans
    )


# Seconds a sound takes at normal speed when nobody measured it (Klatt 1976, rounded): vowels longer than consonants.
TYPICAL_S = {"vowel": 0.11, "consonant": 0.07, " ": 0.0, "mark": 0.3}


def estimated(words: Sequence[SpokenWord], phonemes: Sequence[str], duration: float | None = None) -> tuple[Cue, ...]:
    """Cues for a voice that gives word times only: each word's sounds share its time in their usual proportions.

    `phonemes` are those of each word spoken alone, `duration` (seconds) that of the audio. Whoever uses it sets
    `SpeechTrack.estimated`.
    """
    timings: list[Phoneme] = []
    for k, (word, sounds) in enumerate(zip(words, phonemes, strict=True)):
        known = [sound for sound in sounds if sound in VISEME]
        weights = [TYPICAL_S["vowel" if VISEME[sound] in VOWELS else "consonant"] for sound in known]
        scale = (word.end_s - word.start_s) / sum(weights) if weights else 0.0
        now = word.start_s
        for sound, weight in zip(known, weights, strict=True):
            timings.append(Phoneme(sound, now, now + weight * scale))
            now += weight * scale
        if k + 1 < len(words):
            timings.append(Phoneme(" ", word.end_s, max(word.end_s, words[k + 1].start_s)))
    return cues_of(timings, duration)


def spread(written: Sequence[str], phonemes: Sequence[str], duration: float) -> tuple[SpokenWord, ...]:
    """Word times for a voice that gives none: the audio's seconds shared by the usual lengths of the sounds."""
    lengths = []
    for text, sounds in zip(written, phonemes, strict=True):
        sounding = sum(
            TYPICAL_S["vowel" if VISEME[sound] in VOWELS else "consonant"] for sound in sounds if sound in VISEME
        )
        lengths.append((sounding, TYPICAL_S["mark"] if text and text[-1] in PAUSE_MARKS else 0.0))
    total = sum(sounding + pause for sounding, pause in lengths) or 1.0
    now, out = 0.0, []
    for text, (sounding, pause) in zip(written, lengths, strict=True):
        until = now + sounding * duration / total
        out.append(SpokenWord(start_s=round(now, 3), end_s=round(until, 3), text=text))
        now = until + pause * duration / total
    return tuple(out)
