"""The voice and presence dimensions: measured behaviour on the bands of `facts/grading.md` and `facts/vision.md`.

Nothing here says what a person feels or is like; it says what was measured, with its unit and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.domain.answer import Interval, PresenceMeasures, Transcript, VoiceMeasures, Word
from app.domain.grade import Evidence
from app.services.grading.rubric.text import quote

Curve = tuple[tuple[float, float], ...]

# Levels over measures; V1 and V3 are the note's bands, V2 and V4 uncalibrated ones around its anchors' wording.
PACE: Curve = ((110, 1), (135, 3), (150, 5), (190, 5), (205, 3), (220, 1))
SILENCE: Curve = ((0.12, 5), (0.25, 3), (0.45, 1))
LONGEST_PAUSE_S: Curve = ((1.5, 5), (3.5, 3), (6.0, 1))
FILLERS: Curve = ((2, 5), (6, 3), (12, 1))
PITCH: Curve = ((1.0, 1), (2.0, 3), (3.0, 5))
LEVEL: Curve = ((2.0, 1), (4.0, 3), (6.0, 5))
# "Looking away while thinking is normal" (facts/vision.md): two thirds of the time is already the top.
CAMERA: Curve = ((0.2, 1), (0.45, 3), (0.67, 5))
SMILE: Curve = ((0.0, 1), (0.06, 3), (0.15, 5))
COVERAGE_MIN = 0.5  # a metric measured on less of the time is not measured
FACE_HEIGHT, FACE_CENTRE = (0.20, 0.55), (0.35, 0.65)  # shares of the picture (facts/vision.md)
DARK, BRIGHT = 60, 200  # mean brightness of the face box, 0-255 (facts/vision.md)
TILT_DEG, MOVEMENT = 8.0, 0.12  # shoulder line; SD of the shoulder centre over the shoulder width
MIN_VOICED_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A delivery dimension: `score` 1-5, or None when it was not measured and `why` says the reason."""

    id: str
    score: float | None
    why: str
    evidence: tuple[Evidence, ...] = ()
    not_found: str | None = None
    features: dict[str, float] = field(default_factory=dict)


def _curve(value: float, points: Curve) -> float:
    return float(np.interp(value, [x for x, _ in points], [y for _, y in points]))


def _missing(dimension: str, reasons: dict[str, str], fields: Sequence[str], fallback: str) -> Measured:
    reason = next((reasons[name] for name in fields if name in reasons), fallback)
    return Measured(id=dimension, score=None, why=f"Not measured: {reason.rstrip('.')}.")


def voice_findings(voice: VoiceMeasures | None, transcript: Transcript) -> tuple[Measured, ...]:
    """V1 to V4. Without a recording of the voice all four are not measured."""
    if voice is None:
        return tuple(_missing(name, {}, (), "there is no recording of your voice") for name in ("V1", "V2", "V3", "V4"))
    return (
        _pace(voice, transcript),
        _pauses(voice, transcript),
        _fillers(voice, transcript),
        _variety(voice, transcript),
    )


def _pace(voice: VoiceMeasures, transcript: Transcript) -> Measured:
    rate = voice.words_per_minute
    if rate is None:
        return _missing("V1", voice.not_measured, ("words_per_minute",), "too little speech")
    slow = rate < 150
    side = "slower than" if slow else "faster than" if rate > 190 else "inside"
    return Measured(
        id="V1",
        score=_curve(rate, PACE),
        why=f"You speak {rate:.0f} words a minute, {side} the band of 150 to 190.",
        evidence=_stretch(voice, transcript, slowest=slow),
        features={"words_per_minute": round(rate, 1)},
        not_found=None
        if any(word.start_ms is not None for word in transcript.words)
        else "No single stretch stands out.",
    )


def _stretch(voice: VoiceMeasures, transcript: Transcript, *, slowest: bool) -> tuple[Evidence, ...]:
    """The ten seconds with the fewest or the most words, with the words said in them."""
    words = transcript.words
    if not words or words[0].start_ms is None or voice.answer_ms is None:
        return ()
    starts = [word.start_ms for word in words if word.start_ms is not None]
    last = max(starts)
    windows = [
        (start, sum(start <= s < start + 10_000 for s in starts)) for start in starts if start + 10_000 <= last + 500
    ]
    if not windows:
        windows = [(starts[0], len(starts))]
    start, count = (min if slowest else max)(windows, key=lambda pair: pair[1])
    inside = [
        k for k, word in enumerate(words) if word.start_ms is not None and start <= word.start_ms < start + 10_000
    ]
    found = quote(words, inside[0], inside[-1], f"{'slowest' if slowest else 'fastest'} ten seconds: {count} words")
    return (found,) if found else ()


