"""A recording as a service of others takes it: what has to change before it is sent, and the changed copy.

Limits are those of Twelve Labs' Pegasus (specification of July 2026 and client 1.3.6; where they differ, the narrower).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import av.filter

from app.core.config import MIB
from app.services.providers.video.container import audio_of, open_media, origin_s, packets, unreadable, video_of
from app.services.recordings.media import MediaInfo, Track, replacing

SHORTEST_MS, LONGEST_MS = 4_000, 2 * 3600 * 1000
SIDE_MIN, LONG_SIDE_MAX, SHORT_SIDE_MAX, ASPECT_MAX = 360, 5184, 2160, 2.4
UPLOAD_BYTES = 200 * MIB
# A copy that has to become smaller: enough for gestures and looks, and its bytes leave room for the container.
SMALLER_SIDE, SMALLER_SHARE = 1280, 0.9
# The sound is not made smaller: this much is left for it.
VIDEO_BITS, AUDIO_BITS, VIDEO_BITS_MIN = 1_500_000, 200_000, 100_000
MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture scaled to `picture` and set in the middle of `canvas`, (width, height) each, all even."""

    picture: tuple[int, int]
    canvas: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a recording is sent: as it is (`frame` None), as a copy, or not at all because of `refusal`."""

    frame: Frame | None = None
    video_bits: int = VIDEO_BITS
    refusal: str | None = None


def plan(info: MediaInfo) -> Plan:
    """What has to be done to a recording before it is sent."""
    if info.width is None or info.height is None:
        return Plan(refusal="There is no picture in the recording.")
    if info.duration_ms < SHORTEST_MS:
        return Plan(refusal=f"The recording is shorter than {SHORTEST_MS // 1000} seconds.")
    if info.duration_ms > LONGEST_MS:
        return Plan(refusal=f"The recording is longer than {LONGEST_MS // 3_600_000} hours.")
    too_many_bytes = info.size_bytes > UPLOAD_BYTES
    bits = int(UPLOAD_BYTES * SMALLER_SHARE * 8000 / info.duration_ms) - AUDIO_BITS
    if too_many_bytes and bits < VIDEO_BITS_MIN:
        return Plan(refusal="The recording is too large to be sent.")
    if not too_many_bytes and _within(info.width, info.height):
        return Plan()
    wanted = fit(info.width, info.height, SMALLER_SIDE if too_many_bytes else LONG_SIDE_MAX)
    return Plan(frame=wanted, video_bits=min(VIDEO_BITS, bits))


def _within(width: int, height: int) -> bool:
    short, long = sorted((width, height))
    return short >= SIDE_MIN and short <= SHORT_SIDE_MAX and long <= LONG_SIDE_MAX and long <= ASPECT_MAX * short


def fit(width: int, height: int, long_side_max: int = LONG_SIDE_MAX) -> Frame:
    """The nearest frame inside the limits: padded where it is too narrow, then scaled as a whole.

    `long_side_max` is at least 864, where the narrowest frame is 360 high.
    """
    long, short = max(width, height), min(width, height)
    padded = max(short, long / ASPECT_MAX)
    scale = max(1.0, SIDE_MIN / padded)
    scale = min(scale, long_side_max / long, SHORT_SIDE_MAX / padded)
    canvas_long = _even_below(long * scale)
    canvas_short = max(_even_above(padded * scale), SIDE_MIN)
    canvas_short = min(canvas_short, SHORT_SIDE_MAX)
    picture_long, picture_short = canvas_long, min(canvas_short, max(2, _even_below(short * scale)))
    if padded == short:
        picture_short = canvas_short
    if width >= height:
        return Frame((picture_long, picture_short), (canvas_long, canvas_short))
    return Frame((picture_short, picture_long), (canvas_short, canvas_long))


def _even_below(value: float) -> int:
    return max(2, int(value + 1e-9) // 2 * 2)


def _even_above(value: float) -> int:
    return math.ceil((value - 1e-9) / 2) * 2


def write(path: str | PathLike[str], out: str | PathLike[str], frame: Frame, bits: int, rotation: int) -> None:
    """Write a copy (Matroska: H.264 of `bits` per second, the sound as it is) in another frame; times stay as they are.

    `rotation` is the recording's own (degrees counter-clockwise). Raises UnsupportedMedia when no picture decodes.
    """
    with (
        replacing(Path(out), ".mkv") as partial,
        open_media(path) as source,
        av.open(str(partial), "w", format="matroska", container_options={"fflags": "+bitexact"}) as copy,
    ):
        origin, video, audio = origin_s(source), video_of(source), audio_of(source)
        if video is None:
            raise unreadable()
        tracks: dict[int, _Redrawn | Track] = {video.index: _Redrawn(video, copy, origin, frame, bits, rotation)}
        if audio is not None:
            tracks[audio.index] = Track(audio, copy, origin)
        for packet in packets(source, *(stream for stream in (video, audio) if stream is not None)):
            tracks[packet.stream.index].put(packet)
        for track in tracks.values():
            track.finish()


class _Redrawn:
    """The picture on its way into the copy: decoded, upright, scaled, set in the middle, encoded."""

    def __init__(
        self, video: Any, copy: av.container.OutputContainer, origin: float, frame: Frame, bits: int, rotation: int
    ) -> None:
        self.video, self.copy, self.origin = video, copy, origin
        self.frame, self.rotation = frame, rotation
        self.target: Any = copy.add_stream("libx264", rate=30, options={"preset": "veryfast"})
        self.target.width, self.target.height = frame.canvas
        self.target.pix_fmt, self.target.bit_rate = "yuv420p", bits
        self.target.codec_context.time_base = MILLISECOND
        self.graph: Any = None
        self.of: tuple[int, int, str] | None = None
        self.last = -1

    def put(self, packet: av.Packet[Any]) -> None:
        """One packet; what does not decode or has no time is left out."""
        try:
            decoded: Any = packet.decode()
        except (av.error.FFmpegError, ValueError):
            return
        for picture in decoded:
            if picture.time is None:
                continue
            at = round((picture.time - self.origin) * 1000)
            if at <= self.last:
                continue
            self.last = at
            shape = (picture.width, picture.height, picture.format.name)
            if self.graph is None or shape != self.of:  # a camera that is turned changes its size in the middle
                self.graph, self.of = self._graph(picture), shape
            self.graph.push(picture)
            drawn: Any = self.graph.pull()
            drawn.pts, drawn.time_base = at, MILLISECOND
            self.copy.mux(self.target.encode(drawn))

    def _graph(self, picture: Any) -> Any:
        graph = av.filter.Graph()
        turns = {90: ["transpose=cclock"], 180: ["hflip", "vflip"], 270: ["transpose=clock"]}.get(self.rotation, [])
        size, canvas = ":".join(map(str, self.frame.picture)), ":".join(map(str, self.frame.canvas))
        chain = [
            graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=MILLISECOND)
        ]
        for step in (*turns, f"scale={size}", f"pad={canvas}:-1:-1", "setsar=1", "format=yuv420p"):
            name, _, arguments = step.partition("=")
            chain.append(graph.add(name, arguments or None))
        chain.append(graph.add("buffersink"))
        graph.link_nodes(*chain).configure()
        return graph

    def finish(self) -> None:
        """Write what the encoder still holds. Raises UnsupportedMedia when there was no picture at all."""
        if self.last < 0:
            raise unreadable()
        self.copy.mux(self.target.encode(None))
