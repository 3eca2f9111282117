"""Recordings of any browser or phone: what is in them, a copy that plays everywhere, the sound, a picture.

Times count from the first packet of the recording. Everything streams, so memory does not grow with its length, and
results appear under their name only when they are complete.
"""

from __future__ import annotations

import os
import tempfile
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from app.domain.errors import TooLarge, UnsupportedMedia
from app.services.providers.video.container import (
    RECORD_AGAIN,
    audio_of,
    frames,
    open_growing,
    open_media,
    origin_s,
    packets,
    unreadable,
    upright,
    video_of,
)

LIMIT_S = 20 * 60
RATE = 16_000
OPUS_RATE = 48_000
# Time stamps of WebM are whole milliseconds and recorders jitter by some more; only beyond this is a gap a gap.
JITTER_S = 0.05
POSTER_AT_S = 1.0
POSTER_WIDTH = 640

WEBM_VIDEO = frozenset({"vp8", "vp9", "av1"})
MP4_VIDEO = frozenset({"h264", "hevc", "av1", "vp9"})
WEBM_AUDIO = frozenset({"opus", "vorbis"})
MP4_AUDIO = frozenset({"aac", "opus", "mp3", "flac"})
MIME = {
    ("webm", True): "video/webm",
    ("webm", False): "audio/webm",
    ("mp4", True): "video/mp4",
    ("mp4", False): "audio/mp4",
    ("wav", False): "audio/wav",
    ("mp3", False): "audio/mpeg",
    ("flac", False): "audio/flac",
    ("ogg", False): "audio/ogg",
    ("ogg", True): "video/ogg",
}
CONTAINERS = {"matroska": "webm", "mov": "mp4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a recording holds, found by reading it to its end.

    `container` is `webm` (any Matroska), `mp4` (also MOV), `ogg`, `wav`, `mp3` or `flac`. `duration_ms` runs from the
    first to the end of the last packet. A codec is None when no frame of that kind decodes. `width` and `height` are
    as seen, after `rotation` (degrees counter-clockwise, 0 90 180 270).
    """

    container: str
    mime: str
    size_bytes: int
    duration_ms: int
    video_codec: str | None
    width: int | None
    height: int | None
    rotation: int
    audio_codec: str | None
    sample_rate: int | None
    channels: int | None


@dataclass
class _Span:
    """First and last moment of a stream, seconds."""

    first: float | None = None
    last: float = 0.0

    def add(self, packet: av.Packet[Any]) -> None:
        if packet.pts is None or not packet.size:
            return
        start = float(packet.pts * packet.time_base)
        self.first = start if self.first is None else min(self.first, start)
        self.last = max(self.last, start + float((packet.duration or 0) * packet.time_base))


def probe(path: str | PathLike[str], *, limit_s: float = LIMIT_S) -> MediaInfo:
    """What the recording holds, by content and never by name.

    Raises UnsupportedMedia (`media_empty`: nothing in it, `media_not_media`, `media_unreadable`: nothing decodes) and
    TooLarge (`media_too_long`: over `limit_s`). A recording without sound is no error: `audio_codec` is None.
    """
    path = Path(path)
    with open_media(path) as container:
        video, audio = video_of(container), audio_of(container)
        streams = [stream for stream in (video, audio) if stream is not None]
        spans = {stream.index: _Span() for stream in streams}
        first: dict[int, Any] = {}
        if streams:
            for packet in packets(container, *streams):
                index = packet.stream.index
                spans[index].add(packet)
                if index not in first:
                    try:
                        decoded = packet.decode()
                    except (av.error.FFmpegError, ValueError):
                        continue
                    if decoded:
                        first[index] = decoded[0]
        if not any(span.first is not None for span in spans.values()):
            raise UnsupportedMedia("There is nothing in the recording.", code="media_empty", hint=RECORD_AGAIN)
        if not first:
            raise unreadable()
        heard = [spans[index] for index in first if spans[index].first is not None]
        duration = max(span.last for span in heard) - min(span.first or 0.0 for span in heard)
        if duration > limit_s:
            raise TooLarge(
                f"The recording is longer than {round(limit_s / 60)} minutes.",
                code="media_too_long",
                hint="Upload the answer to one question at a time.",
            )
        seen = first.get(video.index) if video is not None else None
        sounded = first.get(audio.index) if audio is not None else None
        rotation = round(seen.rotation / 90) % 4 * 90 if seen is not None else 0
        lying = rotation in (90, 270)
        demuxer = container.format.name.split(",")[0]
        name = CONTAINERS.get(demuxer, demuxer)
        return MediaInfo(
            container=name,
            mime=MIME.get((name, seen is not None), "application/octet-stream"),
            size_bytes=path.stat().st_size,
            duration_ms=max(0, round(duration * 1000)),
            video_codec=_codec(video) if seen is not None and video is not None else None,
            width=None if seen is None else seen.height if lying else seen.width,
            height=None if seen is None else seen.width if lying else seen.height,
            rotation=rotation,
            audio_codec=_codec(audio) if sounded is not None and audio is not None else None,
            sample_rate=None if sounded is None else sounded.sample_rate,
            channels=None if sounded is None else sounded.layout.nb_channels,
        )


def _codec(stream: Any) -> str:
    """The codec's name, not the decoder's: `libdav1d` reads av1."""
    return str(stream.codec_context.codec.canonical_name)


@contextmanager
def replacing(out: Path, suffix: str) -> Iterator[Path]:
    """A name beside `out` that becomes `out` when the block succeeds and disappears when it does not."""
    descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=suffix)
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)


def playable_container(info: MediaInfo) -> str:
    """The container for a copy that browsers play: `webm`, `mp4`, or as it is for plain WAV, MP3 and FLAC.

    Raises UnsupportedMedia (`media_codec`) for a picture that no browser shows.
    """
    video = info.video_codec
    if video is None:
        if info.container in ("wav", "mp3", "flac"):
            return info.container
        return "mp4" if info.audio_codec in MP4_AUDIO - WEBM_AUDIO else "webm"
    if video in MP4_VIDEO and (info.container == "mp4" or video not in WEBM_VIDEO):
        return "mp4"
    if video in WEBM_VIDEO:
        return "webm"
    raise UnsupportedMedia("Browsers cannot show this kind of video.", code="media_codec", hint=RECORD_AGAIN)


def remux(path: str | PathLike[str], out: str | PathLike[str], *, limit_s: float = LIMIT_S) -> MediaInfo:
    """Write a copy that has a duration, can be sought and plays in browsers; returns what is in it.

    Picture and sound are copied packet by packet without loss, from the first key frame on, up to the last packet that
    can be read; only sound that fits no browser container (PCM beside a picture) becomes Opus. Times start at 0. Tags,
    chapters and data tracks (place, device, date) are left behind. Raises as `probe`, and `media_codec`.
    """
    out = Path(out)
    info = probe(path, limit_s=limit_s)
    target = playable_container(info)
    options = {"mp4": {"movflags": "+faststart"}, "webm": {"cues_to_front": "1"}}.get(target, {})
    with replacing(out, f".{target}") as partial:
        with (
            open_media(path) as source,
            av.open(str(partial), "w", format=target, container_options={"fflags": "+bitexact", **options}) as copy,
        ):
            _copy(source, copy, info, target)
        written = probe(partial, limit_s=limit_s + 1)
    return written


class Track:
    """One stream on its way into the copy."""

    def __init__(self, stream: Any, copy: av.container.OutputContainer, origin: float) -> None:
        self.source = stream
        self.target: Any = copy.add_stream_from_template(stream)
        self.target.metadata.clear()
        self.copy = copy
        self.shift = round(Fraction(origin).limit_denominator(1_000_000) / stream.time_base)
        self.last_dts: int | None = None
        self.waiting = stream.type == "video"

    def put(self, packet: av.Packet[Any]) -> None:
        """Mux one packet; drops what comes before the first key frame, is marked corrupt or has no time."""
        if not packet.size or packet.pts is None or packet.is_corrupt:
            return
        if self.waiting and not packet.is_keyframe:
            return
        self.waiting = False
        packet.pts -= self.shift
        # Muxers want strictly rising decoding times, which damaged and concatenated files do not have.
        dts = packet.pts if packet.dts is None else packet.dts - self.shift
        if self.last_dts is not None and dts <= self.last_dts:
            dts = self.last_dts + 1
        self.last_dts = packet.dts = dts
        packet.pts = max(packet.pts, dts)
        packet.stream = self.target
        self.copy.mux(packet)

    def finish(self) -> None:
        """Nothing is held back when packets are copied."""


class _OpusTrack:
    """Sound re-encoded to Opus."""

    def __init__(self, copy: av.container.OutputContainer, origin: float) -> None:
        self.copy = copy
        self.origin = origin
        self.target: Any = copy.add_stream("libopus", rate=OPUS_RATE, layout="stereo")
        self.resampler = av.AudioResampler(format="flt", layout="stereo", rate=OPUS_RATE)
        self.next: int | None = None

    def put(self, packet: av.Packet[Any]) -> None:
        """Decode, resample and encode one packet."""
        try:
            decoded = packet.decode()
        except (av.error.FFmpegError, ValueError):
            return
        frame: Any
        for frame in decoded:
            at = None if frame.time is None else round((frame.time - self.origin) * OPUS_RATE)
            if at is not None and (self.next is None or abs(at - self.next) > JITTER_S * OPUS_RATE):
                self.next = max(at, self.next or 0)
            frame.pts = None
            self._encode(self.resampler.resample(frame))

    def _encode(self, resampled: list[Any]) -> None:
        for frame in resampled:
            frame.pts, frame.time_base = self.next or 0, Fraction(1, OPUS_RATE)
            self.next = frame.pts + frame.samples
            self.copy.mux(self.target.encode(frame))

    def finish(self) -> None:
        """Write what resampler and encoder still hold."""
        self._encode(self.resampler.resample(None))
        self.copy.mux(self.target.encode(None))


def _copy(
    source: av.container.InputContainer, copy: av.container.OutputContainer, info: MediaInfo, target: str
) -> None:
    origin = origin_s(source)
    tracks: dict[int, Track | _OpusTrack] = {}
    video, audio = video_of(source), audio_of(source)
    if video is not None and info.video_codec is not None:
        track = Track(video, copy, origin)
        if info.video_codec == "hevc" and target == "mp4":
            track.target.codec_tag = "hvc1"  # Safari plays no other
        tracks[video.index] = track
    if audio is not None and info.audio_codec is not None:
        fits = {"webm": WEBM_AUDIO, "mp4": MP4_AUDIO}.get(target)
        copied = fits is None or info.audio_codec in fits
        tracks[audio.index] = Track(audio, copy, origin) if copied else _OpusTrack(copy, origin)
    streams = [stream for stream in (video, audio) if stream is not None and stream.index in tracks]
    for packet in packets(source, *streams):
        tracks[packet.stream.index].put(packet)
    for track_or_opus in tracks.values():
        track_or_opus.finish()


def extract_audio(path: str | PathLike[str], out: str | PathLike[str], *, limit_s: float = LIMIT_S) -> int:
    """Write the sound as WAV (16 kHz, mono, 16 bit) and return its length in milliseconds.

    Sample n lies at n / 16000 s of the recording: sound that begins late and sound that is missing in the middle become
    silence, so times agree with the picture. Raises as `open_media`, UnsupportedMedia (`media_no_audio`) when no sound
    decodes, TooLarge (`media_too_long`).
    """
    with (
        replacing(Path(out), ".wav") as partial,
        open_media(path) as container,
        wave.open(str(partial), "wb") as clip,
    ):
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        stream = audio_of(container)
        writer = _WavWriter(clip, round(limit_s * RATE))
        if stream is not None:
            origin = origin_s(container)
            for frame in frames(container, stream):
                writer.add(frame, None if frame.time is None else frame.time - origin)
            writer.flush()
        if not writer.heard:
            raise UnsupportedMedia(
                "There is no sound in the recording.",
                code="media_no_audio",
                hint="Check that the microphone is on, or type the answer.",
            )
    return round(writer.written * 1000 / RATE)


def stream_audio(file: Any, head: bytes, take: Callable[[bytes], None], *, limit_s: float = LIMIT_S) -> None:
    """Hand on the sound of a recording that is still arriving: 16 kHz, mono, 16 bit, placed as by `extract_audio`.

    `file.read` waits for bytes and returns none at the end. Returns when it has ended. Raises as `open_growing`.
    """
    with open_growing(file, head) as container:
        stream = audio_of(container)
        if stream is None:
            return
        writer = _WavWriter(_Taker(take), round(limit_s * RATE))
        origin = origin_s(container)
        for frame in frames(container, stream):
            writer.add(frame, None if frame.time is None else frame.time - origin)
        writer.flush()


@dataclass(frozen=True, slots=True)
class _Taker:
    """A function in the place of a WAV file."""

    take: Callable[[bytes], None]

    def writeframesraw(self, data: bytes) -> None:
        """Hand the samples on."""
        self.take(data)


def read_wav(path: str | PathLike[str]) -> NDArray[np.float32]:
    """The samples of a file that `extract_audio` wrote: float32, -1..1, 16 kHz, mono, shape (samples,)."""
    with wave.open(str(path), "rb") as clip:
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(np.float32)
    return samples / np.float32(32768)


class _WavWriter:
    """Resamples frames and puts them where their time stamps say."""

    def __init__(self, clip: wave.Wave_write | _Taker, limit: int) -> None:
        self.clip = clip
        self.limit = limit
        self.written = 0  # samples in the file
        self.taken = 0.0  # seconds of input given to the resampler since it was made
        self.begin = 0  # sample at which the present resampler began
        self.skip = 0  # samples to drop because their time is already taken
        self.shape: tuple[Any, ...] | None = None
        self.resampler: av.AudioResampler | None = None
        self.heard = False

    def add(self, frame: Any, time_s: float | None) -> None:
        """Write one frame at `time_s`; without a time it follows the one before."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        expected = self.begin / RATE + self.taken
        at = expected if time_s is None else time_s
        if self.resampler is None or shape != self.shape or abs(at - expected) > JITTER_S:
            self.flush()
            start = round(at * RATE)
            if start > self.limit:
                raise _too_long(self.limit / RATE)
            while self.written < start:
                self._write(np.zeros(min(start - self.written, RATE), "<i2"))
            self.skip = self.written - start
            self.begin, self.taken, self.shape = start, 0.0, shape
            self.resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        frame.pts = None  # the resampler would fill and cut by itself, by rules of its own
        self.taken += frame.samples / frame.sample_rate
        for piece in self.resampler.resample(frame):
            self._put(piece)

    def flush(self) -> None:
        """Write what the resampler still holds."""
        if self.resampler is not None:
            for piece in self.resampler.resample(None):
                self._put(piece)
            self.resampler = None

    def _put(self, piece: Any) -> None:
        samples = piece.to_ndarray().reshape(-1)
        drop = min(self.skip, len(samples))
        self.skip -= drop
        self.heard = True
        self._write(samples[drop:])

    def _write(self, samples: Any) -> None:
        if self.written + len(samples) > self.limit:
            raise _too_long(self.limit / RATE)
        self.clip.writeframesraw(samples.astype("<i2").tobytes())
        self.written += len(samples)


def _too_long(limit_s: float) -> TooLarge:
    return TooLarge(
        f"The recording is longer than {round(limit_s / 60)} minutes.",
        code="media_too_long",
        hint="Upload the answer to one question at a time.",
    )


def poster(path: str | PathLike[str], out: str | PathLike[str]) -> tuple[int, int]:
    """Write a still picture as JPEG, at most 640 wide, upright; returns (width, height).

    It is the first frame after one second (a camera opens dark), or the last there is. Raises as `open_media`, and
    UnsupportedMedia (`media_no_video`) when no picture decodes.
    """
    with open_media(path) as container:
        stream = video_of(container)
        chosen = None
        if stream is not None:
            origin = origin_s(container)
            for chosen in frames(container, stream):
                if chosen.time is not None and chosen.time - origin >= POSTER_AT_S:
                    break
        if chosen is None:
            raise UnsupportedMedia(
                "There is no picture in the recording.", code="media_no_video", hint="The sound can still be used."
            )
        width = min(POSTER_WIDTH, chosen.width)
        height = max(1, round(chosen.height * width / chosen.width))
        picture = upright(chosen.reformat(width=width, height=height, format="rgb24").to_ndarray(), chosen.rotation)
    with replacing(Path(out), ".jpg") as partial:
        av.VideoFrame.from_ndarray(picture, format="rgb24").save(partial)
    return picture.shape[1], picture.shape[0]
