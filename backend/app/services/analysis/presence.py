"""Presence measures from timed readings of the picture: plain arithmetic, no image and no model.

Only what can be seen is described: where a face is, where eyes point, whether a smile or hands are visible. No feeling,
trait or identity is derived from it, here or anywhere.

Formulas and thresholds were set on 66 hand-labelled frames and faces rendered at known angles. Angles are those of the
unmirrored picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.answer import Interval, PresenceMeasures, PresenceSecond

YAW_GAIN = 0.82  # measured yaw per real degree of head yaw
EYES_H_DEG = 27.0  # degrees per unit of horizontal eye blendshape; 21 to 34 between people
EYES_V_DEG = 20.0
TOWARDS_H_DEG, TOWARDS_V_DEG = 12.0, 15.0  # still towards camera or screen; wide because eye gains differ
LIDS_LOWERED = 0.45  # mean eyeBlink; closed eyes and eyes on notes look the same
SMILE = 0.4  # mean mouthSmile
DARK = 40.0  # mean picture brightness (0-255); at 39 readings hold, at 8 two thirds of the smiles are missed
SHOULDERS_VISIBLE = 0.5

GAP_MS, AWAY_MS, LIDS_MS, SMILE_MS = 500, 1000, 600, 600
BLINK_MAX_MS = 500
BLINK_RATE_MIN = 9.5  # samples per second; 5 per second missed 6 of 10 blinks
# A sample speaks for the time to the next one, but not across a hole in the recording.
HOLD_MS, BODY_HOLD_MS = 300, 1000
# A share resting on less than this says little about the answer.
COVERAGE_MIN = 0.3
MEASURED_MIN_MS = 2000

DURATION_SHORT = "less than 2 s of picture"
NO_FACE = "no face was found in the picture"
FEW_FACE = "a face was visible in less than 30 % of the recording"
TOO_DARK = "the picture is too dark"
NO_SHOULDERS = "the shoulders were visible in less than 30 % of the recording"
NOBODY = "neither a face nor shoulders were visible in 30 % of the recording"
FEW_SAMPLES = "fewer than 10 pictures per second"
MUCH_MISSING = "less than 30 % of the picture can be read"

FACE_METRICS = (
    "towards_camera",
    "smile_visible",
    "face_height",
    "face_centre_x",
    "head_yaw_sd_deg",
    "movement_sd",
    "blinks_per_minute",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReading:
    """The largest face of one picture.

    Centre and height are fractions of the picture's width and height; `aspect` is picture width / height. Angles in
    degrees: yaw > 0 nose to the right edge, pitch > 0 down (with an offset per face). `eyes_h` and `eyes_v` are -1..1
    (right and up positive); `lids` and `smile` 0..1 are means of both sides.
    """

    centre_x: float
    centre_y: float
    height: float
    aspect: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    eyes_h: float
    eyes_v: float
    lids: float
    smile: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyReading:
    """Shoulders and hands of one picture; the tilt is None when the shoulders are not in it."""

    shoulder_tilt_deg: float | None
    shoulder_visibility: float
    hands: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sampled picture: time from the start of the recording, mean brightness 0-255, faces found."""

    t_ms: int
    luma: float
    faces: int
    face: FaceReading | None = None
    body: BodyReading | None = None


NO_FACE_STATE, LIDS, CAMERA, AWAY = "no_face", "lids_lowered", "camera", "away"


def gaze(face: FaceReading) -> tuple[float, float]:
    """Direction of gaze in degrees (right, down), head and eyes together; the vertical one has an offset per person."""
    return face.yaw_deg / YAW_GAIN + EYES_H_DEG * face.eyes_h, face.pitch_deg - EYES_V_DEG * face.eyes_v


def states(samples: Sequence[Sample]) -> list[str]:
    """`no_face`, `lids_lowered`, `camera` or `away` for every sample.

    Vertical gaze counts from the person's own median over open eyes: its absolute value differs per face and camera.
    """
    heights = [gaze(s.face)[1] for s in samples if s.face is not None and s.face.lids < LIDS_LOWERED]
    level = float(np.median(heights)) if heights else 0.0
    out = []
    for sample in samples:
        if sample.face is None:
            out.append(NO_FACE_STATE)
        elif sample.face.lids >= LIDS_LOWERED:
            out.append(LIDS)
        else:
            right, down = gaze(sample.face)
            towards = abs(right) <= TOWARDS_H_DEG and abs(down - level) <= TOWARDS_V_DEG
            out.append(CAMERA if towards else AWAY)
    return out