def _pauses(voice: VoiceMeasures, transcript: Transcript) -> Measured:
    if voice.silence_share is None and voice.longest_pause_ms is None:
        return _missing("V2", voice.not_measured, ("silence_share", "longest_pause_ms"), "too little speech")
    longest = (voice.longest_pause_ms or 0) / 1000
    parts = [_curve(longest, LONGEST_PAUSE_S)]
    features = {"longest_pause_s": round(longest, 2)}
    why = f"Your longest pause is {longest:.1f} s"
    if voice.silence_share is not None:
        share = _curve(voice.silence_share, SILENCE)
        parts = [share, share, parts[0]]
        features["silence_share"] = round(voice.silence_share, 4)
        why = f"{100 * voice.silence_share:.0f} % of the answer time is silence, and {why[0].lower()}{why[1:]}"
    longest_pause = max(voice.pauses, key=lambda pause: pause.end_ms - pause.start_ms, default=None)
    return Measured(
        id="V2",
        score=float(np.mean(parts)),
        why=why + ".",
        evidence=(_around(longest_pause, transcript.words),) if longest_pause else (),
        not_found=None if longest_pause else "No pause of half a second or more.",
        features=features,
    )


def _around(pause: Interval, words: Sequence[Word]) -> Evidence:
    """A pause with the words before and after it."""
    label = f"pause of {(pause.end_ms - pause.start_ms) / 1000:.1f} s"
    middle = (pause.start_ms + pause.end_ms) / 2
    before = [k for k, word in enumerate(words) if word.start_ms is not None and word.start_ms < middle]
    if before:
        found = quote(words, max(0, before[-1] - 3), min(len(words) - 1, before[-1] + 3), label)
        if found:
            return Evidence(quote=found.quote, start_ms=pause.start_ms, end_ms=pause.end_ms, label=label)
    return Evidence(quote="", start_ms=pause.start_ms, end_ms=pause.end_ms, label=label)


def _fillers(voice: VoiceMeasures, transcript: Transcript) -> Measured:
    rate = voice.fillers_per_minute
    if rate is None:
        return _missing("V3", voice.not_measured, ("fillers_per_minute", "filler_count"), "too little speech")
    heard = [word for word in transcript.words if word.filler]
    count = voice.filler_count if voice.filler_count is not None else len(heard)
    return Measured(
        id="V3",
        score=_curve(rate, FILLERS),
        why=f"Filler sounds heard (um, uh): at least {count}, {rate:.1f} a minute.",
        evidence=tuple(
            Evidence(quote=word.text, start_ms=word.start_ms, end_ms=word.end_ms, label="filler sound")
            for word in heard[:5]
        ),
        not_found=None if heard else "No filler sound was placed in the transcript.",
        features={"fillers_per_minute": round(rate, 2)},
    )


def _variety(voice: VoiceMeasures, transcript: Transcript) -> Measured:
    spread = voice.pitch_sd_semitones
    if spread is None or (voice.voiced_s is not None and voice.voiced_s < MIN_VOICED_S):
        return _missing("V4", voice.not_measured, ("pitch_sd_semitones",), "less than two seconds of voiced speech")
    score, features = _curve(spread, PITCH), {"pitch_sd_semitones": round(spread, 2)}
    why = f"Your pitch varies by {spread:.1f} semitones around your own middle"
    if voice.level_sd_db is not None:
        score = 0.75 * score + 0.25 * _curve(voice.level_sd_db, LEVEL)
        features["level_sd_db"] = round(voice.level_sd_db, 2)
        why += f" and your loudness by {voice.level_sd_db:.1f} dB inside the answer"
    pitched = [second for second in voice.timeline if second.pitch_semitones is not None]
    evidence: tuple[Evidence, ...] = ()
    if len(pitched) >= 6:
        flat = min(
            range(len(pitched) - 4),
            key=lambda k: (float(np.std([s.pitch_semitones or 0.0 for s in pitched[k : k + 5]])), k),
        )
        start, end = pitched[flat].t * 1000, (pitched[flat + 4].t + 1) * 1000
        inside = [k for k, w in enumerate(transcript.words) if w.start_ms is not None and start <= w.start_ms < end]
        found = quote(transcript.words, inside[0], inside[-1]) if inside else None
        evidence = (
            Evidence(
                quote=found.quote if found else "", start_ms=start, end_ms=end, label="where your pitch moves least"
            ),
        )
    return Measured(
        id="V4",
        score=score,
        why=why + ".",
        evidence=evidence,
        not_found=None if evidence else "No single stretch stands out.",
        features=features,
    )


def presence_findings(presence: PresenceMeasures | None) -> tuple[Measured, ...]:
    """P1 to P3. Without a picture, or with less than half of it measurable, they are not measured."""
    if presence is None:
        return tuple(_missing(name, {}, (), "there is no picture of this answer") for name in ("P1", "P2", "P3"))
    return (_camera(presence), _picture(presence), _smile(presence))


def _covered(presence: PresenceMeasures, name: str) -> bool:
    return presence.coverage.get(name, 1.0) >= COVERAGE_MIN


def _unseen(dimension: str, presence: PresenceMeasures, name: str) -> Measured:
    share = presence.coverage.get(name)
    reason = f"it could be seen in {100 * share:.0f} % of the answer only" if share is not None else "no face was seen"
    return _missing(dimension, presence.not_measured, (name,), reason)


