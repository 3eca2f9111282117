"""What was said and done in one answer, as measured. What was not measured is None and says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of the transcript, as written there (punctuation attached, no surrounding space).

    Times are milliseconds from the start of the recording; None in a typed answer. `filler` marks spoken um, uh, er
    found by the second pass. `probability` 0-1 is the recogniser's; a word below 0.3 is uncertain: shown as such and
    never evidence.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    probability: float | None = None
    filler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of the recording, milliseconds, end exclusive."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The words of one answer in order. `source` is `typed`, `stt` or `corrected`.

    `unheard` are stretches of speech of which no word could be made out.
    """

    words: tuple[Word, ...]
    duration_ms: int | None = None
    language: str = "en"
    source: str = "stt"
    unheard: tuple[Interval, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSecond:
    """One second of the voice timeline: words begun in it, pitch about the own median, level about the own mean."""

    t: int
    words: int
    pitch_semitones: float | None = None
    level_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMeasures:
    """Observable measures of the voice in one answer.

    `duration_ms` is the recording, `answer_ms` from the first to the last speech. Rates are per minute of `answer_ms`.
    `latency_ms`: from the start of the recording (the question's end) to the first speech. `silence_share` 0-1 of
    `answer_ms`. Pauses are gaps of 0.5 s or more between speech. Variation: SD in semitones about the own median (F0)
    and SD in dB of the level of voiced frames. `not_measured` maps a field to the reason it is None.
    """

    duration_ms: int
    speech_ms: int
    answer_ms: int | None = None
    words_per_minute: float | None = None
    latency_ms: int | None = None
    silence_share: float | None = None
    pauses: tuple[Interval, ...] = ()
    longest_pause_ms: int | None = None
    fillers_per_minute: float | None = None
    filler_count: int | None = None
    soft_filler_count: int | None = None
    pitch_sd_semitones: float | None = None
    level_sd_db: float | None = None
    voiced_s: float | None = None
    timeline: tuple[VoiceSecond, ...] = ()
    not_measured: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSecond:
    """One second of the presence timeline; shares 0-1 of the samples in that second, None when not measurable."""

    t: int
    face: float | None = None
    camera: float | None = None
    lids_lowered: float | None = None
    smile: float | None = None
    hands: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceMeasures:
    """Observable measures of the picture in one answer. Shares are 0-1; `coverage` says on how much each one rests.

    `coverage` maps a metric to the share (0-1) of the sampled time it could be measured. `not_measured` maps a metric
    to the reason it is None. `away` and `lids_lowered` are stretches of at least 1.0 and 0.6 s, `face_gaps` of 0.5 s,
    `smiles` of 0.6 s. `face_height` and `face_centre_x` are fractions of the picture, `brightness` is 0-255.
    `movement_sd` is how far the head moves about the picture: SD of the face's centre, both directions together, in
    face heights (0 still; leaning back and forth by half a head is about 0.3).
    """

    duration_ms: int
    samples_per_second: float | None = None
    face_in_frame: float | None = None
    towards_camera: float | None = None
    smile_visible: float | None = None
    hands_visible: float | None = None
    face_height: float | None = None
    face_centre_x: float | None = None
    brightness: float | None = None
    low_light: bool | None = None
    head_yaw_sd_deg: float | None = None
    shoulder_tilt_deg: float | None = None
    movement_sd: float | None = None
    blinks_per_minute: float | None = None
    second_face_share: float | None = None
    face_gaps: tuple[Interval, ...] = ()
    away: tuple[Interval, ...] = ()
    lids_lowered: tuple[Interval, ...] = ()
    smiles: tuple[Interval, ...] = ()
    timeline: tuple[PresenceSecond, ...] = ()
    coverage: dict[str, float] = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
