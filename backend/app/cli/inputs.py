"""What commands read: postings, answers and recordings."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.errors import BadInput, RehearsalError
from app.domain.posting import Posting

if TYPE_CHECKING:
    from app.services.providers.ports import Audio

# A typed answer of the web is at most this long as well.
ANSWER_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer as far as it could be measured; `not_measured` says per part why it is None."""

    kind: str
    transcript: Transcript
    voice: VoiceMeasures | None = None
    presence: PresenceMeasures | None = None
    not_measured: dict[str, str]


def tell(text: str) -> None:
    """One line of progress on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def read_posting(source: str) -> Posting:
    """A structured posting from a file, an http(s) address, or `-` for standard input. Raises BadInput."""
    from app.services.postings.parser.document import parse_document

    if source.startswith(("http://", "https://")):
        from app.services.postings.fetcher import fetch_posting

        return asyncio.run(fetch_posting(source))
    if source == "-":
        return parse_document(sys.stdin.buffer.read(), None)
    return parse_document(read_file(Path(source)), Path(source).name)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises BadInput saying what is wrong with the path."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"The file {path} does not exist.", code="file_missing") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a folder, not a file.", code="file_is_folder") from None
    except OSError as error:
        raise BadInput(f"The file {path} cannot be read: {error.strerror}.", code="file_unreadable") from None


def read_answer(source: str) -> str:
    """The text of a typed answer from a file or `-`. Raises BadInput when it is not text or too long."""
    data = sys.stdin.buffer.read() if source == "-" else read_file(Path(source))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The answer is not text in UTF-8.", code="answer_not_text") from None
    if len(text) > ANSWER_CHARACTERS:
        raise BadInput(f"The answer has more than {ANSWER_CHARACTERS} characters.", code="answer_too_long")
    return text


def typed(text: str, duration_s: float | None = None) -> Heard:
    """A typed answer: the words, and nothing about voice or picture."""
    from app.services.grading.rubric import typed_transcript

    transcript = typed_transcript(text)
    if duration_s is not None:
        transcript = replace(transcript, duration_ms=round(duration_s * 1000))
    reason = "The answer was typed."
    return Heard(kind="typed", transcript=transcript, not_measured={"voice": reason, "presence": reason})


def recorded(path: Path, hotwords: Sequence[str]) -> Heard:
    """A recording, analysed like a take of the web: words, voice and, where there is a picture, presence.

    Raises BadInput when it cannot be read or has no sound. A failed voice or presence measurement is said in
    `not_measured` and does not stop the rest, as in the web.
    """
    from app.services.providers.stt.whisper import transcribe
    from app.services.providers.video.mediapipe import measure_presence
    from app.services.providers.voice import measure_voice
    from app.services.recordings.media import extract_audio, remux

    if not path.is_file():
        raise BadInput(f"The recording {path} does not exist.", code="file_missing")
    not_measured: dict[str, str] = {}
    voice = presence = None
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        copy, sound = Path(folder) / "copy", Path(folder) / "audio.wav"
        has_picture = remux(path, copy).video_codec is not None
        extract_audio(copy, sound)
        audio = _samples(sound)
        transcript = transcribe(audio, hotwords)
        try:
            voice = measure_voice(audio, transcript)
        except RehearsalError as error:
            not_measured["voice"] = error.message
        if has_picture:
            try:
                presence = measure_presence(copy)
            except RehearsalError as error:
                not_measured["presence"] = error.message
        else:
            not_measured["presence"] = "The recording has no picture."
    kind = "video" if has_picture else "voice"
    return Heard(kind=kind, transcript=transcript, voice=voice, presence=presence, not_measured=not_measured)


def _samples(path: Path) -> Audio:
    import numpy as np

    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, np.int16).astype(np.float32) / np.float32(32768)
