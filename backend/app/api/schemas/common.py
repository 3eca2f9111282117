"""What every schema shares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Out(BaseModel):
    """Base of everything the API answers with."""

    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    """Base of everything the API accepts: unknown fields and text the database cannot hold are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        if not _is_storable(data):
            raise ValueError("text with NUL characters or broken surrogates is not accepted")
        return data


def _is_storable(value: Any) -> bool:
    # PostgreSQL refuses U+0000 in text and JSON, and a lone surrogate has no UTF-8 form.
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return all(_is_storable(key) and _is_storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_storable(item) for item in value)
    return True


class Problem(Out):
    """Every error has this shape."""

    error: str = Field(description="Stable code, made for programs.", examples=["posting_login_wall"])
    detail: str = Field(description="One plain sentence for a person.")
    hint: str | None = Field(description="A way out, when there is one.")
    request_id: str = Field(description="The same id is in the logs of the server.")
