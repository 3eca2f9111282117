"""`python -m tests.bench.interview`: what an interview costs beside the work on its recordings, as JSON.

Prints CPU seconds of the whole system for planning an interview of six questions until all of it can be heard (with the
follow-ups that may be needed), CPU seconds for grading a typed answer, and the bytes of an answer's rows as PostgreSQL
stores them: typed, and two minutes recorded (once). Medians of `--repeat` interviews (default 5), each with another
seed, so that nothing is spoken already.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
import psycopg.sql

from app.supervisor import postgres
from tests.bench.load import Cost
from tests.bench.system import ANSWER_S, POSTING
from tests.drills.client import WORDS, Candidate
from tests.e2e import media
from tests.e2e.system import RunningSystem

QUESTIONS = 6
# Of the installation, not of an interview.
APART = ("alembic_version", "owners", "speech_clips")


def spent(cost: Cost) -> float:
    """CPU seconds of the system, this client left out."""
    return sum(value for part, value in cost.so_far().items() if part not in ("clock", "client"))


def spoken(candidate: Candidate, interview: str) -> None:
    """Wait until every question can be heard."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        states = [one["speech"]["state"] for one in candidate.call("GET", f"/interviews/{interview}")["questions"]]
        if set(states) == {"ready"}:
            return
        time.sleep(0.5)
    raise SystemExit("the questions were not spoken in five minutes")


def idle(system: RunningSystem) -> None:
    """Wait until the system computes nothing: clips for follow-ups are made after the questions."""
    quiet = 0
    while quiet < 3:
        cost = Cost(system)
        time.sleep(2)
        quiet = quiet + 1 if spent(cost) < 0.3 else 0


def stored(system: RunningSystem) -> int:
    """Bytes of all rows that belong to interviews, compressed as they are, without indexes."""
    with psycopg.connect(postgres.address(system.data / "postgres"), autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        total = 0
        for (table,) in tables:
            if table not in APART:
                query = psycopg.sql.SQL("SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM {} t")
                row = connection.execute(query.format(psycopg.sql.Identifier(table))).fetchone()
                total += int(row[0]) if row else 0
    return total


def one(system: RunningSystem, candidate: Candidate, posting: str, seed: int) -> dict[str, float]:
    """Plan, speak, answer by typing, grade."""
    before, cost = stored(system), Cost(system)
    body = {"posting_id": posting, "count": QUESTIONS, "mode": "video", "seed": seed}
    interview = candidate.call("POST", "/interviews", json=body)
    spoken(candidate, interview["id"])
    idle(system)
    planned, cost = spent(cost), Cost(system)
    for question in interview["questions"]:
        body = {"kind": "typed", "text": WORDS}
        take = candidate.call("POST", f"/questions/{question['id']}/takes", json=body)["id"]
        candidate.wait_until_ended(take, timeout_s=200)
    return {
        "plan_and_speak_cpu_s": planned,
        "grade_cpu_s_an_answer": spent(cost) / QUESTIONS,
        "rows_bytes_typed_answer": (stored(system) - before) / QUESTIONS,
    }


def recorded(system: RunningSystem, candidate: Candidate, recording: Path) -> int:
    """Bytes of the rows that a recorded answer has once everything is measured."""
    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    spoken(candidate, interview["id"])
    idle(system)
    before = stored(system)
    candidate.wait_until_ended(candidate.record(interview["questions"][0]["id"], recording), timeout_s=600)
    return stored(system) - before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    out: dict[str, Any] = {"n": repeat, "questions": QUESTIONS, "load": psutil.getloadavg()}
    with (
        tempfile.TemporaryDirectory(prefix="rh-bench-") as folder,
        RunningSystem(Path(folder) / "d") as system,
    ):
        candidate = Candidate(system.url)
        text = POSTING.read_text(encoding="utf-8")
        # The first one loads the models and is not counted.
        posting = candidate.call("POST", "/postings", json={"text": text})["id"]
        one(system, candidate, posting, 0)
        runs = [one(system, candidate, posting, seed) for seed in range(1, repeat + 1)]
        media.write_all(Path(folder) / "media")
        recording = Path(folder) / "take.webm"
        media.write_recording(Path(folder) / "media", recording, seconds=ANSWER_S)
        out["rows_bytes_recorded_answer"] = recorded(system, candidate, recording)
    out |= {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
