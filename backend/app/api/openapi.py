"""The API's own description, so that a typed client needs no guesses."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Mark every field of an answer as always there.

    pydantic marks a field with a default as optional; of a request that is true, an answer carries it all the same.
    Requests forbid unknown fields, which is how they are told apart.
    """
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe()
            for model in schema["components"]["schemas"].values():
                if "properties" in model and model.get("additionalProperties") is not False:
                    model["required"] = list(model["properties"])
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
