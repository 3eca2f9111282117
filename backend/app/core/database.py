"""Sessions and transactions. This is the only module that commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.config import settings

log = structlog.get_logger()
AfterCommit = Callable[[], Awaitable[None]]
_pooled = False


def use_pool() -> None:
    """Keep connections open between transactions: for the API, whose event loop lives as long as the process.

    Each task of a worker has an event loop of its own, and a connection cannot move between loops.
    """
    global _pooled
    _pooled = True
    engine.cache_clear()


@lru_cache(maxsize=1)
def engine() -> AsyncEngine:
    """The process-wide engine."""
    url, connect = settings().database_url, {"connect_timeout": 5}
    # The parameters of a statement are people's texts; an error that quotes them would put them into the logs.
    if _pooled:
        return create_async_engine(
            url, connect_args=connect, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10
        )
    return create_async_engine(url, connect_args=connect, hide_parameters=True, poolclass=NullPool)


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One transaction: committed at the end, rolled back on any exception; then what waits for the commit runs."""
    async with AsyncSession(engine(), expire_on_commit=False) as session:
        async with session.begin():
            yield session
        for key, action in waiting(session).items():
            try:
                await action()
            except Exception as error:
                # The rows are safe; the sweep sends again what a broken broker did not take.
                log.warning("after_commit_failed", action=key, error=type(error).__name__)


def waiting(session: AsyncSession) -> dict[str, AfterCommit]:
    """What runs after this session's commit, by name: the same name twice runs once."""
    actions: dict[str, AfterCommit] = session.info.setdefault("after_commit", {})
    return actions


async def reachable() -> bool:
    """Whether the database answers."""
    async with AsyncSession(engine()) as session:
        await session.execute(text("SELECT 1"))
    return True
