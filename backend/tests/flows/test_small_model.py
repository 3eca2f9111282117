"""A real language model, small and without sense: whatever it says, the flows stay correct and say what happened."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.domain.answer import Transcript
from app.domain.question import Question, QuestionKind
from app.services.grading import service as grading
from app.services.grading.rubric import grade_answer, typed_transcript
from app.services.interviews import service as interviews
from app.services.interviews.planner import form, plan
from app.services.providers import usage
from app.services.providers.llm import gateway, tickets
from app.supervisor.system import free_port
from app.utils.json import dump
from app.utils.paths import REPOSITORY
from tests import world
from tests.flows.test_model_branch import numbers, system

__all__ = ["system"]

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.models]

# A reply that is too long, too late on a busy machine, or of another shape: what a small model may well do.
FAILURES = {"openai_compatible_garbled", "openai_compatible_timeout", "model_timeout", "reply_unusable"}
QUESTION = Question(
    id="q",
    text="How do you keep food safe in a kitchen?",
    kind=QuestionKind.KNOWLEDGE,
    competency="food safety",
    key_points=("temperature", "washing hands"),
)
TRANSCRIPT: Transcript = typed_transcript(
    "I check the temperature of the fridge twice a day and write it down. I keep raw meat on the lowest shelf, because "
    "the juice can drip. Everybody washes their hands before the shift and after each break."
)


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, log = free_port(), tmp_path_factory.mktemp("llm") / "llm.log"
    argv = [sys.executable, "-m", "tests.flows.llm_server", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(argv, cwd=REPOSITORY / "backend", stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            if process.poll() is not None:
                pytest.fail(f"the small model did not start:\n{log.read_text(errors='replace')[-1500:]}")
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def chosen(small_model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "openai_compatible")
    monkeypatch.setenv("REHEARSAL_COMPATIBLE_BASE_URL", small_model)
    monkeypatch.setenv("REHEARSAL_COMPATIBLE_MODEL", "smollm2-135m")
    for direction in ("INPUT", "OUTPUT"):
        monkeypatch.setenv(f"REHEARSAL_COMPATIBLE_{direction}_PRICE", "0")
    monkeypatch.setattr(gateway, "TIMEOUT_S", 40.0)  # a core shared with other tests


@pytest.mark.usefixtures("system", "chosen")
async def test_questions_and_a_grade_with_a_small_model() -> None:
    posting = world.posting()
    keep = world.questions()
    planned = plan(posting, count=3, seed=1, keep=keep)
    model = await tickets.issue("questions")
    made = await interviews.plan(posting, count=3, seed=1, kinds=None, difficulty=None, keep=keep, model=model)
    told = made.provenance["model"]
    assert (told["provider"], told["replicates"]) == ("openai_compatible", 1)
    if told["fallback"]:
        assert told["fallback"][0] in FAILURES
    else:
        assert told["model"] == "smollm2-135m"
        assert told["given"] == told["kept"] + sum(told["rejected"].values())
    assert made.coverage == planned.coverage
    for before, after in zip(planned.questions, made.questions, strict=True):
        assert after.requirement_ids == before.requirement_ids
        assert after.text == before.text or form.faults(after.text) == ()
        assert after.quote is None or after.quote in posting.text

    interview_id, _, _ = await world.interview()
    model = await tickets.issue("grading", interview_id=interview_id, agreed=["openai_compatible"])
    grade: dict[str, Any] = await grading.grade(dump(QUESTION), dump(TRANSCRIPT), None, None, model)
    told = grade["provenance"]["model"]
    rules = dump(grade_answer(QUESTION, TRANSCRIPT))
    if told["fallback"] or not told["scores"]:
        assert not told["fallback"] or told["fallback"][0] in FAILURES
        assert numbers(grade) == numbers(rules)
    else:
        # Should it ever quote the answer, then within the bounds.
        for row, before in zip(grade["dimensions"], rules["dimensions"], strict=True):
            assert row["score"] is None or abs(row["score"] - before["score"]) <= 2
    spent = await usage.of_interview(interview_id)
    (counted,) = spent["models"]
    assert counted["model"] == "smollm2-135m"
    assert counted["calls"] >= 1
    if not told["fallback"] or not told["fallback"][0].endswith("timeout"):
        assert counted["input_tokens"] > 300
    assert spent["cost_usd"] == 0
