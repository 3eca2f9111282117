"""Recordings opened safely and read to their last decodable frame, with PyAV.

The container is chosen by its first bytes from a short list and read through a file object: no playlist, concat list,
image sequence or nested address is ever opened. Damage is expected (a laptop closed, an upload cut): a packet that
does not decode is skipped and counted, and reading goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from app.domain.errors import BadInput, UnsupportedMedia

HEAD = 16
MP4_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"wide", b"free", b"skip"})
# A frame larger than 8K in both directions is no recording of an answer; decoding it would take the memory.
PIXELS_MAX = 7680 * 4320
# A demuxer that fails this often in a row will not find its way back.
FAILURES_MAX = 16

RECORD_AGAIN = "Record the answer again, or upload a WebM, MP4, MOV, Ogg, MP3, M4A, FLAC or WAV file."


def sniff(head: bytes) -> str | None:
    """Name of the demuxer for a file that begins with `head` (16 bytes), None when it is not on the list."""
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[4:8] in MP4_BOXES:
        return "mov"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"fLaC"):
        return "flac"
    # An ID3 tag, or the sync word of MPEG audio layer III.
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"
    return None


def _refuse(*_arguments: Any, **_options: Any) -> NoReturn:
    raise PermissionError("a recording may not open anything else")


@dataclass
class Damage:
    """How much of a recording could not be read."""

    packets: int = 0


@contextmanager
def open_media(path: str | PathLike[str]) -> Iterator[av.container.InputContainer]:
    """The opened container.

    Raises UnsupportedMedia: `media_empty` (no bytes), `media_not_media` (not one of the containers on the list),
    `media_unreadable` (its head is missing or damaged).
    """
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
        if not head:
            raise UnsupportedMedia("The recording is empty.", code="media_empty", hint=RECORD_AGAIN)
        demuxer = sniff(head)
        if demuxer is None:
            raise UnsupportedMedia("This is not a recording.", code="media_not_media", hint=RECORD_AGAIN)
        file.seek(0)
        with _opened(file, demuxer) as container:
            yield container


@contextmanager
def open_growing(file: Any, head: bytes) -> Iterator[av.container.InputContainer]:
    """The container of a recording that is still arriving; `file.read` waits for bytes, `head` are its first 16.

    Raises UnsupportedMedia as `open_media` does.
    """
    demuxer = sniff(head)
    if demuxer is None:
        raise UnsupportedMedia("This is not a recording.", code="media_not_media", hint=RECORD_AGAIN)
    with _opened(file, demuxer) as container:
        yield container


@contextmanager
def _opened(file: Any, demuxer: str) -> Iterator[av.container.InputContainer]:
    try:
        container = av.open(
            file,
            mode="r",
            format=demuxer,
            metadata_errors="replace",
            io_open=_refuse,
            container_options={"protocol_whitelist": "none"},
            options={"max_pixels": str(PIXELS_MAX)},
        )
    except (av.error.FFmpegError, ValueError, PermissionError) as error:
        raise unreadable() from error
    with container:
        yield container


def unreadable() -> UnsupportedMedia:
    """The error for a recording of which nothing can be decoded."""
    return UnsupportedMedia("The recording cannot be read.", code="media_unreadable", hint=RECORD_AGAIN)


def video_of(container: av.container.InputContainer) -> av.VideoStream | None:
    """The moving picture: the first video stream that is not a cover."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            context = stream.codec_context
            if context is None or context.name is None:
                continue
            if context.width * context.height > PIXELS_MAX:
                raise BadInput("The picture is larger than 8K.", code="media_too_large", hint=RECORD_AGAIN)
            context.options = {"max_pixels": str(PIXELS_MAX)}
            return stream
    return None


def audio_of(container: av.container.InputContainer) -> av.AudioStream | None:
    """The sound: the first audio stream with a known codec."""
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            return stream
    return None


def origin_s(container: av.container.InputContainer) -> float:
    """Time stamp at which the recording begins: what every time of this product is counted from."""
    return container.start_time / av.time_base if container.start_time is not None else 0.0


def packets(container: av.container.InputContainer, *streams: av.stream.Stream) -> Iterator[av.Packet[Any]]:
    """Packets of the streams in file order, across damage as far as the demuxer recovers; flush packets at the end."""
    failures = 0
    while failures < FAILURES_MAX:
        try:
            for packet in container.demux(*streams):
                failures = 0
                yield packet
            return
        except av.error.FFmpegError:
            failures += 1


def frames(container: av.container.InputContainer, stream: Any, damage: Damage | None = None) -> Iterator[Any]:
    """Frames of one stream in order; packets that do not decode are skipped and counted in `damage`."""
    for packet in packets(container, stream):
        try:
            decoded = packet.decode()
        except (av.error.FFmpegError, ValueError):
            if damage is not None:
                damage.packets += 1
            continue
        yield from decoded


def upright(picture: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    """The picture as it is meant to be seen. `rotation` is that of the display matrix, degrees counter-clockwise.

    Phones store portrait video lying down; only quarter turns occur.
    """
    turns = round(rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
