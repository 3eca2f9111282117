"""`grade`: one answer, or a line of JSON per answer, to a grade that can be checked."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app import __version__
from app.cli.answers import Answer, judge, recorded, typed
from app.cli.inputs import read_answer, read_posting, tell
from app.domain.errors import BadInput, RehearsalError
from app.domain.posting import Posting
from app.domain.question import Question, QuestionKind
from app.utils.json import digest, dump, load

SCHEMA = 1
OWN_COMPETENCY = "own question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of `grade --batch`."""

    question: str
    answer: str
    id: str | int | None = None
    kind: QuestionKind | None = None
    key_points: tuple[str, ...] = ()
    posting: str | None = None
    duration_s: float | None = None


def run(options: Namespace) -> dict[str, Any]:
    """The JSON of `grade` for one answer. Raises BadInput."""
    posting = read_posting(options.posting) if options.posting else None
    question = own_question(options.question, QuestionKind(options.kind) if options.kind else None, ())
    if options.recording:
        tell("listening to the recording")
        answer = recorded(Path(options.recording), names_to_hear(posting, question))
    else:
        answer = typed(read_answer(options.answer))
    return grade(question, answer)


def batch(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """A grade for every line, in order; a line that cannot be graded gives `{id, error}` and the rest goes on."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        identity: Any = number
        try:
            data = json.loads(text)
            if not isinstance(data, dict):
                raise BadInput("The line is not a JSON object.", code="line_not_object")
            identity = data.get("id", number)
            yield {"id": identity, **_grade_line(load(Line, data))}
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            yield _failed(identity, "line_invalid", f"The field {where} is wrong: {first['msg']}.")
        except RehearsalError as error:
            yield _failed(identity, error.code, error.message)
        except ValueError:
            yield _failed(identity, "line_not_json", "The line is not JSON.")


def print_batch() -> None:
    """Lines of standard input to lines of standard output, each as soon as it is graded."""
    for result in batch(iter(sys.stdin.readline, "")):
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def own_question(text: str, kind: QuestionKind | None, key_points: tuple[str, ...]) -> Question:
    """A question somebody wrote, graded like one that was added on the page. Raises BadInput when it is empty."""
    from app.services.grading.rubric import kind_of

    if not text.strip():
        raise BadInput("The question is empty.", code="question_empty")
    return Question(
        id="q1", text=text.strip(), kind=kind or kind_of(text), competency=OWN_COMPETENCY, key_points=key_points
    )


def names_to_hear(posting: Posting | None, question: Question) -> list[str]:
    """The names that the recogniser is told of, as in the web."""
    from app.services.flow.stages import hotwords

    return hotwords(posting, dump(question)) if posting else []


def grade(question: Question, answer: Answer) -> dict[str, Any]:
    """What `grade` prints; docs/cli.md says what each field means. Raises what kept the answer from being graded."""
    judge(answer, question)
    transcript, result = answer.transcript, answer.grade
    if transcript is None or result is None:
        raise next(iter(answer.errors.values()))
    message = {
        "question": dump(question),
        "transcript": dump(transcript),
        "voice": answer.voice and dump(answer.voice),
        "presence": answer.presence and dump(answer.presence),
    }
    return {
        "schema": SCHEMA,
        "overall": result.overall,
        "range": result.range,
        "not_graded": result.not_graded,
        "groups": result.groups,
        "dimensions": [dump(dimension) for dimension in result.dimensions],
        "gates": [dump(gate) for gate in result.gates],
        "tips": [dump(tip) for tip in answer.tips],
        "measures": {
            "star": [dump(span) for span in result.star],
            "voice": message["voice"],
            "presence": message["presence"],
            "not_measured": answer.not_measured(),
        },
        "transcript": {
            "words": [dump(word) for word in transcript.words],
            "duration_ms": transcript.duration_ms,
            "language": transcript.language,
            "source": transcript.source,
        },
        "provenance": {
            **result.provenance,
            "code": __version__,
            "models": {
                "transcript": transcript.provenance or None,
                "voice": answer.voice.provenance if answer.voice else None,
                "presence": answer.presence.provenance if answer.presence else None,
            },
            "input_hash": digest(message),
        },
    }


def _grade_line(line: Line) -> dict[str, Any]:
    question = own_question(line.question, line.kind, line.key_points)
    return grade(question, typed(line.answer, line.duration_s))


def _failed(identity: Any, code: str, message: str) -> dict[str, Any]:
    return {"id": identity, "error": {"code": code, "message": message}}
