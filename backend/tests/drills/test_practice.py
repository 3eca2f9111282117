"""`python -m app practice` and the web are one program: the same files give the same questions, words and grades."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.drills.client import Candidate
from tests.drills.conftest import POSTING
from tests.e2e import media
from tests.e2e.system import BACKEND

pytestmark = [pytest.mark.drill, pytest.mark.timeout(400)]

SECOND = (
    "We had a new colleague who was afraid of the forklift. I sat down with her and asked what worried her. "
    "Then I drove the lane slowly while she watched, and she drove it while I walked beside her. "
    "After two weeks she passed the test, and she trains others today."
)


def told(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What a report says about each answer; ids, times of the run and the code's own bookkeeping differ by nature."""
    answers = []
    for answer in report["answers"]:
        grade = answer["grade"]
        answers.append(
            {
                "question": {key: value for key, value in answer["question"].items() if key != "id"},
                "words": answer["transcript"] and answer["transcript"]["words"],
                "voice": answer["voice"],
                "presence": answer["presence"],
                "grade": grade and {key: value for key, value in grade.items() if key != "provenance"},
                "tips": [{key: value for key, value in tip.items() if key != "question_id"} for tip in answer["tips"]],
            }
        )
    return answers


def test_practice_gives_what_the_web_gives(material: Path, candidate: Candidate, tmp_path: Path) -> None:
    recordings, second = tmp_path / "recordings", tmp_path / "second"
    recordings.mkdir()
    second.mkdir()
    shutil.copy(material / "face.y4m", second)
    media.write_answer(second / "answer.wav", SECOND)
    media.write_recording(material, recordings / "1.webm")
    media.write_recording(second, recordings / "2.webm")

    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    takes = [
        candidate.record(question["id"], path)
        for question, path in zip(interview["questions"], sorted(recordings.iterdir()), strict=False)
    ]
    for take in takes:
        candidate.wait_until_ended(take)
    web = candidate.call("GET", f"/interviews/{interview['id']}/report")

    out = tmp_path / "report.json"
    files = ("--posting", str(POSTING), "--recordings", str(recordings), "--out", str(out))
    subprocess.run(
        [sys.executable, "-m", "app", "practice", *files, "--questions", "3"],
        cwd=BACKEND,
        check=True,
        capture_output=True,
        timeout=300,
    )
    own = json.loads(out.read_text(encoding="utf-8"))
    assert [answer["grade"] is not None for answer in web["answers"]] == [True, True, False]
    assert web["answers"][0]["grade"]["overall"] != web["answers"][1]["grade"]["overall"]
    for mine, theirs in zip(told(own), told(web), strict=True):
        for part in mine:
            assert mine[part] == theirs[part], part
    assert own["summary"]["overall"] == web["summary"]["overall"]
