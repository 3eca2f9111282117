"""The flows on a real flow server give what the pure functions give, and say clearly what went wrong."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.core.config import settings
from app.domain.errors import BadInput, ProviderError
from app.domain.grade import Grade
from app.domain.question import Question, QuestionKind, QuestionSet
from app.services.grading.rubric import follow_up, grade_answer, make_tips, typed_transcript
from app.services.interviews.planner import plan
from app.services.messages import grading as grading_message
from app.services.postings.parser.text import parse_text
from app.services.providers.flows import run_flow
from app.utils.json import canonical, dump, load
from app.utils.paths import REPOSITORY
from tests.flows.conftest import FlowServer, start

pytestmark = pytest.mark.xdist_group("flows")

POSTINGS = Path(__file__).parents[1] / "fixtures" / "postings"
QUESTION = Question(
    id="q1",
    text="Tell me about a time you had to calm an upset customer.",
    kind=QuestionKind.BEHAVIOURAL,
    competency="customer service",
    key_points=("listened", "apologised", "solved it"),
)
# Braces, quotes and other scripts: what templates, f-strings and JSON inside JSON like to break.
ANSWER = (
    'Last winter a guest shouted "where is my room?" because we had {overbooked} the house — 客室が足りない. '
    "I listened, apologised for the mistake and moved her to our partner hotel at our cost. "
    "I called her the next morning; she came back in spring and we now check the bookings twice a day."
)


@pytest.mark.parametrize("name", ["nurse", "warehouse", "data-engineer"])
@pytest.mark.usefixtures("flows")
async def test_questions_are_the_planner_s(name: str) -> None:
    posting = parse_text((POSTINGS / f"{name}.txt").read_text(encoding="utf-8"))
    message = {"posting": dump(posting), "count": 5, "seed": 3}
    through_flow = await run_flow("question_generation", message)
    assert canonical(through_flow) == canonical(dump(plan(posting, count=5, seed=3)))
    assert len(load(QuestionSet, through_flow).questions) == 5


@pytest.mark.usefixtures("flows")
async def test_kept_questions_and_excluded_texts_reach_the_planner() -> None:
    posting = parse_text((POSTINGS / "chef.txt").read_text(encoding="utf-8"))
    first = plan(posting, count=4, seed=1)
    kept, dropped = first.questions[:3], first.questions[3]
    message = {
        "posting": dump(posting),
        "count": 4,
        "seed": 1,
        "keep": [dump(question) for question in kept],
        "exclude": [dropped.text],
    }
    again = load(QuestionSet, await run_flow("question_generation", message))
    assert set(kept) <= set(again.questions)
    assert dropped.text not in {question.text for question in again.questions}


@pytest.mark.usefixtures("flows")
async def test_grade_and_tips_are_the_rubric_s() -> None:
    transcript = typed_transcript(ANSWER)
    graded = await run_flow("grading", {"question": dump(QUESTION), "transcript": dump(transcript)})
    expected = grade_answer(QUESTION, transcript)
    assert canonical(graded) == canonical(dump(expected))
    message = {"question": dump(QUESTION), "transcript": dump(transcript), "grade": graded}
    tips = await run_flow("tips", message)
    assert canonical(tips) == canonical([dump(tip) for tip in make_tips(QUESTION, transcript, load(Grade, graded))])
    assert tips


@pytest.mark.usefixtures("flows")
async def test_the_follow_up_is_the_rubric_s() -> None:
    transcript = typed_transcript(ANSWER)
    chosen = await run_flow("follow_up", {"question": dump(QUESTION), "transcript": dump(transcript)})
    assert canonical(chosen) == canonical(dump(follow_up(QUESTION, transcript)))


@pytest.mark.usefixtures("flows")
async def test_calls_side_by_side_do_not_mix() -> None:
    answers = [f"{ANSWER} It was case number {number}." for number in range(6)]
    messages = [{"question": dump(QUESTION), "transcript": dump(typed_transcript(answer))} for answer in answers]
    replies = await asyncio.gather(*(run_flow("grading", message) for message in messages))
    for message, reply in zip(messages, replies, strict=True):
        assert canonical({"ok": True, "data": reply}) == canonical(json.loads(grading_message(json.dumps(message))))


@pytest.mark.usefixtures("flows")
def test_a_loop_per_call_works_as_in_a_task() -> None:
    message = {"question": dump(QUESTION), "transcript": dump(typed_transcript(ANSWER))}
    first, second = (asyncio.run(run_flow("grading", message)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("question_generation", {}),
        ("question_generation", {"posting": {"text": 7}}),
        ("grading", {"question": dump(QUESTION)}),
        ("grading", {"question": dump(QUESTION) | {"kind": "riddle"}, "transcript": {"words": []}}),
        ("tips", {"question": dump(QUESTION), "transcript": {"words": []}, "grade": {"overall": "good"}}),
    ],
)
@pytest.mark.usefixtures("flows")
async def test_a_message_that_does_not_fit_is_bad_input(name: str, message: dict) -> None:
    with pytest.raises(BadInput) as caught:
        await run_flow(name, message)
    assert caught.value.code == "flow_message"
    assert "riddle" not in caught.value.message


@pytest.mark.usefixtures("flows")
async def test_an_error_of_the_rules_keeps_its_code() -> None:
    posting = parse_text((POSTINGS / "nurse.txt").read_text(encoding="utf-8"))
    with pytest.raises(BadInput) as direct:
        plan(posting, count=99)
    with pytest.raises(BadInput) as through_flow:
        await run_flow("question_generation", {"posting": dump(posting), "count": 99})
    assert (through_flow.value.code, through_flow.value.message) == (direct.value.code, direct.value.message)


@pytest.mark.usefixtures("flows")
async def test_a_wrong_key_is_said_and_not_retried(configured: pytest.MonkeyPatch) -> None:
    configured.setenv("LANGFLOW_API_KEY", "wrong")
    settings.cache_clear()
    with pytest.raises(ProviderError) as caught:
        await run_flow("tips", {})
    assert (caught.value.code, caught.value.retryable, caught.value.provider) == ("langflow_key", False, "langflow")
    assert "wrong" not in caught.value.message


@pytest.mark.usefixtures("flows")
async def test_a_flow_the_server_does_not_have(tmp_path: Path, configured: pytest.MonkeyPatch) -> None:
    flow = json.loads((REPOSITORY / "langflow" / "flows" / "tips.json").read_text(encoding="utf-8"))
    flow["id"] = "00000000-0000-4000-8000-000000000000"
    (tmp_path / "unknown_here.json").write_text(json.dumps(flow), encoding="utf-8")
    configured.setattr("app.services.providers.flows.FLOWS", tmp_path)
    with pytest.raises(ProviderError) as caught:
        await run_flow("unknown_here", {})
    assert (caught.value.code, caught.value.retryable) == ("langflow_flow_missing", False)


async def test_a_killed_server_is_unreachable_and_worth_a_retry(tmp_path: Path, configured: pytest.MonkeyPatch) -> None:
    server = start(tmp_path / "lfx.log")
    configured.setenv("LANGFLOW_URL", server.url)
    configured.setenv("LANGFLOW_API_KEY", server.key)
    message = {"question": dump(QUESTION), "transcript": dump(typed_transcript(ANSWER))}
    assert (await run_flow("grading", message))["dimensions"]
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    with pytest.raises(ProviderError) as caught:
        await run_flow("grading", message)
    assert (caught.value.code, caught.value.retryable) == ("langflow_unreachable", True)


@contextmanager
def answering(reply: bytes | None) -> Iterator[str]:
    """A server on loopback that answers every connection with `reply`, or never when it is None."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        open_connections = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                open_connections.append(connection)
                if reply is not None:
                    connection.recv(65536)
                    connection.sendall(reply)
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in open_connections:
            connection.close()


