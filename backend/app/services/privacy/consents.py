"""What somebody agreed to, kind by kind, with its history.

`interviews.consent` is what holds for one interview. Here every giving and withdrawal is kept, and a standing choice is
made: withdrawing a kind withdraws it from every interview, and what has not been computed stops; giving it again
changes no interview, so it never loosens what one was agreed to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import changed
from app.domain.errors import NotFound
from app.models.interview import Interview
from app.models.privacy import ConsentEntry
from app.models.take import STAGES
from app.services.analysis import pipeline
from app.services.analysis import repository as stages
from app.services.audit import service as audit
from app.services.outbox.files import delete_files
from app.services.privacy import repository
from app.services.providers import repository as providers
from app.services.providers.catalog import PORTS_BY_ID, PROVIDERS
from app.services.recordings import service as recordings

RECORDING, VOICE, PRESENCE = "recording", "voice", "presence"
MEASURES = (RECORDING, VOICE, PRESENCE)
# Services of others that may be given what is said or shown.
CLOUD = {one.id: one.title for one in PROVIDERS if any(PORTS_BY_ID[port].personal for port in one.ports)}
KINDS = (*MEASURES, *CLOUD)
# Stages that may send something to them.
SENDING = ("transcript", "cloud_video", "grade", "tips")
# Where a result says which of them made it.
MADE_BY = {
    "transcript": ("provenance", "provider"),
    "cloud_video": ("provider",),
    "grade": ("provenance", "model", "provider"),
}
# Of the words in docs/privacy.md that are shown now.
TEXT_VERSION = "1"
WITHDRAWN = "You have withdrawn your agreement to it."
DELETED = "You have had it deleted."


def holds(consent: Mapping[str, Any], kind: str) -> bool:
    """Whether an interview with this `consent` was agreed to in this kind."""
    return bool(consent.get(kind)) if kind in MEASURES else kind in consent.get("providers", ())


def current(entries: Iterable[ConsentEntry], interview_id: UUID | None = None) -> dict[str, bool]:
    """By kind the last word in `entries` (oldest first): standing, or for one interview."""
    return {entry.kind: entry.granted for entry in entries if entry.interview_id == interview_id}


def record(session: AsyncSession, interview: Interview, consent: dict[str, Any]) -> None:
    """Change what an interview is agreed to, and keep what changed."""
    for kind in KINDS:
        if holds(interview.consent, kind) != holds(consent, kind):
            _keep(session, interview.owner_id, kind, holds(consent, kind), interview.id)
    interview.consent = consent


def _keep(session: AsyncSession, owner: UUID, kind: str, granted: bool, interview_id: UUID | None = None) -> None:
    row = ConsentEntry(id=uuid4(), owner_id=owner, kind=kind, granted=granted, interview_id=interview_id)
    row.text_version = TEXT_VERSION
    session.add(row)


async def read(session: AsyncSession, owner: UUID) -> list[dict[str, Any]]:
    """Every kind with its standing choice (None: never said) and history, newest first (ConsentKindOut)."""
    entries = await repository.entries(session, owner)
    titles = await repository.titles(session, owner)
    standing = current(entries)
    return [
        {
            "kind": kind,
            "title": CLOUD.get(kind),
            "granted": standing.get(kind),
            "results": len(await _derived(session, owner, kind)),
            "history": [
                {
                    "granted": entry.granted,
                    "at": entry.created_at,
                    "interview_id": entry.interview_id,
                    "interview": titles.get(entry.interview_id) if entry.interview_id else None,
                    "text_version": entry.text_version,
                }
                for entry in reversed(entries)
                if entry.kind == kind
            ],
        }
        for kind in KINDS
    ]


async def choose(session: AsyncSession, owner: UUID, kind: str, granted: bool) -> None:
    """Make the standing choice. Choosing what is chosen already adds nothing. Raises NotFound for an unknown kind."""
    _check(kind)
    await repository.lock_owner(session, owner)
    if current(await repository.entries(session, owner)).get(kind) != granted:
        _keep(session, owner, kind, granted)
        audit.write(session, "consent_changed", owner=owner, kind=kind, detail="given" if granted else "withdrawn")
        await session.flush()
    if not granted:
        await _withdraw(session, owner, kind)


async def _withdraw(session: AsyncSession, owner: UUID, kind: str) -> None:
    for interview in await repository.interviews(session, owner):
        if holds(interview.consent, kind):
            record(session, interview, _without(interview.consent, kind))
            changed(session, interview.id)
    await session.flush()
    if kind in (VOICE, PRESENCE):
        await _skip(session, owner, kind)
        return
    if kind == RECORDING:
        for take in await repository.takes(session, owner, recorded=True, unfinished=True):
            if take.upload is not None:
                await recordings.discard_upload(session, take.upload)
    else:
        await repository.drop_tickets(session, owner, kind)
    await _begin_again(session, owner, STAGES if kind == RECORDING else SENDING)


def _without(consent: Mapping[str, Any], kind: str) -> dict[str, Any]:
    if kind in MEASURES:
        return {**consent, kind: False}
    return {**consent, "providers": [one for one in consent.get("providers", ()) if one != kind]}


async def _skip(session: AsyncSession, owner: UUID, name: str) -> None:
    """End this stage where it has not ended; a worker that computes it finds that it has lost it."""
    for take_id in await repository.takes_left(session, owner, [name]):
        if not await stages.lock_take(session, take_id):
            continue
        for row in await stages.stages(session, take_id):
            if row.name == name and row.state not in pipeline.ENDED:
                row.state, row.reason, row.lease_token, row.lease_until = "skipped", WITHDRAWN, None, None
                row.finished_at = await stages.now(session)
        await pipeline.advance(session, take_id)


async def _begin_again(session: AsyncSession, owner: UUID, names: Collection[str]) -> None:
    """Take these stages from whoever computes them: begun again, they look at what is agreed to now."""
    for take_id in await repository.takes_left(session, owner, names):
        if not await stages.lock_take(session, take_id):
            continue
        for row in await stages.stages(session, take_id):
            if row.name in names and row.state == "running":
                row.state, row.attempt, row.lease_token, row.lease_until = "waiting", 0, None, None
        await pipeline.advance(session, take_id)


async def delete_results(session: AsyncSession, owner: UUID, kind: str) -> int:
    """Delete what was made with this consent; how many answers that touched. Raises NotFound.

    Recorded answers go as a whole. Without a measure, grade and tips are made again from what is left; what a provider
    wrote down or read is made again without it.
    """
    _check(kind)
    found = await _derived(session, owner, kind)
    if kind == RECORDING:
        for take in await repository.takes(session, owner, recorded=True):
            delete_files(session, take.prefix)
            changed(session, await stages.interview_of(session, take.id))
            await session.delete(take)
        return len(found)
    for take_id, names in found.items():
        if await stages.lock_take(session, take_id):
            for name in names:
                # What somebody else wrote down or read is written down and read anew, by who is allowed to.
                await pipeline.drop(session, take_id, name, None if name in ("transcript", "grade") else DELETED)
            await providers.release_copies(session, take_id)
    return len(found)


async def _derived(session: AsyncSession, owner: UUID, kind: str) -> dict[UUID, list[str]]:
    """The takes that have something made with this consent, with the stages that made it."""
    if kind == RECORDING:
        return {take.id: [] for take in await repository.takes(session, owner, recorded=True)}
    if kind in MEASURES:
        return {take_id: [kind] for take_id in await repository.takes_with(session, owner, kind)}
    found: dict[UUID, list[str]] = {}
    for name, path in MADE_BY.items():
        for take_id in await repository.takes_with(session, owner, name, path, kind):
            found.setdefault(take_id, []).append(name)
    return found


def _check(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound("There is no such kind of consent.")
