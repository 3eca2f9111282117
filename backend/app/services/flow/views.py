"""Interviews as they are shown."""

from __future__ import annotations

import re
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
    manner = ("mode", "voice", "speed", "interviewer", "style", "hidden", "follow_ups", "consent")
    mix = ("count", "seed", "kinds", "difficulty")
    asked = [question(item) for item in row.questions]
    return {
        "id": row.id,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "posting": posting_summary(row.posting),
        "settings": {field: getattr(row, field) for field in (*manner, *mix)},
        "questions": [question_view(item, position, clips) for position, item in enumerate(row.questions)],
        "coverage": interviews.coverage(load(Posting, row.posting.posting), asked),
        "not_asked": row.provenance.get("not_asked", {}),
        "closing": speech.address(row.closing_key, clips.get(row.closing_key, "preparing"))
        if row.closing_key
        else None,
        "progress": counts(row),
    }


def question_view(row: QuestionRow, position: int, clips: Mapping[str, str]) -> dict[str, Any]:
    """A question in its place (QuestionOut)."""
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
    """How far an interview is (Counts): a follow-up belongs to the question before it."""
    newest = {item.id: recordings.counting(item.takes) for item in row.questions}
    analysed = {
        identity: take is None or (bool(take.stages) and all(stage.state in ENDED for stage in take.stages))
        for identity, take in newest.items()
    }
    waiting = {item.follows_id or item.id for item in row.questions if not analysed[item.id]}
    asked = [item.id for item in row.questions if item.follows_id is None]
    answered = [identity for identity in asked if newest[identity] is not None]
    finished = sum(identity not in waiting for identity in answered)
    return {"asked": len(asked), "answered": len(answered), "finished": finished}


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


def asked_because(row: Interview, item: QuestionRow) -> dict[str, Any] | None:
    """Why a follow-up was asked (FollowUpNote); None for any other question, and when the answer before it is gone.

    The quote was understood while it was spoken: it is shown only when the transcript of record has the same words.
    """
    for other in row.questions if item.follows_id else ():
        for take in other.takes if other.id == item.follows_id else ():
            note = take.follow_up or {}
            if note.get("question_id") == str(item.id):
                said = results(take).get("transcript") or {"words": []}
                stands = (
                    f" {_plain(note.get('quote') or '')} " in f" {_plain(' '.join(w['text'] for w in said['words']))} "
                )
                return {"why": note["why"], "quote": note["quote"] if note.get("quote") and stands else None}
    return None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


def summary(row: Interview) -> Summary:
    """The interview as a whole, from the answers that count."""
    from app.services.grading.rubric import summarise

    items: list[tuple[Question, Grade | None, tuple[Tip, ...]]] = []
    for item in row.questions:
        made = results(recordings.counting(item.takes))
        grade = load(Grade, made["grade"]) if "grade" in made else None
        items.append((question(item), grade, load(tuple[Tip, ...], made.get("tips", ()))))
    return summarise(items)
