"""A person with recordings, made as persons make them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from app.core.database import transaction
from app.models import Stage
from app.services.analysis import pipeline
from app.services.flow.stages import prepare
from tests import recordings, world
from tests.flow_server import flow_server
from tests.recordings import begin, send


@pytest.fixture
def flows(settings: Any) -> Any:
    """A server that speaks the flow protocol and runs the real rules."""
    with flow_server() as url:
        object.__setattr__(settings, "langflow_url", url)
        yield url


@pytest.fixture
async def question(settings: Any) -> UUID:
    """A question to answer."""
    return (await world.interview())[1][0]


async def recorded(client: httpx.AsyncClient, question: UUID, *, read: bool = True, data: bytes | None = None) -> str:
    """A take that was recorded and finished; `read`: its media stage is done, so that there is a recording."""
    data = recordings.wav() if data is None else data
    take, address = await begin(client, question, len(data))
    assert (await send(client, address, 0, data)).status_code == 204
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    if read:
        await pipeline.run((await world.stages(take))["media"].id, prepare)
    return take


async def analyse(take: str) -> None:
    """Do the stages that are queued, as the workers do, until none is left."""
    while queued := [row for row in (await world.stages(take)).values() if row.state == "queued"]:
        for row in queued:
            await pipeline.run(row.id, prepare)


async def set_stage(take: str, name: str, **values: Any) -> None:
    """Set columns of a stage, as if it had got there."""
    async with transaction() as session:
        await session.execute(update(Stage).where(Stage.take_id == UUID(take), Stage.name == name).values(**values))


def stored(settings: Any) -> list[str]:
    """Every object in the storage, by its key."""
    root = settings.data / "storage"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) if root.exists() else []
