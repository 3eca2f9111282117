"""Recordings as a service of others takes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UnsupportedMedia
from app.services.recordings import media
from app.services.recordings.cloud_copy import (
    ASPECT_MAX,
    LONG_SIDE_MAX,
    SHORT_SIDE_MAX,
    SIDE_MIN,
    UPLOAD_BYTES,
    fit,
    plan,
    write,
)
from app.services.recordings.media import MediaInfo
from tests.unit.media import clips

INFO = MediaInfo(
    container="webm",
    mime="video/webm",
    size_bytes=5_000_000,
    duration_ms=60_000,
    video_codec="vp8",
    width=640,
    height=480,
    rotation=0,
    audio_codec="opus",
    sample_rate=48_000,
    channels=1,
)


@given(st.integers(2, 8000), st.integers(2, 8000), st.sampled_from([LONG_SIDE_MAX, 1280]))
def test_every_frame_fits_in_the_end(width: int, height: int, largest: int) -> None:
    frame = fit(width, height, largest)
    short, long = sorted(frame.canvas)
    assert SIDE_MIN <= short <= SHORT_SIDE_MAX
    assert long <= min(largest, ASPECT_MAX * short)
    assert all(side % 2 == 0 and side > 0 for side in (*frame.canvas, *frame.picture))
    assert all(inner <= outer for inner, outer in zip(frame.picture, frame.canvas, strict=True))
    # A picture may be made a pixel or two narrower, never distorted.
    if min(frame.picture) > 100:
        assert frame.picture[0] / frame.picture[1] == pytest.approx(width / height, rel=0.03)


@pytest.mark.parametrize(
    ("width", "height", "picture", "canvas"),
    [
        (320, 240, (480, 360), (480, 360)),
        (1000, 100, (1000, 100), (1000, 418)),
        (100, 1000, (100, 1000), (418, 1000)),
        (7680, 4320, (3840, 2160), (3840, 2160)),
    ],
)
def test_frames_outside_the_limits(width: int, height: int, picture: tuple[int, int], canvas: tuple[int, int]) -> None:
    wanted = plan(replace(INFO, width=width, height=height)).frame
    assert wanted is not None
    assert (wanted.picture, wanted.canvas) == (picture, canvas)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (360, 360), (1080, 1920), (641, 481), (5184, 2160)])
def test_frames_inside_the_limits_are_sent_as_they_are(width: int, height: int) -> None:
    assert plan(replace(INFO, width=width, height=height)) == plan(INFO)
    assert plan(INFO).frame is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": None, "height": None}, "no picture"),
        ({"duration_ms": 3_999}, "shorter than 4 seconds"),
        ({"duration_ms": 7_200_001}, "longer than 2 hours"),
    ],
)
def test_what_cannot_be_helped_is_said(changes: dict[str, int | None], words: str) -> None:
    assert words in (plan(replace(INFO, **changes)).refusal or "")  # type: ignore[arg-type]


def test_too_many_bytes_become_fewer() -> None:
    wanted = plan(replace(INFO, width=3840, height=2160, size_bytes=2 * UPLOAD_BYTES, duration_ms=1_200_000))
    assert wanted.frame is not None
    assert wanted.frame.canvas == (1280, 720)
    assert (wanted.video_bits + 200_000) * 1200 / 8 < UPLOAD_BYTES


def test_a_small_recording_is_scaled_and_keeps_its_sound_and_times(tmp_path: Path) -> None:
    source = clips.record(
        tmp_path / "small.webm",
        picture=lambda t: clips.portrait(clips.place(scale=0.7, x=160 + 10 * t, y=120), size=(320, 240)),
        times_s=[0.0, 0.1, 0.5, 0.6, 1.9, 2.0, 3.1, 4.4],
        sound=clips.tone(4.5),
    )
    out, info = tmp_path / "copy.mkv", media.probe(source)
    wanted = plan(info)
    assert wanted.frame is not None
    write(source, out, wanted.frame, wanted.video_bits, info.rotation)
    copy = media.probe(out)
    assert (copy.video_codec, copy.width, copy.height, copy.audio_codec) == ("h264", 480, 360, "opus")
    assert copy.duration_ms == pytest.approx(info.duration_ms, abs=60)
    with av.open(str(out)) as container:
        times = [round(frame.time or 0, 2) for frame in container.decode(video=0)]
    assert times == [0.0, 0.1, 0.5, 0.6, 1.9, 2.0, 3.1, 4.4]


def picture(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_picture_that_lies_down_is_sent_upright_in_the_middle(tmp_path: Path, rotation: int) -> None:
    lying = clips.portrait(clips.place(scale=0.5, x=250, y=60), size=(600, 120))
    source = clips.record(
        tmp_path / "lying.mp4",
        picture=lambda _: lying,
        seconds=1,
        video="libx264",
        container="mp4",
        rotation=rotation,
    )
    info, out = media.probe(source), tmp_path / "copy.mkv"
    assert info.rotation == rotation
    frame = fit(info.width or 0, info.height or 0)
    write(source, out, frame, 1_500_000, info.rotation)
    drawn, (width, height) = picture(out), frame.picture
    left, top = (frame.canvas[0] - width) // 2, (frame.canvas[1] - height) // 2
    inner = drawn[top : top + height, left : left + width]
    upright = np.rot90(lying, rotation // 90)
    step = upright.shape[0] / height, upright.shape[1] / width
    rows = (np.arange(height) * step[0]).astype(int)
    columns = (np.arange(width) * step[1]).astype(int)
    wanted = upright[rows][:, columns]
    assert np.corrcoef(inner.ravel(), wanted.ravel())[0, 1] > 0.95
    assert drawn[: max(0, top - 2)].max(initial=0) < 30
    assert drawn[:, : max(0, left - 2)].max(initial=0) < 30


def test_a_recording_without_a_picture_that_decodes(tmp_path: Path) -> None:
    source = clips.record(tmp_path / "sound.webm", sound=clips.tone(1))
    with pytest.raises(UnsupportedMedia):
        write(source, tmp_path / "copy.mkv", fit(320, 240), 1_000_000, 0)
    assert list(tmp_path.glob("*.mkv")) == []
