"""Kill what can be killed while real work is under way: the report completes, nothing is lost or graded twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.drills.client import ENDED, Candidate
from tests.drills.conftest import POSTING
from tests.e2e import media
from tests.e2e.system import RunningSystem

pytestmark = [pytest.mark.drill, pytest.mark.timeout(400)]

RECORDING_S = 12.0


@pytest.fixture(scope="module")
def recording(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "take.webm"
    media.write_recording(material, path, seconds=RECORDING_S)
    return path


@pytest.fixture(scope="module")
def interview(candidate: Candidate) -> dict[str, Any]:
    return candidate.plan(POSTING.read_text(encoding="utf-8"), count=12, mode="video")


@pytest.fixture(scope="module")
def questions(interview: dict[str, Any]) -> Iterator[str]:
    return iter([question["id"] for question in interview["questions"]])


def processes(system: RunningSystem, *words: str) -> list[psutil.Process]:
    """Processes of this system whose command line has all `words`: the supervisor's, and PostgreSQL's by its folder."""
    ours = {process.pid for process in psutil.Process(system.pid).children(recursive=True)}
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if (process.pid in ours or str(system.data) in line) and all(word in line for word in words):
            found.append(process)
    return found


def kill(system: RunningSystem, *words: str) -> int:
    """SIGKILL every such process; returns how many there were."""
    victims = processes(system, *words)
    for process in victims:
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    return len(victims)


def assert_complete(stages: dict[str, dict], killed: str | None = None) -> None:
    states = {name: stage["state"] for name, stage in stages.items()}
    done = dict.fromkeys(("media", "transcript", "voice", "presence", "grade", "tips"), "done")
    assert states == done | {"cloud_video": "skipped"}, stages
    if killed is not None:
        assert stages[killed]["attempt"] >= 2, "the kill did not hit the stage"
        before = {"media": 0, "transcript": 1, "voice": 1, "presence": 1, "grade": 4, "tips": 5}[killed]
        for name in ("media", "transcript", "voice", "presence", "grade", "tips")[:before]:
            if name not in ("transcript", "voice", "presence") or killed in ("grade", "tips"):
                assert stages[name]["attempt"] == 1, f"{name} was computed again"


@pytest.mark.parametrize("stage", ["media", "transcript", "voice", "presence", "grade", "tips"])
def test_worker_killed_in_each_stage(
    system: RunningSystem, candidate: Candidate, questions: Iterator[str], recording: Path, stage: str
) -> None:
    take = candidate.record(next(questions), recording)
    flow_server = processes(system, "lfx", "serve")
    assert flow_server
    if stage in ("grade", "tips"):
        # These two take milliseconds; a flow server that holds its answer keeps the stage running to be killed in.
        before = {"grade": "transcript", "tips": "grade"}[stage]
        candidate.wait(take, lambda stages: stages[before]["state"] in ENDED)
        if stage == "grade":
            for process in flow_server:
                process.suspend()
    try:
        if stage != "tips":
            candidate.wait(take, lambda stages: stages[stage]["state"] == "running")
        assert kill(system, "celery", "worker")
    finally:
        for process in flow_server:
            process.resume()
    stages = candidate.wait_until_ended(take)
    assert_complete(stages, killed=None if stage == "tips" else stage)


@pytest.mark.parametrize(
    "victim",
    [("valkey-server",), ("postgres",), ("lfx", "serve"), ("celery", "beat"), ("uvicorn",)],
    ids=lambda v: v[0],
)
def test_service_killed_during_work(
    system: RunningSystem, candidate: Candidate, questions: Iterator[str], recording: Path, victim: tuple[str, ...]
) -> None:
    take = candidate.record(next(questions), recording)
    candidate.wait(take, lambda stages: stages["transcript"]["state"] == "running")
    assert kill(system, *victim)
    assert_complete(candidate.wait_until_ended(take))


def test_nothing_was_graded_twice(candidate: Candidate, interview: dict[str, Any]) -> None:
    """A while after the last drill no stage has moved."""
    progress = candidate.call("GET", f"/interviews/{interview['id']}/progress")
    answered = [answer for answer in progress["answers"] if answer["take_id"]]
    assert len(answered) == 11
    time.sleep(12)  # two sweeps and a redelivery interval: what would run again would have begun
    again = candidate.call("GET", f"/interviews/{interview['id']}/progress")
    assert again == progress
    assert all(stage["attempt"] <= 3 for answer in answered for stage in answer["stages"])
