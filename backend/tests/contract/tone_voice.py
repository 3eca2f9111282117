"""A voice made of tones for the stand-ins: what sounds when is known, and it is quick.

Every vowel is a tone, every other voiced or hissing sound is softer, and where lips or tongue stop the air there is
silence. How long each lasts is not what the product's own estimate takes, so that the two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from app.services.providers.tts.cues import VISEME, VOWELS
from app.services.providers.tts.text import sounds_of

RATE = 24_000
STOPS = frozenset("pbmtdkɡg")
BEGIN_S, GAP_S, PAUSE_S, END_S = 0.12, 0.02, 0.28, 0.15
VOWEL_S, OTHER_S = 0.13, 0.06


@dataclass(frozen=True)
class Sounding:
    """What is heard from `start` to `end` (seconds)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Spoken:
    """16-bit samples, every phoneme, and every written word of which something is heard."""

    samples: bytes
    phonemes: tuple[Sounding, ...]
    words: tuple[Sounding, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / 2 / RATE


@cache
def spoken(text: str, speed: float = 1.0) -> Spoken:
    """The text in tones."""
    now, phonemes, words = BEGIN_S / speed, [], []
    written = text.split()
    for word, sounds in zip(written, sounds_of(written, "en-us"), strict=True):
        start = now
        if any(character.isalnum() for character in word):
            for sound in sounds:
                if sound in VISEME:
                    length = (VOWEL_S if VISEME[sound] in VOWELS else OTHER_S) / speed
                    phonemes.append(Sounding(sound, now, now + length))
                    now += length
        if now > start:
            words.append(Sounding(word, start, now))
        now += (PAUSE_S if word[-1] in ",.?!;:—" else GAP_S) / speed
    wave = np.zeros(round((now + END_S / speed) * RATE))
    time = np.arange(len(wave)) / RATE
    for one in phonemes:
        level = 0.0 if one.text in STOPS else 0.4 if VISEME[one.text] in VOWELS else 0.08
        part = slice(round(one.start * RATE), round(one.end * RATE))
        wave[part] = level * np.sin(2 * np.pi * 140 * time[part])
    return Spoken((wave * 32767).astype("<i2").tobytes(), tuple(phonemes), tuple(words))
