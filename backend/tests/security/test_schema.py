"""The API against its own description: no server error, no undocumented status, no answer that breaks its schema."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import world

pytestmark = pytest.mark.services
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Asked services that are not there in these tests; 502 and 503 with a code are the documented answers.
ENDLESS = "/api/interviews/{interview_id}/events"


@pytest.fixture
async def described(app: FastAPI) -> Any:
    """The description, asked for over ASGI."""
    return schemathesis.openapi.from_asgi("/api/openapi.json", app)


@pytest.fixture
async def ids(app: FastAPI) -> dict[str, str]:
    """Ids that exist, so that more than 404 is reached."""
    interview, questions, posting = await world.interview()
    return {"interview_id": str(interview), "question_id": str(questions[0]), "posting_id": str(posting)}


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case, ids: dict[str, str]) -> None:
    """Each operation with what may be sent and what may not, for ids that exist and ids that do not."""
    headers = {"Host": "localhost"}
    case.call_and_validate(headers=headers, checks=CHECKS)
    known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
    if known and case.path != ENDLESS:
        case.path_parameters = dict(case.path_parameters) | known
        case.call_and_validate(headers=headers, checks=CHECKS)
