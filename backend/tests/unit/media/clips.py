"""Speech, pictures and recordings made for the tests: nobody's voice and nobody's camera.

The voice is our own synthesiser reading texts written here; the face is the public-domain portrait of Eileen Collins
that scikit-image carries, moved about in front of a grey wall.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly
from skimage import data

from app.domain.speech import SpeechTrack
from app.services.providers.ports import SAMPLE_RATE, Audio
from app.services.providers.tts.kokoro import speak

STORY = (
    "In my last job I looked after the booking system of a small ferry company.",
    "One Friday evening the payment service stopped answering, and nobody could buy a ticket.",
    "I called the two people on duty, split the work, and asked one of them to write down every step.",
    "After that I added a check that warns us three weeks before any certificate runs out.",
)
FACE_AT = (225, 130)  # centre of the face in the portrait
GREY = (90, 90, 90)
OPUS_RATE = 48_000


@cache
def say(text: str, voice: str = "af_heart", speed: float = 1.0) -> tuple[Audio, SpeechTrack]:
    """The text spoken, as 16 kHz mono float32, with its track; made once per test session."""
    data_, track = speak(text, voice=voice, speed=speed)
    with wave.open(io.BytesIO(data_)) as clip:
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(np.float32) / 32768
    return resample_poly(samples, 2, 3).astype(np.float32), track


def silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def story(gap_s: float = 0.4) -> Audio:
    """The whole STORY with silence between its sentences: about 24 s."""
    return np.concatenate([part for text in STORY for part in (say(text)[0], silence(gap_s))])


Place = NDArray[np.float64]


def place(*, scale: float = 1.4, x: float = 320, y: float = 240, roll_deg: float = 0.0) -> Place:
    """Where the face goes: its centre at (x, y) of the picture, turned counter-clockwise by `roll_deg`."""
    matrix: Place = cv2.getRotationMatrix2D(FACE_AT, roll_deg, scale)
    matrix[:, 2] += (x - FACE_AT[0], y - FACE_AT[1])
    return matrix


@cache
def _face() -> NDArray[np.uint8]:
    return np.asarray(data.astronaut())


def portrait(matrix: Place, size: tuple[int, int] = (640, 480), light: float = 1.0) -> NDArray[np.uint8]:
    picture = cv2.warpAffine(_face(), matrix, size, borderValue=GREY)
    return (picture * light).astype(np.uint8)


def blank(size: tuple[int, int] = (640, 480)) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), 120, np.uint8)


Picture = Callable[[float], NDArray[np.uint8]]

VIDEO_OPTIONS: dict[str, dict[str, str]] = {
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
}


def record(
    path: Path,
    *,
    picture: Picture | None = None,
    times_s: Sequence[float] | None = None,
    seconds: float = 3.0,
    fps: int = 10,
    video: str = "libvpx",
    sound: Audio | None = None,
    sound_at_s: float = 0.0,
    audio: str = "libopus",
    container: str = "webm",
    rotation: int = 0,
    options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a recording like a browser's: `picture(t)` at the given times, and 16 kHz `sound` beginning late or not.

    Packets are interleaved in order of time, as a recorder writes them.
    """
    if times_s is None:
        times_s = [i / fps for i in range(round(seconds * fps))]
    out = av.open(str(path), "w", format=container, container_options=options or {})
    out.metadata.update(metadata or {})
    work: list[tuple[float, Any, Any]] = []
    if picture is not None:
        first = picture(times_s[0])
        pictures = out.add_stream(video, rate=fps, options=VIDEO_OPTIONS.get(video, {}))
        pictures.height, pictures.width = first.shape[:2]
        pictures.pix_fmt = "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 1000)
        pictures.gop_size = 10
        if rotation:
            pictures.set_display_rotation(rotation)
        for t in times_s:
            frame = av.VideoFrame.from_ndarray(picture(t), format="rgb24")
            frame.pts, frame.time_base = round(t * 1000), Fraction(1, 1000)
            work.append((t, pictures, frame))
    if sound is not None:
        sounds = out.add_stream(audio, rate=OPUS_RATE, layout="mono")
        samples = (np.clip(resample_poly(sound, 3, 1), -1, 1) * 32767).astype("<i2")
        for k in range(0, len(samples) - 959, 960):
            piece = av.AudioFrame.from_ndarray(samples[None, k : k + 960], format="s16", layout="mono")
            piece.sample_rate, piece.time_base = OPUS_RATE, Fraction(1, OPUS_RATE)
            piece.pts = k + round(sound_at_s * OPUS_RATE)
            work.append((sound_at_s + k / OPUS_RATE, sounds, piece))
    with out:
        for _, stream, frame in sorted(work, key=lambda item: item[0]):
            out.mux(stream.encode(frame))
        for stream in {id(s): s for _, s, _ in work}.values():
            out.mux(stream.encode(None))
    return path


def tone(seconds: float, hertz: float = 300.0, level: float = 0.3) -> Audio:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * t)).astype(np.float32)
