"""Postings: read, correct, forget."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, UploadFile

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.api.middleware import FILE_BYTES
from app.api.schemas.postings import PostingEdit, PostingIn, PostingItem, PostingOut, PostingText, ResumeText
from app.services.flow import privacy
from app.services.postings import service

router = APIRouter(prefix="/postings", tags=["postings"])


@router.post(
    "", status_code=201, summary="Read a posting from text or an address", responses=problems(413, 415, 429, 502)
)
async def create_posting(body: PostingIn, session: Session, owner: OwnerId) -> PostingOut:
    """The structured posting; nothing is stored when it cannot be read."""
    if isinstance(body, PostingText):
        row = await service.create_from_text(session, owner, body.text)
    else:
        row = await service.create_from_url(session, owner, body.url)
    return PostingOut.model_validate(row)


@router.post("/file", status_code=201, summary="Read a posting from a file", responses=problems(400, 413, 415))
async def create_posting_from_file(file: UploadFile, session: Session, owner: OwnerId) -> PostingOut:
    """PDF, DOCX, HTML or plain text, recognised by content."""
    data = await file.read(FILE_BYTES + 1)
    return PostingOut.model_validate(await service.create_from_file(session, owner, data, file.filename))


@router.get("", summary="All postings, newest first", responses=problems())
async def list_postings(session: Session, owner: OwnerId) -> list[PostingItem]:
    """Each with the number of interviews made for it."""
    return [PostingItem.model_validate(item) for item in await service.list_all(session, owner)]


@router.get("/{posting_id}", summary="One posting", responses=problems(404))
async def read_posting(posting_id: UUID, session: Session, owner: OwnerId) -> PostingOut:
    """The posting as it was understood and corrected."""
    return PostingOut.model_validate(await service.read(session, owner, posting_id))


@router.patch("/{posting_id}", summary="Correct a posting", responses=problems(404))
async def edit_posting(posting_id: UUID, body: PostingEdit, session: Session, owner: OwnerId) -> PostingOut:
    """Fields that are left out stay; interviews that were planned before keep their questions."""
    changes = body.model_dump(mode="json", exclude_unset=True)
    return PostingOut.model_validate(await service.edit(session, owner, posting_id, changes))


@router.delete("/{posting_id}", status_code=204, summary="Delete a posting", responses=problems(404))
async def delete_posting(posting_id: UUID, session: Session, owner: OwnerId) -> None:
    """With its interviews, takes and files."""
    await privacy.delete_posting(session, owner, posting_id)


@router.put("/{posting_id}/resume", summary="Compare a résumé, from text", responses=problems(404, 413, 415))
async def compare_resume(posting_id: UUID, body: ResumeText, session: Session, owner: OwnerId) -> PostingOut:
    """The posting with its gap map, which replaces the one before. The résumé is not stored."""
    return PostingOut.model_validate(await service.compare_text(session, owner, posting_id, body.text))


@router.put(
    "/{posting_id}/resume/file", summary="Compare a résumé, from a file", responses=problems(400, 404, 413, 415)
)
async def compare_resume_file(posting_id: UUID, file: UploadFile, session: Session, owner: OwnerId) -> PostingOut:
    """PDF, DOCX, HTML or plain text, recognised by content. The file is not stored."""
    data = await file.read(FILE_BYTES + 1)
    return PostingOut.model_validate(await service.compare_file(session, owner, posting_id, data, file.filename))


@router.delete("/{posting_id}/resume", status_code=204, summary="Delete what a résumé showed", responses=problems(404))
async def delete_resume(posting_id: UUID, session: Session, owner: OwnerId) -> None:
    """The gap map and the quoted lines, at once."""
    await service.forget_resume(session, owner, posting_id)
