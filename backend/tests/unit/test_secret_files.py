"""Settings whose text is in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.domain.errors import BadInput


def _file(folder: Path, text: str) -> str:
    path = folder / "secret"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_setting_is_read_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", _file(tmp_path, "postgres://me:word@db/rehearsal\n"))
    assert Settings().database_url == "postgresql+psycopg://me:word@db/rehearsal"


def test_any_name_of_a_setting_has_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("STORAGE_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", _file(tmp_path, f"of {name}"))
        key = Settings().storage_secret_key
        assert key is not None
        assert key.get_secret_value() == f"of {name}"
        monkeypatch.delenv(f"{name}_FILE")


def test_the_environment_itself_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://said")
    monkeypatch.setenv("REDIS_URL_FILE", _file(tmp_path, "redis://written"))
    assert Settings().redis_url == "redis://said"


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_URL_FILE", _file(tmp_path, text))
    with pytest.raises(BadInput, match="REDIS_URL_FILE names is empty"):
        Settings()


def test_a_file_that_is_not_there_is_refused_by_the_name_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(BadInput, match="REDIS_URL_FILE cannot be read: No such file"):
        Settings()


def test_no_file_is_named_by_an_empty_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_URL_FILE", "")
    assert Settings().redis_url == "redis://127.0.0.1:6379/0"
