"""The API's own description, so that a typed client needs no guesses."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app.api.errors import unreadable


def install(app: FastAPI) -> None:
    """Say of every body that it may be unreadable or too large, and of every field of an answer that it is there.

    pydantic marks a field with a default as optional; of a request that is true, an answer carries it all the same.
    Requests forbid unknown fields, which is how they are told apart.
    """
    describe, body = app.openapi, unreadable()

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe()
            for operation in (item for methods in schema["paths"].values() for item in methods.values()):
                if "requestBody" in operation:
                    operation["responses"] |= {str(status): answer for status, answer in body.items()}
            for model in schema["components"]["schemas"].values():
                if "properties" in model and model.get("additionalProperties") is not False:
                    model["required"] = list(model["properties"])
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
