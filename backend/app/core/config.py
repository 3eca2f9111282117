"""Settings of the program, all from the environment. It never knows whether a service is embedded or far away."""

from __future__ import annotations

import ipaddress
import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from app.core import places, secret_files
from app.domain.errors import BadInput
from app.utils.paths import REPOSITORY

MIB = 1024 * 1024


class Settings(BaseSettings):
    """What can be configured. Every default is right for one person on one machine."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, env_ignore_empty=True)

    # personal: one person on this machine, no login. server: for strangers; everybody signs in or is a guest.
    mode: Literal["personal", "server"] = Field("personal", alias="REHEARSAL_MODE")
    data: Path = Field(REPOSITORY / "data", alias="REHEARSAL_DATA")
    frontend: Path = Field(REPOSITORY / "frontend" / "dist", alias="REHEARSAL_FRONTEND")
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset({"localhost", "127.0.0.1", "[::1]"}), alias="REHEARSAL_HOSTS"
    )
    # Addresses or networks whose X-Forwarded-For is believed.
    trusted_proxies: Annotated[frozenset[str], NoDecode] = Field(frozenset(), alias="REHEARSAL_TRUSTED_PROXIES")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="REHEARSAL_LOG_LEVEL")

    database_url: str = Field("postgresql:///rehearsal", alias="DATABASE_URL")
    redis_url: str = Field("redis://127.0.0.1:6379/0", alias="REDIS_URL")
    storage_url: str | None = Field(None, alias="STORAGE_URL")
    storage_endpoint: str | None = Field(
        None, validation_alias=AliasChoices("STORAGE_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    storage_region: str | None = Field(
        None, validation_alias=AliasChoices("STORAGE_REGION", "AWS_REGION", "AWS_DEFAULT_REGION")
    )
    storage_access_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("STORAGE_ACCESS_KEY", "AWS_ACCESS_KEY_ID")
    )
    storage_secret_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("STORAGE_SECRET_KEY", "AWS_SECRET_ACCESS_KEY")
    )
    storage_sse: str | None = Field(None, alias="STORAGE_SSE")
    storage_signed_urls: bool = Field(False, alias="STORAGE_SIGNED_URLS")
    langflow_url: str = Field("http://127.0.0.1:7860", alias="LANGFLOW_URL")
    langflow_api_key: SecretStr | None = Field(None, alias="LANGFLOW_API_KEY")

    # What the flow server shows when it asks for a language model; without it nobody may.
    gateway_key: SecretStr | None = Field(None, alias="REHEARSAL_GATEWAY_KEY")
    # Where services of others reach this installation, and the secret of their webhook: with both, they may call.
    public_url: str | None = Field(None, alias="REHEARSAL_PUBLIC_URL")
    twelvelabs_webhook_secret: SecretStr | None = Field(None, alias="TWELVELABS_WEBHOOK_SECRET")

    # Encrypts the keys of cloud services that the settings page stores; see core/vault.py.
    secret_key: SecretStr | None = Field(None, alias="REHEARSAL_SECRET_KEY")

    # Server mode: whether the supervisor's own database, queue and flow server will do.
    embedded_services: bool = Field(False, alias="REHEARSAL_EMBEDDED_SERVICES")
    guests: bool = Field(True, alias="REHEARSAL_GUESTS")
    smtp_url: SecretStr | None = Field(None, alias="REHEARSAL_SMTP_URL")
    mail_from: str | None = Field(None, alias="REHEARSAL_MAIL_FROM")
    oidc_issuer: str | None = Field(None, alias="REHEARSAL_OIDC_ISSUER")
    oidc_client_id: str | None = Field(None, alias="REHEARSAL_OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr | None = Field(None, alias="REHEARSAL_OIDC_CLIENT_SECRET")
    oidc_name: str = Field("your organisation", alias="REHEARSAL_OIDC_NAME")

    budget_interview_usd: float = Field(0.50, alias="REHEARSAL_BUDGET_INTERVIEW_USD", ge=0)
    budget_day_usd: float = Field(5.00, alias="REHEARSAL_BUDGET_DAY_USD", ge=0)

    max_upload_bytes: int = Field(2048 * MIB, alias="REHEARSAL_MAX_UPLOAD_BYTES", ge=1)
    max_patch_bytes: int = Field(64 * MIB, alias="REHEARSAL_MAX_PATCH_BYTES", ge=1)
    max_recording_s: int = Field(20 * 60, alias="REHEARSAL_MAX_RECORDING_S", ge=1)
    retention_days: int = Field(30, alias="REHEARSAL_RETENTION_DAYS", ge=1)
    upload_expiry_h: int = Field(24, alias="REHEARSAL_UPLOAD_EXPIRY_H", ge=1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource | Any, ...]:
        """What the caller gives, then the environment, then the files that the environment names."""
        return init_settings, env_settings, secret_files.values

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        # Commas, or JSON as other lists of settings have it. "[::1]" is a host and no JSON.
        if not isinstance(value, str):
            return value
        try:
            return frozenset(json.loads(value))
        except (ValueError, TypeError):
            return frozenset(part.strip() for part in value.split(",") if part.strip())

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: frozenset[str]) -> frozenset[str]:
        return frozenset(str(ipaddress.ip_network(one, strict=False)) for one in value)

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, url: str) -> str:
        # Whoever hands over the address need not know which driver is used.
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def hosts(self) -> frozenset[str]:
        """The host names under which everything is served; those of a server include its public one."""
        public = urlsplit(self.public_url or "").hostname if self.mode == "server" else None
        return self.allowed_hosts | ({public.lower()} if public else frozenset())

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this installation by https, so that cookies can be bound to it."""
        return (self.public_url or "").lower().startswith("https://")

    @property
    def storage(self) -> places.Place:
        """Where recordings are: a folder inside the data folder unless configured. Raises BadInput."""
        place = self.place(self.storage_url or (self.data.resolve() / "storage").as_uri())
        if self.storage_signed_urls and isinstance(place, places.Folder):
            raise BadInput(
                "STORAGE_SIGNED_URLS needs a bucket.",
                code="storage_settings",
                hint="Set STORAGE_URL=s3://bucket, or leave STORAGE_SIGNED_URLS out.",
            )
        return place

    def place(self, url: str) -> places.Place:
        """The folder or bucket of an address, with the endpoint and keys of these settings. Raises BadInput."""
        return places.place(
            url,
            endpoint=self.storage_endpoint,
            region=self.storage_region,
            access_key=self.storage_access_key,
            secret_key=self.storage_secret_key,
            encryption=self.storage_sse,
        )

    @property
    def media_origin(self) -> str | None:
        """The origin that the page loads recordings from, beside its own. Raises BadInput."""
        place = self.storage
        return place.endpoint if self.storage_signed_urls and isinstance(place, places.Bucket) else None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process-wide settings, read once."""
    return Settings()
