"""A whole Langflow server as `make langflow` starts it: the same results, locked doors, a journey in the browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.config import settings
from app.domain.errors import BadInput, ProviderError
from app.domain.grade import Grade
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric import grade_answer, make_tips, typed_transcript
from app.services.interviews.planner import plan
from app.services.postings.parser.text import parse_text
from app.services.providers.flows import FLOWS, run_flow
from app.supervisor.langflow import KEY_FILE, PASSWORD_FILE, USER
from app.utils.json import canonical, dump, load
from tests.e2e.system import BACKEND, RunningSystem, free_port

pytestmark = [pytest.mark.langflow_server, pytest.mark.timeout(600)]

POSTINGS = BACKEND / "tests" / "fixtures" / "postings"
START_S = 300
ANSWERS = {
    "Tell me about a time you had to calm an upset customer.": (
        "Last winter a guest shouted because we had overbooked the house. I listened, apologised and moved her to our "
        "partner hotel at our cost. She came back in spring, and we now check the bookings twice a day."
    ),
    "How would you plan a shift when two people call in sick?": (
        "First I would look which deliveries cannot wait. Then I would ask the day team for one person and take a lane "
        "myself, because the vans leave at seven, and tell the depot manager what will be late."
    ),
    "Why do you want to work here?": "",
}


@dataclass
class Server:
    """The running server; `data` has its secrets and its database."""

    url: str
    key: str
    password: str
    log: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data, port = tmp_path_factory.mktemp("langflow"), free_port()
    log = data / "server.out"
    environment = {
        **os.environ,
        "REHEARSAL_DATA": str(data),
        "LANGFLOW_PORT": str(port),
        "OPENAI_API_KEY": "canary-of-the-outer-environment",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "langflow"],
            cwd=BACKEND,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url, began = f"http://127.0.0.1:{port}", time.monotonic()
    try:
        while not _answers(f"{url}/health"):
            assert process.poll() is None, log.read_text(errors="replace")[-3000:]
            assert time.monotonic() - began < START_S, "the Langflow server does not start"
            time.sleep(1)
        secrets = data / "secrets"
        yield Server(url, (secrets / KEY_FILE).read_text().strip(), (secrets / PASSWORD_FILE).read_text().strip(), log)
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def used(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server set as the one that `run_flow` talks to."""
    monkeypatch.setenv("LANGFLOW_URL", server.url)
    monkeypatch.setenv("LANGFLOW_API_KEY", server.key)
    settings.cache_clear()
    yield server
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize("name", ["nurse", "warehouse", "data-engineer", "chef", "teacher", "lawyer"])
async def test_the_questions_are_the_planner_s(name: str) -> None:
    posting = parse_text((POSTINGS / f"{name}.txt").read_text(encoding="utf-8"))
    through_server = await run_flow("question_generation", {"posting": dump(posting), "count": 6, "seed": 2})
    assert canonical(through_server) == canonical(dump(plan(posting, count=6, seed=2)))


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize("asked", list(ANSWERS))
async def test_grades_and_tips_are_the_rubric_s(asked: str) -> None:
    question = Question(id="q1", text=asked, kind=QuestionKind.BEHAVIOURAL, competency="test")
    transcript = typed_transcript(ANSWERS[asked])
    graded = await run_flow("grading", {"question": dump(question), "transcript": dump(transcript)})
    assert canonical(graded) == canonical(dump(grade_answer(question, transcript)))
    tips = await run_flow("tips", {"question": dump(question), "transcript": dump(transcript), "grade": graded})
    assert canonical(tips) == canonical([dump(tip) for tip in make_tips(question, transcript, load(Grade, graded))])


@pytest.mark.usefixtures("used")
async def test_a_message_that_does_not_fit_is_bad_input() -> None:
    with pytest.raises(BadInput) as caught:
        await run_flow("grading", {"question": 7})
    assert caught.value.code == "flow_message"


