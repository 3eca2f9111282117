"""The archive of an export, made as it is sent: no more of it is in memory than a piece.

`index.html` is for reading without any program of ours, `data.json` is everything as data (docs/privacy.md), `media/`
has the recordings, `index.json` their sizes and sha256. The order of the work is that of the files in the archive.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from app import __version__
from app.core.database import transaction
from app.domain.errors import NotFound
from app.models.interview import Interview
from app.models.take import STAGES, Take
from app.services.privacy import page, repository
from app.services.providers import storage

SCHEMA = 1
# Inner workings, and what proves who somebody is: of no use to its owner, of use to a thief.
INNER = frozenset(
    {
        "owner_id",
        "lease_token",
        "lease_until",
        "due_at",
        "queued_at",
        "input_hash",
        "progress",
        "head",
        "media_key",
        "audio_key",
        "poster_key",
        "speech_key",
        "closing_key",
        "object_key",
    }
)
SECRET = ("hash", "digest", "secret", "password", "token")
# Tables of an owner that have their own place in `data.json`, or are the exports themselves.
PLACED = frozenset(
    {"postings", "interviews", "questions", "takes", "uploads", "consent_entries", "privacy_choices", "exports"}
)


@dataclass(frozen=True, slots=True)
class File:
    """One file of `media/`: the objects it is made of, one after the other."""

    path: str
    take_id: UUID
    what: str
    keys: tuple[str, ...]


class _Sink:
    """What `zipfile` writes to; it cannot be sought, so nothing has to be kept."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        """What has been written since the last time."""
        data = bytes(self._data)
        self._data.clear()
        return data


class Archive:
    """The archive of one owner. `total_bytes` is what its recordings have, once it is known."""

    def __init__(self, owner: UUID) -> None:
        self.owner = owner
        self.total_bytes: int | None = None
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._index: list[dict[str, Any]] = []
        self._now = datetime.now(UTC)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the archive. Raises RehearsalError when a recording cannot be read."""
        async with transaction() as session:
            self.total_bytes = (await repository.kept(session, self.owner))["recording_bytes"]
        async for data in self._text("index.html", self._page()):
            yield data
        async for data in self._text("data.json", self._data()):
            yield data
        async for interview in self._interviews():
            for file in files(interview):
                async for data in self._media(file):
                    yield data
        index = {"schema": SCHEMA, "made_at": self._now, "program": f"Rehearsal {__version__}", "files": self._index}
        async for data in self._text("index.json", _once(text(index, indent=1))):
            yield data
        self._zip.close()
        yield self._sink.take()

    async def _text(self, name: str, pieces: AsyncIterator[str]) -> AsyncIterator[bytes]:
        with self._zip.open(self._info(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as entry:
            async for piece in pieces:
                entry.write(piece.encode())
                yield self._sink.take()
        yield self._sink.take()

    async def _media(self, file: File) -> AsyncIterator[bytes]:
        about: dict[str, Any] = {"path": file.path, "take_id": file.take_id, "what": file.what}
        try:
            sizes = [(key, (await storage.describe(key))[0]) for key in file.keys]
        except NotFound:
            # Deleted since the page was written, or lost: the archive says so.
            self._index.append(about | {"missing": True})
            return
        digest, size = hashlib.sha256(), 0
        # Recordings are compressed already.
        with self._zip.open(self._info(file.path, zipfile.ZIP_STORED), "w", force_zip64=True) as entry:
            for key, length in sizes:
                async for data in storage.read(key, length):
                    digest.update(data)
                    size += len(data)
                    entry.write(data)
                    yield self._sink.take()
        yield self._sink.take()
        self._index.append(about | {"bytes": size, "sha256": digest.hexdigest()})

    def _info(self, name: str, method: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        info.compress_type, info.external_attr = method, 0o600 << 16
        return info

    async def _interviews(self, posting_id: UUID | None = None) -> AsyncIterator[Interview]:
        async with transaction() as session:
            postings = [posting_id] if posting_id else await repository.posting_ids(session, self.owner)
            ids = [one for posting in postings for one in await repository.interview_ids(session, self.owner, posting)]
        for identity in ids:
            async with transaction() as session:
                interview = await repository.interview(session, self.owner, identity)
            if interview is not None:
                yield interview

    async def _page(self) -> AsyncIterator[str]:
        yield page.head(self._now)
        async with transaction() as session:
            postings = await repository.posting_ids(session, self.owner)
        for posting_id in postings:
            async with transaction() as session:
                row = await repository.posting(session, self.owner, posting_id)
            if row is None:
                continue
            yield page.posting(row)
            async for interview in self._interviews(posting_id):
                media = {(file.take_id, file.what): file.path for file in files(interview)}
                for piece in page.interview(interview, media):
                    yield piece
        async with transaction() as session:
            yield page.foot(await repository.entries(session, self.owner))

    async def _data(self) -> AsyncIterator[str]:
        async with transaction() as session:
            owner = await repository.owner(session, self.owner)
            choice = await repository.choice(session, self.owner)
            first: dict[str, Any] = {
                "schema": SCHEMA,
                "made_at": self._now,
                "program": f"Rehearsal {__version__}",
                "owner": plain(owner),
                "choices": plain(choice) if choice else None,
                "consents": [plain(entry) for entry in await repository.entries(session, self.owner)],
                "account": {
                    column.table.name: [shown(row) for row in await repository.rows_of(session, self.owner, column)]
                    for column in repository.owner_columns()
                    if column.table.name not in PLACED
                },
            }
            accounts = [
                row["id"]
                for column in repository.owner_columns()
                if column.table.name == "accounts"
                for row in await repository.rows_of(session, self.owner, column)
            ]
            identities = await repository.rows_below(session, "identities", "account_id", accounts)
            first["account"]["identities"] = [shown(row) for row in identities]
            postings = await repository.posting_ids(session, self.owner)
        yield text(first)[:-1] + ', "postings": ['
        comma = ""
        for posting_id in postings:
            async with transaction() as session:
                row = await repository.posting(session, self.owner, posting_id)
            if row is None:
                continue
            yield comma + text(plain(row))[:-1] + ', "interviews": ['
            inner = ""
            async for interview in self._interviews(posting_id):
                yield inner + text(await self._interview(interview))
                inner = ","
            yield "]}"
            comma = ","
        yield "]}\n"

    async def _interview(self, row: Interview) -> dict[str, Any]:
        takes = [take for question in row.questions for take in question.takes]
        ids = [take.id for take in takes]
        async with transaction() as session:
            usage = await repository.rows_below(session, "provider_usage", "interview_id", [row.id])
            copies = await repository.rows_below(session, "provider_copies", "take_id", ids)
            heard = await repository.rows_below(session, "listenings", "take_id", ids)
        media = {take.id: [file.path for file in files(row) if file.take_id == take.id] for take in takes}

        def answer(take: Take) -> dict[str, Any]:
            return plain(take) | {
                "files": media[take.id],
                "upload": plain(take.upload) if take.upload else None,
                "heard_while_recording": [shown(one) for one in heard if one["take_id"] == take.id],
                "provider_copies": [shown(one) for one in copies if one["take_id"] == take.id],
                "stages": [plain(stage) for stage in sorted(take.stages, key=lambda stage: STAGES.index(stage.name))],
            }

        questions = [plain(one) | {"takes": [answer(take) for take in one.takes]} for one in row.questions]
        return plain(row) | {"provider_usage": [shown(one) for one in usage], "questions": questions}


def files(interview: Interview) -> Iterator[File]:
    """The files of an interview's takes. Their paths are made by us: nothing of a person's text is in them."""
    for place, question in enumerate(interview.questions, start=1):
        for take in question.takes:
            stem = f"media/interview-{str(interview.id)[:8]}/question-{place:02d}-take-{take.number}"
            if take.media_key is not None:
                yield File(f"{stem}{PurePosixPath(take.media_key).suffix}", take.id, "recording", (take.media_key,))
            elif take.upload is not None and take.upload.parts:
                keys = tuple(part.key for part in take.upload.parts)
                yield File(f"{stem}-as-uploaded.bin", take.id, "upload", keys)
            if take.poster_key is not None:
                yield File(f"{stem}.jpg", take.id, "still", (take.poster_key,))


def plain(row: Any) -> dict[str, Any]:
    """The columns of a row that mean something to its owner."""
    return shown({column.key: getattr(row, column.key) for column in row.__table__.columns})


def shown(columns: dict[str, Any]) -> dict[str, Any]:
    """The same of columns."""
    return {name: value for name, value in columns.items() if name not in INNER and not _is_secret(name)}


def _is_secret(name: str) -> bool:
    return any(word in name and not name.endswith("_tokens") for word in SECRET)


def text(value: Any, indent: int | None = None) -> str:
    """JSON of what the database holds."""
    return json.dumps(value, ensure_ascii=False, default=_other, indent=indent)


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Sequence | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


async def _once(piece: str) -> AsyncIterator[str]:
    yield piece
