"""Spoken questions: one cue format for every voice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A mouth shape from `start_s` to `end_s`: an Oculus viseme (`sil PP FF TH DD kk CH SS nn RR aa E I O U`).

    `phoneme` is what is spoken (IPA; several when they share the shape), `weight` 0-1 how far the shape is reached.
    """

    start_s: float
    end_s: float
    viseme: str
    phoneme: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A word as written, with its times in seconds from the start of the audio."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechTrack:
    """What goes with the audio of a question: cues in order, without overlap, inside the audio; words as written.

    `estimated` is True when the times of the cues were not given by the synthesiser.
    """

    duration_s: float
    cues: tuple[Cue, ...]
    words: tuple[SpokenWord, ...]
    estimated: bool = False
    provenance: dict[str, Any] = field(default_factory=dict)
