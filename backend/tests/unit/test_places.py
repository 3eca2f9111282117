"""What STORAGE_* settings mean, and which are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.core.config import Settings
from app.core.places import Bucket, Folder, place
from app.domain.errors import BadInput

KEYS: dict[str, Any] = {"access_key": SecretStr("id"), "secret_key": SecretStr("s3cr3t")}
SPACES = "https://fra1.digitaloceanspaces.com"


def bucket(url: str = "s3://takes/a/b", **options: Any) -> Bucket:
    """A bucket of Spaces unless said otherwise."""
    found = place(url, **KEYS | {"endpoint": SPACES} | options)
    assert isinstance(found, Bucket)
    return found


def test_spaces() -> None:
    found = bucket()
    assert (found.name, found.prefix, found.endpoint, found.region) == ("takes", "a/b", SPACES, "fra1")
    assert found.encryption is None
    assert bucket(encryption="AES256").encryption == "AES256"


def test_amazon() -> None:
    found = bucket(endpoint=None, region="eu-central-1")
    assert (found.endpoint, found.encryption) == ("https://s3.eu-central-1.amazonaws.com", "AES256")
    assert bucket(endpoint=None, region="eu-central-1", encryption="none").encryption is None


def test_a_folder() -> None:
    assert place("file:///srv/a%20b") == Folder(Path("/srv/a b"))


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000/"])
def test_plain_http_is_for_this_machine(endpoint: str) -> None:
    assert bucket(endpoint=endpoint).endpoint == endpoint.rstrip("/")


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "http://10.0.0.1:9000"},
        {"endpoint": "http://127.0.0.1.example.com"},
        {"endpoint": "fra1.digitaloceanspaces.com"},
        {"endpoint": "https://user:s3cr3t@fra1.example"},
        {"endpoint": "https://fra1.example/path"},
        {"endpoint": "https://fra1.example:port"},
        {"endpoint": None},
        {"access_key": None},
        {"secret_key": SecretStr("")},
        {"encryption": "rot13"},
        {"url": "s3://id:s3cr3t@takes"},
        {"url": "s3://takes/../other"},
        {"url": "s3://takes?x=1"},
        {"url": "s3:///takes"},
        {"url": "https://takes.fra1.example"},
        {"url": "file://server/share"},
        {"url": "takes"},
    ],
)
def test_what_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        bucket(**options)
    assert caught.value.code == "storage_settings"
    assert "s3cr3t" not in f"{caught.value.message} {caught.value.hint}"


def test_signed_addresses_need_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_SIGNED_URLS", "1")
    with pytest.raises(BadInput):
        _ = Settings().storage
    for name, value in {
        "STORAGE_URL": "s3://takes",
        "STORAGE_ENDPOINT": SPACES,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t",
    }.items():
        monkeypatch.setenv(name, value)
    assert Settings().media_origin == SPACES
    monkeypatch.setenv("STORAGE_SIGNED_URLS", "0")
    assert Settings().media_origin is None
