"""Described moments of a recording by Twelve Labs, with its official client. Each method makes one attempt.

The class of the client whose address no environment variable overrides is used. Its own retries stay off: its counter
is wrong, and a repeated upload loses its fields. What the service says about an error is never passed on, only its
machine-readable code: the rest may quote the request.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx

from app.domain.errors import ProviderError
from app.services.analysis.observations import SegmentKind
from app.services.providers import failures
from app.services.providers.catalog import title
from app.services.providers.configuration import Configured
from app.services.providers.ports import Described, Segment

T = TypeVar("T")
PROVIDER = "twelvelabs"
# A question is answered in this time or not at all; an upload of 200 MB at 3 Mbit/s takes nine minutes.
ASK_S, UPLOAD_S = 20.0, 600.0
# 2,048 to 98,304. Two kinds of segments of 20 minutes fit; a description that does not fit fails as a whole.
MAX_TOKENS = 8192
MIN_SEGMENT_S = 2
LIST_MAX = 50
WORKING = frozenset({"queued", "pending", "processing"})
ENDED_BADLY = frozenset({"failed", "canceled"})
CODE = re.compile(r"[a-z][a-z0-9_.]{0,60}")


class Missing(ProviderError):
    """The service says, in its own form, that it does not have this thing."""


class InUse(ProviderError):
    """The thing cannot be changed while it is worked on."""


@dataclass(frozen=True, slots=True)
class TwelveLabs:
    """The port `CloudVideo` at Twelve Labs."""

    service: Configured

    async def upload(self, path: PathLike[str], media_type: str, label: str) -> str:
        """Store a recording (at most 200 MB); its id there. Its name there begins with the label."""
        name = f"{label}{Path(path).suffix}"
        with Path(path).open("rb") as file:
            asset = await self._ask(
                lambda client, options: client.assets.create(
                    method="direct",
                    file=(name, file, media_type),
                    filename=name,
                    enable_hls=False,
                    enable_thumbnail=False,
                    request_options=options,
                ),
                UPLOAD_S,
            )
        return _identity(asset.id)

    async def asset_state(self, asset_id: str) -> Literal["working", "ready", "failed"]:
        """Whether a stored recording can be used. Raises Missing."""
        asset = await self._ask(lambda client, options: client.assets.retrieve(asset_id, request_options=options))
        return _state(asset.status, frozenset({"processing"}), frozenset({"failed"}))

    async def describe(self, asset_id: str, kinds: Sequence[SegmentKind], label: str) -> str:
        """Begin a description; its id there. `label` is its name and the key that makes a repetition harmless."""
        task = await self._ask(
            lambda client, options: client.analyze_async.tasks.create(
                model_name=self.service.values["model"],
                custom_id=label,
                video=_video(asset_id),
                analysis_mode="time_based_metadata",
                temperature=0,
                max_tokens=MAX_TOKENS,
                min_segment_duration=MIN_SEGMENT_S,
                response_format=_wanted(kinds),
                request_options={**options, "additional_headers": {"Idempotency-Key": label}},
            )
        )
        return _identity(task.task_id)

    async def described(self, task_id: str) -> Described:
        """How far a description is, and what it says. Raises Missing."""
        task = await self._ask(
            lambda client, options: client.analyze_async.tasks.retrieve(task_id, request_options=options)
        )
        state = _state(task.status, WORKING, ENDED_BADLY)
        if state != "ready":
            return Described(state=state)
        # A description that was cut off is `ready`, too.
        if task.result is None or task.result.finish_reason != "stop":
            raise failures.garbled(PROVIDER)
        usage = task.result.usage
        return Described(
            state="ready",
            segments=tuple(_segments(task.result.data)),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )

    async def find_assets(self, label: str) -> list[str]:
        """Ids of the recordings stored under a label."""
        found = await self._ask(
            lambda client, options: client.assets.list(filename=label, page_limit=LIST_MAX, request_options=options)
        )
        return [_identity(item.id) for item in found.items or () if str(item.filename or "").startswith(label)]

    async def find_tasks(self, asset_id: str, label: str) -> list[str]:
        """Ids of the descriptions of a recording that were begun under a label."""
        found = await self._ask(
            lambda client, options: client.analyze_async.tasks.list(
                asset_id=asset_id, page_limit=LIST_MAX, request_options=options
            )
        )
        return [_identity(task.task_id) for task in found.data if task.custom_id == label]

    async def delete_asset(self, asset_id: str) -> bool:
        """Delete a recording there; False while it cannot be deleted."""
        return await self._delete(
            lambda client, options: client.assets.delete(asset_id, force=True, request_options=options)
        )

    async def cancel_task(self, task_id: str) -> None:
        """Stop a description; one that has ended or is not there stays as it is."""
        try:
            await self._ask(lambda client, options: client.analyze_async.tasks.cancel(task_id, request_options=options))
        except (Missing, InUse):
            return

    async def delete_task(self, task_id: str) -> bool:
        """Delete a description, stopping it when it is at work; False while it cannot be deleted."""

        async def delete() -> bool:
            return await self._delete(
                lambda client, options: client.analyze_async.tasks.delete(task_id, request_options=options)
            )

        if await delete():
            return True
        await self.cancel_task(task_id)
        return await delete()

    async def asset_gone(self, asset_id: str) -> bool:
        """Whether the service says that it does not have this recording."""
        try:
            await self.asset_state(asset_id)
        except Missing:
            return True
        return False

    async def task_gone(self, task_id: str) -> bool:
        """Whether the service says that it does not have this description."""
        try:
            await self._ask(
                lambda client, options: client.analyze_async.tasks.retrieve(task_id, request_options=options)
            )
        except Missing:
            return True
        return False

    async def _delete(self, ask: Callable[[Any, Any], Awaitable[Any]]) -> bool:
        try:
            await self._ask(ask)
        except InUse:
            return False
        except Missing:
            return True
        return True

    async def _ask(self, ask: Callable[[Any, Any], Awaitable[T]], within_s: float | None = None) -> T:
        """One request. Every failure is a ProviderError."""
        timeout_s = within_s or ASK_S
        try:
            from twelvelabs.base_client import AsyncBaseClient
            from twelvelabs.core.api_error import ApiError
        except ImportError:
            raise failures.not_installed(PROVIDER) from None
        answers: list[httpx.Response] = []

        async def note(response: httpx.Response) -> None:
            answers.append(response)

        # Redirects are not followed: the key would go along.
        http = httpx.AsyncClient(
            timeout=timeout_s, follow_redirects=False, event_hooks={"response": [note]}, verify=_tls()
        )
        address = self.service.values.get("base_url")
        key = self.service.key.get_secret_value() if self.service.key else ""
        client = AsyncBaseClient(
            base_url=address.rstrip("/") if address else None, api_key=key, httpx_client=http, timeout=timeout_s
        )
        try:
            async with http, asyncio.timeout(timeout_s):
                return await ask(client, {"max_retries": 0})
        except (TimeoutError, httpx.TimeoutException):
            raise failures.timed_out(PROVIDER, timeout_s) from None
        except ApiError as error:
            raise _of_answer(error.status_code, error.headers, error.body) from None
        except httpx.ConnectError:
            raise failures.unreachable(PROVIDER) from None
        except (httpx.HTTPError, ValueError, AttributeError, TypeError):
            # Cut off, not the JSON that was promised, or an error in a form that the client does not know.
            status = answers[-1].status_code if answers else None
            raise _of_answer(status, answers[-1].headers if answers else None, None) from None


@cache
def _tls() -> ssl.SSLContext:
    """The certificates to trust, read once: that takes longer than a request."""
    return httpx.create_ssl_context()


def _of_answer(status: int | None, headers: Mapping[str, str] | None, body: Any) -> ProviderError:
    """The error for an answer that is none. Errors come flat or under `error`; a 429 comes without a body."""
    if status is None or status < 300:
        return failures.garbled(PROVIDER)
    code = _code(body)
    if status in (404, 409) and code is not None:
        kind = Missing if status == 404 else InUse
        words = "does not have this any more" if status == 404 else "is still at work on this"
        return kind(PROVIDER, f"{title(PROVIDER)} {words}.", retryable=False, code=f"{PROVIDER}_refused")
    error = failures.of_status(PROVIDER, status, {name.lower(): value for name, value in (headers or {}).items()})
    if code is not None and error.hint is None:
        error.hint = f"It says: {code}."
    return error


def _code(body: Any) -> str | None:
    if not isinstance(body, dict):
        return None
    inner = body.get("error")
    code = inner.get("code") if isinstance(inner, dict) else body.get("code")
    return code if isinstance(code, str) and CODE.fullmatch(code) else None


def _identity(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise failures.garbled(PROVIDER)
    return value


def _state(status: Any, working: frozenset[str], failed: frozenset[str]) -> Literal["working", "ready", "failed"]:
    if status == "ready":
        return "ready"
    if status in working:
        return "working"
    if status in failed:
        return "failed"
    raise failures.garbled(PROVIDER)


def _video(asset_id: str) -> Any:
    from twelvelabs.types.video_context import VideoContext_AssetId

    return VideoContext_AssetId(asset_id=asset_id)


def _wanted(kinds: Sequence[SegmentKind]) -> Any:
    from twelvelabs.types.async_response_format import AsyncResponseFormat
    from twelvelabs.types.segment_definition import SegmentDefinition
    from twelvelabs.types.segment_field import SegmentField

    return AsyncResponseFormat(
        type="segment_definitions",
        segment_definitions=[
            SegmentDefinition(
                id=kind.id,
                description=kind.description,
                fields=[
                    SegmentField(
                        name="kind",
                        type="string",
                        description="; ".join(f"{value}: {meaning}" for value, meaning in kind.choices.items()),
                        enum=[value.value for value in kind.choices],
                    ),
                    SegmentField(name="text", type="string", description=kind.text),
                ],
            )
            for kind in kinds
        ],
    )


def _segments(data: Any) -> list[Segment]:
    """The segments of a result: JSON text with a list per kind of segment. Raises ProviderError."""
    try:
        return [
            Segment(
                kind=_text(entry["metadata"]["kind"]),
                text=_text(entry["metadata"]["text"]),
                start_s=_seconds(entry["start_time"]),
                end_s=_seconds(entry["end_time"]),
            )
            for entries in dict(json.loads(data)).values()
            for entry in entries
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise failures.garbled(PROVIDER) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return float(value)
