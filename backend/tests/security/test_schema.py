"""The API against its own description: no server error, no undocumented status, no answer that breaks its schema."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from tests import world

pytestmark = pytest.mark.services
# 500 is documented nowhere, so the first check finds it; 502 and 503 name a service that is away, as in these tests.
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
# Its 200 is a stream without an end; what is not there is asked like everything else.
ENDLESS = "/api/interviews/{interview_id}/events"
HEADERS = {"Host": "localhost"}


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


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_described(label: str, ids: dict[str, str]) -> None:
    """Each operation with what may be sent and what may not, for ids that exist and ids that do not."""

    @given(
        case=OPERATIONS[label].as_strategy() | OPERATIONS[label].as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )
    @example_settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=HEADERS, checks=CHECKS)
        known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
        if known and case.path != ENDLESS:
            case.path_parameters = dict(case.path_parameters) | known
            case.call_and_validate(headers=HEADERS, checks=CHECKS)

    check()
