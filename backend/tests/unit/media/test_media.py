"""Recordings: probed, remuxed and decoded, whole, cut, damaged or hostile."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import RehearsalError, TooLarge, UnsupportedMedia
from app.services.providers.video.container import sniff
from app.services.recordings.media import extract_audio, poster, probe, read_wav, remux
from tests.unit.media.clips import blank, place, portrait, record, silence, tone

SECONDS = 4.0
FRAGMENTED = {"movflags": "+frag_keyframe+empty_moov+default_base_moof"}
LIVE = {"live": "1"}  # no duration, no cues: what MediaRecorder writes
EXAMPLES = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

FORMATS: dict[str, dict[str, Any]] = {
    "chrome-vp8": {"video": "libvpx", "container": "webm", "options": LIVE},
    "chrome-vp9": {"video": "libvpx-vp9", "container": "webm", "options": LIVE},
    "chrome-h264-webm": {"video": "libx264", "container": "matroska", "options": LIVE},
    "chrome-h264-opus-mp4": {"video": "libx264", "container": "mp4", "options": FRAGMENTED},
    "safari-h264-aac-mp4": {"video": "libx264", "audio": "aac", "container": "mp4", "options": FRAGMENTED},
    "iphone-mov": {"video": "libx264", "audio": "aac", "container": "mov"},
    "camera-pcm-mov": {"video": "libx264", "audio": "pcm_s16le", "container": "mov"},
}


def moving(t: float) -> Any:
    return portrait(place(x=320 + 40 * t), (640, 480))[::2, ::2]


def chirps() -> Any:
    """0.1 s of tone every half second, the first at 0.2 s; silence between."""
    beat = np.concatenate([silence(0.2), tone(0.1), silence(0.2)])
    return np.concatenate([beat] * round(SECONDS * 2))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("recordings")
    return {
        name: record(folder / name, picture=moving, seconds=SECONDS, sound=chirps(), **options)
        for name, options in FORMATS.items()
    }


def onsets(audio: Any) -> list[float]:
    """Seconds at which the level rises out of silence."""
    level = np.sqrt(np.convolve(audio**2, np.ones(160) / 160, "same"))
    loud = level > 0.05
    return (np.flatnonzero(loud[1:] & ~loud[:-1]) / 16_000).tolist()


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_probe_tells_what_is_in_it(self, recordings: dict[str, Path], name: str) -> None:
        info = probe(recordings[name])
        assert (info.width, info.height) == (320, 240)
        assert info.duration_ms == pytest.approx(SECONDS * 1000, abs=120)
        assert info.video_codec in ("vp8", "vp9", "h264")
        assert info.audio_codec == {"aac": "aac", "pcm_s16le": "pcm_s16le"}.get(FORMATS[name].get("audio", ""), "opus")

    def test_the_copy_has_a_duration_and_can_be_sought(
        self, recordings: dict[str, Path], name: str, tmp_path: Path
    ) -> None:
        out = tmp_path / "copy"
        info = remux(recordings[name], out)
        assert info.mime == ("video/webm" if info.video_codec in ("vp8", "vp9") else "video/mp4")
        assert info.audio_codec in ("opus", "aac")
        with av.open(str(out)) as copy:
            assert copy.duration == pytest.approx(SECONDS * 1e6, abs=120_000)
            assert copy.start_time == pytest.approx(0, abs=30_000)
            copy.seek(2_500_000)
            first = next(copy.decode(video=0))
            assert 1.4 <= first.time <= 2.5
            assert sum(1 for _ in copy.decode(video=0)) >= 14
        head = out.read_bytes()[: 64 << 10]
        assert (head.find(b"moov") < head.find(b"mdat")) if info.container == "mp4" else b"\x1c\x53\xbb\x6b" in head

    def test_sound_lies_where_the_recording_has_it(
        self, recordings: dict[str, Path], name: str, tmp_path: Path
    ) -> None:
        for source in (recordings[name], tmp_path / "copy"):
            if not source.exists():
                remux(recordings[name], source)
            extract_audio(source, tmp_path / "out.wav")
            found = onsets(read_wav(tmp_path / "out.wav"))
            assert len(found) == SECONDS * 2
            assert found == pytest.approx([0.2 + i / 2 for i in range(len(found))], abs=0.05)

    def test_a_poster_is_a_small_jpeg(self, recordings: dict[str, Path], name: str, tmp_path: Path) -> None:
        assert poster(recordings[name], tmp_path / "poster.jpg") == (320, 240)
        assert (tmp_path / "poster.jpg").read_bytes().startswith(b"\xff\xd8")


class TestTime:
    def test_sound_that_begins_late_is_preceded_by_silence(self, tmp_path: Path) -> None:
        path = record(tmp_path / "late.webm", picture=moving, sound=tone(2), sound_at_s=1.5)
        extract_audio(path, tmp_path / "out.wav")
        assert onsets(read_wav(tmp_path / "out.wav"))[0] == pytest.approx(1.5, abs=0.03)

    def test_a_hole_in_the_sound_becomes_silence(self, tmp_path: Path) -> None:
        path = tmp_path / "hole.webm"
        whole = record(tmp_path / "whole.webm", sound=tone(4))
        with av.open(str(whole)) as source, av.open(str(path), "w", format="webm") as out:
            stream = out.add_stream_from_template(source.streams.audio[0])
            for packet in source.demux(audio=0):
                if packet.pts is not None and not 1000 <= packet.pts < 2000:
                    packet.stream = stream
                    out.mux(packet)
        duration = extract_audio(path, tmp_path / "out.wav")
        audio = read_wav(tmp_path / "out.wav")
        assert duration == pytest.approx(4000, abs=50)
        assert onsets(audio)[-1] == pytest.approx(2.0, abs=0.05)
        assert np.abs(audio[17_600:31_000]).max() < 0.01

    def test_a_variable_rate_keeps_its_times(self, tmp_path: Path) -> None:
        times = [0.0, 0.033, 0.5, 0.52, 2.9, 3.0]
        path = record(tmp_path / "vfr.webm", picture=moving, times_s=times, options=LIVE)
        remux(path, tmp_path / "copy")
        with av.open(str(tmp_path / "copy")) as copy:
            assert [frame.time for frame in copy.decode(video=0)] == pytest.approx(times, abs=0.001)

    def test_times_count_from_the_first_packet(self, tmp_path: Path) -> None:
        path = record(
            tmp_path / "offset.webm",
            picture=moving,
            times_s=[i / 10 + 7 for i in range(30)],
            sound=tone(2),
            sound_at_s=8.0,
            options=LIVE,
        )
        assert poster(path, tmp_path / "poster.jpg") == (320, 240)
        extract_audio(path, tmp_path / "out.wav")
        assert onsets(read_wav(tmp_path / "out.wav"))[0] == pytest.approx(1.0, abs=0.05)
        info = remux(path, tmp_path / "copy")
        assert info.duration_ms == pytest.approx(3000, abs=120)
        extract_audio(tmp_path / "copy", tmp_path / "out.wav")
        assert onsets(read_wav(tmp_path / "out.wav"))[0] == pytest.approx(1.0, abs=0.05)


class TestContent:
    @pytest.mark.parametrize(("container", "video"), [("mov", "libx264"), ("webm", "libvpx")])
    def test_place_and_device_are_left_behind(self, tmp_path: Path, container: str, video: str) -> None:
        tags = {"location": "+48.1371+011.5754/", "title": "Kitchen table"}
        path = record(tmp_path / "phone", picture=moving, video=video, container=container, metadata=tags)
        with av.open(str(path)) as source:
            assert {"location", "title"} <= {key.lower() for key in source.metadata}
        remux(path, tmp_path / "copy")
        with av.open(str(tmp_path / "copy")) as copy:
            kept = {**copy.metadata, **{k: v for stream in copy.streams for k, v in stream.metadata.items()}}
        technical = {
            "major_brand",
            "minor_version",
            "compatible_brands",
            "encoder",
            "duration",
            "language",
            "handler_name",
        }
        assert {key.lower() for key in kept} <= technical
        assert b"Kitchen table" not in (tmp_path / "copy").read_bytes()

    @pytest.mark.parametrize("turn", [90, 180, 270])
    def test_a_phone_held_upright_is_seen_upright(self, tmp_path: Path, turn: int) -> None:
        def half(_t: float) -> Any:
            picture = blank((320, 240))
            picture[:, :160] = 0  # dark on the left as stored
            return picture

        path = record(tmp_path / "phone.mp4", picture=half, video="libx264", container="mp4", rotation=turn)
        info = remux(path, tmp_path / "copy")
        assert info.rotation == turn
        assert (info.width, info.height) == ((320, 240) if turn == 180 else (240, 320))
        poster(tmp_path / "copy", tmp_path / "poster.jpg")
        with av.open(str(tmp_path / "poster.jpg")) as still:
            seen = next(still.decode(video=0)).to_ndarray(format="gray")
        dark = {90: seen[-40:], 180: seen[:, -40:], 270: seen[:40]}[turn]  # a quarter turn left puts the left side down
        assert dark.mean() < 30
        assert seen.mean() > 50

    def test_voice_only(self, tmp_path: Path) -> None:
        info = remux(record(tmp_path / "voice.webm", sound=tone(2), options=LIVE), tmp_path / "copy")
        assert (info.mime, info.video_codec, info.width) == ("audio/webm", None, None)
        with pytest.raises(UnsupportedMedia) as error:
            poster(tmp_path / "copy", tmp_path / "poster.jpg")
        assert error.value.code == "media_no_video"
        assert not (tmp_path / "poster.jpg").exists()

    @pytest.mark.parametrize(
        ("container", "codec", "mime"),
        [
            ("wav", "pcm_s16le", "audio/wav"),
            ("mp3", "libmp3lame", "audio/mpeg"),
            ("flac", "flac", "audio/flac"),
            ("ogg", "libopus", "audio/webm"),
            ("ipod", "aac", "audio/mp4"),
        ],
    )
    def test_uploaded_sound(self, tmp_path: Path, container: str, codec: str, mime: str) -> None:
        path = record(tmp_path / "sound", sound=tone(2), audio=codec, container=container)
        info = remux(path, tmp_path / "copy")
        assert info.mime == mime
        assert info.duration_ms == pytest.approx(2000, abs=120)
        assert extract_audio(tmp_path / "copy", tmp_path / "out.wav") == pytest.approx(2000, abs=120)

    def test_a_silent_film_has_no_audio_and_says_so(self, tmp_path: Path) -> None:
        path = record(tmp_path / "silent.webm", picture=moving)
        assert probe(path).audio_codec is None
        with pytest.raises(UnsupportedMedia) as error:
            extract_audio(path, tmp_path / "out.wav")
        assert error.value.code == "media_no_audio"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_picture_track_without_pictures_is_no_picture(self, tmp_path: Path) -> None:
        path = tmp_path / "no-frames.webm"
        whole = record(tmp_path / "whole.webm", picture=moving, sound=tone(2))
        with av.open(str(whole)) as source, av.open(str(path), "w", format="webm") as out:
            streams = {s.index: out.add_stream_from_template(s) for s in source.streams}
            for packet in source.demux(audio=0):
                if packet.size:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
        assert (probe(path).video_codec, probe(path).audio_codec) == (None, "opus")
        assert remux(path, tmp_path / "copy").mime == "audio/webm"

    def test_too_long_is_refused(self, recordings: dict[str, Path], tmp_path: Path) -> None:
        for work in (probe, lambda p, limit_s: extract_audio(p, tmp_path / "out.wav", limit_s=limit_s)):
            with pytest.raises(TooLarge) as error:
                work(recordings["chrome-vp8"], limit_s=2)
            assert error.value.code == "media_too_long"
        assert list(tmp_path.iterdir()) == []

    def test_long_sound_takes_little_memory(self, tmp_path: Path) -> None:
        path = record(tmp_path / "long.webm", sound=np.tile(tone(10, level=0.05), 12))
        tracemalloc.start()
        extract_audio(path, tmp_path / "out.wav")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2 << 20


def attempt(work: Callable[..., Any], *arguments: Any) -> tuple[Any, str | None]:
    """The result, or the code of the error a person would see; anything else is raised."""
    try:
        return work(*arguments), None
    except RehearsalError as error:
        return None, error.code


def pictures_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0)) if container.streams.video else 0


@pytest.mark.parametrize("name", FORMATS)
@EXAMPLES
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_keeps_what_can_be_decoded(
    recordings: dict[str, Path], tmp_path: Path, name: str, share: float
) -> None:
    """At most about a second before the cut is lost (a fragment of MP4); an index behind the cut loses everything."""
    data = recordings[name].read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(data[: int(share * len(data))])
    info, code = attempt(remux, cut, tmp_path / "copy")
    if code is not None:
        assert code in ("media_empty", "media_unreadable", "media_not_media")
        assert "mov" in name or share < (0.35 if "mp4" in name else 0.1)
    else:
        assert info.duration_ms >= share * SECONDS * 1000 - 1300
        assert pictures_in(tmp_path / "copy") >= share * SECONDS * 10 - 13


@pytest.mark.parametrize("name", ["chrome-vp8", "safari-h264-aac-mp4"])
@EXAMPLES
@given(data=st.data())
def test_damage_inside_never_crashes(
    recordings: dict[str, Path], tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray(recordings[name].read_bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(16, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged"
    damaged.write_bytes(content)
    for work in (remux, extract_audio, poster):
        out = tmp_path / "out"
        out.unlink(missing_ok=True)
        _, code = attempt(work, damaged, out)
        assert out.exists() == (code is None)
        assert {p.name for p in tmp_path.iterdir()} <= {"damaged", "out"}


def _manifest(target: Path) -> dict[str, bytes]:
    """Files that make FFmpeg open other files or addresses, unless it is told not to."""
    return {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{target}\n#EXT-X-ENDLIST\n".encode(),
        "concat": f"ffconcat version 1.0\nfile '{target}'\n".encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
        "dash": f'<?xml version="1.0"?><MPD><BaseURL>file://{target}</BaseURL></MPD>'.encode(),
        "text": b"I am not a video, whatever my name says.\n",
        "html": b"<html><video src=x></video></html>",
        "image": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
        "gif": b"GIF89a\x01\x00\x01\x00\x00\xff\x00,",
        "zip": b"PK\x03\x04" + bytes(40),
        "subtitles": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n",
        "avi": b"RIFF\x24\x00\x00\x00AVI LIST",
    }


class TestHostile:
    @pytest.mark.parametrize("kind", [*_manifest(Path("/")), "nothing"])
    @pytest.mark.parametrize("work", [remux, extract_audio, poster])
    def test_what_is_no_recording_is_refused_by_content(
        self, recordings: dict[str, Path], tmp_path: Path, kind: str, work: Callable[..., Any]
    ) -> None:
        path = tmp_path / "answer.webm"
        path.write_bytes(_manifest(recordings["chrome-vp8"]).get(kind, b""))
        with pytest.raises(UnsupportedMedia) as error:
            work(path, tmp_path / "out")
        assert error.value.code == ("media_empty" if kind == "nothing" else "media_not_media")
        assert error.value.hint
        assert list(tmp_path.iterdir()) == [path]

    def test_a_picture_larger_than_8k_is_not_decoded(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.mp4"
        with av.open(str(path), "w", format="mp4") as out:
            stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "tune": "zerolatency"})
            stream.width, stream.height, stream.pix_fmt = 8192, 4352, "yuv420p"
            out.mux(stream.encode(av.VideoFrame(8192, 4352, "yuv420p")))
            out.mux(stream.encode(None))
        assert attempt(probe, path)[1] == "media_too_large"
        assert attempt(poster, path, tmp_path / "poster.jpg")[1] == "media_too_large"

    @given(st.binary(max_size=64))
    def test_sniffing_never_fails(self, head: bytes) -> None:
        assert sniff(head) in (None, "matroska", "mov", "ogg", "wav", "flac", "mp3")


@pytest.mark.parametrize("content", [b"", b"text", b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftypmp42" + bytes(12)])
def test_every_error_of_a_recording_has_a_way_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answer"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMedia) as error:
        probe(path)
    assert error.value.hint
    assert str(tmp_path) not in error.value.message + error.value.hint
