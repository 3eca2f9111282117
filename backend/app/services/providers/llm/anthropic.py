"""Anthropic, by the maker's own client."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from app.services.providers import failures
from app.services.providers.configuration import Configured
from app.services.providers.ports import Completion, Prompt

ADDRESS = "https://api.anthropic.com"


class _Block(BaseModel):
    type: str
    text: str = ""


class _Usage(BaseModel):
    input_tokens: int = Field(ge=0, le=10**8)
    output_tokens: int = Field(ge=0, le=10**8)
    cache_creation_input_tokens: int | None = Field(None, ge=0, le=10**8)
    cache_read_input_tokens: int | None = Field(None, ge=0, le=10**8)


class _Answer(BaseModel):
    """What the API promises, as far as it is read here. The client itself checks nothing of it."""

    model: str = Field(max_length=200)
    content: list[_Block]
    stop_reason: str | None = None
    usage: _Usage


async def complete(ready: Configured, prompt: Prompt, *, timeout_s: float = 30.0) -> Completion:
    """One attempt at POST /v1/messages. Raises ProviderError. Its interface has neither seed nor temperature."""
    try:
        import anthropic
    except ImportError:
        raise failures.not_installed(ready.id) from None
    assert ready.key is not None, "the catalogue requires a key"
    http = anthropic.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout_s)
    client = anthropic.AsyncAnthropic(
        api_key=ready.key.get_secret_value(),
        base_url=ready.values.get("base_url") or ADDRESS,
        max_retries=0,
        timeout=timeout_s,
        http_client=http,
    )
    try:
        async with client, asyncio.timeout(timeout_s):
            raw = await client.messages.with_raw_response.create(**_body(ready, prompt))
            content_type, content = raw.headers.get("content-type", ""), raw.http_response.content
    except (TimeoutError, anthropic.APITimeoutError):
        raise failures.timed_out(ready.id, timeout_s) from None
    except anthropic.APIConnectionError as error:
        raise failures.of_connection(ready.id, error.__cause__) from None
    except anthropic.APIStatusError as error:
        raise failures.of_status(ready.id, error.status_code, error.response.headers) from None
    except anthropic.AnthropicError:
        raise failures.garbled(ready.id, "something that its own client cannot read") from None
    return _completion(ready.id, content_type, content)


def _body(ready: Configured, prompt: Prompt) -> dict[str, Any]:
    return {
        "model": ready.values["model"],
        "system": prompt.system,
        "messages": [{"role": "user", "content": prompt.user}],
        "output_config": {"format": {"type": "json_schema", "schema": dict(prompt.schema)}},
        "max_tokens": prompt.max_tokens,
    }


def _completion(provider: str, content_type: str, content: bytes) -> Completion:
    if "json" not in content_type:
        raise failures.garbled(provider, "something that is not JSON")
    try:
        answer = _Answer.model_validate_json(content)
    except ValidationError:
        raise failures.garbled(provider, "an answer of another shape than its interface promises") from None
    text = "".join(block.text for block in answer.content if block.type == "text")
    ended: Literal["stop", "length", "declined", "no_text"] = "stop"
    if answer.stop_reason == "refusal":
        ended = "declined"
    elif answer.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        ended = "length"
    elif answer.stop_reason != "end_turn" or not text:
        ended = "no_text"
    used = answer.usage
    cached = (used.cache_creation_input_tokens or 0) + (used.cache_read_input_tokens or 0)
    return Completion(
        text=text,
        ended=ended,
        model=answer.model,
        input_tokens=used.input_tokens + cached,
        output_tokens=used.output_tokens,
    )
