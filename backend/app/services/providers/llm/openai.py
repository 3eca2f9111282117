"""OpenAI, and any server that speaks its protocol (Ollama, vLLM, llama.cpp), by the maker's own client."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from app.services.providers import failures
from app.services.providers.configuration import Configured
from app.services.providers.ports import Completion, Prompt

ADDRESS = "https://api.openai.com/v1"


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[Any] | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0, le=10**8)
    completion_tokens: int = Field(ge=0, le=10**8)


class _Answer(BaseModel):
    """What the API promises, as far as it is read here. The client itself checks nothing of it."""

    model: str = Field(max_length=200)
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


async def complete(ready: Configured, prompt: Prompt, *, timeout_s: float = 30.0) -> Completion:
    """One attempt at POST /chat/completions. Raises ProviderError."""
    try:
        import openai
    except ImportError:
        raise failures.not_installed(ready.id) from None
    http = openai.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout_s)
    client = openai.AsyncOpenAI(
        api_key=ready.key.get_secret_value() if ready.key else "none",
        base_url=ready.values.get("base_url") or ADDRESS,
        max_retries=0,
        timeout=timeout_s,
        http_client=http,
    )
    try:
        async with client, asyncio.timeout(timeout_s):
            raw = await client.chat.completions.with_raw_response.create(**_body(ready, prompt))
            content_type, content = raw.headers.get("content-type", ""), raw.http_response.content
    except (TimeoutError, openai.APITimeoutError):
        raise failures.timed_out(ready.id, timeout_s) from None
    except openai.APIConnectionError as error:
        raise failures.of_connection(ready.id, error.__cause__) from None
    except openai.APIStatusError as error:
        raise failures.of_status(ready.id, error.status_code, error.response.headers, error.param) from None
    except openai.OpenAIError:
        raise failures.garbled(ready.id, "something that its own client cannot read") from None
    done = _completion(ready.id, content_type, content)
    # The makers name the exact version behind a name; other servers name a file of theirs.
    return done if ready.id == "openai" else replace(done, model=ready.values["model"])


def _body(ready: Configured, prompt: Prompt) -> dict[str, Any]:
    # The maker's newer models know only the one name of the limit, most other servers only the other.
    limit = "max_completion_tokens" if ready.id == "openai" else "max_tokens"
    schema = {"name": prompt.schema_name, "strict": True, "schema": dict(prompt.schema)}
    return {
        "model": ready.values["model"],
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "temperature": 0,
        "seed": prompt.seed,
        limit: prompt.max_tokens,
    }


def _completion(provider: str, content_type: str, content: bytes) -> Completion:
    if "json" not in content_type:
        raise failures.garbled(provider, "something that is not JSON")
    try:
        answer = _Answer.model_validate_json(content)
    except ValidationError:
        raise failures.garbled(provider, "an answer of another shape than its interface promises") from None
    choice = answer.choices[0]
    ended: Literal["stop", "length", "declined", "no_text"] = "stop"
    if choice.message.refusal or choice.finish_reason == "content_filter":
        ended = "declined"
    elif choice.finish_reason == "length":
        ended = "length"
    elif choice.message.tool_calls or not choice.message.content or choice.finish_reason != "stop":
        ended = "no_text"
    return Completion(
        text=choice.message.content or "",
        ended=ended,
        model=answer.model,
        input_tokens=answer.usage.prompt_tokens if answer.usage else None,
        output_tokens=answer.usage.completion_tokens if answer.usage else None,
    )
