"""The settings of services of others over the API: keys go in and never come out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app.services.providers import calls, usage
from tests import world

pytestmark = pytest.mark.services
KEY = "test-key-that-nobody-may-see"


async def test_nothing_is_chosen_at_first(client: httpx.AsyncClient) -> None:
    body = (await client.get("/api/providers")).json()
    assert [port["chosen"] for port in body["ports"]] == [None] * 4
    assert all(provider["key"]["set_by"] is None for provider in body["providers"])
    assert all(set(provider["receives"]) for provider in body["providers"])
    system = (await client.get("/api/system")).json()
    assert {provider["where"] for provider in system["providers"]} == {"embedded"}


async def test_a_key_goes_in_and_never_comes_out(client: httpx.AsyncClient) -> None:
    change = {"values": {"model": "m-1"}, "key": KEY}
    changed = await client.patch("/api/providers/openai", json=change)
    assert changed.status_code == 200
    await client.put("/api/providers/choices/language_model", json={"provider": "openai"})
    answers = [changed, await client.get("/api/providers"), await client.get("/api/system")]
    assert all(KEY not in answer.text for answer in answers)
    openai = next(one for one in answers[1].json()["providers"] if one["id"] == "openai")
    assert (openai["key"]["set_by"], openai["missing"]) == ("page", [])
    assert {"model": "m-1"}.items() <= {field["name"]: field["value"] for field in openai["fields"]}.items()
    cloud = [one for one in answers[2].json()["providers"] if one["where"] == "cloud"]
    assert [(one["port"], one["id"], one["consent"]) for one in cloud] == [("language_model", "openai", True)]
    gone = (await client.delete("/api/providers/openai")).json()
    openai = next(one for one in gone["providers"] if one["id"] == "openai")
    assert openai["key"]["set_by"] is None
    assert openai["missing"] == ["Key"]


async def test_a_wrong_key_is_not_quoted(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/providers/openai", json={"key": "sk with spaces"})
    assert (answer.status_code, answer.json()["error"]) == (422, "provider_key_invalid")
    assert "with spaces" not in answer.json()["detail"] + str(answer.json()["hint"])
    answer = await client.patch("/api/providers/openai", json={"key": "k" * 1001})
    assert answer.status_code == 422
    assert "kkkk" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("put", "/api/providers/choices/nothing", {"provider": None}, 404, "not_found"),
        ("put", "/api/providers/choices/cloud_video", {"provider": "openai"}, 422, "provider_unknown"),
        ("put", "/api/providers/choices/cloud_video", {"provider": "../x"}, 422, "invalid_request"),
        ("patch", "/api/providers/nobody", {}, 404, "not_found"),
        ("delete", "/api/providers/nobody", None, 404, "not_found"),
        ("patch", "/api/providers/openai", {"values": {"nothing": "x"}}, 422, "provider_field_unknown"),
        ("patch", "/api/providers/openai", {"values": {"base_url": "file:///etc"}}, 422, "provider_value_invalid"),
        ("put", "/api/providers/budgets", {"interview_usd": -1, "day_usd": 1}, 422, "invalid_request"),
        ("put", "/api/providers/budgets", {"interview_usd": 1}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_is_refused(
    client: httpx.AsyncClient, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = await client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


async def test_what_the_operator_sets_cannot_be_changed_here(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "openai")
    answer = await client.patch("/api/providers/openai", json={"key": "another"})
    assert (answer.status_code, answer.json()["error"]) == (409, "set_by_environment")
    answer = await client.put("/api/providers/choices/language_model", json={"provider": None})
    assert (answer.status_code, answer.json()["error"]) == (409, "set_by_environment")
    page = await client.get("/api/providers")
    assert page.json()["ports"][0]["chosen_by"] == "environment"
    assert KEY not in page.text


async def test_budgets_and_what_today_has_cost(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    await client.put("/api/providers/budgets", json={"interview_usd": 0.25, "day_usd": 2})
    paid = await usage.reserve("openai", "m", "grade", cost=120_000, interview_id=interview)
    await usage.settle(paid, cost=20_000, input_tokens=900, output_tokens=100)
    budgets = (await client.get("/api/providers")).json()["budgets"]
    assert budgets == {"interview_usd": 0.25, "day_usd": 2.0, "spent_today_usd": 0.02}
    told = (await client.get(f"/api/interviews/{interview}/usage")).json()
    assert (told["cost_usd"], told["budget_usd"], told["estimated"]) == (0.02, 0.25, False)
    assert told["models"][0] == {
        "provider": "OpenAI",
        "model": "m",
        "calls": 1,
        "input_tokens": 900,
        "output_tokens": 100,
        "cost_usd": 0.02,
    }


async def test_a_change_of_the_settings_ends_a_pause(client: httpx.AsyncClient) -> None:
    from app.domain.errors import ProviderError

    async def failing() -> None:
        raise ProviderError("openai", "It refused the key.", retryable=False, code="openai_key")

    for _ in range(calls.PAUSE_AFTER):
        with pytest.raises(ProviderError):
            await calls.call("openai", "grade", failing, deadline_s=2)
    openai = next(one for one in (await client.get("/api/providers")).json()["providers"] if one["id"] == "openai")
    assert openai["state"]["paused_s"] > 0
    assert openai["state"]["errors"][0]["code"] == "openai_key"
    changed = (await client.patch("/api/providers/openai", json={"key": KEY})).json()
    assert next(one for one in changed["providers"] if one["id"] == "openai")["state"]["paused_s"] == 0


async def test_consent_names_providers_that_exist(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    address = f"/api/interviews/{interview}"
    assert (await client.get(address)).json()["settings"]["consent"]["providers"] == []
    agreed = {"recording": True, "voice": True, "presence": False, "providers": ["openai"]}
    changed = await client.patch(address, json={"consent": agreed})
    assert changed.json()["settings"]["consent"] == agreed
    wrong = await client.patch(address, json={"consent": agreed | {"providers": ["nobody"]}})
    assert (wrong.status_code, wrong.json()["error"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("endpoint", "named"), [("https://fra1.digitaloceanspaces.com", ["fra1.digitaloceanspaces.com"]), (None, [])]
)
async def test_the_page_names_who_keeps_the_recordings(
    client: httpx.AsyncClient, settings: Any, monkeypatch: pytest.MonkeyPatch, endpoint: str | None, named: list[str]
) -> None:
    # Nothing is asked of the storage here: only the settings are read.
    monkeypatch.setattr(settings, "storage_url", "s3://takes")
    monkeypatch.setattr(settings, "storage_endpoint", endpoint or "http://127.0.0.1:9")
    monkeypatch.setattr(settings, "storage_access_key", SecretStr("id"))
    monkeypatch.setattr(settings, "storage_secret_key", SecretStr("s3cr3t"))
    far = [row for row in (await client.get("/api/system")).json()["providers"] if row["port"] == "storage"]
    assert [row["name"] for row in far] == named
