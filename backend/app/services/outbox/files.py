"""Deleting files is a job: the rows go in the transaction, the objects after it, tried again until they are gone."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.services.outbox.service import enqueue, job
from app.services.providers import storage

DELETE = "files.delete"


def delete_files(session: AsyncSession, target: str) -> None:
    """Have one object, or everything under a prefix that ends in a slash, deleted after the commit."""
    enqueue(session, DELETE, [target], on=queue.CONTROL)


@job(DELETE)
async def delete(target: str) -> None:
    """Delete one object, or all under a prefix."""
    if target.endswith("/"):
        await storage.delete_prefix(target)
    else:
        await storage.delete(target)
