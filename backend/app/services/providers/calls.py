"""The one place where calls to services of others are tried again, given up, paused and remembered.

Adapters make one attempt and raise `ProviderError`. Here it gets a deadline, up to `attempts` tries with full jitter
(or after the time the service asked for), and a circuit breaker that all processes share through Valkey: after
`PAUSE_AFTER` failures in a row a provider is left alone for a while, then one call tries whether it is back.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from redis.exceptions import RedisError

from app.core import telemetry
from app.core.events import connect
from app.domain.errors import ProviderError
from app.services.providers.catalog import title

T = TypeVar("T")
log = structlog.get_logger()

PAUSE_AFTER = 5
PAUSE_FIRST_S, PAUSE_MAX_S = 30, 600
# A trial call that never comes back (its process died) frees the next one after this.
TRIAL_S = 60
# "Exponential backoff and jitter" (AWS architecture blog, 2015): full jitter, from 0.5 s, doubling.
BACKOFF_S = 0.5
ERRORS_KEPT, ERRORS_DAYS = 10, 14

# A failure opens the breaker or counts towards it. Returns the seconds of the pause it caused, or 0.
_FAILED = """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('HDEL', KEYS[1], 'trial')
redis.call('EXPIRE', KEYS[1], 86400)
if failures < tonumber(ARGV[1]) then return 0 end
local pauses = redis.call('HINCRBY', KEYS[1], 'pauses', 1)
local pause = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ (pauses - 1))
redis.call('HSET', KEYS[1], 'until', tonumber(redis.call('TIME')[1]) + pause)
return pause
"""
# May a call be made? 0: yes; otherwise the seconds to wait. After a pause one caller at a time gets a yes.
_MAY = """
local now = tonumber(redis.call('TIME')[1])
local till = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if till == 0 then return 0 end
if now < till then return till - now end
local trial = tonumber(redis.call('HGET', KEYS[1], 'trial') or '0')
if now < trial then return trial - now end
redis.call('HSET', KEYS[1], 'trial', now + tonumber(ARGV[1]))
return 0
"""


async def call(
    provider: str,
    purpose: str,
    work: Callable[[], Awaitable[T]],
    *,
    deadline_s: float,
    attempts: int = 3,
) -> T:
    """Do `work` (one attempt of an adapter) at most `attempts` times within `deadline_s` seconds.

    Only errors that say they may pass are tried again, never earlier than the service asked. Raises ProviderError:
    the last one, `<provider>_timeout` when the time is over, or `provider_paused` without a call being made.
    """
    await _pass_breaker(provider)
    ends = time.monotonic() + deadline_s
    for attempt in range(1, attempts + 1):
        try:
            async with asyncio.timeout(ends - time.monotonic()):
                result = await work()
        except TimeoutError:
            error = ProviderError(
                provider,
                f"{title(provider)} did not answer within {deadline_s:g} seconds.",
                retryable=True,
                code=f"{provider}_timeout",
            )
        except ProviderError as problem:
            error = problem
        else:
            await _succeeded(provider)
            return result
        wait = error.retry_after_s or random.uniform(0, BACKOFF_S * 2**attempt)
        if not error.retryable or attempt == attempts or time.monotonic() + wait >= ends:
            await _failed(provider, purpose, error)
            raise error
        await asyncio.sleep(wait)
    raise AssertionError("a call has at least one attempt")


async def _pass_breaker(provider: str) -> None:
    try:
        async with connect() as redis:
            wait = int(await redis.eval(_MAY, 1, _breaker(provider), str(TRIAL_S)))
    except (RedisError, OSError):
        return  # without Valkey nobody counts; the call itself still has its deadline
    if wait > 0:
        raise ProviderError(
            provider,
            f"{title(provider)} failed several times and is left alone for {wait} more seconds.",
            retryable=False,
            code="provider_paused",
            hint="It is tried again by itself.",
        )


async def _succeeded(provider: str) -> None:
    try:
        async with connect() as redis:
            await redis.delete(_breaker(provider))
            await redis.set(f"provider:{provider}:answered", datetime.now(UTC).isoformat(), ex=ERRORS_DAYS * 86_400)
    except (RedisError, OSError) as error:
        log.warning("provider_state_not_kept", type=type(error).__name__)
    await telemetry.add({(telemetry.PROVIDER_CALLS, provider, "answered"): 1})


async def _failed(provider: str, purpose: str, error: ProviderError) -> None:
    """Remember the error; count it towards a pause unless it is about this one request."""
    log.warning("provider_failed", provider=provider, purpose=purpose, code=error.code)
    if error.code == "budget_spent":
        return  # no call was made
    await telemetry.add(
        {(telemetry.PROVIDER_CALLS, provider, "failed"): 1, (telemetry.PROVIDER_ERRORS, provider, error.code): 1}
    )
    entry = {"at": datetime.now(UTC).isoformat(), "purpose": purpose, "code": error.code, "message": error.message}
    try:
        async with connect() as redis:
            key = f"provider:{provider}:errors"
            await redis.lpush(key, json.dumps(entry))
            await redis.ltrim(key, 0, ERRORS_KEPT - 1)
            await redis.expire(key, ERRORS_DAYS * 86_400)
            if error.code.endswith(("_refused", "_too_large")):
                await redis.delete(_breaker(provider))  # it answered, only this one request was not for it
            else:
                arguments = (str(PAUSE_AFTER), str(PAUSE_FIRST_S), str(PAUSE_MAX_S))
                await redis.eval(_FAILED, 1, _breaker(provider), *arguments)
    except (RedisError, OSError) as problem:
        log.warning("provider_state_not_kept", type=type(problem).__name__)


async def state(provider: str) -> dict[str, Any]:
    """When it last answered, its last errors (newest first), and how many seconds it is paused for."""
    async with connect() as redis:
        till = await redis.hget(_breaker(provider), "until")
        now = int((await redis.time())[0])
        errors = await redis.lrange(f"provider:{provider}:errors", 0, -1)
        answered = await redis.get(f"provider:{provider}:answered")
    return {
        "paused_s": max(0, int(float(till)) - now) if till else 0,
        "errors": [json.loads(entry) for entry in errors],
        "answered_at": str(answered, "ascii") if isinstance(answered, bytes) else answered,
    }


async def resume(provider: str) -> None:
    """End a pause: somebody changed the settings, so the next call may be made at once."""
    async with connect() as redis:
        await redis.delete(_breaker(provider))


def _breaker(provider: str) -> str:
    return f"provider:{provider}:breaker"
