"""Moments that a service of others described: what is asked for, what is kept, and how it is checked.

Plain functions. A described moment is generated text: it is shown only when its words say nothing about the person and
this machine's own measurement does not contradict it. It never changes a measure or a grade.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.domain.answer import PresenceMeasures, PresenceSecond, Transcript
from app.domain.observation import Description, Dropped, Moment, MomentKind, Observation, Observations
from app.services.analysis.personal_words import BY_SUBJECT, PHRASES

# Changes with what is asked for or how it is read: part of a result's provenance.
VERSION = "2026-11"
TEXT_MAX = 200
# Cameras, remuxing and whole seconds of a service: a moment may end this much after the recording and is cut.
END_SLACK_MS = 1000
# Shares of measured time, 0-1. Between the two nobody is contradicted: seconds and segments never match exactly, and a
# service gives segments of at least 2 s for a look of one.
MOSTLY, SELDOM = 0.8, 0.5
# Below this a face was as good as never in the picture.
HARDLY = 0.2

BEHAVIOUR, CONTENT = "behaviour", "content"
# Says what to do and not what to avoid: a word in a prompt is a word in an answer.
_NEUTRAL = (
    "Call the person 'the speaker' and use no pronoun. Describe only actions and words, as a camera and a microphone "
    "record them; say nothing about who or how the speaker is, and guess nothing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentKind:
    """A kind of segment to ask for: what it is, the values its field `kind` may have, and what its words shall say."""

    id: str
    description: str
    choices: Mapping[MomentKind, str]
    text: str


# Services bill per kind of segment: so there are two with choices, not seven.
SEGMENTS = (
    SegmentKind(
        id=BEHAVIOUR,
        description="A moment in which the speaker visibly does one of the things listed in the field 'kind'. "
        "Leave out everything that is not on the list. " + _NEUTRAL,
        choices={
            MomentKind.LOOKS_AWAY: "the eyes or the head turn away from the camera",
            MomentKind.READS: "the speaker reads from paper, a screen or notes",
            MomentKind.HAND_TO_FACE: "a hand touches the face or the head",
            MomentKind.GESTURES: "the hands move while something is explained",
            MomentKind.LEAVES_FRAME: "the head leaves the picture",
        },
        text="What is done, in at most 15 words. " + _NEUTRAL,
    ),
    SegmentKind(
        id=CONTENT,
        description="A moment in which the speaker says one of the things listed in the field 'kind'. " + _NEUTRAL,
        choices={
            MomentKind.GIVES_EXAMPLE: "the speaker begins a concrete example from their own work",
            MomentKind.STATES_RESULT: "the speaker says how something ended, with a number or an outcome",
        },
        text="What is said, in at most 15 words. " + _NEUTRAL,
    ),
)
_SPOKEN = frozenset(SEGMENTS[1].choices)
_KINDS = frozenset(kind.value for kind in MomentKind)


_LISTED = {word for text in BY_SUBJECT.values() for word in text.split()}
_WORDS = frozenset(word for word in _LISTED if not word.endswith("*"))
_BEGINNINGS = frozenset(word[:-1] for word in _LISTED if word.endswith("*"))
# What has several words is looked for with spaces; one that is a beginning has none behind it.
_PHRASES = tuple(
    f" {phrase.replace('-', ' ')} ".removesuffix("* ")
    for phrase in (*PHRASES, *sorted(_LISTED))
    if not phrase.rstrip("*").isalpha()
)
_SHORTEST, _LONGEST = min(map(len, _BEGINNINGS)), max(map(len, _BEGINNINGS))


def is_personal(text: str) -> bool:
    """Whether a text has a word about a feeling, a trait, age, gender, origin, looks, health or honesty.

    Also True for letters of other scripts than Latin: their words are not in the list, so nobody can say that they
    are harmless.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Mn")).casefold()
    if any(char.isalpha() and not "a" <= char <= "z" for char in plain):
        return True
    words = re.findall(r"[a-z]+", plain)
    spaced = f" {' '.join(words)} "
    return any(_is_listed(word) for word in words) or any(phrase in spaced for phrase in _PHRASES)


def _is_listed(word: str) -> bool:
    beginnings = (word[:n] for n in range(_SHORTEST, min(_LONGEST, len(word)) + 1))
    return word in _WORDS or any(beginning in _BEGINNINGS for beginning in beginnings)


def read(entries: Iterable[tuple[str, float, float, str]], duration_ms: int) -> tuple[list[Moment], dict[Dropped, int]]:
    """Moments that may be kept, in order, and how many were not, by reason.

    An entry is (kind, start, end, words), times in seconds from the start of the recording of `duration_ms`.
    """
    kept: list[Moment] = []
    dropped: Counter[Dropped] = Counter()
    for kind, start_s, end_s, words in sorted(entries, key=_order):
        text = _clean(words)
        if kind not in _KINDS:
            dropped[Dropped.UNKNOWN_KIND] += 1
        elif is_personal(text):
            dropped[Dropped.PERSONAL] += 1
        elif (times := _inside(start_s, end_s, duration_ms)) is None:
            dropped[Dropped.OUTSIDE] += 1
        elif any(other.kind == kind and times[0] < other.end_ms for other in kept):
            dropped[Dropped.REPEATED] += 1
        else:
            kept.append(Moment(kind=MomentKind(kind), text=_short(text), start_ms=times[0], end_ms=times[1]))
    # Ends that were cut to the recording may have changed the order.
    return sorted(kept, key=lambda one: (one.start_ms, one.end_ms, one.kind)), dict(dropped)


