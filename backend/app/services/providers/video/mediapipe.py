"""Face, shoulders and hands on this machine, with MediaPipe 0.10.21.

Never upgrade MediaPipe: every later version reports usage to its maker (a test holds the version). It is asked for
landmarks, expression coefficients of the face mesh (eyes, lids, corners of the mouth) and a head pose; what they mean
is decided in `analysis.presence`.
"""

from __future__ import annotations

import os

os.environ.setdefault("GLOG_minloglevel", "2")  # before mediapipe is imported: it logs every graph it builds

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from os import PathLike
from typing import Any

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from app.domain.answer import PresenceMeasures
from app.domain.errors import UnsupportedMedia
from app.services.analysis.presence import BodyReading, FaceReading, Sample, summarise
from app.services.providers.assets import VISION_SHA256, vision_model
from app.services.providers.video.container import Damage, frames, open_media, origin_s, upright, video_of

FACE_FPS, BODY_FPS = 10.0, 2.0
SIDE_MAX = 640  # longest side of the pictures that are looked at
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12

Picture = NDArray[np.uint8]


class _Landmarkers:
    """The three landmarkers of this process. They track from picture to picture, so one recording at a time uses them.

    Creating and closing them per recording leaks about 25 MB each time and costs half a second; instead time runs on
    between recordings, and two blank pictures make every tracker let go of what it followed.
    """

    GAP_MS = 10_000

    def __init__(self) -> None:
        def options(name: str) -> dict[str, Any]:
            return {
                "base_options": BaseOptions(model_asset_path=str(vision_model(name))),
                "running_mode": vision.RunningMode.VIDEO,
            }

        self.lock = threading.Lock()
        self.clock_ms = 0
        self.face = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                **options("face_landmarker.task"),
                num_faces=2,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
        self.pose = vision.PoseLandmarker.create_from_options(
            vision.PoseLandmarkerOptions(**options("pose_landmarker_full.task"))
        )
        self.hands = vision.HandLandmarker.create_from_options(
            vision.HandLandmarkerOptions(**options("hand_landmarker.task"), num_hands=2)
        )

    def forget(self) -> int:
        """Drop all tracking; returns the clock reading at which the next recording begins."""
        blank = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.zeros((64, 64, 3), np.uint8))
        for _ in range(2):
            self.clock_ms += self.GAP_MS
            for landmarker in (self.face, self.pose, self.hands):
                landmarker.detect_for_video(blank, self.clock_ms)
        self.clock_ms += self.GAP_MS
        return self.clock_ms


@cache
def _landmarkers() -> _Landmarkers:
    return _Landmarkers()


def _pictures(path: str | PathLike[str], damage: Damage) -> Iterator[tuple[int, Picture | None]]:
    """(milliseconds, RGB picture or None) for every frame; pictures at about FACE_FPS, upright, at most SIDE_MAX.

    Time comes from the frame, never from a count: browsers record at a variable rate.
    """
    with open_media(path) as container:
        stream = video_of(container)
        if stream is None:
            return
        origin, due, last_ms = origin_s(container), 0.0, -1
        for frame in frames(container, stream, damage):
            if frame.time is None:
                continue
            time_s = max(0.0, frame.time - origin)
            ms = round(time_s * 1000)
            if ms <= last_ms:
                continue
            last_ms = ms
            if time_s + 1e-6 < due:
                yield ms, None
                continue
            due = max(due + 1 / FACE_FPS, time_s)
            scale = min(1.0, SIDE_MAX / max(frame.width, frame.height))
            width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
            rgb = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
            yield ms, upright(rgb, frame.rotation)


