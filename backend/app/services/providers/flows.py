"""The client of the flow server: one JSON message to a flow, one JSON message back.

`lfx serve` and a Langflow server answer `POST /api/v2/workflows` alike. The flow server's own error texts quote the
message (and tracebacks), so they are never passed on.
"""

from __future__ import annotations

import json
import ssl
from functools import lru_cache
from typing import Any

import httpx

from app.core.config import settings
from app.domain.errors import BadInput, ProviderError
from app.utils.paths import REPOSITORY

PROVIDER = "langflow"
FLOWS = REPOSITORY / "langflow" / "flows"
# The longest measured flow takes a few seconds on a busy laptop; a stage's lease is renewed meanwhile.
TIMEOUT_S = 60.0
# With a language model (`services.model_branch` gives it up after 80 s), inside the limit of a stage (120 s).
WITH_MODEL_S = 105.0
# 408, 425 and 429 ask to come back; every other 4xx will be the same next time.
RETRYABLE_4XX = frozenset({408, 425, 429})


async def run_flow(name: str, message: dict[str, Any], *, timeout_s: float = TIMEOUT_S) -> Any:
    """Run the flow `name` (a file in langflow/flows) on `message` and return its `data`.

    Raises BadInput with the flow's own code when the flow refuses the message, otherwise ProviderError("langflow"),
    retryable when the server was unreachable, too slow or failed inside.
    """
    body = {"flow_id": _flow_id(name), "input_value": json.dumps(message, ensure_ascii=False)}
    key = settings().langflow_api_key
    headers = {"x-api-key": key.get_secret_value()} if key else {}
    async with _client(timeout_s) as http:
        try:
            response = await http.post(
                f"{settings().langflow_url.rstrip('/')}/api/v2/workflows", json=body, headers=headers
            )
        except httpx.TimeoutException:
            raise _failed(f"The flow server did not answer within {timeout_s:g} seconds.", "timeout", True) from None
        except httpx.HTTPError:
            raise _failed("The flow server cannot be reached.", "unreachable", True) from None
    return _data(name, response)


async def reachable(*, timeout_s: float = 3.0) -> bool:
    """Whether the flow server says it is healthy. Raises httpx.HTTPError when it cannot be asked."""
    async with _client(timeout_s) as http:
        response = await http.get(f"{settings().langflow_url.rstrip('/')}/health")
    return response.status_code == 200


def _client(timeout_s: float) -> httpx.AsyncClient:
    # A client per call: connections belong to an event loop, and a Celery task has one of its own.
    return httpx.AsyncClient(verify=_tls(), timeout=httpx.Timeout(timeout_s, connect=5.0), trust_env=False)


def _data(name: str, response: httpx.Response) -> Any:
    status = response.status_code
    if status in (401, 403):
        raise _failed("The flow server refused the key.", "key", False, hint="Set LANGFLOW_API_KEY to its key.")
    if status == 404:
        raise _failed(
            f"The flow server does not have the flow {name}.", "flow_missing", False, hint="Load langflow/flows on it."
        )
    if status >= 400:
        retryable = status >= 500 or status in RETRYABLE_4XX
        raise _failed(f"The flow server answered {status}.", "status", retryable)
    reply = _object(response.content)
    if reply is None:
        raise _failed("The flow server did not answer with JSON.", "not_json", False)
    if reply.get("has_errors") or reply.get("status") != "completed":
        raise _failed(f"The flow {name} failed on the flow server.", "flow_failed", True)
    output = reply.get("output")
    result = _object(output.get("text") if isinstance(output, dict) else None)
    if result is None:
        raise _failed(f"The flow {name} did not return a JSON message.", "result_not_json", False)
    if result.get("ok") is True and "data" in result:
        return result["data"]
    raise _refused(name, result.get("error"))


def _refused(name: str, error: Any) -> Exception:
    """The exception for a flow's own error; a 4xx is about the message, anything else about the flow."""
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return _failed(f"The flow {name} did not return a JSON message.", "result_not_json", False)
    code, message, hint = error["code"], str(error.get("message") or "The flow refused the message."), error.get("hint")
    status = error.get("status")
    if isinstance(status, int) and 400 <= status < 500:
        return BadInput(message, code=code, hint=hint)
    return ProviderError(PROVIDER, message, retryable=False, code=code, hint=hint)


def _failed(message: str, code: str, retryable: bool, *, hint: str | None = None) -> ProviderError:
    return ProviderError(PROVIDER, message, retryable=retryable, code=f"{PROVIDER}_{code}", hint=hint)


def _object(text: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return None
    return value if isinstance(value, dict) else None


@lru_cache(maxsize=16)
def _flow_id(name: str) -> str:
    path = FLOWS / f"{name}.json"
    if not path.is_file():
        raise _failed(f"There is no flow called {name}.", "flow_missing", False)
    return str(json.loads(path.read_text(encoding="utf-8"))["id"])


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Building a context reads every root certificate (tens of milliseconds); it is not bound to a loop.
    return httpx.create_ssl_context()
