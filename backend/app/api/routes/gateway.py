"""For the flow server only: a language model behind OpenAI's protocol. Not part of the public API."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from app.core.config import settings
from app.domain.errors import BadInput, ProviderError, Refused, RehearsalError
from app.models.provider import ModelTicketRow
from app.services.providers.llm import gateway, tickets
from app.services.providers.ports import Completion, Prompt

router = APIRouter(prefix="/internal/v1", include_in_schema=False)


class _Said(BaseModel):
    role: Literal["system", "user"]
    content: str = Field(max_length=400_000)


class _Schema(BaseModel):
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    body: dict[str, Any] = Field(alias="schema")


class _Format(BaseModel):
    type: Literal["json_schema"]
    json_schema: _Schema


class Wanted(BaseModel):
    """The part of a chat completion that is understood; the model, `n` and the temperature are not the caller's."""

    messages: list[_Said] = Field(min_length=2, max_length=2)
    response_format: _Format
    max_tokens: int = Field(ge=1, le=8_000)
    seed: int = Field(0, ge=0, le=2**31 - 1)


@router.post("/chat/completions")
async def complete(
    request: Request,
    authorization: Annotated[str, Header()] = "",
    ticket: Annotated[str, Header(alias="X-Rehearsal-Ticket")] = "",
) -> JSONResponse:
    """One completion by the provider of the ticket, on its account. Errors have OpenAI's shape and our codes."""
    try:
        row = await _allowed(authorization, ticket)
        done = await gateway.complete(row, _prompt(await request.body()))
    except RehearsalError as error:
        kind = "provider_error" if isinstance(error, ProviderError) else "invalid_request_error"
        body = {"message": error.message, "type": kind, "code": error.code, "param": None}
        return JSONResponse({"error": body}, 401 if error.code == "gateway_key" else error.status)
    return JSONResponse(_completion(row, done))


async def _allowed(authorization: str, ticket: str) -> ModelTicketRow:
    key = settings().gateway_key
    wanted = f"Bearer {key.get_secret_value()}" if key else ""
    if not key or not secrets.compare_digest(authorization.encode(), wanted.encode()):
        raise Refused("This is not the key of the gateway.", code="gateway_key")
    row = await tickets.find(ticket)
    if row is None:
        raise Refused("There is no such ticket, or it has expired.", code="gateway_ticket")
    return row


def _prompt(body: bytes) -> Prompt:
    try:
        wanted = Wanted.model_validate_json(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "body"
        raise BadInput(f"The request does not fit at {where}.", code="gateway_request") from None
    texts = {said.role: said.content for said in wanted.messages}
    if len(texts) != 2:
        raise BadInput("There has to be one system and one user message.", code="gateway_request")
    shape = wanted.response_format.json_schema
    return Prompt(
        system=texts["system"],
        user=texts["user"],
        schema_name=shape.name,
        schema=shape.body,
        max_tokens=wanted.max_tokens,
        seed=wanted.seed,
    )


def _completion(row: ModelTicketRow, done: Completion) -> dict[str, Any]:
    message = {"role": "assistant", "content": done.text, "refusal": None}
    counted = (done.input_tokens or 0, done.output_tokens or 0)
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": done.model,
        "provider": row.provider,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}],
        "usage": dict(zip(("prompt_tokens", "completion_tokens"), counted, strict=True))
        | {"total_tokens": sum(counted)},
    }
