"""Data inside a prompt, and JSON inside a reply."""

from __future__ import annotations

import json
import re
from typing import Any

from app.utils.json import digest

_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$", re.S)


def fenced(name: str, data: Any) -> str:
    """Plain JSON data between two marks that nobody can write into it: the mark is a digest of the data itself.

    So it is as good as a random one, and the same data still give the same prompt.
    """
    text = json.dumps(data, ensure_ascii=False, indent=1)
    mark = digest([name, text])[:24]
    return f"The {name} is the JSON between the marks {mark}.\n<<<{mark}\n{text}\n{mark}>>>"


def unfenced(text: str) -> str:
    """The JSON of a reply, taken out of one code fence around all of it."""
    match = _FENCE.match(text)
    return match.group(1) if match else text
