"""Postings: read from what was given, corrected by the user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import limits, ratelimit
from app.core.config import MIB
from app.domain.errors import BadInput, NotFound, RehearsalError, TooLarge
from app.domain.posting import Posting, Requirement, Weight
from app.domain.resume import GapMap
from app.models.posting import PostingRow
from app.services.postings import reading, repository
from app.services.postings.parser.source import POSTING, RESUME, Source
from app.utils.json import dump, load

if TYPE_CHECKING:
    from app.services.postings.parser.resume import Resume

T = TypeVar("T")

PARSE_TIMEOUT_S = 20.0
FILE_BYTES = 2 * MIB


async def create_from_text(session: AsyncSession, owner: UUID, text: str) -> PostingRow:
    """Read pasted text. Raises BadInput, TooLarge."""
    from app.services.postings.parser.text import parse_text

    await ratelimit.take(limits.READINGS, str(owner))
    return await _store(session, owner, "text", await reading.read(POSTING, parse_text, text))


async def create_from_file(session: AsyncSession, owner: UUID, data: bytes, filename: str | None) -> PostingRow:
    """Read a file, recognised by content. Raises BadInput, TooLarge, UnsupportedMedia."""
    from app.services.postings.parser.document import parse_document

    if len(data) > FILE_BYTES:
        raise TooLarge(
            "The file is over 2 MB.", code="posting_too_large", hint="Paste the text of the posting instead."
        )
    await ratelimit.take(limits.READINGS, str(owner))
    return await _store(session, owner, "file", await reading.read(POSTING, parse_document, data, filename))


async def create_from_url(session: AsyncSession, owner: UUID, url: str) -> PostingRow:
    """Fetch and read a page. Raises BadInput, Refused, TooMany, ProviderError.

    The limit fails closed: without the queue's counter nothing is fetched, because an open fetcher is a tool for
    others, while pasting the text always works.
    """
    from app.services.postings.fetcher import fetch_posting

    await ratelimit.take(limits.POSTING_FETCH, str(owner))
    return await _store(session, owner, "url", await fetch_posting(url))


async def list_all(session: AsyncSession, owner: UUID) -> Sequence[dict[str, Any]]:
    """All postings in short, newest first."""
    return await repository.items(session, owner)


async def read(session: AsyncSession, owner: UUID, posting_id: UUID, *, lock: bool = False) -> PostingRow:
    """One posting. Raises NotFound."""
    row = await repository.find(session, owner, posting_id, lock=lock)
    if row is None:
        raise NotFound("This posting does not exist.", hint="It may have been deleted.")
    return row


async def edit(session: AsyncSession, owner: UUID, posting_id: UUID, changes: dict[str, Any]) -> PostingRow:
    """Apply the user's corrections. Raises NotFound, BadInput.

    What a résumé showed of a line that reads differently now is forgotten: the résumé is not there to look again.
    """
    from app.services.postings.parser.edit import amend
    from app.services.postings.parser.gaps import still_true

    row = await read(session, owner, posting_id, lock=True)
    posting = load(Posting, row.posting)
    if "requirements" in changes:
        known = {item.id: item for item in posting.requirements}
        changes["requirements"] = [_requirement(known, item) for item in changes["requirements"]]
    amended = amend(posting, **changes)
    row.posting = dump(amended)
    if row.resume is not None:
        row.resume = dump(still_true(load(GapMap, row.resume), posting, amended))
    return row


async def compare_text(session: AsyncSession, owner: UUID, posting_id: UUID, text: str) -> PostingRow:
    """Compare a pasted résumé with a posting. Raises NotFound, BadInput, TooLarge, UnsupportedMedia."""
    from app.services.postings.parser.resume import read_resume

    return await _compare(session, owner, posting_id, reading.read(RESUME, read_resume, text, _today()))


async def compare_file(
    session: AsyncSession, owner: UUID, posting_id: UUID, data: bytes, filename: str | None
) -> PostingRow:
    """Compare a résumé from a file with a posting. Raises NotFound, BadInput, TooLarge, UnsupportedMedia."""
    from app.services.postings.parser.resume import read_resume_file

    if len(data) > FILE_BYTES:
        raise TooLarge("The file is over 2 MB.", code="resume_too_large", hint="Paste the text of the résumé instead.")
    resume = reading.read(RESUME, read_resume_file, data, filename, _today())
    return await _compare(session, owner, posting_id, resume)


async def forget_resume(session: AsyncSession, owner: UUID, posting_id: UUID) -> None:
    """Delete what a résumé showed; nothing happens where there is none. Raises NotFound."""
    (await read(session, owner, posting_id, lock=True)).resume = None


async def _compare(
    session: AsyncSession, owner: UUID, posting_id: UUID, resume: Coroutine[Any, Any, Resume]
) -> PostingRow:
    """Keep the gap map, and with it the quoted lines; the résumé ends with this call."""
    from app.services.postings.parser.gaps import compare, still_true

    try:
        row = await read(session, owner, posting_id)
        await ratelimit.take(limits.READINGS, str(owner))
    except RehearsalError:
        resume.close()
        raise
    before = load(Posting, row.posting)
    gaps = await _bounded(partial(compare, before, await resume), RESUME)
    # The posting may have been corrected, or deleted, while the résumé was being read.
    row = await read(session, owner, posting_id, lock=True)
    row.resume = dump(still_true(gaps, before, load(Posting, row.posting)))
    return row


def _today() -> date:
    return datetime.now(UTC).date()


def _requirement(known: dict[str, Requirement], wanted: dict[str, Any]) -> Requirement:
    """The requirement of that id with the user's words; its line in the posting stays. Without an id, a new one."""
    text, weight = wanted["text"], Weight(wanted["weight"])
    old = known.get(wanted.get("id") or "") or Requirement(
        id=wanted.get("id") or "", text=text, quote=text, weight=weight
    )
    skills = old.skills if wanted.get("skills") is None else tuple(wanted["skills"])
    return replace(old, text=text, weight=weight, skills=skills)


async def _store(session: AsyncSession, owner: UUID, source: str, posting: Posting) -> PostingRow:
    row = PostingRow(owner_id=owner, source=source, posting=dump(posting))
    session.add(row)
    await session.flush()
    await session.refresh(row, ["created_at"])
    return row


async def _bounded(parse: Callable[[], T], source: Source) -> T:
    try:
        return await asyncio.wait_for(asyncio.to_thread(parse), PARSE_TIMEOUT_S)
    except TimeoutError:
        raise BadInput(
            f"Reading this {source.name} takes too long.",
            code=source.error("too_complex"),
            hint=f"Paste only the text of the {source.name}.",
        ) from None
