"""`account create`, `account list`, `account administrator`: what an operator does on the server itself."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from app.core import secret_files
from app.utils.paths import REPOSITORY

SCHEMA = 1


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The JSON of one of the three. Raises BadInput, Conflict, NotFound."""
    if secret_files.read("DATABASE_URL") is None:
        # The embedded database of a server that is being tried out has no address but its socket.
        from app.supervisor import postgres

        data = Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data").resolve()
        os.environ["DATABASE_URL"] = postgres.address(data / "postgres")
    return {"schema": SCHEMA, **asyncio.run(_run(options))}


async def _run(options: argparse.Namespace) -> dict[str, Any]:
    from app.services.accounts import operator, service

    service.require_server()
    match options.action:
        case "create":
            return await operator.create(options.email, administrator=options.administrator)
        case "administrator":
            return await operator.set_administrator(options.email, not options.no)
        case _:
            return {"accounts": await operator.list_all()}
