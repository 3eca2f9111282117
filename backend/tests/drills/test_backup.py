"""A backup of a running system, put back into a fresh one on another folder and port: the same answers and files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.drills.client import Candidate
from tests.drills.conftest import POSTING
from tests.e2e import media
from tests.e2e.system import BACKEND, RunningSystem

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]
TYPED = "I moved the late pallets first, told the drivers why, and we were back on time in two days."


def command(data: Path, *arguments: str) -> tuple[int, dict[str, Any] | None, str]:
    """`python -m app backup ...` as a person types it; status, JSON and messages."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "backup", *arguments],
        cwd=BACKEND,
        env={**os.environ, "REHEARSAL_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def journey(url: str, interview: str, takes: list[str]) -> dict[str, Any]:
    """Everything a person sees of an interview: the lists, the report, the answers, and the sha256 of each file."""
    candidate = Candidate(url)
    seen: dict[str, Any] = {
        path: candidate.call("GET", path)
        for path in ("/postings", f"/interviews/{interview}", f"/interviews/{interview}/report")
    }
    seen |= {take: candidate.call("GET", f"/takes/{take}") for take in takes}
    for question in seen[f"/interviews/{interview}"]["questions"]:
        spoken = f"/interviews/{interview}/questions/{question['id']}/speech"
        while (speech := candidate.call("GET", spoken))["state"] == "preparing":
            time.sleep(0.5)
        seen[spoken] = speech
    with httpx.Client(base_url=url, timeout=60) as http:
        for address in sorted(addresses(seen)):
            answer = http.get(address)
            answer.raise_for_status()
            seen[address] = hashlib.sha256(answer.content).hexdigest()
    return seen


def addresses(seen: Any) -> set[str]:
    """The addresses of files in an answer of the API."""
    if isinstance(seen, dict):
        return set().union(*(addresses(value) for value in seen.values()))
    if isinstance(seen, list):
        return set().union(*(addresses(value) for value in seen))
    return {seen} if isinstance(seen, str) and seen.startswith("/api/") else set()


def test_a_fresh_system_answers_like_the_old_one(material: Path, tmp_path: Path) -> None:
    old, new, backups = tmp_path / "old", tmp_path / "new", tmp_path / "backups"
    recording = tmp_path / "answer.webm"
    media.write_recording(material, recording)
    with RunningSystem(old) as system:
        candidate = Candidate(system.url)
        interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
        questions = [question["id"] for question in interview["questions"]]
        takes = [candidate.record(questions[0], recording), candidate.type(questions[1], TYPED)]
        for take in takes:
            candidate.wait_until_ended(take)
        before = journey(system.url, interview["id"], takes)
        status, made, said = command(old, "create", "--to", str(backups))
        assert status == 0, said
        assert made is not None
        status, _, said = command(old, "restore", "--overwrite", str(backups / made["name"]))
        assert (status, "already runs" in said) == (2, True), said
        assert journey(system.url, interview["id"], takes) == before
    files = [value for address, value in before.items() if address.startswith("/api/")]
    assert len(files) >= 3, "a recording, its picture and a spoken question"
    shutil.rmtree(old)  # the machine is lost

    status, done, said = command(new, "restore", str(backups / made["name"]))
    assert status == 0, said
    assert done is not None
    assert (done["missing"], done["objects"]) == (0, made["objects"])
    with RunningSystem(new) as system:
        assert journey(system.url, interview["id"], takes) == before
        # It is a working system, not only a readable one.
        candidate = Candidate(system.url)
        again = candidate.type(questions[2], TYPED)
        stages = candidate.wait_until_ended(again)
        assert stages["grade"]["state"] == "done"
