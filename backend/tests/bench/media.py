"""What listening, speaking and looking cost on this machine: one JSON object on standard output.

    python -m tests.bench.media [--runs 5]

A recording of 60 s is made (our own synthesiser reading, a public-domain portrait swaying, 640 x 480 at 30 pictures a
second, VP8 and Opus as Chrome writes them). Each stage runs once to load its models and then `--runs` times; figures
are medians of CPU and wall seconds per second of recording (for tts: of speech made). Every stage runs in a process of
its own, so `peak_mb` is what a worker that does only this needs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SECONDS = 60.0
LIMITS = {  # CPU seconds per second
    "media": 0.03,
    "transcript": 0.10,
    "fillers": 0.05,
    "speech_to_text": 0.15,  # both passes side by side, as the product runs them
    "voice": 0.03,
    "presence": 0.30,
    "tts": 1.0,
}


def make(folder: Path) -> None:
    """Write answer.webm into `folder`."""
    from tests.unit.media.clips import place, portrait, record, story

    speech = np.tile(story(), 4)[: round(SECONDS * 16_000)]
    pictures = [portrait(place(x=320 + 30 * np.sin(k / 10), y=240 + 5 * np.cos(k / 7))) for k in range(90)]
    record(
        folder / "answer.webm",
        picture=lambda t: pictures[round(t * 30) % len(pictures)],
        seconds=SECONDS,
        fps=30,
        sound=speech,
        options={"live": "1"},
    )


def stage(name: str, folder: Path) -> tuple[Callable[[], Any], float]:
    """The work of one stage and the seconds it is about."""
    from app.services.recordings.media import extract_audio, poster, read_wav, remux

    recording, copy, sound = folder / "answer.webm", folder / f"{name}.copy", folder / f"{name}.wav"
    if name == "media":

        def media() -> None:
            remux(recording, copy)
            extract_audio(copy, sound)
            poster(copy, folder / "poster.jpg")

        return media, SECONDS
    if name == "presence":
        from app.services.providers.video.mediapipe import measure_presence

        return lambda: measure_presence(recording), SECONDS
    if name == "tts":
        from app.services.providers.tts.kokoro import speak

        text = "Tell me about a time when a plan of yours failed, and what you did in the first hour after that."
        return lambda: speak(text, voice="bf_emma"), speak(text, voice="bf_emma")[1].duration_s
    extract_audio(recording, sound)
    audio = read_wav(sound)
    if name in ("transcript", "fillers", "speech_to_text"):
        from faster_whisper.vad import get_speech_timestamps

        from app.services.providers.stt import whisper

        if name == "speech_to_text":
            return lambda: whisper.transcribe(audio), SECONDS
        model, settings = (
            (whisper.RECORD, whisper.RECORD_OPTIONS)
            if name == "transcript"
            else (whisper.FILLER, whisper.FILLER_OPTIONS)
        )
        loaded, _ = whisper._model(model, 1)
        segments = get_speech_timestamps(audio, whisper.VAD)
        return lambda: whisper._hear(loaded, audio, segments, **settings), SECONDS
    from app.domain.answer import Transcript
    from app.services.providers.voice import measure_voice

    return lambda: measure_voice(audio, Transcript(words=())), SECONDS


def measure(name: str, folder: Path, runs: int) -> dict[str, float]:
    """Medians of one stage; call it in a process of its own."""
    began = time.perf_counter()
    work, seconds = stage(name, folder)
    work()
    first = time.perf_counter() - began
    cpu, wall = [], []
    for _ in range(runs):
        before = time.process_time(), time.perf_counter()
        work()
        cpu.append((time.process_time() - before[0]) / seconds)
        wall.append((time.perf_counter() - before[1]) / seconds)
    return {
        "cpu_s_per_s": round(statistics.median(cpu), 4),
        "wall_s_per_s": round(statistics.median(wall), 4),
        "limit_cpu_s_per_s": LIMITS[name],
        "first_run_s": round(first, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of the media stages, as JSON.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stages", nargs="+", default=list(LIMITS), choices=list(LIMITS))
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    results: dict[str, Any] = {"seconds": SECONDS, "runs": options.runs}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with spawn.Pool(1) as pool:
            pool.apply(make, (folder,))
        for item in options.stages:
            sys.stderr.write(f"{item} ...\n")
            with spawn.Pool(1) as pool:
                results[item] = pool.apply(measure, (item, folder, options.runs))
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
