"""Listening to an answer while it is being recorded, so that a follow-up can be chosen when it ends.

What is understood here is provisional and only chooses a follow-up; the transcript of record is made by the analysis,
which knows nothing of this. A worker reads each part of the upload as it arrives, decodes the sound and hands it to the
small recogniser at pauses. A listening that is late, cut off or killed costs nothing but the follow-up.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.config import settings
from app.core.database import transaction
from app.core.events import changed, changes
from app.core.logging import place
from app.domain.answer import Transcript, Word
from app.models.take import Listening, Take
from app.services.outbox import service as outbox
from app.services.providers import storage
from app.services.recordings import repository
from app.services.recordings.service import workshop
from app.utils.json import dump, load

if TYPE_CHECKING:
    from app.services.providers.ports import Audio

log = structlog.get_logger()

LISTEN = "recordings.listen"
LEASE, RENEW_S = timedelta(seconds=15), 5.0
UNTAKEN = timedelta(seconds=10)
MAX_ATTEMPTS = 3
DECODE_S = 0.05
# Nobody sends for this long: the browser is gone. The next upload is listened to again.
IDLE_S = 120.0
# A piece is worth a run of the recogniser from here on: each run costs the same up to 30 s (measured: 0.5 CPU s).
PIECE_S = 6.0
# Without a pause it is cut at its quietest place near the end.
LONGEST_S, CUT_WITHIN_S, CUT_FRAME_S = 22.0, 6.0, 0.2
TAIL_S = 2.5  # looked at again with what is new: the detector needs a little speech before a pause
RATE = 16_000
HEAD_BYTES = 16


async def begin(session: AsyncSession, take: Take) -> None:
    """Have a take listened to whose upload begins, where a follow-up may be asked. Its question is loaded."""
    if not take.question.interview.follow_ups or take.question.follows_id is not None:
        return
    await repository.begin_listening(session, take.id)
    _send(session, take.id)


def _send(session: AsyncSession, take_id: UUID) -> None:
    outbox.enqueue(session, LISTEN, [str(take_id)], on=queue.LISTENING, keep=False, limit_s=limit_s())


def limit_s() -> int:
    """Seconds one listening may take: the longest recording, and what may be waited for in it."""
    return settings().max_recording_s + round(IDLE_S)


@dataclass
class Growing:
    """A local file that another thread appends to; reading waits. It cannot be sought: nothing may look for its end."""

    path: Path
    size: int = 0
    ended: bool = False
    _place: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def grow(self, size: int) -> None:
        """There are `size` bytes now."""
        with self._changed:
            self.size = size
            self._changed.notify_all()

    def end(self) -> None:
        """There will be no more."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def head(self) -> bytes:
        """The first bytes, when they are there."""
        self._wait(HEAD_BYTES)
        with self.path.open("rb") as file:
            return file.read(HEAD_BYTES)

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; none at the end."""
        self._wait(self._place + 1)
        with self.path.open("rb") as file:
            file.seek(self._place)
            data = file.read(min(count, self.size - self._place))
        self._place += len(data)
        return data

    def _wait(self, size: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.size >= size)


class Ear:
    """Decodes a growing recording in a thread of its own and cuts the sound into pieces at pauses."""

    def __init__(self, file: Growing, skip_ms: int) -> None:
        """`skip_ms` were understood before."""
        self.file = file
        self.heard_ms = skip_ms
        self._skip = skip_ms * RATE // 1000 * 2
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._looked = 0
        self.broken: BaseException | None = None
        self._thread = threading.Thread(target=self._decode, name="ear", daemon=True)
        self._thread.start()

    def _decode(self) -> None:
        from app.services.recordings.media import stream_audio

        try:
            stream_audio(self.file, self.file.head(), self._take, limit_s=settings().max_recording_s)
        except Exception as error:  # what is no recording is said when it is finished, not here
            self.broken = error

    def _take(self, data: bytes) -> None:
        with self._lock:
            dropped = min(self._skip, len(data))
            self._skip -= dropped
            self._waiting += data[dropped:]

    def close(self) -> None:
        """Let the thread end."""
        self.file.end()
        self._thread.join()

    def piece(self, last_pause: Callable[[Audio], int], *, all_of_it: bool) -> Audio | None:
        """The next piece to be understood (float32, 16 kHz), or None when it is too early for one."""
        import numpy as np

        with self._lock:
            samples = np.frombuffer(bytes(self._waiting), "<i2").astype(np.float32) / np.float32(32768)
        end = len(samples) if all_of_it else self._cut(samples, last_pause)
        if not end:
            return None
        with self._lock:
            del self._waiting[: 2 * end]
        self._looked = 0
        self.heard_ms += round(end * 1000 / RATE)
        return samples[:end]

    def _cut(self, samples: Audio, last_pause: Callable[[Audio], int]) -> int:
        """Where to end the next piece; 0 when not yet."""
        # The detector runs once for each new half second, not at every look.
        if len(samples) < PIECE_S * RATE or len(samples) - self._looked < RATE // 2:
            return 0
        start = max(0, self._looked - round(TAIL_S * RATE))
        self._looked = len(samples)
        pause = last_pause(samples[start:])
        if pause and start + pause >= PIECE_S * RATE:
            return start + pause
        return quietest(samples) if len(samples) >= LONGEST_S * RATE else 0


def quietest(samples: Audio) -> int:
    """The middle of the quietest 0.2 s among the last 6 s."""
    import numpy as np

    frame = round(CUT_FRAME_S * RATE)
    start = max(0, len(samples) - round(CUT_WITHIN_S * RATE))
    last = samples[start : start + (len(samples) - start) // frame * frame].reshape(-1, frame)
    return start + int(np.einsum("ij,ij->i", last, last).argmin()) * frame + frame // 2


Told = Callable[[UUID, Transcript], Awaitable[None]]


async def listen(take_id: UUID, tell: Told) -> None:
    """Understand a take while it arrives, in a worker. Ends with the upload, the take, or another worker's lease.

    `tell` gets what has been understood so far, after each piece but the last.
    """
    token = uuid4()
    async with transaction() as session:
        row = await repository.take_ear(session, take_id, token, LEASE)
    if row is None:
        return
    structlog.contextvars.bind_contextvars(take=str(take_id), attempt=row.attempt)
    try:
        with workshop() as folder:
            path = folder / "arriving"
            path.touch()
            ear = Ear(Growing(path), row.heard_ms)
            try:
                await _follow(row, token, ear, tell)
            finally:
                await asyncio.to_thread(ear.close)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # Parts that are gone, a model that is missing: there is no follow-up, and the analysis tells what is wrong.
        log.warning("listening_stopped", type=type(error).__name__, place=place(error))
        with suppress(SQLAlchemyError):
            await _save(take_id, token, {"state": "stopped"})
    finally:
        structlog.contextvars.clear_contextvars()


async def _follow(row: Listening, token: UUID, ear: Ear, tell: Told) -> None:
    from app.services.providers.stt import whisper

    words: list[Any] = list(row.words)
    read, moved, saved, cpu = 0, time.monotonic(), time.monotonic(), time.process_time()
    async for _ in changes(row.take_id):
        async with transaction() as session:
            found = await repository.arrived(session, row.take_id, read)
        for part in found[1] if found else ():
            await storage.append_to(part.key, part.size, ear.file.path)
            read, moved = read + part.size, time.monotonic()
            ear.file.grow(read)
        complete = found is not None and found[0].length == read
        # The end of the file lets the decoder give its last; before that it only needs a moment.
        await (asyncio.to_thread(ear.close) if complete else asyncio.sleep(DECODE_S))
        start_ms = ear.heard_ms
        piece = ear.piece(whisper.last_pause, all_of_it=complete)
        if piece is not None:
            words += [dump(word) for word in await asyncio.to_thread(whisper.listen, piece, start_ms)]
        broken = found is None or ear.broken is not None or time.monotonic() - moved > IDLE_S
        state = "stopped" if broken else "done" if complete else "listening"
        if piece is None and state == "listening" and time.monotonic() - saved < RENEW_S:
            continue
        saved, spent = time.monotonic(), row.cpu_seconds + time.process_time() - cpu
        values = {"state": state, "words": words, "heard_ms": ear.heard_ms, "cpu_seconds": round(spent, 3)}
        if not await _save(row.take_id, token, values) or state != "listening":
            return
        if piece is not None:
            await tell(row.take_id, _transcript(words, ear.heard_ms))


async def _save(take_id: UUID, token: UUID, values: dict[str, Any]) -> bool:
    async with transaction() as session:
        held = await repository.keep_ear(session, take_id, token, LEASE, values)
        if held and values["state"] != "listening":
            changed(session, take_id)
        return held


async def understood(take_id: UUID) -> tuple[str, Transcript | None]:
    """State of the listening to a take (`none` when there is none), and its provisional transcript once it is done."""
    async with transaction() as session:
        row = await repository.listening(session, take_id)
    if row is None:
        return "none", None
    return row.state, _transcript(row.words, row.heard_ms) if row.state == "done" else None


def _transcript(words: list[Any], heard_ms: int) -> Transcript:
    return Transcript(words=load(tuple[Word, ...], words), duration_ms=heard_ms)


async def sweep() -> None:
    """Listen again where a worker has died, from where it was; give up where that does not help."""
    async with transaction() as session:
        for row in await repository.deserted(session, UNTAKEN):
            if row.attempt >= MAX_ATTEMPTS:
                row.state = "stopped"
                changed(session, row.take_id)
                continue
            row.lease_token, row.lease_until, row.created_at = None, None, datetime.now(UTC)
            _send(session, row.take_id)
