"""A stand-in for ElevenLabs' text to speech with timestamps.

Routes, header, statuses and bodies follow the published specification as mirrored in August 2026 (facts: cloud.md) and
what the official client sends and reads. It speaks in tones (`tone_voice`), with the true times of every character.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

from tests.contract.faults import KEY
from tests.contract.tone_voice import RATE, Spoken, spoken

VOICE = "EXAVITQu4vr4xnSDxMaL"
MODELS = {"eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3"}
FORMATS = {"mp3_44100_128", "pcm_16000", "pcm_22050", "pcm_24000"}  # 44.1 kHz of samples needs a larger plan
FIELDS = {"text", "model_id", "voice_settings", "language_code", "seed"}
CHUNK_S = 0.5


class Answers:
    """How the stand-in answers where the specification leaves it open."""

    relative = False
    """Times of a chunk count from the chunk's own beginning instead of the sound's."""
    mute = False
    """Words have times and the sound is missing."""
    other_text = False
    """The times belong to another text."""


def create() -> FastAPI:
    """The application; its `state.answers` can be changed."""
    app = FastAPI()
    app.state.answers = Answers()

    @app.post("/v1/text-to-speech/{voice}/stream/with-timestamps")
    async def speak(voice: str, request: Request) -> Any:
        if request.headers.get("xi-api-key") != KEY:
            return _refusal(401, "invalid_api_key", "Invalid API key")
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"detail": [_invalid("body", "a JSON body")]}, 422)
        body = json.loads(await request.body())
        if problem := _problem(body, request.query_params.get("output_format", "mp3_44100_128")):
            return JSONResponse({"detail": [problem]}, 422)
        if voice != VOICE:
            return _refusal(404, "voice_not_found", "A voice with that id was not found")
        if body["model_id"] not in MODELS:
            return _refusal(400, "model_not_found", "A model with that id was not found")
        speed = (body.get("voice_settings") or {}).get("speed") or 1.0
        if not 0.7 <= speed <= 1.2:
            return _refusal(400, "invalid_voice_settings", "Speed must be between 0.7 and 1.2")
        answers: Answers = app.state.answers
        text = "Something else was said here today" if answers.other_text else body["text"]
        return StreamingResponse(_chunks(text, spoken(text, speed), answers), media_type="application/json")

    return app


def _invalid(where: str, wanted: str) -> dict[str, Any]:
    return {"loc": ["body", where], "msg": f"needs {wanted}", "type": "value_error"}


def _problem(body: Any, output: str) -> dict[str, Any] | None:
    if not isinstance(body, dict) or not set(body) <= FIELDS:
        return _invalid("body", "only known fields")
    if not isinstance(body.get("text"), str) or not 0 < len(body["text"]) <= 10_000:
        return _invalid("text", "1 to 10,000 characters")
    if not isinstance(body.get("model_id"), str):
        return _invalid("model_id", "a model")
    return None if output in FORMATS else {"loc": ["query", "output_format"], "msg": "unknown", "type": "enum"}


def _refusal(code: int, status: str, message: str) -> JSONResponse:
    return JSONResponse({"detail": {"status": status, "message": message}}, code)


def characters(text: str, said: Spoken) -> list[tuple[str, float, float]]:
    """Every character of the text with its seconds: those of a word share its time, a space takes the gap."""
    out: list[tuple[str, float, float]] = []
    words, now = list(said.words), 0.0
    for k, word in enumerate(text.split(" ")):
        if k:
            out.append((" ", now, words[0].start if words else now))
            now = out[-1][2]
        if words and words[0].text == word:
            one = words.pop(0)
            step = (one.end - one.start) / len(word)
            out += [(c, one.start + i * step, one.start + (i + 1) * step) for i, c in enumerate(word)]
            now = one.end
        else:
            out += [(c, now, now) for c in word]
    return out


def _chunks(text: str, said: Spoken, answers: Answers) -> Iterator[str]:
    timed = characters(text, said)
    size = round(CHUNK_S * RATE) * 2 + 1  # an odd number: a chunk may end in the middle of a sample
    for begin in range(0, len(said.samples), size):
        from_s, to_s = begin / 2 / RATE, (begin + size) / 2 / RATE
        inside = [one for one in timed if from_s <= one[1] < to_s]
        shift = from_s if answers.relative else 0.0
        alignment = {
            "characters": [c for c, _, _ in inside],
            "character_start_times_seconds": [start - shift for _, start, _ in inside],
            "character_end_times_seconds": [end - shift for _, _, end in inside],
        }
        sound = b"" if answers.mute else said.samples[begin : begin + size]
        chunk = {
            "audio_base64": base64.b64encode(sound).decode(),
            "alignment": alignment if inside else None,
            "normalized_alignment": None,
        }
        yield json.dumps(chunk) + "\n"
