"""All routes of the API."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.routes import (
    account,
    data,
    interviews,
    postings,
    providers,
    questions,
    reports,
    session,
    system,
    takes,
    uploads,
    webhooks,
)

router = APIRouter(prefix="/api")
for module in (
    system,
    session,
    account,
    providers,
    postings,
    interviews,
    questions,
    takes,
    uploads,
    reports,
    data,
    webhooks,
):
    router.include_router(module.router)
