"""A whole Langflow server as `make langflow` starts it: the same results, locked doors, a journey in the browser."""

from __future__ import annotations

import asyncio
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
from app.services.grading import service as grading
from app.services.grading.rubric import follow_up, grade_answer, make_tips, typed_transcript
from app.services.interviews.planner import plan
from app.services.postings.parser.text import parse_text
from app.services.providers.flows import FLOWS, run_flow
from app.supervisor.langflow import KEY_FILE, PASSWORD_FILE, PYTHON, USER
from app.utils.json import canonical, dump, load
from tests.e2e.system import BACKEND, RunningSystem, free_port
from tests.langflow.start import GUARD

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
    """The running server; `data` has its secrets and its database, `log` what it printed, `fence` whom it wanted."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data / "server.out"

    @property
    def fence(self) -> Path:
        return self.data / "fence.log"

    @property
    def key(self) -> str:
        return (self.data / "secrets" / KEY_FILE).read_text().strip()

    @property
    def password(self) -> str:
        return (self.data / "secrets" / PASSWORD_FILE).read_text().strip()

    def start(self, **more: str) -> None:
        """Start it and wait until it answers."""
        environment = os.environ | {
            "REHEARSAL_DATA": str(self.data),
            "LANGFLOW_PORT": str(self.port),
            "REHEARSAL_FENCE_LOG": str(self.fence),
            "OPENAI_API_KEY": "canary-of-the-outer-environment",
            **more,
        }
        with self.log.open("ab") as output:
            argv = [sys.executable, "-m", "tests.langflow.start"]
            self.process = subprocess.Popen(argv, cwd=BACKEND, env=environment, stdout=output, stderr=subprocess.STDOUT)
        began = time.monotonic()
        while not _answers(f"{self.url}/health"):
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-3000:]
            assert time.monotonic() - began < START_S, "the Langflow server does not start"
            time.sleep(0.5)

    def stop(self) -> None:
        """As Ctrl-C does."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("langflow"), free_port())
    try:
        running.start()
        yield running
    finally:
        if running.process and running.process.poll() is None:
            running.stop()


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
async def test_grades_tips_and_follow_ups_are_the_rubric_s(asked: str) -> None:
    question = Question(id="q1", text=asked, kind=QuestionKind.BEHAVIOURAL, competency="test")
    transcript = typed_transcript(ANSWERS[asked])
    graded = await run_flow("grading", {"question": dump(question), "transcript": dump(transcript)})
    assert canonical(graded) == canonical(dump(grade_answer(question, transcript)))
    tips = await run_flow("tips", {"question": dump(question), "transcript": dump(transcript), "grade": graded})
    assert canonical(tips) == canonical([dump(tip) for tip in make_tips(question, transcript, load(Grade, graded))])
    chosen = await run_flow("follow_up", {"question": dump(question), "transcript": dump(transcript)})
    assert canonical(chosen) == canonical(dump(follow_up(question, transcript)))


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


EDITED = "ask the flow's editor"


def _shipped() -> dict[str, Any]:
    flow: dict[str, Any] = json.loads((FLOWS / "grading.json").read_text(encoding="utf-8"))
    return flow


def _echo() -> dict[str, Any]:
    """The flow with its message going straight to its end: what comes back is JSON and no result."""
    flow = _shipped()
    data = flow["data"]
    first, last = (next(e for e in data["edges"] if e[end] == node) for end, node in ENDS)
    first |= {name: last[name] for name in ("target", "targetHandle")}
    first["data"]["targetHandle"] = last["data"]["targetHandle"]
    data["edges"] = [first]
    data["nodes"] = [node for node in data["nodes"] if node["id"] in ("ChatInput-in", "ChatOutput-out")]
    return flow


ENDS = (("source", "ChatInput-in"), ("target", "ChatOutput-out"))
BROKEN = {
    "echo": (_echo, "langflow_result_unfit"),
    "unplugged": (lambda: _with(edges=_shipped()["data"]["edges"][:1]), "langflow_result_unfit"),
    "emptied": (lambda: _with(edges=[], nodes=[]), "langflow_result_unfit"),
    "stranger": (lambda: _with_code(_shipped(), lambda _: "x = 1", type_="Stranger"), "langflow_refused"),
}


def _with(**parts: Any) -> dict[str, Any]:
    flow = _shipped()
    flow["data"] |= parts
    return flow


def _save(server: Server, flow: dict[str, Any], description: str) -> None:
    """Save a flow over the one in use, as the editor does."""
    body = {"name": flow["name"], "data": flow["data"], "description": description}
    with httpx.Client(base_url=server.url, headers={"x-api-key": server.key}, timeout=60) as http:
        assert http.patch(f"/api/v1/flows/{flow['id']}", json=body).status_code == 200


def _description(server: Server) -> str:
    answer = httpx.get(f"{server.url}/api/v1/flows/{_shipped()['id']}", headers={"x-api-key": server.key})
    assert answer.status_code == 200
    return str(answer.json()["description"])


async def _grade(answer: str = ANSWERS["Tell me about a time you had to calm an upset customer."]) -> dict[str, Any]:
    asked = Question(id="q1", text="Tell me about a hard day.", kind=QuestionKind.BEHAVIOURAL, competency="test")
    return await grading.grade(dump(asked), dump(typed_transcript(answer)), None, None)


