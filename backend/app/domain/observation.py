"""Moments of a recording that a service of others described, and what this machine's own measurement says to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class MomentKind(StrEnum):
    """What a described moment shows or tells. Nothing else is asked for, nothing else is kept."""

    LOOKS_AWAY = "looks_away"
    READS = "reads"
    HAND_TO_FACE = "hand_to_face"
    GESTURES = "gestures"
    LEAVES_FRAME = "leaves_frame"
    GIVES_EXAMPLE = "gives_example"
    STATES_RESULT = "states_result"


class Dropped(StrEnum):
    """Why a described moment is not shown."""

    PERSONAL = "personal"  # its words are about a feeling, a trait, age, gender, origin, health or honesty
    UNKNOWN_KIND = "unknown_kind"  # not a kind that was asked for
    OUTSIDE = "outside"  # its times do not lie in the recording
    REPEATED = "repeated"  # the same kind at the same time
    NO_FACE = "no_face"  # nobody was visible then
    FACE_VISIBLE = "face_visible"  # said to have left the picture, and was in it
    TOWARDS_CAMERA = "towards_camera"  # said to look elsewhere, and was measured looking towards the camera
    NO_WORDS = "no_words"  # about something said, and nothing was said then


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A described moment as it came, its words already found free of what may not be said about a person."""

    kind: MomentKind
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a service said about a recording: the result of the stage `cloud_video`."""

    provider: str
    moments: tuple[Moment, ...]
    dropped: dict[Dropped, int] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A moment that is shown. `not_checked`: this machine measured nothing that could agree or contradict."""

    kind: MomentKind
    text: str
    start_ms: int
    end_ms: int
    checked: Literal["agrees", "not_checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """The described moments beside this machine's measurement.

    `dropped` counts by reason what is not shown. `agreeing` counts by metric of `PresenceMeasures` the moments that say
    what was measured; they support that metric and change neither it nor a grade.
    """

    provider: str
    observations: tuple[Observation, ...]
    dropped: dict[Dropped, int] = field(default_factory=dict)
    agreeing: dict[str, int] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
