"""MediaPipe on a portrait moved about in a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.answer import PresenceMeasures
from app.domain.errors import UnsupportedMedia
from app.services.providers.video.container import Damage
from app.services.providers.video.mediapipe import _samples, head_angles, measure_presence
from tests.unit.media.clips import Picture, blank, place, portrait, record, tone

pytestmark = pytest.mark.models

LIVE = {"live": "1"}


def still(_t: float) -> Any:
    return portrait(place())


def measure(path: Path, picture: Picture, **options: Any) -> PresenceMeasures:
    return measure_presence(record(path, picture=picture, **({"seconds": 5.0, "options": LIVE} | options)))


def test_a_face_before_the_camera_is_measured(tmp_path: Path) -> None:
    found = measure(tmp_path / "still.webm", still, sound=tone(5))
    assert (found.face_in_frame, found.towards_camera, found.second_face_share) == (1.0, 1.0, 0.0)
    assert found.samples_per_second == pytest.approx(10, abs=0.2)
    assert found.face_centre_x == pytest.approx(0.5, abs=0.03)
    assert found.face_height is not None
    assert 0.2 < found.face_height < 0.4
    assert found.smile_visible == 1.0  # the portrait smiles
    assert found.movement_sd == pytest.approx(0, abs=0.02)
    assert found.hands_visible == 0.0
    assert found.not_measured == {}
    assert len(found.timeline) == 5


def test_a_face_that_moves_out_of_the_picture_lowers_its_share(tmp_path: Path) -> None:
    found = measure(tmp_path / "off.webm", lambda t: portrait(place(x=320 + max(0.0, t - 2) * 400)))
    assert found.face_in_frame == pytest.approx(0.58, abs=0.12)
    assert len(found.face_gaps) == 1
    assert found.face_gaps[0].start_ms == pytest.approx(2900, abs=500)
    assert found.movement_sd is not None
    assert found.movement_sd > 0.1


@pytest.mark.parametrize("turn", [-15.0, 15.0])
def test_a_tilted_head_is_found_at_its_angle(tmp_path: Path, turn: float) -> None:
    def roll(degrees: float) -> float:
        path = record(tmp_path / f"{degrees}.webm", picture=lambda _: portrait(place(roll_deg=degrees)), seconds=1.5)
        samples, _ = _samples(path, Damage(), None)
        return float(np.median([s.face.roll_deg for s in samples if s.face is not None]))

    assert roll(turn) - roll(0.0) == pytest.approx(turn, abs=2.5)


def test_nobody_is_not_measured_rather_than_zero(tmp_path: Path) -> None:
    found = measure(tmp_path / "wall.webm", lambda _: blank(), seconds=3.0)
    assert found.face_in_frame is None
    assert found.not_measured["face_in_frame"] == "no face was found in the picture"
    assert found.hands_visible is None
    assert found.low_light is False


def test_a_dark_room_is_not_measured(tmp_path: Path) -> None:
    found = measure(tmp_path / "dark.webm", lambda _: portrait(place(), light=0.15), seconds=3.0)
    assert found.low_light is True
    assert found.face_in_frame is None
    assert found.not_measured["face_in_frame"] == "the picture is too dark"


def test_the_larger_of_two_faces_is_measured_and_the_other_counted(tmp_path: Path) -> None:
    def two(_t: float) -> Any:
        picture = portrait(place(scale=1.5, x=200))
        picture[:, 400:] = portrait(place(scale=1.0, x=520, y=200))[:, 400:]
        return picture

    found = measure(tmp_path / "two.webm", two, seconds=3.0)
    assert found.second_face_share == pytest.approx(1.0, abs=0.1)
    assert found.face_centre_x == pytest.approx(200 / 640, abs=0.05)


@pytest.mark.parametrize("turn", [90, 270])
def test_a_phone_held_upright_is_measured_upright(tmp_path: Path, turn: int) -> None:
    def lying(_t: float) -> Any:
        return np.ascontiguousarray(np.rot90(portrait(place(x=240, y=300), (480, 640)), -turn // 90))

    found = measure(
        tmp_path / "phone.mp4", lying, seconds=3.0, video="libx264", container="mp4", rotation=turn, options={}
    )
    assert found.face_in_frame == 1.0
    assert found.face_centre_x == pytest.approx(0.5, abs=0.05)


def test_a_recording_leaves_no_trace_in_the_next_one(tmp_path: Path) -> None:
    path = record(tmp_path / "still.webm", picture=lambda t: portrait(place(x=300 + 10 * t)), seconds=3.0)
    other = record(tmp_path / "other.webm", picture=lambda _: portrait(place(x=420, scale=1.0)), seconds=2.0)
    first = measure_presence(path)
    measure_presence(other)
    assert measure_presence(path) == first


def test_times_come_from_the_frames_and_progress_is_told(tmp_path: Path) -> None:
    times = [*np.arange(0, 2, 0.04), *np.arange(6, 8, 0.04)]
    path = record(tmp_path / "freeze.webm", picture=still, times_s=[float(t) for t in times], options=LIVE)
    told: list[float] = []
    found = measure_presence(path, progress=told.append)
    assert found.duration_ms == pytest.approx(7960, abs=50)
    assert found.coverage["face_in_frame"] == pytest.approx(0.54, abs=0.05)
    assert told == sorted(told)
    assert int(told[-1]) == 7


def test_a_recording_cut_in_the_middle_is_measured_up_to_there(tmp_path: Path) -> None:
    data = record(tmp_path / "whole.webm", picture=still, seconds=6.0, options=LIVE).read_bytes()
    (tmp_path / "cut.webm").write_bytes(data[: len(data) // 2])
    found = measure_presence(tmp_path / "cut.webm")
    assert 2000 < found.duration_ms < 4500
    assert found.face_in_frame == 1.0


def test_sound_alone_has_no_presence(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia) as error:
        measure_presence(record(tmp_path / "voice.webm", sound=tone(2)))
    assert error.value.code == "media_no_video"


@pytest.mark.parametrize(("axis", "index"), [("yaw", 0), ("pitch", 1), ("roll", 2)])
@pytest.mark.parametrize("degrees", [-30.0, 0.0, 20.0])
def test_head_angles_invert_a_known_rotation(axis: str, index: int, degrees: float) -> None:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turns = {
        "yaw": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "pitch": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "roll": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(turns[axis]) * 1.7
    angles = head_angles(matrix)
    assert angles[index] == pytest.approx(degrees, abs=1e-6)
    assert sum(abs(a) for a in angles) == pytest.approx(abs(degrees), abs=1e-6)
