"""The flows' side of the gateway. It runs inside the flow server, which has no key of a provider and no database."""

from __future__ import annotations

import os
from typing import Any

GATEWAY, KEY = "REHEARSAL_MODEL_GATEWAY", "REHEARSAL_GATEWAY_KEY"
TICKET = "X-Rehearsal-Ticket"
PATH = "/internal/v1/chat/completions"
# A little longer than the gateway itself takes at most.
TIMEOUT_S = 45.0


async def post(body: dict[str, Any], ticket: str) -> dict[str, str | None]:
    """Ask the gateway once: `content` and `model`, or `code` and `message` of what went wrong. Raises nothing."""
    import httpx

    address, key = os.environ.get(GATEWAY, "").rstrip("/"), os.environ.get(KEY, "")
    if not address or not key:
        return _failed("gateway_not_set", f"The flow server does not know {GATEWAY} and {KEY}.")
    headers = {"Authorization": f"Bearer {key}", TICKET: ticket}
    try:
        async with httpx.AsyncClient(timeout=httpx.Timeout(TIMEOUT_S, connect=5.0), trust_env=False) as http:
            response = await http.post(f"{address}{PATH}", json=body, headers=headers)
            answer = response.json()
        if response.status_code == 200:
            return {"content": str(answer["choices"][0]["message"]["content"]), "model": str(answer["model"])}
        return _failed(str(answer["error"]["code"]), str(answer["error"]["message"]))
    except httpx.TimeoutException:
        return _failed("gateway_timeout", "The gateway to the language model did not answer in time.")
    except httpx.HTTPError:
        return _failed("gateway_unreachable", "The gateway to the language model cannot be reached.")
    except (ValueError, LookupError, TypeError):
        return _failed("gateway_garbled", "The gateway to the language model sent something else than an answer.")


def _failed(code: str, message: str) -> dict[str, str | None]:
    return {"code": code, "message": message}
