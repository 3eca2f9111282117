"""A stand-in for Twelve Labs: assets and analysis tasks, with the checks of the published interface.

Routes, fields, limits, statuses and both shapes of errors follow the specification of July 2026 and what the official
client 1.3.6 documents (facts: cloud.md). It looks at the recording it is given: size of the frame, aspect and length
must be what the service takes.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from typing import Any

import av
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.contract.faults import KEY

MODELS = {"pegasus1.5", "pegasus1.6"}
WHEN = "2026-11-01T00:00:00Z"
ASSET_FIELDS = {"method", "file", "filename", "url", "enable_hls", "enable_thumbnail", "user_metadata"}
TASK_FIELDS = {
    "model_name",
    "custom_id",
    "video",
    "prompt",
    "analysis_mode",
    "temperature",
    "max_tokens",
    "response_format",
    "min_segment_duration",
    "max_segment_duration",
    "start_time",
    "end_time",
}
DEFINITION_FIELDS = {"id", "description", "fields", "media_sources", "time_ranges"}
SEGMENT_FIELDS = {"name", "type", "description", "format", "enum", "items"}
RESERVED = {"start_time", "end_time", "metadata"}
DIRECT_BYTES = 200 * 1024 * 1024


@dataclass
class Store:
    """What is kept there and how it behaves; a test looks at it and changes it."""

    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, tuple[str, Any]] = field(default_factory=dict)
    uploads: int = 0
    moments: list[dict[str, Any]] = field(default_factory=list)
    """What every description says: `{definition, start_time, end_time, metadata}`."""
    asset_polls: int = 1
    """How often an asset is still `processing`; `asset_fails` is how it ends then."""
    asset_fails: bool = False
    task_polls: int = 1
    ends: str = "ready"
    """`ready`, `failed`, `canceled`, or `never`."""
    finish_reason: str = "stop"
    data: str | None = None
    """Instead of the moments: this text as the result."""
    held: int = 0
    """So many deletions are answered 409."""
    flat_tasks: bool = False
    """Errors of tasks in the flat form, too."""

    @property
    def empty(self) -> bool:
        """Nothing of anybody is left here."""
        return not self.assets and not self.tasks


def create() -> FastAPI:
    """The application; `state.store` is its memory."""
    app = FastAPI()
    app.state.store = Store()

    def store() -> Store:
        kept: Store = app.state.store
        return kept

    def nested(status: int, code: str, message: str) -> JSONResponse:
        if store().flat_tasks:
            return flat(status, code, message)
        return JSONResponse({"error": {"code": code, "message": message}}, status)

    @app.middleware("http")
    async def key(request: Request, call_next: Any) -> Any:
        if request.headers.get("x-api-key") != KEY:
            refuse = nested if request.url.path.startswith("/v1.3/analyze/tasks") else flat
            return refuse(401, "api_key_invalid", "The API key provided is invalid.")
        return await call_next(request)

    @app.post("/v1.3/assets")
    async def create_asset(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return flat(400, "parameter_invalid", "The body must be multipart/form-data.")
        form = await request.form()
        unknown = set(form) - ASSET_FIELDS
        if unknown or form.get("method") != "direct":
            return flat(400, "parameter_invalid", f"method must be direct; unknown: {sorted(unknown)}")
        file = form.get("file")
        if file is None or isinstance(file, str):
            return flat(400, "parameter_not_provided", "file is required for a direct upload.")
        data = await file.read()
        if len(data) > DIRECT_BYTES:
            return flat(413, "file_too_large", "The file is over 200 MB.")
        kept = store()
        kept.uploads += 1
        identity = f"asset{kept.uploads:03d}"
        kept.assets[identity] = {
            "_id": identity,
            "method": "direct",
            "status": "processing",
            "filename": form.get("filename") or file.filename,
            "file_type": file.content_type,
            "created_at": WHEN,
            "polls": kept.asset_polls,
            "seen": looked_at(data),
        }
        return JSONResponse(public(kept.assets[identity]), 201)

    @app.get("/v1.3/assets")
    def list_assets(filename: str = "", page: int = 1, page_limit: int = 10) -> Response:
        if page < 1 or not 1 <= page_limit <= 50:
            return flat(400, "parameter_invalid", "page_limit is 1 to 50.")
        found = [one for one in store().assets.values() if filename.lower() in str(one["filename"]).lower()]
        return JSONResponse(page_of([public(one) for one in found], page, page_limit))

    @app.get("/v1.3/assets/{identity}")
    def read_asset(identity: str) -> Response:
        asset = store().assets.get(identity)
        if asset is None:
            return flat(404, "resource_not_exists", "The asset does not exist.")
        if asset["polls"] > 0:
            asset["polls"] -= 1
        else:
            bad = asset["seen"] is None or store().asset_fails
            asset["status"] = "failed" if bad else "ready"
        error = {"error": {"message": "The file is corrupt."}} if asset["status"] == "failed" else {}
        return JSONResponse(public(asset) | error)

    @app.delete("/v1.3/assets/{identity}")
    def delete_asset(identity: str, force: bool = False) -> Response:
        kept = store()
        if identity not in kept.assets:
            return flat(404, "resource_not_exists", "The asset does not exist.")
        if kept.held > 0 or not force:
            kept.held -= 1
            return flat(409, "asset_in_use", "The asset is referenced.")
        del kept.assets[identity]
        return Response(status_code=204)

    @app.post("/v1.3/analyze/tasks")
    async def create_task(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            return nested(400, "parameter_invalid", "The body is not JSON.")
        kept = store()
        if problem := wrong(body, kept):
            return nested(400, "parameter_invalid", problem)
        key = request.headers.get("idempotency-key")
        if key is not None and key in kept.keys:
            identity, before = kept.keys[key]
            if before != body:
                return nested(409, "idempotency_key_reused", "The key was used with another body.")
            return JSONResponse({"task_id": identity, "status": "queued"}, 202)
        identity = f"task{len(kept.keys) + len(kept.tasks) + 1:03d}"
        kept.keys[key or f"none-{identity}"] = (identity, body)
        kept.tasks[identity] = {
            "task_id": identity,
            "custom_id": body.get("custom_id"),
            "status": "queued",
            "created_at": WHEN,
            "asset": body["video"]["asset_id"],
            "polls": kept.task_polls,
            "body": body,
        }
        return JSONResponse({"task_id": identity, "status": "queued"}, 202)

    @app.get("/v1.3/analyze/tasks")
    def list_tasks(asset_id: str = "", page: int = 1, page_limit: int = 10) -> Response:
        if page < 1 or not 1 <= page_limit <= 50:
            return nested(400, "parameter_invalid", "page_limit is 1 to 50.")
        found = [shown(task, store()) for task in store().tasks.values() if asset_id in ("", task["asset"])]
        return JSONResponse(page_of(found, page, page_limit))

    @app.get("/v1.3/analyze/tasks/{identity}")
    def read_task(identity: str) -> Response:
        task = store().tasks.get(identity)
        if task is None:
            return nested(404, "resource_not_exists", "The task does not exist.")
        if task["polls"] > 0:
            task["polls"] -= 1
            task["status"] = "processing"
        elif task["status"] in ("queued", "processing"):
            task["status"] = "processing" if store().ends == "never" else store().ends
        return JSONResponse(shown(task, store()))

    @app.post("/v1.3/analyze/tasks/{identity}/cancel")
    def cancel_task(identity: str) -> Response:
        task = store().tasks.get(identity)
        if task is None:
            return nested(404, "resource_not_exists", "The task does not exist.")
        if task["status"] in ("ready", "failed"):
            return nested(409, "task_not_cancelable", "The task has ended.")
        task["status"] = "canceled"
        return JSONResponse({"task_id": identity, "status": "canceled"})

    @app.delete("/v1.3/analyze/tasks/{identity}")
    def delete_task(identity: str) -> Response:
        kept = store()
        if identity not in kept.tasks:
            return nested(404, "resource_not_exists", "The task does not exist.")
        if kept.held > 0 or kept.tasks[identity]["status"] == "processing":
            kept.held = max(0, kept.held - 1)
            return nested(409, "task_not_deletable", "The task is being processed.")
        del kept.tasks[identity]
        return Response(status_code=204)

    return app


def flat(status: int, code: str, message: str) -> JSONResponse:
    """An error as `/assets` gives it."""
    return JSONResponse({"code": code, "message": message}, status)


def public(asset: dict[str, Any]) -> dict[str, Any]:
    """An asset as it is shown."""
    return {name: value for name, value in asset.items() if name not in ("polls", "seen")}


def page_of(items: list[Any], page: int, limit: int) -> dict[str, Any]:
    """One page of a list."""
    here = items[(page - 1) * limit : page * limit]
    pages = -(-len(items) // limit)
    info = {"page": page, "limit_per_page": limit, "total_page": pages, "total_results": len(items)}
    return {"data": here, "page_info": info}


def shown(task: dict[str, Any], store: Store) -> dict[str, Any]:
    """A task as it is shown; its result when it is ready."""
    answer = {name: task[name] for name in ("task_id", "custom_id", "status", "created_at")}
    if task["status"] in ("ready", "failed", "canceled"):
        answer["completed_at"] = WHEN
    if task["status"] == "failed":
        answer["error"] = {"message": "The response reached its maximum length."}
    if task["status"] == "ready":
        wanted = [one["id"] for one in task["body"]["response_format"]["segment_definitions"]]
        data = {
            identity: [
                {name: value for name, value in moment.items() if name != "definition"}
                for moment in store.moments
                if moment["definition"] == identity
            ]
            for identity in wanted
        }
        answer["result"] = {
            "generation_id": "generation",
            "data": store.data if store.data is not None else json.dumps(data),
            "finish_reason": store.finish_reason,
            "usage": {"output_tokens": 120, "input_tokens": 4_000},
        }
        if store.finish_reason == "length":
            answer["error"] = {"message": "The response reached its maximum length."}
    return answer


def looked_at(data: bytes) -> tuple[int, int, float] | None:
    """Width, height and seconds of a video; None when nothing decodes."""
    try:
        with av.open(io.BytesIO(data)) as container:
            last, size = 0.0, None
            for frame in container.decode(video=0):
                last, size = max(last, frame.time or 0.0), (frame.width, frame.height)
            return (*size, last) if size else None
    except (av.error.FFmpegError, IndexError):
        return None


def wrong(body: Any, store: Store) -> str | None:
    """What the service would refuse in the request for a description."""
    if not isinstance(body, dict) or set(body) - TASK_FIELDS:
        return "unknown parameters"
    if body.get("model_name", "pegasus1.5") not in MODELS:
        return "model_name"
    if "custom_id" in body and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(body["custom_id"])):
        return "custom_id: 1 to 64 characters"
    video = body.get("video")
    if not isinstance(video, dict) or video.get("type") != "asset_id" or set(video) != {"type", "asset_id"}:
        return "video: exactly one source"
    asset = store.assets.get(video["asset_id"])
    if asset is None or asset["status"] != "ready":
        return "The asset is not ready."
    width, height, seconds = asset["seen"]
    if seconds < 3.8:  # the last frame of 4 s begins before it
        return "The video is shorter than 4 seconds."
    if min(width, height) < 360 or max(width, height) > 5184 or min(width, height) > 2160:
        return "The resolution is not between 360x360 and 5184x2160."
    if max(width, height) / min(width, height) > 2.4:
        return "The aspect ratio is beyond 1:2.4."
    if body.get("analysis_mode") != "time_based_metadata" or "prompt" in body:
        return "time_based_metadata takes no prompt"
    tokens = body.get("max_tokens", 32_768)
    if not isinstance(tokens, int) or not 2_048 <= tokens <= 98_304:
        return "max_tokens"
    if not 0 <= body.get("temperature", 0.2) <= 1 or body.get("min_segment_duration", 2) < 2:
        return "temperature or min_segment_duration"
    return _wrong_format(body.get("response_format"))


def _wrong_format(wanted: Any) -> str | None:
    if not isinstance(wanted, dict) or wanted.get("type") != "segment_definitions":
        return "response_format.type"
    if set(wanted) - {"type", "segment_definitions", "segment_time_format"}:
        return "response_format"
    definitions = wanted.get("segment_definitions")
    if not isinstance(definitions, list) or not 1 <= len(definitions) <= 20:
        return "1 to 20 segment_definitions"
    if len({one.get("id") for one in definitions}) != len(definitions):
        return "segment_definitions.id must be unique"
    for one in definitions:
        if set(one) - DEFINITION_FIELDS or not one.get("id") or not one.get("description"):
            return "segment_definitions"
        for item in one.get("fields", []):
            if set(item) - SEGMENT_FIELDS or not item.get("description") or item.get("name", "metadata") in RESERVED:
                return "segment_definitions.fields"
            if item["type"] not in ("string", "boolean", "number", "integer", "array", "timestamp"):
                return "segment_definitions.fields.type"
            if "enum" in item and not 1 <= len(item["enum"]) <= 100:
                return "segment_definitions.fields.enum"
    return None