def weights(times_ms: Sequence[int], duration_ms: int, hold_ms: int) -> NDArray[np.float64]:
    """How many milliseconds each sample speaks for: the time to the next one or the end, at most `hold_ms`."""
    if not times_ms:
        return np.zeros(0)
    following = np.diff(np.array([*times_ms, max(duration_ms, times_ms[-1])], float))
    return np.clip(following, 0, hold_ms)


def runs(flags: Sequence[bool], times_ms: Sequence[int], hold: NDArray[np.float64], at_least_ms: int) -> list[Interval]:
    """Unbroken stretches of flagged samples of at least the given length; a hole in the recording ends one."""
    out: list[Interval] = []
    start: int | None = None
    end = 0
    for flag, t, held in zip(flags, times_ms, hold, strict=True):
        if start is not None and (not flag or t > end):
            out.append(Interval(start_ms=start, end_ms=end))
            start = None
        if flag:
            start = t if start is None else start
            end = t + round(float(held))
    if start is not None:
        out.append(Interval(start_ms=start, end_ms=end))
    return [run for run in out if run.end_ms - run.start_ms >= at_least_ms]


def _share(flags: Sequence[bool], weight: NDArray[np.float64]) -> float | None:
    """Weighted share of true flags, None without weight."""
    total = float(weight.sum())
    return round(float(weight[np.array(flags, bool)].sum()) / total, 3) if total > 0 else None


def _spread(faces: Sequence[FaceReading]) -> float:
    """Movement of the head: see `PresenceMeasures.movement_sd`."""
    height = np.array([face.height for face in faces])
    across = np.array([face.centre_x * face.aspect for face in faces])
    along = np.array([face.centre_y for face in faces])
    return float(np.sqrt(across.var() + along.var()) / np.median(height))


