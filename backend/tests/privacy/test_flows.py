"""The flow server remembers nothing: there is no message history to erase."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.services.providers.flows import FLOWS


def fields(value: Any, name: str) -> Iterator[Any]:
    """Every field of this name, anywhere in a flow."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield item
            yield from fields(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from fields(item, name)


def test_no_shipped_flow_stores_messages() -> None:
    flows = sorted(FLOWS.glob("*.json"))
    assert len(flows) >= 4
    for path in flows:
        found = [
            field["value"]
            for field in fields(json.loads(path.read_text(encoding="utf-8")), "should_store_message")
            if isinstance(field, dict) and "value" in field
        ]
        assert len(found) >= 2, path.name  # where a flow begins and where it ends
        assert not any(found), path.name
