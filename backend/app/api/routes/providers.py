"""Services of others. Settings belong to the installation; keys go in and never come out."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.api.deps import OwnerId, Session, administrators
from app.api.errors import problems
from app.api.schemas.providers import (
    BudgetsIn,
    BudgetsOut,
    CheckedOut,
    ChoiceIn,
    ProviderEdit,
    ProviderSettingsOut,
    UsageOut,
)
from app.core import limits, ratelimit
from app.services import provider_settings
from app.services.interviews import service as interviews
from app.services.providers import usage

router = APIRouter(tags=["providers"])


@router.get("/providers", summary="Who does which work", dependencies=administrators, responses=problems())
async def read_providers() -> ProviderSettingsOut:
    """Kinds of work, providers with their settings and last errors, budgets. No key is ever in it."""
    return ProviderSettingsOut.model_validate(await provider_settings.read())


@router.put(
    "/providers/choices/{port}",
    summary="Choose who does a work",
    dependencies=administrators,
    responses=problems(404, 409),
)
async def choose_provider(port: str, body: ChoiceIn) -> ProviderSettingsOut:
    """From the next call on."""
    await provider_settings.choose(port, body.provider)
    return ProviderSettingsOut.model_validate(await provider_settings.read())


@router.put("/providers/budgets", summary="Change the budgets", dependencies=administrators, responses=problems())
async def change_budgets(body: BudgetsIn) -> BudgetsOut:
    """A call whose highest cost does not fit any more is not made."""
    await provider_settings.set_budgets(body.interview_usd, body.day_usd)
    return BudgetsOut.model_validate(await provider_settings.read_budgets())


@router.patch(
    "/providers/{provider}", summary="Set up a provider", dependencies=administrators, responses=problems(404, 409)
)
async def change_provider(provider: str, body: ProviderEdit) -> ProviderSettingsOut:
    """The key is encrypted at rest and cannot be read again, only replaced or deleted."""
    changes = body.model_dump() | {"key": body.key.get_secret_value() if body.key else None}
    await provider_settings.change(provider, changes)
    return ProviderSettingsOut.model_validate(await provider_settings.read())


@router.delete(
    "/providers/{provider}", summary="Forget a provider", dependencies=administrators, responses=problems(404)
)
async def forget_provider(provider: str) -> ProviderSettingsOut:
    """Its key and settings are deleted; what the environment sets stays."""
    await provider_settings.forget(provider)
    return ProviderSettingsOut.model_validate(await provider_settings.read())


@router.post(
    "/providers/{provider}/test", summary="Try a provider", dependencies=administrators, responses=problems(404, 429)
)
async def test_provider(provider: str) -> CheckedOut:
    """The smallest real call, at most six times a minute: it costs less than a cent and is counted."""
    await ratelimit.take(limits.PROVIDER_TEST, provider)
    return CheckedOut.model_validate(await provider_settings.test(provider))


@router.get("/interviews/{interview_id}/usage", summary="What an interview has cost", responses=problems(404))
async def read_usage(interview_id: UUID, session: Session, owner: OwnerId) -> UsageOut:
    """Tokens and cost at services of others."""
    await interviews.read(session, owner, interview_id)
    return UsageOut.model_validate(await usage.of_interview(interview_id))
