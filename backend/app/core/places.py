"""Where recordings are stored, as configured: a folder of this machine or a bucket of any S3."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import SecretStr

from app.domain.errors import BadInput

SPACES = ".digitaloceanspaces.com"
AMAZON = ".amazonaws.com"
ENCRYPTIONS = ("AES256", "aws:kms")
# Names of S3: 3 to 63 of lower-case letters, digits, dots and hyphens. Nothing else may get into a URL.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or what is under a prefix of one; `endpoint` has no slash at its end, `prefix` none at either."""

    name: str
    prefix: str
    endpoint: str
    region: str
    access_key: SecretStr
    secret_key: SecretStr
    encryption: str | None

    def __str__(self) -> str:
        place = f"{self.name}/{self.prefix}" if self.prefix else self.name
        return f"{place} at {self.host}"

    @property
    def host(self) -> str:
        """The server, with its port if it has one of its own."""
        return urlsplit(self.endpoint).netloc

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine."""
        return _is_loopback(urlsplit(self.endpoint).hostname or "")


Place = Folder | Bucket


def place(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: SecretStr | None = None,
    secret_key: SecretStr | None = None,
    encryption: str | None = None,
) -> Place:
    """The place that an address (`file:///...` or `s3://bucket/prefix`) names.

    Without an endpoint it is Amazon's of the region. `encryption` is the server-side encryption that is asked for with
    every object: AES256, aws:kms or none; by default AES256 at Amazon and none elsewhere (DigitalOcean Spaces does
    not offer them). Raises BadInput(`storage_settings`) saying what is wrong or missing; no value is repeated that
    may be a secret.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(url2pathname(parts.path))
        if parts.netloc not in ("", "localhost") or not path.is_absolute():
            raise _wrong("STORAGE_URL must name a folder from the root.", "Write file:///srv/rehearsal, for example.")
        return Folder(path)
    if parts.scheme != "s3":
        raise _wrong("STORAGE_URL must begin with file:/// or s3://.", "Write s3://bucket or s3://bucket/prefix.")
    name, prefix = parts.netloc, parts.path.strip("/")
    if not _BUCKET.fullmatch(name):
        raise _wrong(
            "STORAGE_URL does not name a bucket.", "Write s3://bucket/prefix; keys have settings of their own."
        )
    if (
        parts.query
        or parts.fragment
        or (prefix and not _PREFIX.fullmatch(prefix))
        or {".", ".."} & {*prefix.split("/")}
    ):
        raise _wrong(
            "The prefix in STORAGE_URL has characters that it may not have.", "Use letters, digits, . _ - and /."
        )
    server = _endpoint(endpoint, region)
    missing = [
        variable
        for variable, key in (("STORAGE_ACCESS_KEY", access_key), ("STORAGE_SECRET_KEY", secret_key))
        if key is None or not key.get_secret_value()
    ]
    if access_key is None or secret_key is None or missing:
        raise _wrong(f"{' and '.join(missing)} must be set for a bucket.", "Make a key that may use this bucket alone.")
    if encryption and encryption not in (*ENCRYPTIONS, "none"):
        raise _wrong("STORAGE_SSE is not one that is known.", "Use AES256, aws:kms or none.")
    host = urlsplit(server).hostname or ""
    by_default = "AES256" if host.endswith(AMAZON) else None
    return Bucket(
        name=name,
        prefix=prefix,
        endpoint=server,
        region=region or (host.removesuffix(SPACES) if host.endswith(SPACES) else "us-east-1"),
        access_key=access_key,
        secret_key=secret_key,
        encryption=(None if encryption == "none" else encryption) if encryption else by_default,
    )


def _endpoint(endpoint: str | None, region: str | None) -> str:
    if not endpoint:
        if not region:
            raise _wrong(
                "STORAGE_ENDPOINT must be set for a bucket (or STORAGE_REGION for one of Amazon).",
                f"For DigitalOcean Spaces it is https://fra1{SPACES}, with your region.",
            )
        return f"https://s3.{region}{AMAZON}"
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.username:
        raise _wrong("STORAGE_ENDPOINT must be the address of a server.", f"Write https://fra1{SPACES}, for example.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise _wrong(
            "STORAGE_ENDPOINT must begin with https://.",
            "Recordings go unencrypted over no network; http is for this machine.",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(message: str, hint: str) -> BadInput:
    return BadInput(message, code="storage_settings", hint=hint)