def _http(status: str, body: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body.encode())}\r\n\r\n"
    return (head + body).encode()


def _completed(text: str | None) -> str:
    return json.dumps({"status": "completed", "has_errors": False, "output": {"text": text}})


FAILED = json.dumps(
    {"status": "failed", "has_errors": True, "output": None, "errors": [{"error": "Traceback: the answer was SECRET"}]}
)


MADE_UP = json.dumps(
    {"ok": False, "error": {"code": "own_code", "message": "Traceback:\nSECRET", "hint": None, "status": 422}}
)


@pytest.mark.parametrize(
    ("reply", "code", "retryable"),
    [
        (_http("500 Internal Server Error", "Traceback (most recent call last): SECRET"), "langflow_busy", True),
        (_http("503 Service Unavailable", ""), "langflow_busy", True),
        (_http("429 Too Many Requests", ""), "langflow_rate", True),
        (_http("400 Bad Request", "Flow build blocked: SECRET"), "langflow_refused", False),
        (_http("403 Forbidden", ""), "langflow_key", False),
        (_http("200 OK", "<html>SECRET</html>"), "langflow_garbled", False),
        (_http("200 OK", "[]"), "langflow_garbled", False),
        (_http("200 OK", FAILED), "langflow_flow_failed", True),
        (_http("200 OK", _completed(None)), "langflow_result_unfit", False),
        (_http("200 OK", _completed("SECRET, as a sentence")), "langflow_result_unfit", False),
        (_http("200 OK", _completed('{"ok": true, "data": NaN}')), "langflow_result_unfit", False),
        (_http("200 OK", _completed("[" * 5000)), "langflow_result_unfit", False),
        (_http("200 OK", '{"status": "completed", "output": "SECRET"}'), "langflow_result_unfit", False),
        (_http("200 OK", _completed(MADE_UP)), "langflow_result_unfit", False),
        (_http("301 Moved", ""), "langflow_garbled", False),
        (_http("200 OK", _completed('{"ok": true}')), "langflow_result_unfit", False),
        (_http("200 OK", _completed('{"ok": false, "error": "SECRET"}')), "langflow_result_unfit", False),
        (b"nonsense\r\n\r\n", "langflow_unreachable", True),
    ],
)
async def test_what_a_broken_server_says_is_typed_and_never_passed_on(
    configured: pytest.MonkeyPatch, reply: bytes, code: str, retryable: bool
) -> None:
    with answering(reply) as url:
        configured.setenv("LANGFLOW_URL", url)
        with pytest.raises(ProviderError) as caught:
            await run_flow("tips", {})
    error = caught.value
    assert (error.code, error.retryable) == (code, retryable)
    assert error.provider == "langflow"
    assert error.hint
    assert "SECRET" not in f"{error} {error.hint}"


