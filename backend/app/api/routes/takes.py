"""Takes: answers, recorded or typed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.api.ranges import MEDIA_RESPONSES, serve_media
from app.api.schemas.interviews import FollowUpOut
from app.api.schemas.takes import FinishIn, RetryIn, TakeIn, TakeOut
from app.core.database import transaction
from app.services.flow import follow_ups, takes
from app.services.recordings import service

router = APIRouter(tags=["takes"])


@router.post("/questions/{question_id}/takes", status_code=201, summary="Begin a take", responses=problems(404, 409))
async def create_take(question_id: UUID, body: TakeIn, session: Session, owner: OwnerId) -> TakeOut:
    """A typed take is complete at once; a recorded one waits for its upload (tus) and `finish`."""
    take_id = await takes.create(session, owner, question_id, body.kind, body.text)
    return TakeOut.model_validate(await service.read(session, owner, take_id))


@router.get("/takes/{take_id}", summary="One take", responses=problems(404))
async def read_take(take_id: UUID, session: Session, owner: OwnerId) -> TakeOut:
    """Where its files are and how far its analysis is."""
    return TakeOut.model_validate(await service.read(session, owner, take_id))


@router.delete("/takes/{take_id}", status_code=204, summary="Delete a take", responses=problems(404))
async def delete_take(take_id: UUID, session: Session, owner: OwnerId) -> None:
    """With its files; the newest complete one that is left counts then."""
    await takes.delete(session, owner, take_id)


@router.post("/takes/{take_id}/finish", summary="The recording is complete", responses=problems(404, 409, 413, 415))
async def finish_take(take_id: UUID, body: FinishIn, owner: OwnerId) -> TakeOut:
    """Checks the file (no sound, too long, unreadable: refused and thrown away) and starts the analysis."""
    await takes.finish(owner, take_id, body.duration_ms)
    async with transaction() as session:
        return TakeOut.model_validate(await service.read(session, owner, take_id))


@router.post("/takes/{take_id}/follow-up", summary="What is asked after this answer", responses=problems(404, 409))
async def ask_follow_up(take_id: UUID, owner: OwnerId) -> FollowUpOut:
    """Chosen once, from what was said; a question of its own when there is one. Answers within about 1.5 seconds,
    after a typed answer within 5."""
    return FollowUpOut.model_validate(await follow_ups.ask(owner, take_id))


@router.post("/takes/{take_id}/retry", summary="Run a failed stage again", responses=problems(404, 409))
async def retry_stage(take_id: UUID, body: RetryIn, session: Session, owner: OwnerId) -> TakeOut:
    """With what depends on it; stages whose input has not changed keep their result."""
    await takes.retry_stage(session, owner, take_id, body.stage)
    return TakeOut.model_validate(await service.read(session, owner, take_id))


@router.get("/takes/{take_id}/media", summary="The recording", response_class=Response, responses=MEDIA_RESPONSES)
async def read_media(take_id: UUID, request: Request, session: Session, owner: OwnerId) -> Response:
    """The recording, remuxed so that it seeks; ranges are answered."""
    key, media_type = await service.media_key(session, owner, take_id)
    return await serve_media(request, key, media_type)


@router.get(
    "/takes/{take_id}/poster", summary="A still of the recording", response_class=Response, responses=MEDIA_RESPONSES
)
async def read_poster(take_id: UUID, request: Request, session: Session, owner: OwnerId) -> Response:
    """JPEG."""
    return await serve_media(request, await service.poster_key(session, owner, take_id), "image/jpeg")
