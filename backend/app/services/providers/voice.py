"""Pauses and pitch on this machine: Silero voice activity and swift-f0, then the arithmetic of `analysis.prosody`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps
from swift_f0 import SwiftF0

from app.domain.answer import Interval, Transcript, VoiceMeasures
from app.services.analysis import prosody
from app.services.providers.ports import SAMPLE_RATE, Audio

HOP = 256  # samples between two pitch frames of swift-f0: 16 ms
# The package's own band (47-2094 Hz) gave a spread of 11 semitones on a noisy clip where Praat and this band gave 2.8.
FMIN_HZ, FMAX_HZ = 65.0, 500.0
VAD = VadOptions(min_silence_duration_ms=300, speech_pad_ms=0)
# After a long silence Silero notices a soft onset up to 0.19 s late (two voices, 8 sentences); ends are within 0.06.
LATE_MAX_MS = 250
FRAME = SAMPLE_RATE // 100
BELOW_SPEECH_DB, ABOVE_NOISE_DB = 25.0, 10.0
THREADS = 2


@cache
def _detector(threads: int) -> SwiftF0:
    return SwiftF0(threads=threads, spin=False)


def speech_intervals(audio: Audio) -> tuple[Interval, ...]:
    """Stretches with speech, in order; silences under 0.3 s do not end one."""
    if not len(audio):
        return ()
    found = get_speech_timestamps(audio, VAD)
    return _onsets_moved_forward(
        audio,
        [
            Interval(start_ms=round(s["start"] * 1000 / SAMPLE_RATE), end_ms=round(s["end"] * 1000 / SAMPLE_RATE))
            for s in found
        ],
    )


def _onsets_moved_forward(audio: Audio, speech: Sequence[Interval]) -> tuple[Interval, ...]:
    """Begin every interval where its sound begins: at most 0.25 s earlier, never inside the one before.

    Sound is what lies less than 25 dB under the interval's own median level and 10 dB over the recording's quietest
    tenth, so that a noisy room changes nothing.
    """
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    level = 10 * np.log10(np.einsum("ij,ij->i", frames, frames) / FRAME + 1e-10)
    if not len(level):
        return tuple(speech)
    noise = float(np.percentile(level, 10))
    out: list[Interval] = []
    for interval in speech:
        first = min(interval.start_ms // 10, len(level) - 1)
        own = float(np.median(level[first : max(first + 1, interval.end_ms // 10)]))
        threshold = max(own - BELOW_SPEECH_DB, noise + ABOVE_NOISE_DB)
        earliest = max(interval.start_ms - LATE_MAX_MS, out[-1].end_ms if out else 0)
        start = interval.start_ms
        while start - 10 >= earliest and level[min(start // 10, len(level)) - 1] > threshold:
            start -= 10
        out.append(replace(interval, start_ms=start))
    return tuple(out)


def pitch_track(audio: Audio, *, threads: int = THREADS) -> prosody.PitchTrack:
    """Pitch frames of 16 ms over the whole recording; empty for empty audio."""
    if not len(audio):
        nothing = np.zeros(0)
        return prosody.PitchTrack(
            times_s=nothing, pitch_hz=nothing, confidence=nothing, level_db=nothing, frame_s=HOP / SAMPLE_RATE
        )
    found = _detector(threads).detect(audio, SAMPLE_RATE, fmin=FMIN_HZ, fmax=FMAX_HZ)
    return prosody.PitchTrack(
        times_s=found.timestamps,
        pitch_hz=found.pitch_hz,
        confidence=found.confidence,
        level_db=found.loudness_db,
        frame_s=HOP / SAMPLE_RATE,
    )


def measure_voice(
    audio: Audio, transcript: Transcript, *, question_end_ms: int = 0, threads: int = THREADS
) -> VoiceMeasures:
    """Pace, pauses, fillers and variation of one answer.

    `audio` is 16 kHz mono float32, `transcript` that of the same recording (fillers marked), `question_end_ms` where
    in the recording the question ends. Never raises for quiet or empty audio: what cannot be measured is None with a
    reason in `not_measured`.
    """
    measures = prosody.measure(
        round(len(audio) * 1000 / SAMPLE_RATE),
        speech_intervals(audio),
        pitch_track(audio, threads=threads),
        transcript,
        question_end_ms=question_end_ms,
    )
    return replace(
        measures,
        provenance={
            "vad": {"model": "silero-v6", "package": f"faster-whisper {version('faster-whisper')}"},
            "pitch": {"model": f"swift-f0 {version('swift-f0')}", "band_hz": [FMIN_HZ, FMAX_HZ]},
        },
    )
