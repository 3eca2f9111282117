"""Voice measures from speech intervals, pitch frames and words: plain arithmetic, no audio and no model.

Only variation about the speaker's own median is computed. Mean pitch and absolute loudness say who somebody is or how
near the microphone stands, not how they spoke, and never leave this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.answer import Interval, Transcript, VoiceMeasures, VoiceSecond
from app.services.analysis.transcript import soft_filler_count

# A gap of 0.5 s or more is what listeners and the fluency literature count as a pause rather than articulation.
PAUSE_MS = 500
# Below this, one second more or less changes a rate by a fifth.
ANSWER_MIN_MS = 5000
# Below this much voiced speech the spread of pitch depends on which words were said.
VOICED_MIN_S = 2.0
# swift-f0 calibrates its confidence so that a frame is voiced from here on.
VOICED_CONFIDENCE = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PitchTrack:
    """Frames of equal length: start times (s), pitch (Hz), voicing confidence 0-1, level (dB re full scale)."""

    times_s: Floats
    pitch_hz: Floats
    confidence: Floats
    level_db: Floats
    frame_s: float


def pauses_between(speech: Sequence[Interval]) -> tuple[Interval, ...]:
    """Gaps of at least 0.5 s between neighbouring speech intervals, which are in order and do not overlap."""
    return tuple(
        Interval(start_ms=a.end_ms, end_ms=b.start_ms) for a, b in pairwise(speech) if b.start_ms - a.end_ms >= PAUSE_MS
    )


def voiced_frames(track: PitchTrack, speech: Sequence[Interval]) -> NDArray[np.bool_]:
    """Frames that carry voice: confident, and inside speech, so that a fan or a phone tone is not taken for a voice."""
    inside = np.zeros(len(track.times_s), bool)
    for interval in speech:
        inside |= (track.times_s >= interval.start_ms / 1000) & (track.times_s < interval.end_ms / 1000)
    return inside & (track.confidence >= VOICED_CONFIDENCE)


def semitones(pitch_hz: Floats) -> Floats:
    """Pitch about its own median in semitones: 12 * log2(f / median)."""
    return np.asarray(12 * np.log2(pitch_hz / np.median(pitch_hz)), dtype=np.float64)


def _timeline(
    duration_ms: int, transcript: Transcript, track: PitchTrack, voiced: NDArray[np.bool_], measured: bool
) -> tuple[VoiceSecond, ...]:
    seconds = -(-duration_ms // 1000)
    words = np.zeros(seconds, int)
    for word in transcript.words:
        if word.start_ms is not None and not word.filler and seconds:
            words[min(word.start_ms // 1000, seconds - 1)] += 1
    pitch = np.full(seconds, np.nan)
    level = np.full(seconds, np.nan)
    if measured:
        second_of = np.floor(track.times_s[voiced]).astype(int)
        curve, loudness = semitones(track.pitch_hz[voiced]), track.level_db[voiced]
        loudness = loudness - loudness.mean()
        for second in np.unique(second_of[second_of < seconds]):
            here = second_of == second
            pitch[second], level[second] = np.median(curve[here]), loudness[here].mean()
    return tuple(
        VoiceSecond(
            t=t,
            words=int(words[t]),
            pitch_semitones=None if np.isnan(pitch[t]) else round(float(pitch[t]), 2),
            level_db=None if np.isnan(level[t]) else round(float(level[t]), 2),
        )
        for t in range(seconds)
    )


def measure(
    duration_ms: int,
    speech: Sequence[Interval],
    track: PitchTrack,
    transcript: Transcript,
    *,
    question_end_ms: int = 0,
) -> VoiceMeasures:
    """All voice measures of one answer.

    `speech` are the intervals with speech in order, `track` the pitch frames of the same recording, `question_end_ms`
    where in it the question ends (0: the recording starts there). Rates are per minute from the first to the last
    speech and need 5 s of it; variation needs 2 s of voiced speech. Words per minute leave fillers out and count a
    written number as one word.
    """
    missing: dict[str, str] = {}
    # The end of a question may be on the recording; nothing before it belongs to the answer.
    speech = [replace(s, start_ms=max(s.start_ms, question_end_ms)) for s in speech if s.end_ms > question_end_ms]
    spoken = [word for word in transcript.words if word.end_ms is None or word.end_ms > question_end_ms]
    speech_ms = sum(interval.end_ms - interval.start_ms for interval in speech)
    voiced = voiced_frames(track, speech)
    voiced_s = float(voiced.sum()) * track.frame_s

    latency_ms = answer_ms = longest = None
    silence = None
    pauses: tuple[Interval, ...] = ()
    if speech:
        answer_ms = speech[-1].end_ms - speech[0].start_ms
        latency_ms = speech[0].start_ms - question_end_ms
        pauses = pauses_between(speech)
        longest = max((p.end_ms - p.start_ms for p in pauses), default=0)
        silence = round(1 - speech_ms / answer_ms, 3)
    else:
        for name in ("answer_ms", "latency_ms", "silence_share", "longest_pause_ms"):
            missing[name] = "no speech was heard"

    words = sum(1 for word in spoken if not word.filler)
    fillers = len(spoken) - words
    pace = filler_rate = None
    filler_count = soft_count = None
    if answer_ms is None:
        reason = "no speech was heard"
    elif not words:
        reason = "no words were recognised"
    else:
        filler_count, soft_count = fillers, soft_filler_count(spoken)
        reason = ""
        if answer_ms >= ANSWER_MIN_MS:
            pace = round(words * 60_000 / answer_ms, 1)
            filler_rate = round(fillers * 60_000 / answer_ms, 2)
        else:
            reason = "the answer is shorter than 5 s"
    if reason:
        for name, value in (
            ("words_per_minute", pace),
            ("fillers_per_minute", filler_rate),
            ("filler_count", filler_count),
            ("soft_filler_count", soft_count),
        ):
            if value is None:
                missing[name] = reason

    pitch_sd = level_sd = None
    varied = voiced_s >= VOICED_MIN_S
    if varied:
        pitch_sd = round(float(semitones(track.pitch_hz[voiced]).std()), 2)
        level_sd = round(float(track.level_db[voiced].std()), 2)
    else:
        for name in ("pitch_sd_semitones", "level_sd_db"):
            missing[name] = "less than 2 s of voiced speech"

    return VoiceMeasures(
        duration_ms=duration_ms,
        speech_ms=speech_ms,
        answer_ms=answer_ms,
        words_per_minute=pace,
        latency_ms=latency_ms,
        silence_share=silence,
        pauses=pauses,
        longest_pause_ms=longest,
        fillers_per_minute=filler_rate,
        filler_count=filler_count,
        soft_filler_count=soft_count,
        pitch_sd_semitones=pitch_sd,
        level_sd_db=level_sd,
        voiced_s=round(voiced_s, 2),
        timeline=_timeline(duration_ms, transcript, track, voiced, varied),
        not_measured=missing,
    )
