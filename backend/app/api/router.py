"""All routes of the API."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.routes import data, interviews, postings, questions, reports, system, takes, uploads

router = APIRouter(prefix="/api")
for module in (system, postings, interviews, questions, takes, uploads, reports, data):
    router.include_router(module.router)