async def test_a_wrong_key_is_said(used: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGFLOW_API_KEY", "another")
    settings.cache_clear()
    with pytest.raises(ProviderError) as caught:
        await run_flow("grading", {})
    assert (caught.value.code, caught.value.retryable) == ("langflow_key", False)


def test_nothing_is_open_without_a_key(server: Server) -> None:
    for method, path in (
        ("get", "/api/v1/flows/"),
        ("post", "/api/v2/workflows"),
        ("post", "/api/v1/run/grading"),
        ("get", "/api/v1/variables/"),
        ("get", "/api/v1/users/"),
        ("post", "/api/v1/validate/code"),
        ("get", "/api/v1/auto_login"),
    ):
        status = httpx.request(method, server.url + path, json={} if method == "post" else None).status_code
        assert status in (400, 401, 403, 422), f"{method} {path}: {status}"


def test_an_account_somebody_makes_is_not_active(server: Server) -> None:
    body = {"username": "somebody", "password": "A-long-password-1"}
    httpx.post(f"{server.url}/api/v1/users/", json=body)
    login = httpx.post(f"{server.url}/api/v1/login", data=body)
    assert login.status_code in (400, 401, 403)
    own = httpx.post(f"{server.url}/api/v1/login", data={"username": USER, "password": server.password})
    assert own.status_code == 200


def test_code_from_outside_the_folder_does_not_run(server: Server, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with httpx.Client(base_url=server.url, headers={"x-api-key": server.key}, timeout=60) as http:
        attack = f"open({str(mark)!r}, 'w').write('x')\n"
        assert http.post("/api/v1/validate/code", json={"code": attack}).status_code == 403
        assert http.post("/api/v1/custom_component", json={"code": attack}).status_code == 403
        flow = json.loads((FLOWS / "grading.json").read_text(encoding="utf-8"))
        edited = _with_code(flow, lambda code: attack + code)
        foreign = _with_code(flow, lambda _: attack, type_="Stranger")
        for changed, is_known in ((edited, True), (foreign, False)):
            made = http.post("/api/v1/flows/", json={"name": f"edited {is_known}", "data": changed["data"]})
            assert made.status_code == 201, made.text
            body = {"flow_id": made.json()["id"], "input_value": "{}"}
            answer = http.post("/api/v2/workflows", json=body)
            if is_known:  # the folder's code ran instead, and refuses the message in its own words
                assert '"flow_message"' in json.loads(answer.text)["output"]["text"]
            else:
                assert answer.status_code >= 400 or answer.json().get("has_errors"), answer.text
    assert not mark.exists()


def _with_code(flow: dict[str, Any], change: Any, type_: str | None = None) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(flow))
    for node in copy["data"]["nodes"]:
        if node["data"]["type"] == "AnswerGrade":
            code = node["data"]["node"]["template"]["code"]
            code["value"] = change(code["value"])
            node["data"]["type"] = type_ or node["data"]["type"]
    return copy


def test_the_editor_is_served_and_other_pages_may_not_ask(server: Server) -> None:
    page = httpx.get(server.url + "/")
    assert page.status_code == 200
    assert "<div id=" in page.text
    foreign = httpx.get(server.url + "/health", headers={"Origin": "https://elsewhere.example"})
    assert foreign.headers.get("access-control-allow-origin") not in ("*", "https://elsewhere.example")


def test_neither_keys_nor_the_outer_environment_are_in_its_log(server: Server) -> None:
    text = server.log.read_text(errors="replace")
    assert server.key not in text
    assert server.password not in text
    assert "canary-of-the-outer-environment" not in text


def test_the_typed_journey_passes_with_it(used: Server, tmp_path: Path) -> None:
    with RunningSystem(tmp_path / "d") as system:
        assert "flows " not in system.output(), "the embedded flow server was started"
        done = subprocess.run(
            ["npx", "--no-install", "playwright", "test", "e2e/typed.spec.ts", "--reporter=line"],
            cwd=BACKEND.parent / "frontend",
            env={**os.environ, "BASE_URL": system.url, "CI": "true"},
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-4000:]
