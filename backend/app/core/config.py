"""Settings of the program, all from the environment. It never knows whether a service is embedded or far away."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.utils.paths import REPOSITORY

MIB = 1024 * 1024


class Settings(BaseSettings):
    """What can be configured. Every default is right for one person on one machine."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    mode: Literal["personal"] = Field("personal", alias="REHEARSAL_MODE")
    data: Path = Field(REPOSITORY / "data", alias="REHEARSAL_DATA")
    frontend: Path = Field(REPOSITORY / "frontend" / "dist", alias="REHEARSAL_FRONTEND")
    allowed_hosts: frozenset[str] = Field(frozenset({"localhost", "127.0.0.1", "[::1]"}), alias="REHEARSAL_HOSTS")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="REHEARSAL_LOG_LEVEL")

    database_url: str = Field("postgresql:///rehearsal", alias="DATABASE_URL")
    redis_url: str = Field("redis://127.0.0.1:6379/0", alias="REDIS_URL")
    storage_url: str | None = Field(None, alias="STORAGE_URL")
    langflow_url: str = Field("http://127.0.0.1:7860", alias="LANGFLOW_URL")
    langflow_api_key: SecretStr | None = Field(None, alias="LANGFLOW_API_KEY")

    # Where services of others reach this installation, and the secret of their webhook: with both, they may call.
    public_url: str | None = Field(None, alias="REHEARSAL_PUBLIC_URL")
    twelvelabs_webhook_secret: SecretStr | None = Field(None, alias="TWELVELABS_WEBHOOK_SECRET")

    # Encrypts the keys of cloud services that the settings page stores; see core/vault.py.
    secret_key: SecretStr | None = Field(None, alias="REHEARSAL_SECRET_KEY")

    budget_interview_usd: float = Field(0.50, alias="REHEARSAL_BUDGET_INTERVIEW_USD", ge=0)
    budget_day_usd: float = Field(5.00, alias="REHEARSAL_BUDGET_DAY_USD", ge=0)

    max_upload_bytes: int = Field(2048 * MIB, alias="REHEARSAL_MAX_UPLOAD_BYTES", ge=1)
    max_patch_bytes: int = Field(64 * MIB, alias="REHEARSAL_MAX_PATCH_BYTES", ge=1)
    max_recording_s: int = Field(20 * 60, alias="REHEARSAL_MAX_RECORDING_S", ge=1)
    retention_days: int = Field(30, alias="REHEARSAL_RETENTION_DAYS", ge=1)
    upload_expiry_h: int = Field(24, alias="REHEARSAL_UPLOAD_EXPIRY_H", ge=1)

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, url: str) -> str:
        # Whoever hands over the address need not know which driver is used.
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def storage(self) -> str:
        """Address of the object storage: a folder inside the data folder unless configured."""
        return self.storage_url or (self.data.resolve() / "storage").as_uri()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process-wide settings, read once."""
    return Settings()
