"""The gateway between the flows and a language model: who may ask, who pays, and that no budget is overrun."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import openai
import pytest
from fastapi import FastAPI

from app.core.database import transaction
from app.domain.model import ModelTicket
from app.models.provider import ModelTicketRow, ProviderUsage
from app.services.providers import calls, usage
from app.services.providers.llm import gateway, tickets
from app.services.providers.llm.client import PATH, TICKET
from tests import world
from tests.contract.llm_server import KEY, Vendor, serving
from tests.contract.test_llm import SCHEMA

pytestmark = pytest.mark.services

GATEWAY_KEY = "gateway-key-of-a-test"
BODY = {
    "model": "whatever",
    "n": 5,
    "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Data."}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "words", "strict": True, "schema": SCHEMA}},
    "temperature": 0,
    "seed": 3,
    "max_tokens": 50,
}
# gpt-4.1-mini: 1,000 tokens around it, about 200 bytes of text, 50 tokens out.
MOST, REAL = 560, 96


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "BACKOFF_S", 0.001)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving() as server:
        server.answer = lambda *_: '{"word": "ja"}'
        yield server


@pytest.fixture
def configured(settings: Any, monkeypatch: pytest.MonkeyPatch, vendor: Vendor) -> None:
    from app.core import config

    monkeypatch.setenv("REHEARSAL_GATEWAY_KEY", GATEWAY_KEY)
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "openai")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", vendor.address("openai"))
    config.settings.cache_clear()


async def ticket(purpose: str = "grading", interview_id: UUID | None = None) -> ModelTicket:
    made = await tickets.issue(purpose, interview_id=interview_id, agreed=["openai"])
    assert made is not None
    return made


async def ask(client: httpx.AsyncClient, ticket: str, key: str = GATEWAY_KEY, body: Any = BODY) -> httpx.Response:
    return await client.post(PATH, json=body, headers={"authorization": f"Bearer {key}", TICKET: ticket})


async def paid() -> list[ProviderUsage]:
    from sqlalchemy import select

    async with transaction() as session:
        return list((await session.scalars(select(ProviderUsage).order_by(ProviderUsage.created_at))).all())


@pytest.mark.usefixtures("configured")
async def test_the_maker_s_own_client_can_talk_to_it(app: FastAPI, vendor: Vendor) -> None:
    import httpx2

    interview_id, _, _ = await world.interview()
    made = await ticket(interview_id=interview_id)
    transport: Any = httpx2.ASGITransport(app)
    async with openai.AsyncOpenAI(
        api_key=GATEWAY_KEY,
        base_url="http://localhost:8000/internal/v1",
        max_retries=0,
        http_client=httpx2.AsyncClient(transport=transport),
        default_headers={TICKET: made.ticket},
    ) as http:
        wanted: Any = {key: value for key, value in BODY.items() if key != "n"}
        done = await http.chat.completions.create(**wanted)
        assert done.choices[0].message.content == '{"word": "ja"}'
        assert done.usage is not None
        assert (done.model, done.usage.total_tokens) == ("gpt-test", 150)
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await http.chat.completions.create(**wanted, extra_headers={TICKET: str(uuid4())})
    assert caught.value.code == "gateway_ticket"
    assert vendor.seen[0].body["model"] == "gpt-4.1-mini-2025-04-14"  # never the caller's
    (row,) = await paid()
    assert (row.settled, row.cost, row.input_tokens, row.output_tokens) == (True, REAL, 120, 30)
    assert (row.interview_id, row.purpose) == (interview_id, "grading")
    report = await usage.of_interview(interview_id)
    assert (report["models"][0]["calls"], report["cost_usd"], report["estimated"]) == (1, REAL / 1e6, False)


@pytest.mark.usefixtures("configured")
async def test_who_may_not_ask(client: httpx.AsyncClient, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    good = (await ticket()).ticket
    old = ModelTicketRow(
        id=uuid4(), purpose="tips", provider="openai", budget=10**6, expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    async with transaction() as session:
        session.add(old)
    for key, shown, status, code in (
        ("wrong", good, 401, "gateway_key"),
        ("", good, 401, "gateway_key"),
        (GATEWAY_KEY, "", 403, "gateway_ticket"),
        (GATEWAY_KEY, "no-uuid", 403, "gateway_ticket"),
        (GATEWAY_KEY, str(uuid4()), 403, "gateway_ticket"),
        (GATEWAY_KEY, str(old.id), 403, "gateway_ticket"),
    ):
        answer = await ask(client, shown, key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    from app.core import config

    monkeypatch.delenv("REHEARSAL_GATEWAY_KEY")
    config.settings.cache_clear()
    assert (await ask(client, good, "")).status_code == 401  # without a key nobody is let in
    assert vendor.seen == []
    assert await paid() == []


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": [{"role": "user", "content": "a"}] * 2},
        {"messages": [{"role": "tool", "content": "a"}, {"role": "user", "content": "a"}]},
        {"max_tokens": 10**6},
        {"max_tokens": "many"},
        {"response_format": {"type": "text"}},
        {"seed": -1},
    ],
)
async def test_what_it_does_not_understand(client: httpx.AsyncClient, vendor: Vendor, change: dict[str, Any]) -> None:
    answer = await ask(client, (await ticket()).ticket, body=BODY | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "gateway_request")
    assert vendor.seen == []


async def test_it_is_not_in_the_public_description(client: httpx.AsyncClient) -> None:
    assert not any(path.startswith("/internal") for path in (await client.get("/api/openapi.json")).json()["paths"])


@pytest.mark.usefixtures("configured")
async def test_consent_and_choice_decide_about_a_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await tickets.issue("grading", agreed=[]) is None
    assert await tickets.issue("grading", agreed=["anthropic"]) is None
    made = await tickets.issue("questions")
    assert made is not None
    assert (made.provider, made.title, made.replicates) == ("openai", "OpenAI", 1)
    assert (await ticket()).replicates == 3
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "none")
    assert await tickets.issue("questions") is None


@pytest.mark.usefixtures("configured")
async def test_a_budget_is_never_overrun(client: httpx.AsyncClient, vendor: Vendor) -> None:
    interview_id, _, _ = await world.interview()
    await usage.set_budgets(usage.Budgets(interview=2_000, day=10**9))
    made = await ticket(interview_id=interview_id)
    answers = await asyncio.gather(*(ask(client, made.ticket) for _ in range(8)))
    codes = [answer.status_code for answer in answers]
    refused = [answer.json()["error"]["code"] for answer in answers if answer.status_code != 200]
    assert 3 <= codes.count(200) < 8
    assert set(refused) == {"budget_spent"}
    assert len(vendor.seen) == codes.count(200)
    assert sum(row.cost for row in await paid()) <= 2_000
    # A ticket for an interview that is not there yet has a limit of its own.
    await usage.set_budgets(usage.Budgets(interview=MOST * 2, day=10**9))
    planning = await tickets.issue("questions")
    assert planning is not None
    for _ in range(30):
        if (await ask(client, planning.ticket)).status_code != 200:
            break
    spent = [row.cost for row in await paid() if row.purpose == "questions"]
    assert MOST < sum(spent) <= MOST * 2
    await usage.set_budgets(usage.Budgets(interview=10**9, day=MOST - 200))
    answer = await ask(client, (await ticket()).ticket)
    assert answer.json()["error"]["message"] == "The budget of today does not allow another call."


@pytest.mark.usefixtures("configured")
async def test_what_was_spent_on_planning_is_the_interview_s(client: httpx.AsyncClient) -> None:
    made = await tickets.issue("questions")
    assert made is not None
    assert (await ask(client, made.ticket)).status_code == 200
    interview_id, _, _ = await world.interview()
    async with transaction() as session:
        await tickets.charge(session, made, interview_id)
    assert (await usage.of_interview(interview_id))["cost_usd"] == REAL / 1e6


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("faults", "status", "code", "sent", "costs"),
    [
        (["429 0", "500"], 200, None, 3, [0, 0, REAL]),
        (["400"], 502, "openai_refused", 1, [0]),
        (["length"], 502, "openai_garbled", 1, [REAL]),
        (["refusal"], 502, "openai_refused", 1, [REAL]),
        (["cut_off", "truncated", "garbage"], 502, "openai_garbled", 3, [MOST] * 3),
    ],
)
async def test_what_a_failed_call_costs(
    client: httpx.AsyncClient,
    vendor: Vendor,
    faults: list[str],
    status: int,
    code: str | None,
    sent: int,
    costs: list[int],
) -> None:
    vendor.faults = faults
    answer = await ask(client, (await ticket()).ticket)
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("code") == code
    assert "SECRET" not in answer.text
    assert KEY not in answer.text
    assert len(vendor.seen) == sent
    rows = await paid()
    # Where nobody knows whether the service billed it, the upper bound stays.
    assert [row.cost if row.settled else MOST for row in rows] == costs
    assert all(row.settled or MOST - 60 <= row.cost <= MOST for row in rows)


@pytest.mark.usefixtures("configured")
async def test_a_slow_one_is_given_up_and_stays_reserved(
    client: httpx.AsyncClient, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "DEADLINE_S", 0.6)
    vendor.faults = ["slow"]
    answer = await ask(client, (await ticket()).ticket)
    assert answer.json()["error"]["code"] == "openai_timeout"
    (row,) = await paid()
    assert not row.settled
    assert row.cost > REAL


@pytest.mark.usefixtures("configured")
async def test_one_that_keeps_failing_is_paused(client: httpx.AsyncClient, vendor: Vendor) -> None:
    made = await ticket()
    vendor.faults = ["500"] * 15
    for _ in range(calls.PAUSE_AFTER):
        assert (await ask(client, made.ticket)).json()["error"]["code"] == "openai_busy"
    answer = await ask(client, made.ticket)
    assert answer.json()["error"]["code"] == "provider_paused"
    assert len(vendor.seen) == 15


@pytest.mark.usefixtures("configured")
async def test_chosen_and_not_set_up(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await ticket()
    monkeypatch.delenv("OPENAI_API_KEY")
    answer = await ask(client, made.ticket)
    assert answer.json()["error"] == {
        "message": "OpenAI is chosen but not set up.",
        "type": "provider_error",
        "code": "openai_not_configured",
        "param": None,
    }
