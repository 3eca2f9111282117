"""All routes of the API."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.routes import (
    data,
    interviews,
    operations,
    postings,
    providers,
    questions,
    reports,
    system,
    takes,
    uploads,
    webhooks,
)

router = APIRouter(prefix="/api")
for module in (system, providers, postings, interviews, questions, takes, uploads, reports, data, operations, webhooks):
    router.include_router(module.router)
