"""The operations page, for administrators."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.deps import administrators
from app.api.errors import problems
from app.api.schemas.operations import OperationsOut, RetriedOut, RetryReasonIn
from app.services.operations import service

router = APIRouter(prefix="/operations", tags=["operations"], dependencies=administrators)


@router.get("", summary="How the installation is", responses=problems())
async def read_operations(page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> OperationsOut:
    """Queues, workers, what failed and why, services of others, the last backup."""
    return OperationsOut.model_validate(await service.read(page))


@router.post("/stages/{stage_id}/retry", status_code=204, summary="Run a stage again", responses=problems(404, 409))
async def retry_stage(stage_id: UUID) -> None:
    """A failed one or one that is set aside, with what depends on it."""
    await service.retry_stage(stage_id)


@router.post("/jobs/{job_id}/retry", status_code=204, summary="Run a job again", responses=problems(404, 409))
async def retry_job(job_id: UUID) -> None:
    """One that is set aside."""
    await service.retry_job(job_id)


@router.post("/retry", summary="Run again what failed for a reason", responses=problems())
async def retry_reason(body: RetryReasonIn) -> RetriedOut:
    """The oldest first, at most 200 at once."""
    return RetriedOut.model_validate(await service.retry_all(body.reason))
