"""Limits on how often somebody may do something: a sliding window in Valkey."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from app.core.events import connect
from app.domain.errors import TooMany

# The clock is the server's own, so that all processes agree.
_TAKE = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local window = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ms - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  local block = tonumber(ARGV[4])
  if block > 0 then
    if redis.call('PTTL', KEYS[1]) > block then redis.call('PEXPIRE', KEYS[1], block) end
    return redis.call('PTTL', KEYS[1])
  end
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return tonumber(oldest[2]) + window - ms
end
redis.call('ZADD', KEYS[1], ms, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` times in any `window_s` seconds, for each subject.

    With `block_s`, whoever has used the window up waits that long, however often they ask meanwhile, and begins anew.
    """

    name: str
    count: int
    window_s: int
    block_s: int = 0

    async def take(self, subject: str) -> None:
        """Count one use. Raises TooMany when the window is full, RedisError when nobody can count."""
        async with connect() as redis:
            key, window_ms, block_ms = self._key(subject), self.window_s * 1000, str(self.block_s * 1000)
            wait_ms = int(await redis.eval(_TAKE, 1, key, str(window_ms), str(self.count), uuid4().hex, block_ms))
        if wait_ms > 0:
            raise TooMany(
                f"This can be done {self.count} times in {self.window_s} seconds.",
                code="rate_limited",
                retry_after_s=-(-wait_ms // 1000),
                hint="Wait a moment, then try again.",
            )

    async def forget(self, subject: str) -> None:
        """Count anew for this subject."""
        async with connect() as redis:
            await redis.delete(self._key(subject))

    def _key(self, subject: str) -> str:
        return f"limit:{self.name}:{subject}"
