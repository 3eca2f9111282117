"""Frozen dataclasses to and from JSON, validated: one definition serves the core, the flows, the API and the files."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@lru_cache(maxsize=256)
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """What validates and dumps `kind`; building one takes milliseconds, so each is kept."""
    return TypeAdapter(kind)


def load(kind: type[T], data: Any) -> T:
    """Build `kind` from plain JSON data. Raises `pydantic.ValidationError` naming the field that does not fit."""
    wanted: Any = kind
    return cast(T, adapter_of(wanted).validate_python(data))


def dump(value: Any) -> Any:
    """Plain JSON data of a dataclass (or of lists and dicts of them)."""
    kind: Any = type(value)
    return adapter_of(kind).dump_python(value, mode="json")


def canonical(value: Any) -> str:
    """One text per value: sorted keys, no spaces, UTF-8 as it is. For hashing and comparing, not for reading."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical text of plain JSON data: the input hash of stages and caches."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
