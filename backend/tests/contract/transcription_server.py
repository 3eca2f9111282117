"""A stand-in for OpenAI's transcription of a file with the times of words.

Route, header, form and answers follow the published OpenAPI description (openai/openai-openapi, August 2026) and what
the official client sends and reads. It knows a recording and finds out which part of it was sent by its samples, so its
words and times are true.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.services.providers.ports import SAMPLE_RATE, Audio
from tests.contract.faults import KEY

BYTES_MAX = 25 * 1024 * 1024
FORM = {"file", "model", "language", "prompt", "response_format", "temperature", "timestamp_granularities[]"}


class Recording:
    """What the stand-in has heard before: samples, and words as (text, start, end) in seconds."""

    def __init__(self, audio: Audio, words: Sequence[tuple[str, float, float]]) -> None:
        self.samples = (np.clip(audio, -1, 1) * 32767).astype("<i2")
        self.words = words

    def words_of(self, part: np.ndarray) -> tuple[str, list[dict[str, Any]]]:
        """Text and words of a part of the recording. Raises ValueError for any other sound."""
        place = self.samples.tobytes().find(part.tobytes())
        if place < 0 or place % 2:
            raise ValueError("unknown sound")
        begin, end = place / 2 / SAMPLE_RATE, (place / 2 + len(part)) / SAMPLE_RATE
        inside = [word for word in self.words if begin <= (word[1] + word[2]) / 2 < end]
        bare = [
            {"word": text.strip(",.?!"), "start": max(0.0, start - begin), "end": stop - begin}
            for text, start, stop in inside
        ]
        return " ".join(word[0] for word in inside), bare


def create() -> FastAPI:
    """The application; `state.recording` is what it can hear."""
    app = FastAPI()
    app.state.recording = None

    @app.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> Any:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _refusal(401, "invalid_api_key", "Incorrect API key provided")
        form = await request.form()
        sound = await form["file"].read()  # type: ignore[union-attr]
        if len(sound) > BYTES_MAX:
            return _refusal(413, "file_too_large", "Maximum content size limit exceeded")
        if form.get("model") != "whisper-1":
            return _refusal(404, "model_not_found", "The model does not exist")
        wanted = {"language": "en", "response_format": "verbose_json", "timestamp_granularities[]": "word"}
        if not set(form) <= FORM or any(form.get(name) != value for name, value in wanted.items()):
            return _refusal(400, "invalid_request", f"Unexpected form {sorted(form)}")
        try:
            with wave.open(io.BytesIO(sound)) as clip:
                if (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) != (SAMPLE_RATE, 1, 2):
                    raise ValueError("another format")
                samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
            text, words = app.state.recording.words_of(samples)
        except (ValueError, EOFError, wave.Error):
            return _refusal(400, "invalid_file", "Invalid file format")
        seconds = len(samples) / SAMPLE_RATE
        usage = {"type": "duration", "seconds": seconds}
        return {
            "task": "transcribe",
            "language": "english",
            "duration": seconds,
            "text": text,
            "words": words,
            "usage": usage,
        }

    return app


def _refusal(status: int, code: str, message: str) -> JSONResponse:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status)
