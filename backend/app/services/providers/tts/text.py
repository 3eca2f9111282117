"""What every voice does with a text before it speaks and with the times after: the same rules for all of them."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from kokoro_onnx.tokenizer import Tokenizer

from app.domain.errors import BadInput
from app.domain.speech import SpokenWord
from app.services.providers.tts.cues import VISEME

TEXT_MAX = 600
SPEED_MIN, SPEED_MAX = 0.5, 2.0
# Times from another's clock: a word may end this long after the sound without being about another sound.
AFTER_END_S = 0.3
# Share of the spoken words that must have a time; the rest shares the gaps.
TIMED_MIN = 0.8

# It warns whenever espeak joins words, which the alignment expects and repairs.
logging.getLogger("phonemizer").setLevel(logging.ERROR)


def spoken_text(text: str) -> str:
    """The text as it is spoken: control characters and runs of space become one space each."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") else c for c in text)
    return " ".join(plain.split())


def checked_text(text: str, speed: float) -> str:
    """The text as it is spoken. Raises BadInput for nothing to say, over 600 characters, a speed outside 0.5-2.0."""
    spoken = spoken_text(text)
    if not any(character.isalnum() for character in spoken):
        raise BadInput("There is nothing to say in this text.", code="speech_text_empty", hint="Write a question.")
    if len(spoken) > TEXT_MAX:
        raise BadInput(
            f"The text to speak is over {TEXT_MAX} characters.", code="speech_text_too_long", hint="Make it shorter."
        )
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise BadInput(
            f"The speed must lie between {SPEED_MIN} and {SPEED_MAX}.",
            code="speech_speed",
            hint="1.0 is the normal speed.",
        )
    return spoken


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer()


def sounds_of(words: Sequence[str], language: str) -> list[str]:
    """The phonemes (IPA of espeak, stress marks included) of each word spoken alone; `en-us` or `en-gb`."""
    return [_tokenizer().phonemize(word, language) for word in words]


def words_in_time(
    written: Sequence[str], sounds: Sequence[str], spans: Mapping[int, tuple[float, float]], duration: float
) -> tuple[tuple[SpokenWord, ...], tuple[str, ...]]:
    """The words of which something is spoken, in order and inside the audio, and the sounds of each.

    `spans` are measured times by place. A word without one takes the gap between its neighbours. Raises ValueError
    when too few words have a time, or when times lie outside the audio: then they belong to another sound.
    """
    spoken = [
        i for i, word in enumerate(written) if any(c.isalnum() for c in word) and any(s in VISEME for s in sounds[i])
    ]
    timed = [i for i in spoken if i in spans]
    if not timed or len(timed) < TIMED_MIN * len(spoken):
        raise ValueError("words without times")
    if max(end for _, end in spans.values()) > duration + AFTER_END_S or min(s for s, _ in spans.values()) < 0:
        raise ValueError("times outside the audio")
    out: list[SpokenWord] = []
    earliest = 0.0
    for i in spoken:
        following = next((spans[k][0] for k in timed if k > i), duration)
        start, end = spans.get(i, (earliest, max(earliest, following)))
        start = min(max(start, earliest), duration)
        earliest = min(max(end, start), duration)
        out.append(SpokenWord(start_s=round(start, 3), end_s=round(earliest, 3), text=written[i]))
    return tuple(out), tuple(sounds[i] for i in spoken)
