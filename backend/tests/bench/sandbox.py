"""`python -m tests.bench.sandbox`: what reading in a limited process adds, in milliseconds, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from app.core import sandbox
from app.core.config import MIB
from app.services.postings.parser.document import parse_document
from app.services.recordings import media
from tests.recordings import wav
from tests.unit.postings.files import pdf_of
from tests.world import TEXT

RUNS = 30


async def _measure(function: Callable[..., Any], *args: Any, folder: Path | None = None) -> dict[str, float]:
    async def once() -> float:
        began = time.perf_counter()
        await sandbox.run_limited(function, *args, memory=512 * MIB, seconds=60, folder=folder)
        return (time.perf_counter() - began) * 1000

    first, limited, direct = await once(), [], []
    for _ in range(RUNS):
        limited.append(await once())
        began = time.perf_counter()
        function(*args)
        direct.append((time.perf_counter() - began) * 1000)
    return {
        "first_ms": round(first, 1),
        "limited_ms_p50": round(statistics.median(limited), 1),
        "limited_ms_p95": round(sorted(limited)[int(0.95 * RUNS)], 1),
        "same_process_ms_p50": round(statistics.median(direct), 1),
    }


async def _all() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.wav").write_bytes(wav(10))
        found: dict[str, Any] = {
            "text": await _measure(parse_document, TEXT.encode(), "a.txt"),
            "pdf": await _measure(parse_document, pdf_of(TEXT), "a.pdf"),
            "probe": await _measure(media.probe, folder / "a.wav", folder=folder),
        }
    assert sandbox._helper is not None
    helper = psutil.Process(sandbox._helper.process.pid)
    found |= {"helper_own_mib": helper.memory_full_info().uss // MIB, "n": RUNS, "load": os.getloadavg()[0]}
    sandbox.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_all()), indent=1))
