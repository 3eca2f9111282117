"""All routes of the API."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.routes import data, interviews, postings, providers, questions, reports, system, takes, uploads

router = APIRouter(prefix="/api")
for module in (system, providers, postings, interviews, questions, takes, uploads, reports, data):
    router.include_router(module.router)
