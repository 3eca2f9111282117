"""Secrets given as files (`NAME_FILE` is a path), as container platforms hand them out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import BadInput

# Settings that are secrets, or addresses with a password in them.
NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_ACCESS_KEY",
    "STORAGE_SECRET_KEY",
    "LANGFLOW_API_KEY",
    "REHEARSAL_GATEWAY_KEY",
    "REHEARSAL_SECRET_KEY",
    "REHEARSAL_SMTP_URL",
    "REHEARSAL_OIDC_CLIENT_SECRET",
    "TWELVELABS_WEBHOOK_SECRET",
)


def read(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The secret `name`: from the environment, else from the file of `NAME_FILE`, else None. Raises BadInput."""
    given = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if given or not path:
        return given or None
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            f"The file of {name}_FILE cannot be read.", code="secret_file", hint="Check its path and who may read it."
        ) from None
    if not text:
        raise BadInput(f"The file of {name}_FILE is empty.", code="secret_file", hint="Put the secret into it.")
    return text


def values() -> dict[str, Any]:
    """By name: the secrets that only files give. Raises BadInput."""
    missing = [name for name in NAMES if not os.environ.get(name, "").strip()]
    return {name: text for name in missing if (text := read(name)) is not None}


def expanded(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which every secret of a file is a plain variable. Raises BadInput."""
    found = {name: read(name, environment) for name in NAMES}
    return dict(environment) | {name: text for name, text in found.items() if text is not None}
