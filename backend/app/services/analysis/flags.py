"""What a grade says about itself that is worth counting: gates that were triggered, rows that were not measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

GATES = frozenset(
    {
        *("empty", "no_answer", "gibberish", "keyword_list", "question_read_back", "off_topic", "repetition"),
        *("padding", "too_short", "injection", "other_language"),
    }
)
ROW = re.compile(r"[CVP][1-9]")


def flags(grade: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, id) of each flag of a grade as JSON, each once.

    A flow can be edited: what is none of ours is `other`, so the ids stay few.
    """
    found = set()
    for gate in grade.get("gates", ()):
        if gate.get("triggered"):
            found.add(("gate", gate["id"] if gate.get("id") in GATES else "other"))
    for row in grade.get("dimensions", ()):
        if row.get("status") == "not_measured":
            found.add(("not_measured", row["id"] if ROW.fullmatch(str(row.get("id"))) else "other"))
    if grade.get("overall") is None:
        found.add(("not_graded", "overall"))
    yield from sorted(found)