def head_angles(matrix: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees from a facial transformation matrix (4, 4), whose columns also carry a scale."""
    turn = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    yaw = math.atan2(turn[0, 2], turn[2, 2])
    pitch = math.asin(min(1.0, max(-1.0, -turn[1, 2])))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(math.atan2(turn[1, 0], turn[1, 1]))


def _face(result: Any, aspect: float) -> FaceReading | None:
    """Reading of the largest face found."""
    if not result.face_landmarks:
        return None
    points = [np.array([(p.x, p.y) for p in face]) for face in result.face_landmarks]
    best = int(np.argmax([np.ptp(face[:, 0]) * np.ptp(face[:, 1]) for face in points]))
    shape = {item.category_name: float(item.score) for item in result.face_blendshapes[best]}
    yaw, pitch, roll = head_angles(np.array(result.facial_transformation_matrixes[best], float))
    return FaceReading(
        centre_x=float(points[best][:, 0].mean()),
        centre_y=float(points[best][:, 1].mean()),
        height=float(np.ptp(points[best][:, 1])),
        aspect=aspect,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        eyes_h=(shape["eyeLookOutLeft"] - shape["eyeLookInLeft"] + shape["eyeLookInRight"] - shape["eyeLookOutRight"])
        / 2,
        eyes_v=(shape["eyeLookUpLeft"] + shape["eyeLookUpRight"] - shape["eyeLookDownLeft"] - shape["eyeLookDownRight"])
        / 2,
        lids=(shape["eyeBlinkLeft"] + shape["eyeBlinkRight"]) / 2,
        smile=(shape["mouthSmileLeft"] + shape["mouthSmileRight"]) / 2,
    )


def _body(pose: Any, hands: Any, aspect: float) -> BodyReading:
    tilt, visibility = None, 0.0
    if pose.pose_landmarks:
        left, right = pose.pose_landmarks[0][LEFT_SHOULDER], pose.pose_landmarks[0][RIGHT_SHOULDER]
        angle = math.degrees(math.atan2(left.y - right.y, (left.x - right.x) * aspect))
        tilt = (angle + 90) % 180 - 90
        # A shoulder outside the picture is guessed by the model, however sure it is.
        inside = all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in (left, right))
        visibility = min(left.visibility, right.visibility) if inside else 0.0
    return BodyReading(shoulder_tilt_deg=tilt, shoulder_visibility=visibility, hands=len(hands.hand_landmarks))


def _samples(
    path: str | PathLike[str], damage: Damage, progress: Callable[[float], None] | None
) -> tuple[list[Sample], int]:
    """All samples of a recording and the time of its last frame in milliseconds."""
    samples: list[Sample] = []
    end_ms, body_due, told = 0, 0, 0
    models = _landmarkers()
    with models.lock:
        base = models.forget()
        for ms, picture in _pictures(path, damage):
            end_ms = ms
            if picture is None:
                continue
            models.clock_ms = base + ms
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
            aspect = picture.shape[1] / picture.shape[0]
            found = models.face.detect_for_video(image, models.clock_ms)
            body = None
            if ms >= body_due:
                body_due = max(body_due + round(1000 / BODY_FPS), ms)
                pose = models.pose.detect_for_video(image, models.clock_ms)
                body = _body(pose, models.hands.detect_for_video(image, models.clock_ms), aspect)
            samples.append(
                Sample(
                    t_ms=ms,
                    luma=float(picture.mean()),
                    faces=len(found.face_landmarks),
                    face=_face(found, aspect),
                    body=body,
                )
            )
            if progress is not None and ms // 1000 > told:
                told = ms // 1000
                progress(ms / 1000)
    return samples, end_ms


def measure_presence(path: str | PathLike[str], *, progress: Callable[[float], None] | None = None) -> PresenceMeasures:
    """What the picture of a recording shows; a metric without data is None with its reason in `not_measured`.

    `path` is any recording `open_media` reads. `progress` is told the seconds done, about once a second of video.
    Raises UnsupportedMedia as `open_media`, and `media_no_video` when no picture decodes; ProviderError when a model
    file is missing or damaged.
    """
    damage = Damage()
    samples, end_ms = _samples(path, damage, progress)
    if not samples:
        raise UnsupportedMedia(
            "There is no picture in the recording.", code="media_no_video", hint="The sound can still be used."
        )
    return replace(
        summarise(samples, end_ms),
        provenance={
            "provider": "mediapipe",
            "version": version("mediapipe"),
            "models": VISION_SHA256,
            "face_per_second": FACE_FPS,
            "body_per_second": BODY_FPS,
            "damaged_packets": damage.packets,
        },
    )
