"""`practice`: a whole interview from files. The report has the shape of the web's."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app import __version__
from app.cli.answers import Answer, judge, recorded, typed
from app.cli.grade import names_to_hear
from app.cli.inputs import read_answer, read_posting, tell
from app.domain.errors import BadInput
from app.domain.posting import Posting
from app.domain.question import Question, QuestionSet

SCHEMA = 1


def run(options: Namespace) -> dict[str, Any]:
    """Write the report to OUT; prints a short summary. Raises BadInput."""
    from app.services.interviews.planner import plan

    out = Path(options.out)
    if not out.parent.is_dir():
        raise BadInput(f"The folder {out.parent} does not exist.", code="folder_missing")
    recordings = answer_files(Path(options.recordings))
    posting = read_posting(options.posting)
    planned = plan(posting, count=options.questions, seed=options.seed)
    if len(recordings) > len(planned.questions):
        raise BadInput(
            f"There are {len(recordings)} recordings for {len(planned.questions)} questions.",
            code="recordings_too_many",
            hint="Ask for more with --questions.",
        )
    questions = [replace(question, id=str(uuid4())) for question in planned.questions]
    answers: list[Answer] = []
    for number, (question, path) in enumerate(zip(questions, recordings, strict=False), 1):
        tell(f"question {number} of {len(questions)}: {path.name}")
        answers.append(analyse(posting, question, path))
    report = build_report(options, posting, planned, questions, answers)
    out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    summary = report["summary"]
    return {
        "schema": SCHEMA,
        "report": str(out),
        "overall": summary["overall"],
        "range": summary["range"],
        "asked": summary["asked"],
        "answered": summary["answered"],
        "graded": summary["graded"],
    }


def answer_files(folder: Path) -> list[Path]:
    """Recordings and .txt files of a folder, by name; hidden files do not count. Raises BadInput when there is none."""
    if not folder.is_dir():
        raise BadInput(f"The folder {folder} does not exist.", code="folder_missing")
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not files:
        raise BadInput(f"The folder {folder} has no recording.", code="recordings_none")
    return files


def analyse(posting: Posting, question: Question, path: Path) -> Answer:
    """One answer from its file: a .txt is a typed answer, anything else a recording."""
    if path.suffix.lower() == ".txt":
        answer = typed(read_answer(str(path)))
    else:
        answer = recorded(path, names_to_hear(posting, question))
    judge(answer, question)
    return answer


def build_report(
    options: Namespace,
    posting: Posting,
    planned: QuestionSet,
    questions: Sequence[Question],
    answers: Sequence[Answer],
) -> dict[str, Any]:
    """The report as `GET /api/interviews/{id}/report` gives it, checked against the same schema, plus `schema`."""
    from app.api.schemas.reports import ReportOut
    from app.services.grading.rubric import summarise

    now, interview_id = datetime.now(UTC), uuid4()
    given: list[Answer | None] = [*answers, *[None] * (len(questions) - len(answers))]
    takes = [
        None if answer is None else _take(answer, UUID(question.id), interview_id, now)
        for question, answer in zip(questions, given, strict=True)
    ]
    items = [
        (question, answer.grade if answer else None, answer.tips if answer else ())
        for question, answer in zip(questions, given, strict=True)
    ]
    kinds = {answer.kind for answer in answers}
    report = {
        "interview": {
            "id": interview_id,
            "created_at": now,
            "finished_at": now,
            "posting": {"id": uuid4(), **{name: getattr(posting, name) for name in POSTING_FIELDS}},
            "settings": {
                "mode": next(kind for kind in ("video", "voice", "typed") if kind in kinds),
                "voice": "af_heart",
                "speed": 1.0,
                "interviewer": "maya",
                "style": "neutral",
                "hidden": False,
                "follow_ups": False,
                "consent": {"recording": True, "voice": True, "presence": True, "providers": []},
                "count": options.questions,
                "seed": options.seed,
                "kinds": None,
                "difficulty": None,
            },
            "questions": [
                {
                    "id": question.id,
                    "position": position,
                    "own": False,
                    "question": question,
                    "speech": {"state": "preparing", "url": None},
                    "takes": [take] if take else [],
                }
                for position, (question, take) in enumerate(zip(questions, takes, strict=True))
            ],
            "coverage": planned.coverage,
            "closing": None,
            "not_asked": planned.provenance["not_asked"],
            "progress": {"asked": len(questions), "answered": len(answers), "finished": len(answers)},
        },
        "posting": posting,
        "summary": summarise(items),
        "answers": [
            {
                "question_id": question.id,
                "question": question,
                "take": take,
                "transcript": answer.transcript if answer else None,
                "voice": answer.voice if answer else None,
                "presence": answer.presence if answer else None,
                "observations": None,
                "copies": None,
                "grade": answer.grade if answer else None,
                "tips": list(answer.tips) if answer else [],
                "stages": answer.stages if answer else [],
                "follow_up": None,
            }
            for question, answer, take in zip(questions, given, takes, strict=True)
        ],
        "usage": {"models": [], "cost_usd": 0.0, "budget_usd": 0.0, "estimated": False},
        "provenance": {"code": __version__, "questions": planned.provenance},
    }
    checked: dict[str, Any] = ReportOut.model_validate(report).model_dump(mode="json")
    return {"schema": SCHEMA, **checked}


POSTING_FIELDS = ("title", "company", "location", "seniority")


def _take(answer: Answer, question_id: UUID, interview_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "number": 1,
        "kind": answer.kind,
        "state": "complete",
        "created_at": now,
        "duration_ms": answer.duration_ms,
        "counts": True,
        "question_id": question_id,
        "interview_id": interview_id,
        "completed_at": now,
        "size_bytes": answer.size_bytes,
        "text": answer.text,
        "media_url": None,
        "media_type": answer.media_type,
        "media_expires_at": None,
        "poster_url": None,
        "upload": None,
        "stages": answer.stages,
    }