def _camera(presence: PresenceMeasures) -> Measured:
    share = presence.towards_camera
    if share is None or not _covered(presence, "towards_camera"):
        return _unseen("P1", presence, "towards_camera")
    amount = "mostly" if share >= 0.67 else "partly" if share >= 0.33 else "rarely"
    longest = sorted(presence.away, key=lambda gap: gap.start_ms - gap.end_ms)[:3]
    return Measured(
        id="P1",
        score=_curve(share, CAMERA),
        why=f"You look {amount} towards the camera or screen, "
        f"about {round(20 * share) * 5} % of the time it could be seen.",
        evidence=tuple(
            Evidence(quote="", start_ms=gap.start_ms, end_ms=gap.end_ms, label="looking elsewhere") for gap in longest
        ),
        not_found=None if longest else "No stretch of looking elsewhere of a second or more.",
        features={"towards_camera": round(share, 4)},
    )


def _picture(presence: PresenceMeasures) -> Measured:
    if presence.face_in_frame is None or (presence.face_height is None and presence.face_in_frame > 0):
        return _unseen("P2", presence, "face_in_frame")
    checks: list[tuple[float, str]] = [
        (
            float(np.clip((presence.face_in_frame - 0.5) / 0.45, 0, 1)),
            f"your face is in the picture {100 * presence.face_in_frame:.0f} % of the time",
        )
    ]
    features = {"face_in_frame": round(presence.face_in_frame, 4)}
    if presence.face_height is not None and _covered(presence, "face_height"):
        features["face_height"] = round(presence.face_height, 4)
        low, high = FACE_HEIGHT
        word = "small in the picture" if presence.face_height < low else "very close to the camera"
        checks.append((_inside(presence.face_height, low, high, 0.08), f"your face is {word}"))
    if presence.face_centre_x is not None and _covered(presence, "face_centre_x"):
        features["face_centre_x"] = round(presence.face_centre_x, 4)
        checks.append((_inside(presence.face_centre_x, *FACE_CENTRE, 0.12), "your face is at the side of the picture"))
    if presence.low_light is not None or presence.brightness is not None:
        light = 0.0 if presence.low_light else 1.0
        if presence.brightness is not None:
            features["brightness"] = round(presence.brightness, 1)
            light = min(light, _inside(presence.brightness, DARK, BRIGHT, 25))
        bright = presence.brightness is not None and presence.brightness > BRIGHT
        checks.append((light, "the picture is very bright" if bright else "the picture is dark"))
    if presence.movement_sd is not None and _covered(presence, "movement_sd"):
        features["movement_sd"] = round(presence.movement_sd, 4)
        checks.append(
            (1 - float(np.clip((presence.movement_sd - MOVEMENT) / 0.2, 0, 1)), "you move about in the picture")
        )
    if presence.shoulder_tilt_deg is not None and _covered(presence, "shoulder_tilt_deg"):
        features["shoulder_tilt_deg"] = round(presence.shoulder_tilt_deg, 1)
        checks.append(
            (1 - float(np.clip((abs(presence.shoulder_tilt_deg) - TILT_DEG) / 10, 0, 1)), "your shoulders are tilted")
        )
    lost = sum(1 - value for value, _ in checks)
    wrong = [text for value, text in sorted(checks) if value < 0.6]
    gaps = sorted(presence.face_gaps, key=lambda gap: gap.start_ms - gap.end_ms)[:3]
    return Measured(
        id="P2",
        score=float(np.clip(5 - 1.2 * lost, 1, 5))
        if presence.face_in_frame >= 0.5
        else min(2.0, 1 + 2 * presence.face_in_frame),
        why=f"In the picture, {' and '.join(wrong[:2])}."
        if wrong
        else "Your face is well placed, the light is enough, and the picture is steady.",
        evidence=tuple(
            Evidence(quote="", start_ms=gap.start_ms, end_ms=gap.end_ms, label="no face in the picture") for gap in gaps
        ),
        not_found=None if gaps else "No stretch without a face in the picture.",
        features=features,
    )


def _inside(value: float, low: float, high: float, fade: float) -> float:
    """1 inside a band, falling to 0 over `fade` outside it."""
    return float(np.clip(1 - max(low - value, value - high, 0.0) / fade, 0, 1))


def _smile(presence: PresenceMeasures) -> Measured:
    share = presence.smile_visible
    if share is None or not _covered(presence, "smile_visible"):
        return _unseen("P3", presence, "smile_visible")
    first = presence.smiles[0].start_ms if presence.smiles else None
    why = f"A smile is visible in {100 * share:.0f} % of the answer"
    if first is not None:
        why += f", first at {first // 60_000}:{first // 1000 % 60:02d}"
    return Measured(
        id="P3",
        score=_curve(share, SMILE),
        why=why + "; it is shown to you and counts for nothing.",
        evidence=tuple(
            Evidence(quote="", start_ms=one.start_ms, end_ms=one.end_ms, label="smile visible")
            for one in presence.smiles[:3]
        ),
        not_found=None if presence.smiles else "No stretch with a visible smile of 0.6 seconds or more.",
        features={"smile_visible": round(share, 4)},
    )