async def test_a_flow_s_own_failure_is_no_bad_input(configured: pytest.MonkeyPatch) -> None:
    body = json.dumps({"ok": False, "error": {"code": "flow_failed", "message": "It failed.", "status": 500}})
    with answering(_http("200 OK", _completed(body))) as url:
        configured.setenv("LANGFLOW_URL", url)
        with pytest.raises(ProviderError) as caught:
            await run_flow("tips", {})
    assert (caught.value.code, caught.value.retryable) == ("flow_failed", False)


async def test_a_silent_server_is_given_up(configured: pytest.MonkeyPatch) -> None:
    with answering(None) as url:
        configured.setenv("LANGFLOW_URL", url)
        with pytest.raises(ProviderError) as caught:
            await run_flow("tips", {}, timeout_s=0.3)
    assert (caught.value.code, caught.value.retryable) == ("langflow_timeout", True)


def test_the_flow_files_are_current() -> None:
    done = subprocess.run(
        [REPOSITORY / "langflow" / ".venv" / "bin" / "python", "langflow/build_flows.py", "--check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_server_refuses_requests_without_a_key(flows: FlowServer) -> None:
    assert httpx.get(f"{flows.url}/flows").status_code in (401, 403)


def test_the_components_rules_load_without_web_or_database() -> None:
    """The flow server's environment has none of them, and the rules must not want them."""
    unwanted = "{'sqlalchemy', 'fastapi', 'celery', 'httpx', 'redis'}"
    code = f"import sys, app.services.messages; assert not {unwanted} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY / "backend", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
