"""The stage `cloud_video`: a recording is sent to a service that describes moments of it, with consent.

No worker waits for the service: each look is a step of some seconds, and the stage remembers in `progress` how far it
is. Grade and tips do not wait either. A step that dies is made again: what was sent and whose name never arrived is
found by its label and deleted (`flow.copies`), and the recording is sent anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from app.core.database import transaction
from app.domain.errors import NotFound, ProviderError, RehearsalError
from app.domain.observation import Description
from app.models.take import Stage
from app.services.analysis import observations
from app.services.analysis import repository as stages
from app.services.analysis.pipeline import Later, Outcome, Skipped
from app.services.flow import copies
from app.services.providers import calls, configuration, repository, storage, usage
from app.services.providers.catalog import CLOUD_VIDEO, title
from app.services.providers.ports import CloudVideo, Described
from app.services.providers.video.twelvelabs import ASK_S, MAX_TOKENS, UPLOAD_S, TwelveLabs
from app.services.recordings import service as recordings
from app.utils.json import dump, load

T = TypeVar("T")

# From the end of the upload. The vendor gives no figure; an answer has at most 20 minutes.
DEADLINE_S = 15 * 60.0
# A look after a sixth of the time waited so far: the wait for what is ready already stays below a fifth of it.
LOOK_MIN_S, LOOK_MAX_S, LOOK_SHARE = 5.0, 30.0, 1 / 6
COPY_TYPE = "video/x-matroska"
NO_PICTURE = "There is no picture."
NOBODY = "No service is chosen for it."


async def unavailable(kind: str, consent: dict[str, Any]) -> str | None:
    """Why a take of this kind is not sent to anybody; None when it is."""
    if kind != "video":
        return NO_PICTURE
    try:
        provider = await configuration.chosen(CLOUD_VIDEO)
        if provider is None:
            return NOBODY
        if provider not in consent.get("providers", ()):
            return f"You have not agreed to {title(provider)}."
        await configuration.required(provider)
    except RehearsalError as error:
        return error.message
    return None


async def step(row: Stage) -> Outcome | Later | Skipped:
    """Send the recording, or look how far its description is. Raises ProviderError, NotFound."""
    take = row.take
    consent = take.question.interview.consent
    reason = await unavailable(take.kind, consent)
    if reason is not None:
        if row.progress is not None and "task" not in row.progress:
            # Withdrawn before the service began. What it has begun may have to be paid.
            await usage.settle(UUID(row.progress["usage"]), cost=0)
        return Skipped(reason)
    provider = await configuration.chosen(CLOUD_VIDEO)
    assert provider is not None
    work = _Work(row, await configuration.required(provider))
    return await (work.send() if row.progress is None else work.follow(row.progress))


class _Work:
    """One step at one service."""

    def __init__(self, row: Stage, service: configuration.Configured) -> None:
        from app.services.recordings.media import MediaInfo

        self.row, self.take, self.service = row, row.take, service
        self.provider = service.id
        self.model = service.values["model"]
        self.video: CloudVideo = TwelveLabs(service)
        media = next(stage.result for stage in self.take.stages if stage.name == "media")
        self.info = load(MediaInfo, media)

    def _cost(self, output_tokens: int) -> int:
        """Millionths of a US dollar for the whole description."""
        minutes = self.info.duration_ms / 60_000 * len(observations.SEGMENTS)
        minute, million = (float(self.service.values[name]) for name in ("minute_price", "output_price"))
        return round((minutes * minute + output_tokens * million / 1e6) * usage.MICRO)

    async def send(self) -> Later | Skipped:
        """Send the recording, changed where the service would not take it as it is."""
        from app.services.recordings import cloud_copy

        plan = cloud_copy.plan(self.info)
        if plan.refusal is not None:
            return Skipped(plan.refusal)
        interview = self.take.question.interview
        try:
            paid = await usage.reserve(
                self.provider, self.model, CLOUD_VIDEO, cost=self._cost(MAX_TOKENS), interview_id=interview.id
            )
        except usage.BudgetSpent as error:
            return Skipped(error.message)
        try:
            with recordings.workshop() as folder:
                path, media_type = folder / f"recording.{self.info.container}", self.info.mime
                if self.take.media_key is None:
                    raise NotFound("The recording is not there any more.", code="media_gone")
                await storage.download(self.take.media_key, path)
                if plan.frame is not None:
                    source, path, media_type = path, folder / "copy.mkv", COPY_TYPE
                    await asyncio.to_thread(
                        cloud_copy.write, source, path, plan.frame, plan.video_bits, self.info.rotation
                    )
                if path.stat().st_size > cloud_copy.UPLOAD_BYTES:
                    await usage.settle(paid, cost=0)
                    return Skipped("The recording is too large to be sent.")
                label = f"rehearsal-{uuid4().hex}"
                copy = await self._begin(copies.ASSET, label, anew=True)
                # One attempt: a second one would store a second copy under the same label.
                asset = await self._ask(
                    "send a recording", partial(self.video.upload, path, media_type, label), UPLOAD_S
                )
        except BaseException:
            await usage.settle(paid, cost=0)
            raise
        await copies.named(copy, asset)
        since = datetime.now(UTC).isoformat()
        progress = {"label": label, "asset": asset, "since": since, "usage": str(paid)}
        return Later(LOOK_MIN_S, progress)

    async def follow(self, progress: dict[str, Any]) -> Outcome | Later:
        """Begin the description when the recording can be used, and take it when it is there."""
        waited_s = (datetime.now(UTC) - datetime.fromisoformat(progress["since"])).total_seconds()
        look_s = min(LOOK_MAX_S, max(LOOK_MIN_S, waited_s * LOOK_SHARE))
        try:
            found = await (self._described(progress) if "task" in progress else self._begun(progress))
        except ProviderError as error:
            # Being away for a while is waiting, too.
            if (error.retryable or error.code == "provider_paused") and waited_s < DEADLINE_S:
                return Later(max(look_s, error.retry_after_s or 0), progress)
            await self._unused(progress)
            raise
        if isinstance(found, Outcome):
            return found
        if waited_s < DEADLINE_S:
            return Later(look_s, found)
        await self._unused(progress)
        raise ProviderError(
            self.provider,
            f"{title(self.provider)} was not ready within {DEADLINE_S / 60:g} minutes.",
            retryable=False,
            code=f"{self.provider}_timeout",
            hint="Try again later; the grade does not need it.",
        )

    async def _begun(self, progress: dict[str, Any]) -> dict[str, Any]:
        """The progress, with the description's id once it has been begun."""
        asset, label = progress["asset"], progress["label"]
        state = await self._ask("look at a recording", partial(self.video.asset_state, asset))
        if state == "working":
            return progress
        if state == "failed":
            raise self._failure(f"{title(self.provider)} cannot read the recording.")
        copy = await self._begin(copies.TASK, label)
        # A step before this one may have begun it and died.
        known = await self._ask("look for a description", partial(self.video.find_tasks, asset, label))
        begin = partial(self.video.describe, asset, observations.SEGMENTS, label)
        task = known[0] if known else await self._ask("begin a description", begin)
        await copies.named(copy, task)
        return progress | {"task": task}

    async def _described(self, progress: dict[str, Any]) -> dict[str, Any] | Outcome:
        found = await self._ask("look at a description", partial(self.video.described, progress["task"]))
        if found.state == "working":
            return progress
        if found.state == "failed":
            raise self._failure(f"{title(self.provider)} could not describe the recording.")
        result = self._result(found)
        await usage.settle(
            UUID(progress["usage"]),
            cost=self._cost(found.output_tokens or MAX_TOKENS),
            input_tokens=found.input_tokens,
            output_tokens=found.output_tokens,
            seconds=self.info.duration_ms / 1000,
        )
        return Outcome(dump(result))

    def _result(self, found: Described) -> Description:
        entries = [(one.kind, one.start_s, one.end_s, one.text) for one in found.segments]
        moments, dropped = observations.read(entries, self.info.duration_ms)
        provenance = {"provider": self.provider, "model": self.model, "questions": observations.VERSION}
        return Description(provider=self.provider, moments=tuple(moments), dropped=dropped, provenance=provenance)

    async def _begin(self, kind: str, label: str, *, anew: bool = False) -> UUID:
        """Remember what is about to be stored there. Raises NotFound when the take has been deleted."""
        async with transaction() as session:
            if not await stages.lock_take(session, self.take.id):
                raise NotFound("The answer has been deleted.")
            if anew:
                await repository.release_copies(session, self.take.id)
            known = await repository.copy_under(session, self.provider, kind, label)
            return known.id if known else copies.begin(session, self.provider, kind, label, self.take.id)

    async def _ask(self, purpose: str, work: Callable[[], Awaitable[T]], timeout_s: float = ASK_S) -> T:
        return await calls.call(self.provider, purpose, work, deadline_s=timeout_s + 5, attempts=1)

    def _failure(self, message: str) -> ProviderError:
        return ProviderError(self.provider, message, retryable=False, code=f"{self.provider}_failed")

    async def _unused(self, progress: dict[str, Any]) -> None:
        """It ends without a description. One that was begun may have to be paid all the same."""
        await usage.settle(UUID(progress["usage"]), cost=self._cost(MAX_TOKENS) if "task" in progress else 0)
