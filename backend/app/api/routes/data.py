"""What is kept of one owner: consent, retention, export, erasure."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.api.ranges import MEDIA_RESPONSES, serve
from app.api.schemas.privacy import (
    ConsentIn,
    ConsentKindOut,
    DeletedOut,
    ErasureIn,
    ErasureOut,
    ExportOut,
    PrivacyOut,
    ReceiptOut,
    RetentionIn,
)
from app.core import asking, ratelimit
from app.core.ratelimit import Limit
from app.services.privacy import consents, erasure, exports, retention

router = APIRouter(tags=["privacy"])
# A code has 192 bits: this only keeps somebody from making work.
RECEIPTS = Limit(name="erasure_receipt", count=30, window_s=60, what="A receipt can be looked up")


@router.get("/privacy", summary="What is kept, and until when", responses=problems())
async def read_privacy(session: Session, owner: OwnerId) -> PrivacyOut:
    """Numbers, the retention in force, and the next dates."""
    return PrivacyOut.model_validate(await retention.read(session, owner))


@router.put("/privacy/retention", summary="How long recordings stay", responses=problems())
async def set_retention(body: RetentionIn, session: Session, owner: OwnerId) -> PrivacyOut:
    """Shorter than the installation's limit, if wished; what is older goes within the hour."""
    await retention.choose(session, owner, body.days, body.answers_too)
    return PrivacyOut.model_validate(await retention.read(session, owner))


@router.get("/consents", summary="What was agreed to, with its history", responses=problems())
async def list_consents(session: Session, owner: OwnerId) -> list[ConsentKindOut]:
    """Every kind: recording, voice, presence, and each provider that may be given what is said or shown."""
    return [ConsentKindOut.model_validate(item) for item in await consents.read(session, owner)]


@router.put("/consents/{kind}", summary="Give or withdraw consent", responses=problems(404))
async def set_consent(kind: str, body: ConsentIn, session: Session, owner: OwnerId) -> list[ConsentKindOut]:
    """Withdrawn, it is withdrawn from every interview, and what is not computed stops. Given, no interview changes."""
    await consents.choose(session, owner, kind, body.granted)
    return [ConsentKindOut.model_validate(item) for item in await consents.read(session, owner)]


@router.delete("/consents/{kind}/results", summary="Delete what was made with a consent", responses=problems(404))
async def delete_results(kind: str, session: Session, owner: OwnerId) -> DeletedOut:
    """Recorded answers as a whole; measures and descriptions alone, and grades are made again without them."""
    return DeletedOut(answers=await consents.delete_results(session, owner, kind))


@router.post("/exports", status_code=202, summary="Have everything exported", responses=problems(409, 429))
async def create_export(session: Session, owner: OwnerId) -> ExportOut:
    """An archive, made in the background and kept for 24 hours; one at a time, three a day."""
    return ExportOut.model_validate(await exports.begin(session, owner))


@router.get("/exports", summary="Exports, newest first", responses=problems())
async def list_exports(session: Session, owner: OwnerId) -> list[ExportOut]:
    """Each with how far it is."""
    return [ExportOut.model_validate(item) for item in await exports.list_all(session, owner)]


@router.get("/exports/{export_id}/file", summary="The archive", response_class=Response, responses=MEDIA_RESPONSES)
async def read_export(export_id: UUID, request: Request, session: Session, owner: OwnerId) -> Response:
    """A zip: `index.html` for reading, `data.json`, the recordings, `index.json` with their sha256."""
    key, name = await exports.file(session, owner, export_id)
    return await serve(request, key, "application/zip", filename=name)


@router.post("/erasures", status_code=202, summary="Delete everything", responses=problems(404))
async def create_erasure(_: ErasureIn, response: Response, session: Session, owner: OwnerId) -> ReceiptOut:
    """Nothing of it can be read from now on; files and copies at services of others go within a day, mostly at once.

    The code asks how far it is, without signing in. It is shown this once.
    """
    # What the browser kept of pages and sounds; the page itself clears what it stored.
    response.headers["Clear-Site-Data"] = '"cache"'
    return ReceiptOut(receipt=await erasure.erase_owner(session, owner))


@router.get("/erasures/{receipt}", summary="What became of an erasure", responses=problems(404, 429))
async def read_erasure(receipt: Annotated[str, Path(max_length=100)], session: Session) -> ErasureOut:
    """For whoever has the code. It says what was deleted when, and nothing of whose it was."""
    await ratelimit.take(RECEIPTS, asking.place(asking.address.get()))
    return ErasureOut.model_validate(await erasure.read(session, receipt))


@router.delete("/data", status_code=204, summary="Delete everything, without a receipt", responses=problems(404))
async def delete_data(session: Session, owner: OwnerId) -> None:
    """The same as `POST /api/erasures`, for scripts."""
    await erasure.erase_owner(session, owner)
