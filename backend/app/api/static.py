"""The built front end: files as they are, the page for every other address."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.api.errors import problem

MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rehearsal</title>
<h1>The pages are not built yet</h1><p>Run <code>make build</code>, then load this page again.</p></html>"""
YEAR = "public, max-age=31536000, immutable"


def routes(folder: Path) -> APIRouter:
    """Serve `folder`. Vite puts a hash into the names under `assets/`: they never change."""
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def page(path: str) -> Response:
        if path == "api" or path.startswith("api/"):
            return problem(404, "not_found", "This address does not exist.", "See /api/openapi.json.")
        file = (root / path).resolve()
        if file.is_relative_to(root) and file.is_file():
            return FileResponse(file, headers={"Cache-Control": YEAR if path.startswith("assets/") else "no-cache"})
        if path.startswith("assets/"):
            return problem(404, "not_found", "This file does not exist.")
        index = root / "index.html"
        if not index.is_file():
            return HTMLResponse(MISSING, 503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    return router
