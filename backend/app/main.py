"""The web application: API and built front end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import __version__
from app.api import errors, openapi, static
from app.api.middleware import Bounded, Guarded, Observed
from app.api.router import router
from app.api.routes import gateway, health
from app.core import database, logging
from app.core.config import settings
from app.core.safety import require_safe_start


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    logging.configure(settings().log_level)
    database.use_pool()
    yield
    await database.engine().dispose()


def create_app() -> FastAPI:
    """The ASGI application. Nothing is connected before the first request."""
    require_safe_start()
    app = FastAPI(
        title="Rehearsal",
        version=__version__,
        summary="Practise a job interview for one real posting.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the page of FastAPI loads its scripts from a content network
        redoc_url=None,
        lifespan=_lifespan,
    )
    openapi.install(app)
    errors.install(app)
    app.include_router(health.router)
    app.include_router(router)
    app.include_router(gateway.router)
    app.include_router(static.routes(settings().frontend))
    app.add_middleware(Bounded)
    app.add_middleware(Guarded, hosts=settings().hosts, public_url=settings().public_url)
    app.add_middleware(Observed, media_origin=settings().media_origin)
    return app
