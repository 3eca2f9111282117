"""Real media for the browser's fake camera and microphone: a public-domain face that moves, and our own voice reading.

`python -m tests.e2e.media FOLDER` writes `face.y4m` (camera, looped by Chromium), `answer.wav` (microphone, looped) and
`answer.txt` (what is read). The face is the portrait `astronaut.png` of scikit-image's wheel (NASA, public domain),
panned, zoomed and tilted; the voice is the product's own synthesiser. No media of private people, nothing downloaded.
"""

from __future__ import annotations

import io
import sys
import wave
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from skimage import data

from app.services.providers.tts import kokoro

WIDTH, HEIGHT, FPS, SECONDS = 640, 480, 10, 12
LEAD_S, TAIL_S = 0.6, 1.4

ANSWER = (
    "Last winter our evening deliveries kept going out late, and the store managers were losing patience with us. "
    "I was the shift lead, so I had to find out why and get the vans away by seven. "
    "I walked the route from the freezer to the loading bay with a stopwatch, and I saw that two pickers waited for "
    "the same pallet jack. I borrowed a second jack from the day team, because buying one would have taken a month, "
    "and I moved the heavy lanes next to the door. "
    "As a result, late departures fell from nine a week to one, and nobody had to stay after their shift. "
    "I learned to watch the work before I change it."
)


def write_face(path: Path) -> None:
    """A 12 s loop of one face: slow pan and zoom, a small tilt, always facing the camera. YUV4MPEG2, 4:2:0."""
    picture = cv2.cvtColor(data.astronaut()[0:300, 80:480], cv2.COLOR_RGB2BGR)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for index in range(FPS * SECONDS):
            phase = 2 * np.pi * index / (FPS * SECONDS)
            turn = cv2.getRotationMatrix2D(
                (150 + 12 * np.sin(phase), 120 + 6 * np.sin(2 * phase)), 4 * np.sin(phase), 1.7 + 0.15 * np.cos(phase)
            )
            turn[:, 2] += np.array([WIDTH / 2 - 150, HEIGHT / 2 - 120])
            frame = cv2.warpAffine(picture, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
            out.write(b"FRAME\n")
            out.write(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())


def write_answer(path: Path, text: str = ANSWER) -> float:
    """`text` read by the embedded voice sentence by sentence, with a breath between; returns the seconds written."""
    parts: list[np.ndarray] = []
    rate = 24_000
    for sentence in text.replace("? ", ". ").split(". "):
        audio, _ = kokoro.speak(sentence.rstrip(".") + ".", voice="am_michael")
        with wave.open(io.BytesIO(audio)) as clip:
            rate = clip.getframerate()
            parts.append(np.frombuffer(clip.readframes(clip.getnframes()), "<i2"))
            parts.append(np.zeros(int(0.25 * rate), "<i2"))
    samples = np.concatenate([np.zeros(int(LEAD_S * rate), "<i2"), *parts, np.zeros(int(TAIL_S * rate), "<i2")])
    # A closed room is never digitally silent; without a floor the recogniser meets a signal no microphone gives.
    noise = np.random.default_rng(0).normal(0, 12, len(samples))
    samples = np.clip(samples.astype(np.float64) + noise, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return len(samples) / rate


def write_recording(folder: Path, out: Path, *, seconds: float | None = None) -> float:
    """A WebM as a browser records it (VP8, Opus) of the face with the answer read; returns its seconds.

    `seconds` repeats the material up to that length: for benchmarks and drills, not for grades.
    """
    with wave.open(str(folder / "answer.wav")) as clip:
        rate = clip.getframerate()
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
    length = seconds or len(samples) / rate
    samples = np.resize(samples, int(length * rate))
    with av.open(str(folder / "face.y4m")) as source:
        frames = [frame.to_ndarray(format="yuv420p") for frame in source.decode(video=0)]
    with av.open(str(out), "w", format="webm") as target:
        video = target.add_stream("libvpx", rate=FPS, options={"deadline": "realtime", "cpu-used": "8"})
        video.width, video.height, video.pix_fmt, video.bit_rate = WIDTH, HEIGHT, "yuv420p", 1_000_000
        audio = target.add_stream("libopus", rate=48_000, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000, frame_size=960)
        for second in range(int(np.ceil(length))):
            for index in range(second * FPS, min((second + 1) * FPS, int(length * FPS))):
                frame = av.VideoFrame.from_ndarray(frames[index % len(frames)], format="yuv420p")
                frame.pts, frame.time_base = index, Fraction(1, FPS)
                target.mux(video.encode(frame))
            chunk = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[None, second * rate : (second + 1) * rate]), format="s16", layout="mono"
            )
            chunk.sample_rate, chunk.pts, chunk.time_base = rate, second * rate, Fraction(1, rate)
            for part in resampler.resample(chunk):
                target.mux(audio.encode(part))
        for stream in (video, audio):
            target.mux(stream.encode())
    return length


def write_all(folder: Path) -> None:
    """Write the three files into `folder`, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "answer.txt").exists():
        write_face(folder / "face.y4m")
        write_answer(folder / "answer.wav")
        (folder / "answer.txt").write_text(ANSWER, encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
