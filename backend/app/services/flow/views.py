"""Interviews as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.grade import Grade, Summary, Tip
from app.domain.posting import Posting
from app.domain.question import Question
from app.models.interview import Interview, QuestionRow
from app.models.posting import PostingRow
from app.models.take import STAGES, Stage, Take
from app.services.analysis.pipeline import ENDED
from app.services.interviews import service as interviews
from app.services.recordings import service as recordings
from app.services.speech import service as speech
from app.utils.json import load


def question(row: QuestionRow) -> Question:
    """The question of a row."""
    return load(Question, row.question)


def posting_summary(row: PostingRow) -> dict[str, Any]:
    """The posting an interview is for (PostingSummary)."""
    return {"id": row.id} | {field: row.posting.get(field) for field in ("title", "company", "location", "seniority")}


def interview(row: Interview, clips: Mapping[str, str]) -> dict[str, Any]:
    """An interview with its questions (InterviewOut). `clips` maps speech keys to states."""
    manner = ("mode", "voice", "speed", "interviewer", "style", "hidden", "consent")
    mix = ("count", "seed", "kinds", "difficulty")
    asked = [question(item) for item in row.questions]
    return {
        "id": row.id,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "posting": posting_summary(row.posting),
        "settings": {field: getattr(row, field) for field in (*manner, *mix)},
        "questions": [_question(item, position, clips) for position, item in enumerate(row.questions)],
        "coverage": interviews.coverage(load(Posting, row.posting.posting), asked),
        "not_asked": row.provenance.get("not_asked", {}),
        "closing": speech.address(row.closing_key, clips.get(row.closing_key, "preparing"))
        if row.closing_key
        else None,
        "progress": counts(row),
    }


def _question(row: QuestionRow, position: int, clips: Mapping[str, str]) -> dict[str, Any]:
    newest = recordings.counting(row.takes)
    return {
        "id": row.id,
        "position": position,
        "own": row.own,
        "question": question(row),
        "speech": speech.address(row.speech_key, clips.get(row.speech_key, "preparing")),
        "takes": [recordings.summary(take, counts=take is newest) for take in row.takes],
    }


def counts(row: Interview) -> dict[str, int]:
    """How far an interview is (Counts). Tips come last: when they have ended, the analysis has."""
    newest = [take for take in (recordings.counting(item.takes) for item in row.questions) if take]
    finished = sum(any(stage.name == "tips" and stage.state in ENDED for stage in take.stages) for take in newest)
    return {"asked": len(row.questions), "answered": len(newest), "finished": finished}


def progress(row: Interview, clips: Mapping[str, str]) -> dict[str, Any]:
    """Stages of all answers (ProgressOut)."""
    newest = {item.id: recordings.counting(item.takes) for item in row.questions}
    stages = {identity: ordered(take.stages) if take else [] for identity, take in newest.items()}
    states = [stage.state for rows in stages.values() for stage in rows]
    done = sum(state in ENDED for state in states)
    return {
        "interview_id": row.id,
        "finished_at": row.finished_at,
        "complete": done == len(states),
        "stages_done": done,
        "stages_total": len(states),
        "speech_ready": sum(clips.get(item.speech_key) == "ready" for item in row.questions),
        "speech_total": len(row.questions),
        "answers": [
            {"question_id": identity, "take_id": take.id if take else None, "stages": stages[identity]}
            for identity, take in newest.items()
        ],
    }


def ordered(stages: Iterable[Stage]) -> list[Stage]:
    """Stages in the order of the work."""
    return sorted(stages, key=lambda stage: STAGES.index(stage.name))


def results(take: Take | None) -> dict[str, Any]:
    """The results of the stages that are done, by name."""
    return {stage.name: stage.result for stage in take.stages if stage.state == "done"} if take else {}


def summary(row: Interview) -> Summary:
    """The interview as a whole, from the answers that count."""
    from app.services.grading.rubric import summarise

    items: list[tuple[Question, Grade | None, tuple[Tip, ...]]] = []
    for item in row.questions:
        made = results(recordings.counting(item.takes))
        grade = load(Grade, made["grade"]) if "grade" in made else None
        items.append((question(item), grade, load(tuple[Tip, ...], made.get("tips", ()))))
    return summarise(items)
