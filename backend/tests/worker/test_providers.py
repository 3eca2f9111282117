"""Calls to services of others: retries, pauses and budgets, with the real database and the real Valkey."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import vault
from app.core.database import transaction
from app.core.events import connect
from app.domain.errors import BadInput, Conflict, ProviderError
from app.models.provider import ProviderSettings, ProviderUsage
from app.services.providers import calls, configuration, usage
from app.services.providers.catalog import PORTS, PROVIDERS
from tests import world

pytestmark = pytest.mark.services


def problem(code: str = "openai_busy", *, retryable: bool = True, retry_after_s: float | None = None) -> ProviderError:
    return ProviderError("openai", "It failed.", retryable=retryable, code=code, retry_after_s=retry_after_s)


class Script:
    """An adapter that does what the script says: raise an error, or return a value."""

    def __init__(self, *steps: Any) -> None:
        self.steps, self.made = list(steps), 0

    async def __call__(self) -> Any:
        self.made += 1
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "BACKOFF_S", 0.001)


async def test_an_error_that_may_pass_is_tried_again(settings: Any) -> None:
    work = Script(problem(), problem(), "done")
    assert await calls.call("openai", "test", work, deadline_s=5) == "done"
    assert work.made == 3
    assert (await calls.state("openai"))["answered_at"]


async def test_attempts_are_counted(settings: Any) -> None:
    work = Script(*[problem()] * 9)
    with pytest.raises(ProviderError):
        await calls.call("openai", "test", work, deadline_s=5, attempts=2)
    assert work.made == 2


async def test_an_error_that_stays_is_not_tried_again(settings: Any) -> None:
    work = Script(problem("openai_key", retryable=False), "never")
    with pytest.raises(ProviderError, match="It failed"):
        await calls.call("openai", "test", work, deadline_s=5)
    assert work.made == 1
    state = await calls.state("openai")
    assert [entry["code"] for entry in state["errors"]] == ["openai_key"]


async def test_a_wait_longer_than_the_deadline_is_not_waited_for(settings: Any) -> None:
    work = Script(problem("openai_rate", retry_after_s=60.0), "never")
    with pytest.raises(ProviderError) as caught:
        await calls.call("openai", "test", work, deadline_s=5)
    assert (caught.value.code, work.made) == ("openai_rate", 1)


async def test_what_the_service_asked_for_is_waited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(calls.asyncio, "sleep", sleep)
    assert await calls.call("openai", "test", Script(problem(retry_after_s=2.5), 1), deadline_s=5) == 1
    assert waits == [2.5]


async def test_slow_work_ends_at_the_deadline(settings: Any) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(ProviderError) as caught:
        await calls.call("openai", "test", never, deadline_s=0.05)
    assert caught.value.code == "openai_timeout"


async def test_a_provider_that_keeps_failing_is_paused_and_then_tried_once(settings: Any) -> None:
    for _ in range(calls.PAUSE_AFTER):
        with pytest.raises(ProviderError):
            await calls.call("openai", "test", Script(problem()), deadline_s=5, attempts=1)
    work = Script("never")
    with pytest.raises(ProviderError) as caught:
        await calls.call("openai", "test", work, deadline_s=5)
    assert (caught.value.code, work.made) == ("provider_paused", 0)
    assert 0 < (await calls.state("openai"))["paused_s"] <= calls.PAUSE_FIRST_S
    assert await calls.call("anthropic", "test", Script("other"), deadline_s=5) == "other"
    async with connect() as redis:
        await redis.hset("provider:openai:breaker", "until", 1)  # the pause is over

    async def failing_slowly() -> None:
        with pytest.raises(ProviderError) as second:
            await calls.call("openai", "test", Script("a second trial"), deadline_s=5)
        assert second.value.code == "provider_paused"
        raise problem()

    with pytest.raises(ProviderError):
        await calls.call("openai", "test", failing_slowly, deadline_s=5, attempts=1)
    assert (await calls.state("openai"))["paused_s"] > calls.PAUSE_FIRST_S
    async with connect() as redis:
        await redis.hset("provider:openai:breaker", "until", 1)
    assert await calls.call("openai", "test", Script("back"), deadline_s=5) == "back"
    assert await calls.call("openai", "test", Script("stays"), deadline_s=5) == "stays"


async def test_a_request_it_refuses_does_not_pause_it(settings: Any) -> None:
    for _ in range(calls.PAUSE_AFTER + 1):
        with pytest.raises(ProviderError) as caught:
            await calls.call("openai", "test", Script(problem("openai_refused", retryable=False)), deadline_s=5)
        assert caught.value.code == "openai_refused"


async def test_without_valkey_the_call_is_still_made(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "redis_url", "redis://127.0.0.1:9/0")
    assert await calls.call("openai", "test", Script("done"), deadline_s=5) == "done"


async def test_budgets_are_never_overrun_by_calls_at_once(settings: Any) -> None:
    await usage.set_budgets(usage.Budgets(interview=1_000_000, day=1_000))

    async def spend() -> int:
        try:
            await usage.reserve("openai", "m", "grade", cost=300, interview_id=None)
        except usage.BudgetSpent:
            return 0
        return 300

    spent = await asyncio.gather(*(spend() for _ in range(12)))
    assert sum(spent) == 900


async def test_a_settled_call_frees_what_it_did_not_use(settings: Any) -> None:
    interview, _, _ = await world.interview()
    await usage.set_budgets(usage.Budgets(interview=1_000, day=10_000))
    first = await usage.reserve("openai", "m", "grade", cost=900, interview_id=interview)
    with pytest.raises(usage.BudgetSpent, match="of this interview"):
        await usage.reserve("openai", "m", "grade", cost=200, interview_id=interview)
    await usage.settle(first, cost=100, input_tokens=10, output_tokens=2)
    await usage.reserve("openai", "m", "grade", cost=900, interview_id=interview)
    told = await usage.of_interview(interview)
    assert (told["cost_usd"], told["estimated"], told["models"][0]["input_tokens"]) == (0.001, True, 10)


async def test_a_deletion_does_not_shrink_the_bill_of_the_day(settings: Any) -> None:
    interview, _, _ = await world.interview()
    await usage.set_budgets(usage.Budgets(interview=10_000, day=1_000))
    await usage.reserve("openai", "m", "grade", cost=900, interview_id=interview)
    async with transaction() as session:
        from app.models import Interview

        row = await session.get(Interview, interview)
        await session.delete(row)
    with pytest.raises(usage.BudgetSpent, match="of today"):
        await usage.reserve("openai", "m", "grade", cost=200, interview_id=None)
    async with transaction() as session:
        from sqlalchemy import select

        kept = (await session.scalars(select(ProviderUsage))).one()
    assert kept.interview_id is None


async def test_a_key_is_sealed_in_the_database_and_only_read_by_the_adapter(settings: Any) -> None:
    secret = "test-key-0123456789"
    await configuration.change("openai", {"model": "m-1"}, secret, forget_key=False)
    async with transaction() as session:
        row = await session.get(ProviderSettings, "openai")
    assert row is not None
    assert row.secret is not None
    assert secret.encode() not in row.secret
    ready = await configuration.required("openai")
    assert ready.key is not None
    assert (ready.key.get_secret_value(), ready.values["model"]) == (secret, "m-1")
    assert secret not in repr(ready)
    assert secret not in repr(await configuration.found())
    await configuration.change("openai", {"model": None}, None, forget_key=True)
    assert await configuration.configured("openai") is None
    with pytest.raises(ProviderError) as caught:
        await configuration.required("openai")
    assert caught.value.code == "openai_not_configured"


async def test_the_environment_wins_and_says_so(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await configuration.change("openai", {"model": "of-the-page"}, "page-key", forget_key=False)
    monkeypatch.setenv("OPENAI_API_KEY", "operator-key")
    monkeypatch.setenv("OPENAI_MODEL", "of-the-operator")
    ready = await configuration.required("openai")
    assert ready.key is not None
    assert (ready.key.get_secret_value(), ready.values["model"]) == ("operator-key", "of-the-operator")
    for values, key in (({"model": "other"}, None), ({}, "other-key")):
        with pytest.raises(Conflict) as caught:
            await configuration.change("openai", values, key, forget_key=False)
        assert caught.value.code == "set_by_environment"


async def test_a_key_alone_uses_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS:
        monkeypatch.setenv(provider.key_variable, "some-key")
    assert [await configuration.chosen(port.id) for port in PORTS] == [None] * len(PORTS)
    await configuration.choose("language_model", "anthropic")
    assert await configuration.chosen("language_model") == "anthropic"
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "embedded")
    assert await configuration.chosen("language_model") is None
    monkeypatch.setenv("REHEARSAL_LANGUAGE_MODEL", "elevenlabs")
    with pytest.raises(Conflict, match="REHEARSAL_LANGUAGE_MODEL"):
        await configuration.chosen("language_model")
    await configuration.choose("text_to_speech", "elevenlabs")
    await configuration.choose("text_to_speech", None)
    assert await configuration.chosen("text_to_speech") is None


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"model": "x" * 301}, None),
        ({"model": "a\nb"}, None),
        ({"unknown": "x"}, None),
        ({"base_url": "ftp://127.0.0.1"}, None),
        ({"base_url": "http://models.example/v1"}, None),
        ({"base_url": "https://user:pass@models.example/v1"}, None),
        ({"base_url": "https://[broken"}, None),
        ({"input_price": "cheap"}, None),
        ({"input_price": "-1"}, None),
        ({"input_price": "nan"}, None),
        ({}, "two words"),
        ({}, "schlüssel"),
        ({}, "k" * 1001),
    ],
)
async def test_what_cannot_be_a_setting_is_refused(settings: Any, values: dict[str, str], key: str | None) -> None:
    with pytest.raises(BadInput):
        await configuration.change("openai", values, key, forget_key=False)
    assert (await configuration.found())["openai"].sources == {}


@given(st.text(max_size=200))
def test_what_is_sealed_can_be_read_again(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _key(patch, "one")
        text = text.encode("utf-8", "ignore").decode()
        assert vault.unseal(vault.seal(text)) == text


def test_a_key_is_rotated_and_a_lost_one_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _key(monkeypatch, "old")
    sealed = vault.seal("secret")
    _key(monkeypatch, "new, old")
    assert vault.unseal(sealed) == "secret"
    _key(monkeypatch, "new")
    with pytest.raises(vault.Locked, match="cannot be read"):
        vault.unseal(sealed)


def test_without_a_key_the_data_folder_keeps_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _key(monkeypatch, None)
    monkeypatch.setenv("REHEARSAL_DATA", str(tmp_path))
    assert vault.unseal(vault.seal("secret")) == "secret"
    kept = tmp_path / "secrets" / vault.FILE
    assert kept.stat().st_mode & 0o077 == 0
    assert [path.name for path in kept.parent.iterdir()] == [vault.FILE]


def _key(patch: pytest.MonkeyPatch, text: str | None) -> None:
    from app.core import config

    if text is None:
        patch.delenv("REHEARSAL_SECRET_KEY", raising=False)
    else:
        patch.setenv("REHEARSAL_SECRET_KEY", text)
    patch.setattr(vault, "settings", config.Settings)