def _timeline(
    samples: Sequence[Sample], state: Sequence[str], weight: NDArray[np.float64], duration_ms: int, dark: bool
) -> tuple[PresenceSecond, ...]:
    by_second: dict[int, list[int]] = {}
    for i, sample in enumerate(samples):
        by_second.setdefault(sample.t_ms // 1000, []).append(i)

    def share(indices: Sequence[int], true: Callable[[int], bool]) -> float | None:
        return _share([true(i) for i in indices], weight[list(indices)]) if indices and not dark else None

    out = []
    for t in range(-(-duration_ms // 1000)):
        here = by_second.get(t, [])
        faces = [i for i in here if state[i] != NO_FACE_STATE]
        looking = [i for i in faces if state[i] != LIDS]
        hands = [body.hands for i in here if (body := samples[i].body) is not None]
        out.append(
            PresenceSecond(
                t=t,
                face=share(here, lambda i: state[i] != NO_FACE_STATE),
                camera=share(looking, lambda i: state[i] == CAMERA),
                lids_lowered=share(faces, lambda i: state[i] == LIDS),
                smile=share(faces, lambda i: _smiling(samples[i])),
                hands=max(hands) if hands and not dark else None,
            )
        )
    return tuple(out)


def _smiling(sample: Sample) -> bool:
    return sample.face is not None and sample.face.smile > SMILE


def summarise(samples: Sequence[Sample], duration_ms: int) -> PresenceMeasures:
    """All presence measures of one recording.

    `samples` in order of time, about 10 per second, body readings on about 2 per second of them; `duration_ms` is the
    length of the picture. Shares are of time, so an uneven rate does not bend them. A metric that rests on less than
    30 % of the recording, on less than 2 s, or on a dark picture is None with its reason.
    """
    times = [sample.t_ms for sample in samples]
    duration_ms = max(duration_ms, times[-1] if times else 0)
    weight = weights(times, duration_ms, HOLD_MS)
    state = states(samples)
    with_face = np.array([s != NO_FACE_STATE for s in state], bool)
    seen_ms, face_ms = float(weight.sum()), float(weight[with_face].sum()) if samples else 0.0
    span = times[-1] - times[0] if times else 0
    rate = (len(times) - 1) * 1000 / span if span else None
    brightness = float(np.median([s.luma for s in samples])) if samples else None
    dark = brightness is not None and brightness < DARK

    bodies = [(i, s.body) for i, s in enumerate(samples) if s.body is not None]
    body_weight = weights([times[i] for i, _ in bodies], duration_ms, BODY_HOLD_MS)
    tilts = np.array(
        [
            np.nan if b.shoulder_tilt_deg is None or b.shoulder_visibility < SHOULDERS_VISIBLE else b.shoulder_tilt_deg
            for _, b in bodies
        ],
        float,
    )
    upright = ~np.isnan(tilts)
    body_ms = float(body_weight.sum())
    shoulders_ms = float(body_weight[upright].sum()) if bodies else 0.0

    total = max(duration_ms, 1)
    coverage = {"face_in_frame": seen_ms / total, "second_face_share": seen_ms / total}
    coverage |= dict.fromkeys(FACE_METRICS, face_ms / total)
    coverage |= {"hands_visible": body_ms / total, "shoulder_tilt_deg": shoulders_ms / total}
    looking = np.array([s in (CAMERA, AWAY) for s in state], bool)
    coverage["towards_camera"] = float(weight[looking].sum()) / total if samples else 0.0

    missing: dict[str, str] = {}

    def measurable(name: str, amount_ms: float, reason: str) -> bool:
        why = ""
        if seen_ms < MEASURED_MIN_MS:
            why = DURATION_SHORT
        elif seen_ms < COVERAGE_MIN * total:
            why = MUCH_MISSING
        elif dark:
            why = TOO_DARK
        elif amount_ms < MEASURED_MIN_MS or amount_ms < COVERAGE_MIN * total:
            why = reason
        if why:
            missing[name] = why
        return not why

    no_face = NO_FACE if face_ms < GAP_MS else FEW_FACE
    faces = [s.face for s in samples if s.face is not None]
    face_weight = weight[with_face] if samples else weight
    ok = {name: measurable(name, face_ms, no_face) for name in FACE_METRICS}
    if ok["towards_camera"] and coverage["towards_camera"] < COVERAGE_MIN:
        ok["towards_camera"] = False
        missing["towards_camera"] = "the eyes were open and visible in less than 30 % of the recording"
    # A face seen for a moment is enough here: that it was seldom in the picture is what this one says.
    ok["face_in_frame"] = measurable("face_in_frame", seen_ms if face_ms >= GAP_MS else 0.0, NO_FACE)
    ok["second_face_share"] = measurable("second_face_share", face_ms, no_face)
    ok["hands_visible"] = measurable("hands_visible", min(body_ms, max(face_ms, shoulders_ms)), NOBODY)
    ok["shoulder_tilt_deg"] = measurable("shoulder_tilt_deg", shoulders_ms, NO_SHOULDERS)
    if ok["blinks_per_minute"] and (rate is None or rate < BLINK_RATE_MIN):
        ok["blinks_per_minute"] = False
        missing["blinks_per_minute"] = FEW_SAMPLES

    lowered = runs([s == LIDS for s in state], times, weight, 0)
    blinks = sum(run.end_ms - run.start_ms < BLINK_MAX_MS for run in lowered)
    if not samples:
        missing["brightness"] = missing["low_light"] = DURATION_SHORT

    def stretches(flags: Sequence[bool], at_least_ms: int, known: bool) -> tuple[Interval, ...]:
        return tuple(runs(flags, times, weight, at_least_ms)) if known else ()

    return PresenceMeasures(
        duration_ms=duration_ms,
        samples_per_second=None if rate is None else round(rate, 1),
        face_in_frame=_share(list(with_face), weight) if ok["face_in_frame"] else None,
        towards_camera=_share([s == CAMERA for s in state if s in (CAMERA, AWAY)], weight[looking])
        if ok["towards_camera"]
        else None,
        smile_visible=_share([f.smile > SMILE for f in faces], face_weight) if ok["smile_visible"] else None,
        hands_visible=_share([b.hands > 0 for _, b in bodies], body_weight) if ok["hands_visible"] else None,
        face_height=round(float(np.median([f.height for f in faces])), 3) if ok["face_height"] else None,
        face_centre_x=round(float(np.median([f.centre_x for f in faces])), 3) if ok["face_centre_x"] else None,
        brightness=None if brightness is None else round(brightness, 1),
        low_light=None if brightness is None else dark,
        head_yaw_sd_deg=round(float(np.std([f.yaw_deg for f in faces])), 1) if ok["head_yaw_sd_deg"] else None,
        shoulder_tilt_deg=round(float(np.nanmedian(tilts)), 1) if ok["shoulder_tilt_deg"] else None,
        movement_sd=round(_spread(faces), 3) if ok["movement_sd"] else None,
        blinks_per_minute=round(blinks * 60_000 / face_ms, 1) if ok["blinks_per_minute"] else None,
        second_face_share=_share([s.faces > 1 for s in samples], weight) if ok["second_face_share"] else None,
        face_gaps=stretches([s == NO_FACE_STATE for s in state], GAP_MS, ok["face_in_frame"]),
        away=stretches([s == AWAY for s in state], AWAY_MS, ok["towards_camera"]),
        lids_lowered=stretches([s == LIDS for s in state], LIDS_MS, ok["smile_visible"]),
        smiles=stretches([_smiling(s) for s in samples], SMILE_MS, ok["smile_visible"]),
        timeline=_timeline(samples, state, weight, duration_ms, dark),
        coverage={name: round(min(1.0, value), 3) for name, value in sorted(coverage.items())},
        not_measured=missing,
    )
