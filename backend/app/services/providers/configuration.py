"""How the providers are set up: the environment first, then what the settings page stored.

A key in the environment alone uses nothing: many people have one there for other programs. A provider works only when
it is chosen for a port, by the environment or on the page.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.core import secret_files, vault
from app.core.database import transaction
from app.domain.errors import BadInput, Conflict, ProviderError
from app.models.provider import ProviderSettings
from app.services.providers import repository
from app.services.providers.catalog import BY_ID, PORTS_BY_ID, PROVIDERS, Field, Provider
from app.services.providers.tts.voices import of_provider

Source = Literal["environment", "page"]
VALUE_MAX, KEY_MAX = 300, 1_000


@dataclass(frozen=True, slots=True)
class Configured:
    """A provider that is ready to be called. `values` has every field that is set or has a default."""

    id: str
    values: Mapping[str, str]
    key: SecretStr | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is set for a provider, complete or not, without its key."""

    values: dict[str, str]
    sources: dict[str, Source]
    key_from: Source | None
    missing: tuple[str, ...]
    installed: bool


async def configured(provider: str) -> Configured | None:
    """The provider with its key, or None while something that it needs is missing."""
    entry, row = BY_ID[provider], await _stored(provider)
    found = _found(entry, row)
    if found.missing:
        return None
    return Configured(provider, found.values, _key(entry, row))


async def required(provider: str) -> Configured:
    """The provider with its key. Raises ProviderError (`<id>_not_configured`) while something is missing."""
    ready = await configured(provider)
    if ready is None:
        entry = BY_ID[provider]
        raise ProviderError(
            provider,
            f"{entry.title} is chosen but not set up.",
            retryable=False,
            code=f"{provider}_not_configured",
            hint=f"Set {entry.key_variable}, or complete it on the settings page.",
        )
    return ready


async def chosen(port: str) -> str | None:
    """The provider that does a port's work; None for the embedded one."""
    named = _chosen_by_environment(port)
    if named is not None:
        return named or None
    async with transaction() as session:
        return (await repository.choices(session)).get(port)


def _chosen_by_environment(port: str) -> str | None:
    """A provider id; "" for the embedded one; None when the environment leaves it open. Raises Conflict."""
    variable = PORTS_BY_ID[port].variable
    named = os.environ.get(variable, "").strip()
    if not named:
        return None
    if named in ("embedded", "none"):
        return ""
    if named not in BY_ID or port not in BY_ID[named].ports:
        able = ", ".join(provider.id for provider in PROVIDERS if port in provider.ports)
        raise Conflict(f"{variable} names no provider for this.", code="provider_unknown", hint=f"Use one of: {able}.")
    return named


async def found() -> dict[str, Found]:
    """What is set for every provider."""
    async with transaction() as session:
        rows = {row.provider: row for row in await repository.all_stored(session)}
    return {provider.id: _found(provider, rows.get(provider.id)) for provider in PROVIDERS}


async def choices() -> dict[str, tuple[str | None, Source]]:
    """By port: the chosen provider (None: embedded) and who chose."""
    async with transaction() as session:
        stored = await repository.choices(session)
    out: dict[str, tuple[str | None, Source]] = {}
    for port in PORTS_BY_ID:
        named = _chosen_by_environment(port)
        out[port] = (named or None, "environment") if named is not None else (stored.get(port), "page")
    return out


async def choose(port: str, provider: str | None) -> None:
    """Choose on the page who does a port's work. Raises BadInput, Conflict when the environment has chosen."""
    if _chosen_by_environment(port) is not None:
        raise _by_operator(PORTS_BY_ID[port].variable)
    if provider is not None and (provider not in BY_ID or port not in BY_ID[provider].ports):
        raise BadInput("This provider does not do this work.", code="provider_unknown", hint="Choose one of the list.")
    async with transaction() as session:
        await repository.choose(session, port, provider)