def _order(entry: tuple[str, float, float, str]) -> tuple[float, float, str, str]:
    kind, start_s, end_s, words = entry
    return (start_s if math.isfinite(start_s) else math.inf, end_s if math.isfinite(end_s) else math.inf, kind, words)


def _inside(start_s: float, end_s: float, duration_ms: int) -> tuple[int, int] | None:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        return None
    start_ms, end_ms = round(start_s * 1000), round(end_s * 1000)
    if not 0 <= start_ms < min(end_ms, duration_ms) or end_ms > duration_ms + END_SLACK_MS:
        return None
    return start_ms, min(end_ms, duration_ms)


def _clean(words: str) -> str:
    """One line without control, format and other characters that are no text; the database holds no NUL."""
    kept = "".join(" " if char.isspace() else char for char in words)
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())


def _short(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1].rstrip() + "…"


def check(description: Description, presence: PresenceMeasures | None, transcript: Transcript | None) -> Observations:
    """The moments beside what this machine measured: contradicted ones are dropped and counted with the reason.

    What was not measured contradicts nothing; such a moment is `not_checked`. Measures and moments go in, nothing of
    them is changed.
    """
    shown: list[Observation] = []
    dropped, agreeing = Counter(description.dropped), Counter[str]()
    for moment in description.moments:
        verdict = _said(moment, transcript) if moment.kind in _SPOKEN else _seen(moment, presence)
        if isinstance(verdict, Dropped):
            dropped[verdict] += 1
            continue
        if isinstance(verdict, str):
            agreeing[verdict] += 1
        shown.append(
            Observation(
                kind=moment.kind,
                text=moment.text,
                start_ms=moment.start_ms,
                end_ms=moment.end_ms,
                checked="not_checked" if verdict is None else "agrees",
            )
        )
    return Observations(
        provider=description.provider,
        observations=tuple(shown),
        dropped={reason: dropped[reason] for reason in Dropped if dropped[reason]},
        agreeing=dict(sorted((metric, n) for metric, n in agreeing.items() if metric)),
        provenance=description.provenance,
    )


# A verdict is the reason to drop the moment, the metric it agrees with ("" for words), or None: nothing to check by.
Verdict = Dropped | str | None


def _said(moment: Moment, transcript: Transcript | None) -> Verdict:
    if transcript is None:
        return None
    for word in transcript.words:
        if word.start_ms is None or word.end_ms is None:
            return None  # typed: its words have no times
        if not word.filler and word.start_ms < moment.end_ms and word.end_ms > moment.start_ms:
            return ""
    if any(gap.start_ms < moment.end_ms and gap.end_ms > moment.start_ms for gap in transcript.unheard):
        return None
    return Dropped.NO_WORDS


def _seen(moment: Moment, presence: PresenceMeasures | None) -> Verdict:
    seconds = _seconds(moment, presence.timeline) if presence else []
    face, towards = _mean(seconds, lambda second: second.face), _mean(seconds, _towards)
    hands = any(second.hands for second in seconds)
    if moment.kind is MomentKind.LEAVES_FRAME:
        if face is None:
            return None
        return Dropped.FACE_VISIBLE if face >= MOSTLY else "face_in_frame" if face <= SELDOM else None
    if face is not None and face < HARDLY and not hands:
        return Dropped.NO_FACE
    if moment.kind in (MomentKind.HAND_TO_FACE, MomentKind.GESTURES):
        # Hands in motion are often missed: not seeing them here says nothing.
        return "hands_visible" if hands else None
    if towards is not None and towards >= MOSTLY:
        return Dropped.TOWARDS_CAMERA
    return "towards_camera" if towards is not None and towards <= SELDOM else None


def _seconds(moment: Moment, timeline: Iterable[PresenceSecond]) -> list[PresenceSecond]:
    """The seconds of which at least half lie in the moment, or the one it lies in."""
    found = [
        second
        for second in timeline
        if min(moment.end_ms, (second.t + 1) * 1000) - max(moment.start_ms, second.t * 1000) >= 500
    ]
    return found or [second for second in timeline if second.t == moment.start_ms // 1000]


def _towards(second: PresenceSecond) -> float | None:
    """Share of a second with the eyes open and towards the camera; None when no face was there to measure it on."""
    lowered = second.lids_lowered or 0.0
    if second.camera is None:
        return 0.0 if lowered >= MOSTLY else None
    return second.camera * (1 - lowered)


def _mean(seconds: list[PresenceSecond], value: Callable[[PresenceSecond], float | None]) -> float | None:
    known = [share for share in map(value, seconds) if share is not None]
    # A moment of which less than half was measured was not measured.
    return sum(known) / len(known) if known and len(known) * 2 >= len(seconds) else None
