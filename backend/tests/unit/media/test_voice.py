"""Pauses and pitch on speech whose pauses and pitch are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from app.domain.answer import Transcript, Word
from app.services.providers.ports import SAMPLE_RATE, Audio
from app.services.providers.voice import measure_voice
from tests.unit.media.clips import STORY, say, silence, story

pytestmark = pytest.mark.models

NOTHING = Transcript(words=())


def revoice(audio: Audio, swing_semitones: float) -> Audio:
    """The same sentence with a pitch of our own: linear prediction keeps the sounds, a pulse train is the voice.

    The pitch is 120 Hz, swinging by so many semitones once in two seconds.
    """
    frame, order = 480, 18
    times = np.arange(len(audio)) / SAMPLE_RATE
    hertz = 120 * 2 ** (swing_semitones * np.sin(np.pi * times) / 12)
    phase = np.cumsum(hertz) / SAMPLE_RATE
    pulses = np.diff(np.floor(phase), prepend=0.0)
    out = np.zeros(len(audio))
    window = np.hanning(2 * frame)
    for start in range(0, len(audio) - 2 * frame, frame):
        piece = audio[start : start + 2 * frame] * window
        lags = np.correlate(piece, piece, "full")[len(piece) - 1 : len(piece) + order]
        if lags[0] < 1e-3:
            continue
        lags[0] *= 1.0001
        filter_ = np.concatenate([[1.0], -solve_toeplitz(lags[:order], lags[1 : order + 1])])
        voice = lfilter([1.0], filter_, pulses[start : start + 2 * frame])
        gain = np.sqrt(np.sum(piece**2) / (np.sum((voice * window) ** 2) + 1e-9))
        out[start : start + 2 * frame] += voice * window * gain
    return out.astype(np.float32)


def trimmed(audio: Audio) -> Audio:
    """Without the synthesiser's own silence at both ends."""
    level = np.sqrt(np.convolve(audio**2, np.ones(160) / 160, "same"))
    loud = np.flatnonzero(level > level.max() / 30)
    return audio[loud[0] : loud[-1]]


def test_inserted_pauses_are_found_where_they_are() -> None:
    gaps, parts, now, expected = (0.6, 1.0, 2.5), [], 0.0, []
    for text, gap in zip(STORY, (*gaps, 0.0), strict=True):
        audio = trimmed(say(text)[0])
        parts += [audio, silence(gap)]
        now += len(audio) / SAMPLE_RATE
        if gap:
            expected.append((now, now + gap))
        now += gap
    found = measure_voice(np.concatenate(parts), NOTHING).pauses
    for start, end in expected:
        near = min(found, key=lambda p: abs(p.start_ms / 1000 - start))
        assert near.start_ms / 1000 == pytest.approx(start, abs=0.1)
        assert near.end_ms / 1000 == pytest.approx(end, abs=0.1)


def test_silence_before_and_after_is_no_pause() -> None:
    speech = say(STORY[0])[0]
    found = measure_voice(np.concatenate([silence(3), speech, silence(4)]), NOTHING)
    assert found.latency_ms == pytest.approx(3000, abs=150)
    assert found.answer_ms == pytest.approx(len(speech) / 16, abs=600)
    assert found.pauses == ()


@pytest.mark.parametrize("swing", [0.0, 4.0])
def test_the_spread_of_pitch_is_that_of_the_voice(swing: float) -> None:
    audio = np.concatenate([revoice(say(text)[0], swing) for text in STORY[:3]])
    found = measure_voice(audio, NOTHING)
    assert found.voiced_s is not None
    assert found.voiced_s > 4
    assert found.pitch_sd_semitones == pytest.approx(swing / np.sqrt(2), abs=0.5)


def test_loudness_of_the_recording_changes_nothing() -> None:
    audio = story()
    loud, quiet = measure_voice(audio, NOTHING), measure_voice(audio * np.float32(0.4), NOTHING)
    assert loud.pitch_sd_semitones == pytest.approx(quiet.pitch_sd_semitones, abs=0.2)
    assert loud.level_sd_db == pytest.approx(quiet.level_sd_db, abs=0.3)


def test_pace_comes_from_the_words_and_the_time_line_covers_the_answer() -> None:
    audio = story()
    step = len(audio) / 16 / 60
    words = tuple(Word(text="word", start_ms=round(i * step), end_ms=round((i + 1) * step)) for i in range(60))
    found = measure_voice(audio, Transcript(words=words))
    assert found.words_per_minute == pytest.approx(60 * 60_000 / (found.answer_ms or 1), abs=0.1)
    assert sum(second.words for second in found.timeline) == 60
    assert found.provenance["pitch"]["band_hz"] == [65.0, 500.0]


@pytest.mark.parametrize("audio", [silence(0), silence(0.001), silence(5)], ids=["nothing", "a moment", "silence"])
def test_silence_is_not_measured(audio: Audio) -> None:
    found = measure_voice(audio, NOTHING)
    assert (found.speech_ms, found.words_per_minute, found.pitch_sd_semitones) == (0, None, None)
    assert found.not_measured["words_per_minute"] == "no speech was heard"
