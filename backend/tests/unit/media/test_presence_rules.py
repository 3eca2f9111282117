"""Presence arithmetic on made-up readings."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answer import Interval, PresenceMeasures
from app.services.analysis.presence import BodyReading, FaceReading, Sample, states, summarise

LOOKING = FaceReading(
    centre_x=0.5,
    centre_y=0.4,
    height=0.3,
    aspect=4 / 3,
    yaw_deg=0,
    pitch_deg=7,
    roll_deg=0,
    eyes_h=0,
    eyes_v=0,
    lids=0.1,
    smile=0.1,
)
AWAY = dataclasses.replace(LOOKING, eyes_h=0.7)
LOWERED = dataclasses.replace(LOOKING, lids=0.7)
SMILING = dataclasses.replace(LOOKING, smile=0.6)


def film(*parts: tuple[float, FaceReading | None], rate: int = 10, luma: float = 120, **extra: Any) -> list[Sample]:
    """Samples at `rate` per second: each part shows one face (or none) for so many seconds; a body twice a second."""
    faces = [face for seconds, face in parts for _ in range(round(seconds * rate))]
    body = BodyReading(shoulder_tilt_deg=3.0, shoulder_visibility=0.9, hands=1)
    return [
        Sample(
            t_ms=round(i * 1000 / rate),
            luma=luma,
            faces=0 if face is None else extra.get("faces", 1),
            face=face,
            body=body if i % max(1, rate // 2) == 0 else None,
        )
        for i, face in enumerate(faces)
    ]


def summary(samples: list[Sample]) -> PresenceMeasures:
    return summarise(samples, samples[-1].t_ms + 100)


FACES = st.none() | st.builds(
    dataclasses.replace,
    st.just(LOOKING),
    yaw_deg=st.floats(-60, 60),
    pitch_deg=st.floats(-40, 40),
    lids=st.floats(0, 1),
    smile=st.floats(0, 1),
    centre_x=st.floats(0, 1),
    height=st.floats(0.05, 1),
)


@given(
    st.lists(st.tuples(st.floats(0.1, 3), FACES), min_size=1, max_size=12),
    st.sampled_from([3, 10, 15]),
    st.floats(0, 255),
)
def test_every_metric_is_in_range_or_explained(
    parts: list[tuple[float, FaceReading | None]], rate: int, luma: float
) -> None:
    samples = film(*parts, rate=rate, luma=luma)
    if not samples:
        return
    found = summary(samples)
    metrics = [
        f.name
        for f in dataclasses.fields(found)
        if isinstance(f.default, type(None)) and f.name not in ("samples_per_second",)
    ]
    assert {name for name in metrics if getattr(found, name) is None} == set(found.not_measured)
    for name in ("face_in_frame", "towards_camera", "smile_visible", "hands_visible", "second_face_share"):
        value = getattr(found, name)
        assert value is None or 0 <= value <= 1
    assert all(0 <= share <= 1 for share in found.coverage.values())
    for stretch in (*found.face_gaps, *found.away, *found.lids_lowered, *found.smiles):
        assert 0 <= stretch.start_ms < stretch.end_ms <= found.duration_ms


def test_nobody_in_the_picture_is_not_measured_rather_than_zero() -> None:
    samples = [dataclasses.replace(s, body=None) for s in film((6, None))]
    found = summary(samples)
    for name in (
        "face_in_frame",
        "towards_camera",
        "smile_visible",
        "hands_visible",
        "movement_sd",
        "blinks_per_minute",
    ):
        assert getattr(found, name) is None
        assert found.not_measured[name]
    assert found.not_measured["face_in_frame"] == "no face was found in the picture"
    assert found.face_gaps == found.away == ()


def test_a_face_that_leaves_lowers_its_share_and_marks_the_gap() -> None:
    found = summary(film((6, LOOKING), (2, None), (2, LOOKING)))
    assert found.face_in_frame == pytest.approx(0.8)
    assert found.face_gaps == (Interval(start_ms=6000, end_ms=8000),)
    assert found.towards_camera == 1.0
    assert found.coverage["towards_camera"] == pytest.approx(0.8)


def test_gaze_away_counts_against_towards_and_lowered_lids_do_not() -> None:
    found = summary(film((5, LOOKING), (3, AWAY), (2, LOWERED)))
    assert found.towards_camera == pytest.approx(5 / 8, abs=0.01)
    assert found.away == (Interval(start_ms=5000, end_ms=8000),)
    assert found.lids_lowered == (Interval(start_ms=8000, end_ms=10_000),)
    assert [round(s.camera, 1) if s.camera is not None else None for s in found.timeline] == [1.0] * 5 + [0.0] * 3 + [
        None
    ] * 2


@given(st.floats(-30, 30))
def test_vertical_gaze_counts_from_the_own_median(offset: float) -> None:
    moved = dataclasses.replace(LOOKING, pitch_deg=LOOKING.pitch_deg + offset)
    assert set(states(film((3, moved)))) == {"camera"}
    down = dataclasses.replace(moved, pitch_deg=moved.pitch_deg + 20)
    assert states(film((3, moved), (1, down)))[-1] == "away"


def test_blinks_are_short_and_need_ten_pictures_a_second() -> None:
    parts = [part for _ in range(6) for part in ((4.8, LOOKING), (0.2, LOWERED))]
    assert summary(film(*parts)).blinks_per_minute == pytest.approx(12, abs=0.5)
    slow = summary(film(*parts, rate=5))
    assert slow.blinks_per_minute is None
    assert slow.not_measured["blinks_per_minute"] == "fewer than 10 pictures per second"
    assert summary(film((5, LOOKING), (1, LOWERED), (5, LOOKING))).blinks_per_minute == 0


def test_smiles_are_stretches() -> None:
    found = summary(film((4, LOOKING), (1, SMILING), (4, LOOKING), (0.3, SMILING), (0.7, LOOKING)))
    assert found.smile_visible == pytest.approx(0.13)
    assert found.smiles == (Interval(start_ms=4000, end_ms=5000),)


def test_a_dark_picture_measures_only_its_brightness() -> None:
    found = summary(film((8, LOOKING), luma=20))
    assert (found.low_light, found.brightness) == (True, 20.0)
    assert found.not_measured["smile_visible"] == "the picture is too dark"
    assert found.face_in_frame is None
    assert all(second.face is None for second in found.timeline)


def test_movement_is_in_face_heights() -> None:
    still = summary(film((6, LOOKING)))
    swaying = summary(film(*[(0.5, dataclasses.replace(LOOKING, centre_x=0.5 + (-1) ** i * 0.045)) for i in range(12)]))
    assert still.movement_sd == 0.0
    assert swaying.movement_sd == pytest.approx(0.2, abs=0.01)  # 0.045 of the width = 0.06 heights = 0.2 faces


def test_a_second_face_is_counted() -> None:
    assert summary(film((5, LOOKING), faces=2)).second_face_share == 1.0
    assert summary(film((5, LOOKING))).second_face_share == 0.0


def test_shoulders_out_of_the_picture_are_not_measured() -> None:
    unseen = BodyReading(shoulder_tilt_deg=12.0, shoulder_visibility=0.2, hands=0)
    found = summary([dataclasses.replace(s, body=unseen if s.body else None) for s in film((6, LOOKING))])
    assert found.shoulder_tilt_deg is None
    assert "shoulders" in found.not_measured["shoulder_tilt_deg"]
    assert (found.hands_visible, found.face_in_frame) == (0.0, 1.0)


def test_a_picture_that_freezes_lowers_coverage_and_fills_no_hole() -> None:
    samples = film((3, LOOKING)) + [dataclasses.replace(s, t_ms=s.t_ms + 6000) for s in film((3, LOOKING))]
    found = summary(samples)
    assert found.coverage["face_in_frame"] == pytest.approx(0.69, abs=0.02)
    assert found.face_gaps == ()
    mostly_gone = summarise(film((3, LOOKING)), 20_000)
    assert mostly_gone.not_measured["face_in_frame"] == "less than 30 % of the picture can be read"


def test_two_seconds_are_needed() -> None:
    found = summary(film((1.5, LOOKING)))
    assert found.face_in_frame is None
    assert found.not_measured["face_in_frame"] == "less than 2 s of picture"
