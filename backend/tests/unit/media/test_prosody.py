"""Voice arithmetic on plain intervals, frames and words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answer import Interval, Transcript, VoiceMeasures, Word
from app.services.analysis.prosody import PitchTrack, measure, pauses_between

FRAME_S = 0.016


def track(seconds: float, *, hertz: float = 200.0, semitones: float = 0.0, confidence: float = 0.9) -> PitchTrack:
    """Voice all along, its pitch swinging by `semitones` (amplitude) and its level by as many dB, twice a second."""
    times = np.arange(0, seconds, FRAME_S)
    swing = semitones * np.sin(2 * np.pi * 2 * times)
    return PitchTrack(
        times_s=times,
        pitch_hz=hertz * 2 ** (swing / 12),
        confidence=np.full(len(times), confidence),
        level_db=-20 + swing,
        frame_s=FRAME_S,
    )


def transcript(count: int, seconds: float, fillers: int = 0) -> Transcript:
    """Evenly spread words, the first of them fillers."""
    step = seconds * 1000 / max(count, 1)
    words = tuple(
        Word(
            text="um" if i < fillers else "word",
            start_ms=round(i * step),
            end_ms=round((i + 1) * step),
            filler=i < fillers,
        )
        for i in range(count)
    )
    return Transcript(words=words, duration_ms=round(seconds * 1000))


def spans(*pairs: tuple[int, int]) -> list[Interval]:
    return [Interval(start_ms=a, end_ms=b) for a, b in pairs]


def everything_explained(measures: VoiceMeasures) -> bool:
    """Every field that is None has its reason, and no other field has one."""
    empty = {f.name for f in dataclasses.fields(measures) if getattr(measures, f.name) is None}
    return empty == set(measures.not_measured)


SPEECH = st.lists(st.integers(1, 5000), max_size=16).map(
    lambda steps: spans(*zip(*[iter(np.cumsum(steps).tolist())] * 2, strict=False))
)


@given(SPEECH, st.integers(0, 40), st.integers(0, 20_000))
def test_every_measure_is_in_range_or_explained(speech: list[Interval], words: int, question_end_ms: int) -> None:
    duration_ms = (speech[-1].end_ms if speech else 0) + 500
    found = measure(
        duration_ms,
        speech,
        track(duration_ms / 1000, semitones=2),
        transcript(words, duration_ms / 1000, fillers=words // 4),
        question_end_ms=question_end_ms,
    )
    assert everything_explained(found)
    assert found.speech_ms <= (found.answer_ms or 0) <= duration_ms
    assert found.silence_share is None or 0 <= found.silence_share <= 1
    assert found.latency_ms is None or found.latency_ms >= 0
    assert sum(p.end_ms - p.start_ms for p in found.pauses) <= (found.answer_ms or 0) - found.speech_ms
    assert len(found.timeline) == -(-duration_ms // 1000)


@given(SPEECH)
def test_pauses_lie_between_speech_and_last_half_a_second(speech: list[Interval]) -> None:
    for pause in pauses_between(speech):
        assert pause.end_ms - pause.start_ms >= 500
        assert not any(s.start_ms < pause.end_ms and s.end_ms > pause.start_ms for s in speech)


def test_rates_are_per_minute_of_the_answer_and_leave_fillers_out() -> None:
    found = measure(40_000, spans((5_000, 15_000), (16_000, 35_000)), track(40), transcript(66, 40, fillers=6))
    assert found.answer_ms == 30_000
    assert (found.words_per_minute, found.fillers_per_minute, found.filler_count) == (120.0, 12.0, 6)
    assert (found.latency_ms, found.longest_pause_ms, found.silence_share) == (5_000, 1_000, 0.033)
    assert found.pauses == tuple(spans((15_000, 16_000)))


def test_what_precedes_the_end_of_the_question_is_not_the_answer() -> None:
    found = measure(30_000, spans((0, 4_000), (6_500, 18_500)), track(30), transcript(30, 30), question_end_ms=5_000)
    assert (found.latency_ms, found.answer_ms) == (1_500, 12_000)
    assert found.words_per_minute == 125.0  # 25 of the 30 words end after the question


@pytest.mark.parametrize(
    ("speech", "words", "field", "reason"),
    [
        ([], 0, "words_per_minute", "no speech was heard"),
        ([(0, 9_000)], 0, "words_per_minute", "no words were recognised"),
        ([(0, 4_900)], 9, "words_per_minute", "the answer is shorter than 5 s"),
        ([(0, 1_500)], 3, "pitch_sd_semitones", "less than 2 s of voiced speech"),
    ],
)
def test_what_cannot_be_measured_says_why(speech: list[tuple[int, int]], words: int, field: str, reason: str) -> None:
    found = measure(10_000, spans(*speech), track(10), transcript(words, 10))
    assert getattr(found, field) is None
    assert found.not_measured[field] == reason


def test_variation_is_the_standard_deviation_about_the_own_median() -> None:
    speech = spans((0, 10_000))
    flat = measure(10_000, speech, track(10), transcript(20, 10))
    lively = measure(10_000, speech, track(10, semitones=3), transcript(20, 10))
    assert (flat.pitch_sd_semitones, flat.level_sd_db) == (0.0, 0.0)
    assert lively.pitch_sd_semitones == pytest.approx(3 / np.sqrt(2), abs=0.05)
    assert lively.level_sd_db == pytest.approx(3 / np.sqrt(2), abs=0.05)


@given(st.floats(70, 400), st.floats(-60, -3))
def test_height_of_the_voice_and_loudness_leave_no_trace(hertz: float, level: float) -> None:
    base, other = track(10, hertz=150, semitones=2), track(10, hertz=hertz, semitones=2)
    other = dataclasses.replace(other, level_db=other.level_db + level + 20)
    speech, words = spans((0, 10_000)), transcript(20, 10)
    assert measure(10_000, speech, base, words) == measure(10_000, speech, other, words)


def test_sound_outside_speech_is_not_voice() -> None:
    found = measure(20_000, spans((0, 5_000)), track(20), transcript(10, 20))
    assert found.voiced_s == pytest.approx(5.0, abs=0.02)
    assert found.timeline[10].pitch_semitones is None
    assert measure(20_000, spans((0, 20_000)), track(20, confidence=0.49), transcript(10, 20)).voiced_s == 0
