"""The client of the flow server: one JSON message to a flow, one JSON message back.

`lfx serve` and a Langflow server answer `POST /api/v2/workflows` alike. The flow server's own error texts quote the
message (and tracebacks), so they are never passed on. A flow can be edited on a Langflow server, so nothing that comes
back is believed before it fits the types (`fitting`) and the rules of who asked.
"""

from __future__ import annotations

import json
import re
import ssl
from functools import lru_cache
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from app.core import tracing
from app.core.config import settings
from app.core.logging import request_id
from app.domain.errors import BadInput, ProviderError
from app.utils.json import load
from app.utils.paths import REPOSITORY

T = TypeVar("T")
PROVIDER = "langflow"
FLOWS = REPOSITORY / "langflow" / "flows"
# The longest measured flow takes a few seconds on a busy laptop; a stage's lease is renewed meanwhile.
TIMEOUT_S = 60.0
# With a language model (`services.model_branch` gives it up after 80 s), inside the limit of a stage (120 s).
WITH_MODEL_S = 105.0
# They ask to come back; every other 4xx will be the same next time.
RETRYABLE_4XX = frozenset({408, 425})
CODE, LONGEST_SENTENCE = re.compile(r"[a-z][a-z0-9_]{1,59}"), 300
CHECK_ADDRESS = "Check LANGFLOW_URL and that the flow server runs."
EDITED = "If it was edited in Langflow, undo that, or put the shipped flows back: make langflow FLOWS=shipped."


async def run_flow(name: str, message: dict[str, Any], *, timeout_s: float = TIMEOUT_S) -> Any:
    """Run the flow `name` (a file in langflow/flows) on `message` and return its `data`.

    Raises BadInput with the flow's own code when the flow refuses the message, otherwise ProviderError("langflow"),
    retryable when the server was unreachable, too slow or failed inside.
    """
    body = {"flow_id": _flow_id(name), "input_value": json.dumps(message, ensure_ascii=False)}
    key = settings().langflow_api_key
    headers = {"x-api-key": key.get_secret_value()} if key else {}
    if request_id():
        headers["X-Request-Id"] = request_id()
    address = f"{settings().langflow_url.rstrip('/')}/api/v2/workflows"
    with tracing.span(f"flow {name}", kind="client") as span:
        response = await _post(address, body, headers | tracing.headers(), timeout_s)
        if span is not None:
            span.set_attribute("http.response.status_code", response.status_code)
    return _data(name, response)


async def _post(address: str, body: dict[str, Any], headers: dict[str, str], timeout_s: float) -> httpx.Response:
    async with _client(timeout_s) as http:
        try:
            return await http.post(address, json=body, headers=headers)
        except httpx.TimeoutException:
            hint = "Try again; it may be busy or starting."
            late = f"The flow server did not answer within {timeout_s:g} seconds."
            raise _failed(late, "timeout", True, hint=hint) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _failed("The flow server cannot be reached.", "unreachable", True, hint=CHECK_ADDRESS) from None


def fitting(name: str, kind: type[T], data: Any) -> T:
    """What the flow `name` returned, as `kind`. Raises ProviderError when it is something else."""
    try:
        return load(kind, data)
    except (ValidationError, RecursionError):
        raise unfit(name, "what it returned has another shape") from None


def unfit(name: str, reason: str) -> ProviderError:
    """The error for a flow whose result may not be used; `reason` is ours and quotes nothing of the result."""
    return _failed(f"The result of the flow {name} cannot be used: {reason}.", "result_unfit", False, hint=EDITED)


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
        hint = "Put the shipped flows on it: make langflow FLOWS=shipped."
        raise _failed(f"The flow server does not have the flow {name}.", "flow_missing", False, hint=hint)
    if status == 429:
        raise _failed("The flow server was asked too often.", "rate", True, hint="Try again in a minute.")
    if status >= 500 or status in RETRYABLE_4XX:
        raise _failed(f"The flow server failed on the flow {name} ({status}).", "busy", True, hint=EDITED)
    if status >= 400:
        # A Langflow server says so of a component that it does not know.
        raise _failed(f"The flow server refused to run the flow {name} ({status}).", "refused", False, hint=EDITED)
    reply = _object(response.content)
    if reply is None:
        raise _failed("What answered is not the flow server.", "garbled", False, hint=CHECK_ADDRESS)
    if reply.get("has_errors") or reply.get("status") != "completed":
        raise _failed(f"The flow {name} failed on the flow server.", "flow_failed", True, hint=EDITED)
    output = reply.get("output")
    result = _object(output.get("text") if isinstance(output, dict) else None)
    if result is None:
        raise unfit(name, "it is no JSON message")
    if result.get("ok") is True and "data" in result:
        return result["data"]
    raise _refused(name, result.get("error"))


def _refused(name: str, error: Any) -> Exception:
    """The exception for a flow's own error; a 4xx is about the message, anything else about the flow."""
    if not isinstance(error, dict):
        return unfit(name, "it is neither a result nor an error")
    code, hint, status = error.get("code"), error.get("hint"), error.get("status")
    message = error.get("message")
    if not isinstance(code, str) or not CODE.fullmatch(code) or not _sentence(message) or not _sentence(hint or "-"):
        return unfit(name, "it is neither a result nor an error")
    if isinstance(status, int) and 400 <= status < 500:
        return BadInput(str(message), code=code, hint=hint)
    return ProviderError(PROVIDER, str(message), retryable=False, code=code, hint=hint)


def _sentence(text: Any) -> bool:
    """Whether a text is of the kind that our errors show: an edited flow may say anything, such as a traceback."""
    return isinstance(text, str) and 0 < len(text) <= LONGEST_SENTENCE and text.isprintable()


def _failed(message: str, code: str, retryable: bool, *, hint: str | None = None) -> ProviderError:
    return ProviderError(PROVIDER, message, retryable=retryable, code=f"{PROVIDER}_{code}", hint=hint)


def _object(text: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (TypeError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_number(name: str) -> None:
    # Python reads NaN and Infinity, which are no JSON and no database stores.
    raise ValueError(name)


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
