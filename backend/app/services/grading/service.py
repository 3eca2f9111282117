"""Grades and tips: asked from the flows `grading` and `tips`."""

from __future__ import annotations

from typing import Any

from app.domain.grade import Grade, Tip
from app.services.providers.flows import run_flow
from app.utils.json import dump, load


async def grade(
    question: dict[str, Any],
    transcript: dict[str, Any],
    voice: dict[str, Any] | None,
    presence: dict[str, Any] | None,
) -> dict[str, Any]:
    """The grade of an answer, checked, as JSON. Measures that are None are left out of it. Raises ProviderError."""
    message = {"question": question, "transcript": transcript, "voice": voice, "presence": presence}
    data = await run_flow("grading", {key: value for key, value in message.items() if value is not None})
    checked: dict[str, Any] = dump(load(Grade, data))
    return checked


async def tips(question: dict[str, Any], transcript: dict[str, Any], graded: dict[str, Any]) -> list[Any]:
    """The tips for a graded answer, checked, as JSON. Raises ProviderError."""
    data = await run_flow("tips", {"question": question, "transcript": transcript, "grade": graded})
    return [dump(tip) for tip in load(tuple[Tip, ...], data)]
