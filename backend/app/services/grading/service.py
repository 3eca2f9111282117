"""Grades and tips: asked from the flows `grading` and `tips`."""

from __future__ import annotations

from typing import Any

from app.domain.answer import Transcript
from app.domain.grade import Grade, Tip
from app.domain.model import ModelTicket
from app.services.grading.check import grade_fault, tips_fault
from app.services.providers.flows import TIMEOUT_S, WITH_MODEL_S, fitting, run_flow, unfit
from app.utils.json import dump, load


async def grade(
    question: dict[str, Any],
    transcript: dict[str, Any],
    voice: dict[str, Any] | None,
    presence: dict[str, Any] | None,
    model: ModelTicket | None = None,
) -> dict[str, Any]:
    """The grade of an answer, checked, as JSON. Measures that are None are left out of it. Raises ProviderError."""
    message = {"question": question, "transcript": transcript, "voice": voice, "presence": presence}
    data = await _run("grading", {key: value for key, value in message.items() if value is not None}, model)
    found = fitting("grading", Grade, data)
    if fault := grade_fault(found, load(Transcript, transcript)):
        raise unfit("grading", fault)
    checked: dict[str, Any] = dump(found)
    return checked


async def tips(
    question: dict[str, Any], transcript: dict[str, Any], graded: dict[str, Any], model: ModelTicket | None = None
) -> list[Any]:
    """The tips for a graded answer, checked, as JSON. Raises ProviderError."""
    data = await _run("tips", {"question": question, "transcript": transcript, "grade": graded}, model)
    found = fitting("tips", tuple[Tip, ...], data)
    if fault := tips_fault(found, load(Grade, graded), load(Transcript, transcript)):
        raise unfit("tips", fault)
    return [dump(tip) for tip in found]


async def _run(flow: str, message: dict[str, Any], model: ModelTicket | None) -> Any:
    if model is None:
        return await run_flow(flow, message, timeout_s=TIMEOUT_S)
    return await run_flow(flow, message | {"model": dump(model)}, timeout_s=WITH_MODEL_S)
