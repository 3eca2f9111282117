"""Limits on how often somebody may do something: a sliding window in Valkey, which all processes share.

A window has 60 slots. A use counts until its whole slot has left the window, so there are never more than `count` uses
in any `window_s` seconds, and the last one comes back up to a sixtieth of the window late. Several windows are taken
together or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from app.core import asking
from app.core.config import settings
from app.core.events import connect
from app.domain.errors import RehearsalError, TooMany

log = structlog.get_logger()
# Keys are slots since the epoch. The clock is the server's own, so that all processes agree. For each key the answer
# is: used before (of the limit), milliseconds until `amount` fits, milliseconds until everything is free again.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local forced, out, full = ARGV[1], {}, false
local function look(index)
  local first = index * 4 - 2
  local window, limit, amount = tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local block = tonumber(ARGV[first + 3])
  local slot = window / 60
  local present = math.floor(now / slot)
  local used, slots = 0, {}
  local fields = redis.call('HGETALL', KEYS[index])
  for i = 1, #fields, 2 do
    local number, count = tonumber(fields[i]), tonumber(fields[i + 1])
    if number < present - 60 then
      redis.call('HDEL', KEYS[index], fields[i])
    else
      used = used + count
      slots[#slots + 1] = {number, count}
    end
  end
  table.sort(slots, function(a, b) return a[1] < b[1] end)
  local wait, left = 0, used
  for i = 1, #slots do
    if left + amount > limit then
      left = left - slots[i][2]
      wait = (slots[i][1] + 61) * slot - now
    end
  end
  if left + amount > limit then wait = window end
  if wait > 0 and block > 0 then
    local ends = redis.call('PTTL', KEYS[index])
    if ends < 0 or ends > block then
      redis.call('PEXPIRE', KEYS[index], block)
      ends = block
    end
    wait = ends
  end
  local reset = #slots > 0 and (slots[#slots][1] + 61) * slot - now or 0
  return used, math.ceil(wait), math.ceil(reset), present, amount, window
end
for index = 1, #KEYS do
  local used, wait, reset = look(index)
  if wait > 0 then full = true end
  out[#out + 1] = {used, wait, reset}
end
if not full or forced == '1' then
  for index = 1, #KEYS do
    local _, _, _, present, amount, window = look(index)
    if amount > 0 then
      redis.call('HINCRBY', KEYS[index], present, amount)
      redis.call('PEXPIRE', KEYS[index], window + math.ceil(window / 60))
    end
  end
end
return out
"""
# After a failure nobody is asked for so long: each request would wait for it again.
_LEAVE_ALONE_S = 5.0
_away_until = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `window_s` seconds, for each subject.

    With `block_s`, whoever has used the window up waits that long, however often they ask meanwhile, and begins anew.
    `fails_open`: without Valkey it is not applied (reading goes on); otherwise nothing is done without being counted.
    `personal`: it also holds where there is one person only, because it protects others than the people of the server.
    """

    name: str
    count: int
    window_s: int
    block_s: int = 0
    fails_open: bool = False
    personal: bool = False
    what: str = "This can be done"
    unit: str = "times"

    @property
    def sentence(self) -> str:
        """The limit as a person reads it."""
        number = self.count if self.unit == "times" else self.count >> 30
        return f"{self.what} {number:,} {self.unit} in {_span(self.window_s)}."


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit after a use: how many, and in how many seconds all of it is there again."""

    limit: Limit
    remaining: int
    reset_s: int


# What the answer of this request will say of the limits that it touched; None outside of requests.
touched: ContextVar[list[Left] | None] = ContextVar("limits_touched", default=None)


class NotCounted(RehearsalError):
    """Nobody can count, so it is not done."""

    status = 503
    code = "queue_unavailable"


async def take(
    limits: Limit | Sequence[Limit], subject: str, amount: int = 1, *, forced: bool = False, always: bool = False
) -> None:
    """Count one use of `subject` (an address, an owner) against all limits, or against none when one is full.

    `amount`: how much it is, such as bytes. `forced`: it has happened and is only counted. `always`: also in personal
    mode. Raises TooMany, and NotCounted when Valkey is away and a limit does not fail open.
    """
    every = [limits] if isinstance(limits, Limit) else list(limits)
    active = [one for one in every if always or one.personal or settings().mode == "server"]
    if not active:
        return
    try:
        rows = await _count(active, subject, amount, forced)
    except (RedisError, OSError) as error:
        _leave_alone(error)
        if forced or all(one.fails_open for one in active):
            return
        raise NotCounted("The queue does not answer.", hint="Try again in a few seconds.") from None
    full = [(row[1], limit) for limit, row in zip(active, rows, strict=True) if row[1] > 0]
    taken = 0 if full else amount
    seen = touched.get()
    if seen is not None:
        for limit, (used, _, reset) in zip(active, rows, strict=True):
            left = max(0, limit.count - used - taken)
            seen.append(Left(limit, left, _seconds(limit.window_s * 61_000 // 60 if taken else reset)))
    if full and not forced:
        wait_ms, limit = max(full, key=lambda one: one[0])
        raise TooMany(
            limit.sentence,
            code="rate_limited",
            retry_after_s=max(1, _seconds(wait_ms)),
            hint="Wait a moment, then try again." if limit.window_s < 3600 else "Try again later.",
        )


async def _count(limits: Sequence[Limit], subject: str, amount: int, forced: bool) -> list[list[int]]:
    if time.monotonic() < _away_until and all(limit.fails_open for limit in limits):
        raise ConnectionError
    keys = _keys(limits, subject)
    each = [(limit.window_s * 1000, limit.count, amount, limit.block_s * 1000) for limit in limits]
    numbers = [str(number) for four in each for number in four]
    async with connect() as redis:
        return list(await redis.eval(_TAKE, len(keys), *keys, "1" if forced else "0", *numbers))


def _keys(limits: Sequence[Limit], subject: str) -> list[str]:
    # The braces keep the keys of one subject on one node of a cluster, where a script needs them.
    whose = asking.digest("limit", subject)
    return [f"limit:{{{whose}}}:{limit.name}" for limit in limits]


async def forget(limits: Sequence[Limit], subject: str) -> None:
    """Give back all that a subject has used. Raises RedisError when nobody can."""
    async with connect() as redis:
        await redis.delete(*_keys(limits, subject))


def _leave_alone(error: Exception) -> None:
    global _away_until
    if time.monotonic() >= _away_until:
        log.warning("limits_not_counted", type=type(error).__name__)
        _away_until = time.monotonic() + _LEAVE_ALONE_S


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)


def _span(seconds: int) -> str:
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return f"{seconds // size} {name}s" if seconds > size else f"one {name}"
    return f"{seconds} seconds"
