"""`account create`, `list`, `administrator`, `erase`: what an operator does on the server itself."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from app.core import secret_files
from app.domain.errors import BadInput
from app.utils.paths import REPOSITORY

SCHEMA = 1


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The JSON of one of them. Raises BadInput, Conflict, NotFound."""
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
        case "erase":
            from app.core.config import settings
            from app.services.flow import privacy

            if not options.yes:
                raise BadInput(
                    "Everything of this account would be deleted for good.",
                    code="not_confirmed",
                    hint="Say so with --yes.",
                )
            receipt = await privacy.erase_account(options.email)
            return {"email": options.email, "receipt": receipt, "page": f"{settings().public_url}/receipt#{receipt}"}
        case _:
            return {"accounts": await operator.list_all()}
