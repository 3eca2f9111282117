"""One answer, analysed stage by stage with the functions that the workers call, without their rows and leases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.errors import BadInput, ProviderError, RehearsalError
from app.domain.grade import Grade, Tip
from app.domain.question import Question

if TYPE_CHECKING:
    from app.services.providers.ports import Audio

TYPED = "A typed answer has none."
NO_PICTURE = "The recording has no picture."
NO_SERVICE = "No service of others is asked on the command line."


@dataclass
class Answer:
    """An answer as far as it could be analysed. What is None was not measured, and its stage says why."""

    kind: str
    text: str | None = None
    duration_ms: int | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    transcript: Transcript | None = None
    voice: VoiceMeasures | None = None
    presence: PresenceMeasures | None = None
    grade: Grade | None = None
    tips: tuple[Tip, ...] = ()
    stages: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, RehearsalError] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Run a stage: an expected error is kept in `errors` and in the stage's row, and does not go further."""
        row = _row(name, "done", attempt=1)
        self.stages.append(row)
        row["started_at"], cpu = datetime.now(UTC), time.process_time()
        try:
            yield
        except RehearsalError as error:
            provider = error.provider if isinstance(error, ProviderError) else None
            row["state"] = "failed"
            row["error"] = {"code": error.code, "message": error.message, "hint": error.hint, "provider": provider}
            self.errors[name] = error
        row["finished_at"] = datetime.now(UTC)
        row["cpu_seconds"] = round(time.process_time() - cpu, 3)

    def skip(self, name: str, reason: str) -> None:
        """A stage that does not apply to this answer."""
        self.stages.append(_row(name, "skipped", reason=reason))

    def block(self, name: str, needed: str) -> None:
        """A stage that cannot run because another one failed."""
        message, hint = f"It needs the stage {needed}, which failed.", f"Run {needed} again."
        error = {"code": "stage_blocked", "message": message, "hint": hint, "provider": None}
        self.stages.append(_row(name, "failed") | {"error": error})

    def not_measured(self) -> dict[str, str]:
        """Why voice or presence is missing, by its name."""
        rows = [row for row in self.stages if row["name"] in ("voice", "presence") and row["state"] != "done"]
        return {row["name"]: row["reason"] or row["error"]["message"] for row in rows}


def _row(name: str, state: str, *, reason: str | None = None, attempt: int = 0) -> dict[str, Any]:
    empty = dict.fromkeys(("error", "started_at", "finished_at", "cpu_seconds"))
    return {"name": name, "state": state, "reason": reason, "attempt": attempt, "parked": False, **empty}


def typed(text: str, duration_s: float | None = None) -> Answer:
    """A typed answer: words, and neither voice nor picture. `duration_s` is how long it took, if known."""
    from app.services.grading.rubric import typed_transcript

    answer = Answer(kind="typed", text=text)
    answer.skip("media", TYPED)
    with answer.stage("transcript"):
        answer.transcript = typed_transcript(text)
        if duration_s is not None:
            answer.transcript = replace(answer.transcript, duration_ms=round(duration_s * 1000))
    for name in ("voice", "presence", "cloud_video"):
        answer.skip(name, TYPED)
    return answer


def recorded(path: Path, hotwords: Sequence[str]) -> Answer:
    """A recording: words, voice and, where there is a picture, presence. Raises BadInput when there is no such file.

    A recording that cannot be read ends in failed stages, as in the web; see `Answer.errors`.
    """
    from app.services.recordings.media import extract_audio, read_wav, remux

    if not path.is_file():
        raise BadInput(f"The recording {path} does not exist.", code="file_missing")
    answer = Answer(kind="video", size_bytes=path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        copy, sound = Path(folder) / "copy", Path(folder) / "audio.wav"
        with answer.stage("media"):
            info = remux(path, copy)
            extract_audio(copy, sound)
            answer.kind = "voice" if info.video_codec is None else "video"
            answer.duration_ms, answer.media_type = info.duration_ms, info.mime
        if "media" in answer.errors:
            for name in ("transcript", "voice", "presence"):
                answer.block(name, "media")
        else:
            _measure(answer, copy, read_wav(sound), hotwords)
    answer.skip("cloud_video", NO_SERVICE)
    return answer


def _measure(answer: Answer, copy: Path, audio: Audio, hotwords: Sequence[str]) -> None:
    from app.services.providers.stt.whisper import transcribe
    from app.services.providers.voice import measure_voice

    with answer.stage("transcript"):
        answer.transcript = transcribe(audio, hotwords)
    if answer.transcript is None:
        answer.block("voice", "transcript")
    else:
        with answer.stage("voice"):
            answer.voice = measure_voice(audio, answer.transcript)
    if answer.kind == "voice":
        answer.skip("presence", NO_PICTURE)
    else:
        from app.services.providers.video.mediapipe import measure_presence

        with answer.stage("presence"):
            answer.presence = measure_presence(copy)


def judge(answer: Answer, question: Question) -> None:
    """Grade the answer and make its tips, in place."""
    from app.services.grading.rubric import grade_answer, make_tips

    transcript = answer.transcript
    if transcript is None:
        answer.block("grade", "transcript")
        answer.block("tips", "grade")
        return
    with answer.stage("grade"):
        answer.grade = grade_answer(question, transcript, answer.voice, answer.presence)
    grade = answer.grade
    if grade is None:
        answer.block("tips", "grade")
        return
    with answer.stage("tips"):
        answer.tips = make_tips(question, transcript, grade)
