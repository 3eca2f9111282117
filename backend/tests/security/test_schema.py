"""The API against its own description: no server error, no undocumented status, no answer that breaks its schema."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis.strategies import sampled_from
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.core.database import transaction
from app.main import create_app
from app.models import Owner
from app.services.accounts import sign_ins
from tests import world
from tests.accounts.server import Server

pytestmark = pytest.mark.services
# 500 is documented nowhere, so the first check finds it; 502 and 503 name a service that is away, as in these tests.
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
# Its 200 is a stream without an end; what is not there is asked like everything else.
ENDLESS = "/api/interviews/{interview_id}/events"
HEADERS = {"Host": "localhost"}
OWNERS = {caller: UUID(int=number) for number, caller in enumerate(("guest", "account", "administrator"), 1)}


@schemathesis.serializer("application/offset+octet-stream")
def raw(_: Any, value: Any) -> bytes:
    """Bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(), headers=HEADERS)
OPERATIONS = {operation.label: operation for operation in (result.ok() for result in SCHEMA.get_all_operations())}


@pytest.fixture
async def ids(settings: Any) -> dict[str, str]:
    """Ids that exist, so that more than 404 is reached."""
    interview, questions, posting = await world.interview()
    return {"interview_id": str(interview), "question_id": str(questions[0]), "posting_id": str(posting)}


# Examples drawn for each operation in the slow suite; those that take nothing have fewer.
MANY, TOGETHER = 60, 2000
drawn_for: Counter[str] = Counter()
tried: set[str] = set()
CALLERS = ("nobody", "guest", "account", "administrator")


@pytest.fixture
async def callers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """By kind of caller: the headers it sends, in server mode. Whoever has an account has the things of `ids`."""
    Server(monkeypatch)
    made = {"nobody": HEADERS}
    async with transaction() as session:
        for caller in CALLERS[1:]:
            kind = "guest" if caller == "guest" else "account"
            owner = await session.merge(Owner(id=OWNERS[caller], kind=kind, administrator=caller == "administrator"))
            await session.flush()
            token = await sign_ins.begin(session, owner, "")
            made[caller] = HEADERS | {"Cookie": f"session={token}"}
    return made


@pytest.fixture
async def theirs(settings: Any) -> dict[str, str]:
    """Ids of things that the caller with an account has."""
    async with transaction() as session:
        session.add(Owner(id=OWNERS["account"], kind="account"))
    interview, questions, posting = await world.interview(OWNERS["account"])
    return {"interview_id": str(interview), "question_id": str(questions[0]), "posting_id": str(posting)}


def try_out(case: schemathesis.Case, headers: dict[str, str], ids: dict[str, str]) -> None:
    """Call it as it was drawn, then with ids that exist."""
    case.call_and_validate(headers=headers, checks=CHECKS)
    known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
    if known and case.path != ENDLESS:
        case.path_parameters = dict(case.path_parameters) | known
        case.call_and_validate(headers=headers, checks=CHECKS)


def drawn(label: str) -> Any:
    """What may be sent to an operation, and what may not."""
    operation = OPERATIONS[label]
    return operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def limited(examples: int) -> Any:
    """How many examples are drawn."""
    return example_settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_described(label: str, ids: dict[str, str]) -> None:
    """Each operation with what may be sent and what may not, for ids that exist and ids that do not."""

    @given(case=drawn(label))
    @limited(20)
    def check(case: schemathesis.Case) -> None:
        try_out(case, HEADERS, ids)

    check()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_caller_is_answered_as_described(
    label: str, theirs: dict[str, str], callers: dict[str, dict[str, str]]
) -> None:
    """In server mode: one example of each operation by everybody."""

    @given(case=drawn(label))
    @limited(1)
    def check(case: schemathesis.Case) -> None:
        for headers in callers.values():
            try_out(case, headers, theirs)

    check()


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_many_answers_to_every_caller(label: str, theirs: dict[str, str], callers: dict[str, dict[str, str]]) -> None:
    """In server mode: thousands of examples, each by somebody."""

    @given(case=drawn(label), caller=sampled_from(CALLERS))
    @limited(MANY)
    def check(case: schemathesis.Case, caller: str) -> None:
        drawn_for[caller] += 1
        try_out(case, callers[caller], theirs)

    check()
    tried.add(label)


@pytest.mark.slow
def test_it_was_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    """The last one: how many examples the tests before it have drawn, for each caller."""
    if tried != set(OPERATIONS):
        pytest.skip("the tests before this one did not all run")
    with capsys.disabled():
        print(f"\n{drawn_for.total()} examples of {len(OPERATIONS)} operations: {dict(drawn_for)}")  # noqa: T201
    assert drawn_for.total() >= TOGETHER
    assert min(drawn_for[caller] for caller in CALLERS) >= TOGETHER / 8
