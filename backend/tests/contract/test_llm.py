"""The makers' own clients of language models against a server that checks what they send and fails as they do."""

from __future__ import annotations

import email.utils
import socket
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.domain.errors import ProviderError
from app.services.providers.configuration import Configured
from app.services.providers.failures import retry_after_s
from app.services.providers.llm import gateway, prices
from app.services.providers.ports import Completion, Prompt
from tests.contract.llm_server import KEY, Vendor, serving

PROVIDERS = ("openai", "openai_compatible", "anthropic")
SCHEMA = {
    "type": "object",
    "properties": {"word": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    "required": ["word"],
    "additionalProperties": False,
}
PROMPT = Prompt(system="Rules.", user="Say “ja”: 客室.", schema_name="words", schema=SCHEMA, max_tokens=50, seed=7)
MODELS = {
    "openai": "gpt-4.1-mini-2025-04-14",
    "openai_compatible": "qwen3:8b",
    "anthropic": "claude-haiku-4-5-20251001",
}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving() as server:
        server.answer = lambda *_: '{"word": "ja"}'
        yield server


def ready(provider: str, vendor: Vendor, key: str | None = KEY, **values: str) -> Configured:
    settings = {"model": MODELS[provider], "base_url": vendor.address(provider)} | values
    return Configured(provider, settings, SecretStr(key) if key else None)


async def ask(provider: str, vendor: Vendor, *, timeout_s: float = 10.0) -> Completion:
    return await gateway.ADAPTERS[provider](ready(provider, vendor), PROMPT, timeout_s=timeout_s)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_request_is_what_the_vendor_documents(provider: str, vendor: Vendor) -> None:
    done = await ask(provider, vendor)
    assert (done.text, done.ended, done.input_tokens, done.output_tokens) == ('{"word": "ja"}', "stop", 120, 30)
    (seen,) = vendor.seen
    assert seen.texts == (PROMPT.system, PROMPT.user)
    assert seen.schema == SCHEMA
    assert seen.body["model"] == MODELS[provider]
    assert "stream" not in seen.body
    if provider == "anthropic":
        assert seen.body["max_tokens"] == 50
        assert done.model == "claude-test"
    else:
        assert seen.body["response_format"]["json_schema"]["strict"] is True
        assert (seen.body["temperature"], seen.body["seed"]) == (0, 7)
        limit = "max_completion_tokens" if provider == "openai" else "max_tokens"
        assert seen.body[limit] == 50
        assert done.model == ("gpt-test" if provider == "openai" else "qwen3:8b")


async def test_a_server_of_one_s_own_needs_no_key(vendor: Vendor) -> None:
    with pytest.raises(ProviderError) as caught:  # this server wants one, and says so
        await gateway.ADAPTERS["openai_compatible"](ready("openai_compatible", vendor, None), PROMPT, timeout_s=10)
    assert caught.value.code == "openai_compatible_key"


FAULTS = {
    "400": ("refused", False),
    "401": ("key", False),
    "403": ("key", False),
    "404": ("refused", False),
    "408": ("timeout", True),
    "409": ("refused", False),
    "413": ("too_large", False),
    "422": ("refused", False),
    "429": ("rate", True),
    "429 7": ("rate", True),
    "500": ("busy", True),
    "503 2": ("busy", True),
    "529": ("busy", True),
    "slow": ("timeout", True),
    "slow_drip": ("timeout", True),
    "redirect": ("refused", False),
    "cut_off": ("garbled", True),
    "closed": ("garbled", True),
    "no_http": ("garbled", True),
    "garbage": ("garbled", True),
    "truncated": ("garbled", True),
    "wrong_type": ("garbled", True),
    "array": ("garbled", True),
    "other_shape": ("garbled", True),
    "minus_tokens": ("garbled", True),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_every_failure_has_a_code_and_no_words_of_the_service(provider: str, fault: str, vendor: Vendor) -> None:
    vendor.faults = [fault]
    with pytest.raises(ProviderError) as caught:
        await ask(provider, vendor, timeout_s=0.5 if fault.startswith("slow") else 10)
    error = caught.value
    kind, retryable = FAULTS[fault]
    assert (error.code, error.retryable) == (f"{provider}_{kind}", retryable)
    assert error.retry_after_s == {"429 7": 7.0, "503 2": 2.0}.get(fault)
    assert len(vendor.seen) == 1  # retries are `calls.call`'s
    said = f"{error} {error.hint} {error.__cause__} {error.__suppress_context__}"
    assert "SECRET" not in said
    assert KEY not in said


@pytest.mark.parametrize("fault", ["length", "refusal", "tool_call", "no_text"])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_an_answer_without_a_whole_text_still_counts_its_tokens(
    provider: str, fault: str, vendor: Vendor
) -> None:
    vendor.faults = [fault]
    done = await ask(provider, vendor)
    assert done.ended == {"length": "length", "refusal": "declined"}.get(fault, "no_text")
    assert (done.input_tokens, done.output_tokens) == (120, 30)
    with pytest.raises(ProviderError) as caught:
        gateway._whole(provider, done)
    assert caught.value.code == f"{provider}_{'refused' if fault == 'refusal' else 'garbled'}"
    assert not caught.value.retryable


async def test_no_choices_at_all(vendor: Vendor) -> None:
    vendor.faults = ["empty_choices", "empty_choices"]
    with pytest.raises(ProviderError) as caught:
        await ask("openai", vendor)
    assert caught.value.code == "openai_garbled"
    assert (await ask("anthropic", vendor)).ended == "no_text"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_wrong_key_and_a_closed_port(provider: str, vendor: Vendor) -> None:
    with pytest.raises(ProviderError) as caught:
        await gateway.ADAPTERS[provider](ready(provider, vendor, "another"), PROMPT, timeout_s=10)
    assert caught.value.code == f"{provider}_key"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port
        nobody = ready(provider, Vendor(f"http://127.0.0.1:{probe.getsockname()[1]}"))
        with pytest.raises(ProviderError) as caught:
            await gateway.ADAPTERS[provider](nobody, PROMPT, timeout_s=10)
    assert (caught.value.code, caught.value.retryable) == (f"{provider}_unreachable", True)


def test_retry_after() -> None:
    assert retry_after_s(None) is None
    assert retry_after_s("0") == 0
    assert retry_after_s("99999") == 600
    assert retry_after_s("-3") == 0
    assert retry_after_s("soon") is None
    assert retry_after_s("nan") is None
    seconds = retry_after_s(email.utils.formatdate(time.time() + 100, usegmt=True))
    assert seconds is not None
    assert 90 < seconds <= 100


def test_prices() -> None:
    def price(provider: str, **values: str) -> prices.Price:
        known = {"model": MODELS[provider], "base_url": "https://models.example/v1"}
        return prices.of(Configured(provider, known | values, None))

    assert price("openai") == prices.Price(0.40, 1.60)
    assert price("openai", model="gpt-4.1") == prices.Price(2.00, 8.00)
    assert price("anthropic") == prices.Price(1.00, 5.00)
    highest = prices.Price(15.00, 75.00, assumed=True)
    assert price("openai", model="gpt-9") == highest
    assert price("openai_compatible") == highest
    assert price("openai_compatible", model="gpt-4.1-mini") == highest  # a name on somebody's own server
    assert price("openai_compatible", input_price="0", output_price="0") == prices.Price(0, 0)
    assert price("openai_compatible", base_url="http://127.0.0.1:11434/v1") == prices.Price(0, 0)
    assert price("openai", input_price="1") == prices.Price(0.40, 1.60)  # half a price is none
    assert prices.Price(0.40, 1.60).cost(1, 1) == 2
