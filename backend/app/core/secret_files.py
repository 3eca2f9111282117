"""Settings whose text is in a file, as containers get their secrets: `NAME_FILE=/run/secrets/name` for `NAME`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from app.domain.errors import BadInput


def read(variable: str, environment: Mapping[str, str]) -> str | None:
    """The text of the file that `VARIABLE_FILE` names; None when it names none. Raises BadInput without the text."""
    name = environment.get(f"{variable}_FILE")
    if not name:
        return None
    try:
        value = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"{variable}_FILE cannot be read: {reason}.", code="secret_file") from None
    if not value:
        raise BadInput(f"The file that {variable}_FILE names is empty.", code="secret_file")
    return value


class SecretFiles(PydanticBaseSettingsSource):
    """A source of settings behind the environment itself."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text for one field, the name it is known by, and that it is not JSON."""
        alias = field.validation_alias or field.alias or field_name
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        names = [name for name in choices if isinstance(name, str)]
        for name in names:
            value = read(name, os.environ)
            if value is not None:
                return value, name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """What the files say, by name."""
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, name, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[name] = value
        return found
