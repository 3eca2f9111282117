"""Deletion: rows at once, files by jobs that are tried until they are gone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.core.events import changed
from app.domain.errors import NotFound
from app.services.accounts import repository as accounts
from app.services.accounts.service import comparable
from app.services.audit import service as audit
from app.services.flow import repository
from app.services.interviews import service as interviews
from app.services.outbox.files import delete_files
from app.services.postings import service as postings
from app.services.privacy import erasure
from app.services.speech import service as speech


async def delete_posting(session: AsyncSession, owner: UUID, posting_id: UUID) -> None:
    """Delete a posting with its interviews. Raises NotFound."""
    posting = await postings.read(session, owner, posting_id)
    for take in await repository.takes(session, owner, posting_id=posting_id):
        delete_files(session, take.prefix)
    await session.delete(posting)
    audit.write(session, "data_deleted", owner=owner, kind="posting")
    await _forget_speech(session)


async def delete_interview(session: AsyncSession, owner: UUID, interview_id: UUID) -> None:
    """Delete an interview with its takes. Raises NotFound."""
    interview = await interviews.read(session, owner, interview_id, lock=True)
    for take in await repository.takes(session, owner, interview_id=interview_id):
        delete_files(session, take.prefix)
    await session.delete(interview)
    audit.write(session, "data_deleted", owner=owner, kind="interview")
    changed(session, interview_id)
    await _forget_speech(session)


async def erase_account(email: str) -> str:
    """Delete an account with everything, for somebody who asked the operator; the code of the receipt.

    Raises NotFound.
    """
    async with transaction() as session:
        account = await accounts.account_by_email(session, comparable(email))
        if account is None:
            raise NotFound("There is no account with this address.", hint="See `account list`.")
        return await erasure.erase_owner(session, account.owner_id)


async def _forget_speech(session: AsyncSession) -> None:
    await session.flush()
    for key in await speech.remove_unused(session):
        delete_files(session, key)