@pytest.mark.parametrize("name", list(BROKEN))
async def test_a_flow_edited_beyond_use_is_said_and_gives_no_grade(used: Server, name: str) -> None:
    edit, code = BROKEN[name]
    _save(used, edit(), EDITED)
    try:
        with pytest.raises(ProviderError) as caught:
            await _grade()
    finally:
        _save(used, _shipped(), _shipped()["description"])
    assert (caught.value.code, caught.value.retryable, caught.value.provider) == (code, False, "langflow")
    assert "FLOWS=shipped" in str(caught.value.hint)
    assert (await _grade())["overall"]


async def test_nothing_that_was_said_stays_on_the_server(used: Server) -> None:
    marks = [b"zebramarker", b"yakmarker", b"gnumarker"]
    await _grade(
        f"{marks[0].decode()} called on a winter morning because we had overbooked. I moved her, and it worked."
    )
    with pytest.raises(BadInput):
        await run_flow("grading", {"question": marks[1].decode()})
    _save(used, _echo(), EDITED)
    with pytest.raises(ProviderError):
        await _grade(f"{marks[2].decode()} was at the door, so I opened it and asked what she needed from us that day.")
    _save(used, _shipped(), _shipped()["description"])
    await asyncio.sleep(3)  # its writers work in batches, twice a second
    files = [path for path in used.data.rglob("*") if path.is_file()]
    assert any(path.name == "langflow.db" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not [mark for mark in marks if mark in content], path.name


async def test_edits_outlive_a_restart_until_the_shipped_flows_are_wanted(used: Server) -> None:
    _save(used, _shipped(), EDITED)
    used.stop()
    with pytest.raises(ProviderError) as caught:
        await _grade()
    assert (caught.value.code, caught.value.retryable) == ("langflow_unreachable", True)
    waiting = asyncio.create_task(_until_graded())
    await asyncio.to_thread(used.start)
    assert await waiting <= {"langflow_unreachable", "langflow_timeout", "langflow_busy"}
    assert _description(used) == EDITED
    with httpx.Client(base_url=used.url, headers={"x-api-key": used.key}, timeout=60) as http:
        assert http.delete(f"/api/v1/flows/{_shipped()['id']}").status_code in (200, 204)
    with pytest.raises(ProviderError) as caught:
        await _grade()
    assert (caught.value.code, caught.value.retryable) == ("langflow_flow_missing", False)
    used.stop()
    await asyncio.to_thread(used.start, FLOWS="shipped")
    assert _description(used) == _shipped()["description"]
    assert (await _grade())["overall"]


async def _until_graded() -> set[str]:
    """Codes of the failures until a grade comes: while a server starts, all of them have to be worth another try."""
    codes = set()
    for _ in range(START_S * 2):
        try:
            await _grade()
            return codes
        except ProviderError as error:
            if not error.retryable:
                raise
            codes.add(str(error.code))
            await asyncio.sleep(0.5)
    raise AssertionError(f"no grade came: {codes}")


def test_the_page_may_ask_this_server_only_and_other_pages_may_not_ask_it(server: Server) -> None:
    page = httpx.get(server.url + "/login")
    assert page.status_code == 200
    assert 'id="root"' in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    foreign = httpx.get(server.url + "/health", headers={"Origin": "https://elsewhere.example"})
    assert foreign.headers.get("access-control-allow-origin") not in ("*", "https://elsewhere.example")


def test_the_flows_open_in_the_editor(server: Server, tmp_path: Path) -> None:
    done = _playwright(
        "e2e/langflow.spec.ts", LANGFLOW_EDITOR=server.url, LANGFLOW_USER=USER, LANGFLOW_PASSWORD=server.password
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_neither_keys_nor_the_outer_environment_are_in_its_log(server: Server) -> None:
    text = server.log.read_text(errors="replace")
    assert "Langflow is ready" in text
    assert server.key not in text
    assert server.password not in text
    assert "canary-of-the-outer-environment" not in text


def test_the_typed_journey_passes_with_it(used: Server, tmp_path: Path) -> None:
    with RunningSystem(tmp_path / "d") as system:
        assert "flows " not in system.output(), "the embedded flow server was started"
        done = _playwright("e2e/typed.spec.ts", BASE_URL=system.url)
    assert done.returncode == 0, done.stdout[-4000:]


def _playwright(spec: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["npx", "--no-install", "playwright", "test", spec, "--reporter=line"],
        cwd=BACKEND.parent / "frontend",
        env={**os.environ, "CI": "true", **more},
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_wanted_to_reach_nobody_in_all_this(server: Server) -> None:
    assert httpx.get(f"{server.url}/health").status_code == 200
    assert not server.fence.exists(), server.fence.read_text()


def test_the_guard_would_have_noted_it(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('example.invalid', 443))"
    environment = {"PYTHONPATH": str(GUARD), "REHEARSAL_FENCE_LOG": str(tmp_path / "fence")}
    done = subprocess.run([PYTHON, "-c", code], env=environment, check=False, capture_output=True, text=True)
    assert "PermissionError: the server wanted to reach example.invalid" in done.stderr
    assert (tmp_path / "fence").read_text() == "example.invalid\n"