async def change(provider: str, values: Mapping[str, str | None], key: str | None, *, forget_key: bool) -> None:
    """Store what the page says about a provider: a value of None or "" goes back to the default.

    Raises BadInput for an unknown field or a value that cannot be one, Conflict for what the environment sets.
    """
    entry = BY_ID[provider]
    fields = {field.name: field for field in entry.fields}
    for name, value in values.items():
        if name not in fields:
            raise BadInput("This provider has no such setting.", code="provider_field_unknown")
        if os.environ.get(fields[name].variable):
            raise _by_operator(fields[name].variable)
        if value:
            _check(fields[name], value)
            if name == "voices":
                _check_voices(provider, value)
    if (key or forget_key) and secret_files.read(entry.key_variable):
        raise _by_operator(entry.key_variable)
    if key and (len(key) > KEY_MAX or not key.isascii() or not key.isprintable() or " " in key.strip()):
        raise BadInput("This is not a key: it has spaces or other characters.", code="provider_key_invalid")
    async with transaction() as session:
        row = await repository.stored(session, provider) or ProviderSettings(provider=provider, values={}, secret=None)
        row.values = {name: value for name, value in {**row.values, **values}.items() if value}
        if forget_key:
            row.secret = None
        if key:
            row.secret = vault.seal(key.strip())
        session.add(row)


async def forget(provider: str) -> None:
    """Delete all the page stored about a provider."""
    async with transaction() as session:
        await repository.forget(session, provider)


def _check(field: Field, value: str) -> None:
    if len(value) > VALUE_MAX or not value.isprintable():
        raise BadInput(f"{field.label} is too long or not plain text.", code="provider_value_invalid")
    if field.kind == "url":
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or parts.username or parts.password:
            raise BadInput(f"{field.label} is not an address.", code="provider_value_invalid", hint="Use https://...")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            # A key in clear text over a network would be anybody's.
            raise BadInput(f"{field.label} has to begin with https.", code="provider_value_invalid")
    if field.kind == "price":
        try:
            good = 0 <= float(value) <= 100_000
        except ValueError:
            good = False
        if not good:
            raise BadInput(f"{field.label} is not a number of dollars.", code="provider_value_invalid")


def _check_voices(provider: str, value: str) -> None:
    try:
        of_provider(provider, {"voices": value})
    except ProviderError as error:
        raise BadInput(error.message, code="provider_value_invalid", hint=error.hint) from None


def _by_operator(variable: str) -> Conflict:
    return Conflict(
        "This is set by whoever runs this installation.",
        code="set_by_environment",
        hint=f"Change {variable} there.",
    )


async def _stored(provider: str) -> ProviderSettings | None:
    async with transaction() as session:
        return await repository.stored(session, provider)


def _found(entry: Provider, row: ProviderSettings | None) -> Found:
    values: dict[str, str] = {}
    sources: dict[str, Source] = {}
    for field in entry.fields:
        given = os.environ.get(field.variable, "").strip()
        kept = str(row.values.get(field.name, "")) if row else ""
        if given or kept:
            values[field.name], sources[field.name] = (given, "environment") if given else (kept, "page")
        elif field.default is not None:
            values[field.name] = field.default
    missing = [field.label for field in entry.fields if field.required and field.name not in values]
    if entry.id == "azure_speech" and not values.keys() & {"region", "host"}:
        missing.append("Region")
    key_from: Source | None = None
    if secret_files.read(entry.key_variable):
        key_from = "environment"
    elif row is not None and row.secret is not None:
        key_from = "page"
    if key_from is None and entry.key_required:
        missing.insert(0, "Key")
    return Found(values, sources, key_from, tuple(missing), _is_installed(entry))


def _key(entry: Provider, row: ProviderSettings | None) -> SecretStr | None:
    given = secret_files.read(entry.key_variable)
    if given:
        return SecretStr(given)
    return SecretStr(vault.unseal(row.secret)) if row is not None and row.secret is not None else None


def _is_installed(entry: Provider) -> bool:
    if entry.package is None:
        return True
    try:
        importlib.metadata.version(entry.package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
