"""Postings and résumés are read in a process with limits: what a stranger sends may be made to take all there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from app.core import sandbox
from app.core.config import MIB
from app.domain.errors import BadInput
from app.services.postings.parser.source import Source

P = ParamSpec("P")
T = TypeVar("T")
# The largest files of the tests (2 MB, 30 pages) take 90 MiB and 4 s on a busy machine.
MEMORY_BYTES, TIME_S = 512 * MIB, 20.0


async def read(source: Source, function: Callable[P, T], *args: Any, **options: Any) -> T:
    """`function(*args, **options)` of the parser. Raises what it raises, and BadInput (`..._too_complex`)."""
    try:
        return await sandbox.run_limited(function, *args, memory=MEMORY_BYTES, seconds=TIME_S, **options)
    except sandbox.Exhausted as end:
        need = {"time": "time", "memory": "memory"}.get(end.reason)
        raise BadInput(
            f"Reading this {source.name} takes too much {need}." if need else f"This {source.name} cannot be read.",
            code=source.error("too_complex"),
            hint=f"Paste only the text of the {source.name}.",
        ) from None
