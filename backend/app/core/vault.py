"""Secrets that have to be read again (keys of cloud services), encrypted at rest.

The key comes from REHEARSAL_SECRET_KEY, or from a file of the data folder made at first use. Several keys separated by
commas rotate it: the first encrypts, all decrypt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core.config import settings
from app.domain.errors import RehearsalError

FILE = "settings_key"


class Locked(RehearsalError):
    """A stored secret cannot be read with the present key."""

    status = 500
    code = "secret_unreadable"


def seal(text: str) -> bytes:
    """Encrypt a short secret (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _box().encrypt(text.encode())


def unseal(data: bytes) -> str:
    """Decrypt what `seal` made. Raises Locked when the key is another one."""
    try:
        return _box().decrypt(data).decode()
    except InvalidToken:
        raise Locked(
            "A stored key cannot be read: the key that encrypts the settings has changed.",
            hint="Set REHEARSAL_SECRET_KEY to the former one, or enter the key of the service again.",
        ) from None


def derive(purpose: str, text: str) -> list[bytes]:
    """32 bytes that only this installation can compute from a text, one for each key, that of the newest first."""
    # A key of its own for each purpose, so that none of the values says anything about another, or about the key.
    subkeys = [hmac.digest(key, f"rehearsal {purpose}".encode(), "sha256") for key in _keys()]
    return [hmac.digest(key, text.encode(), "sha256") for key in subkeys]


def _box() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in _keys()])


def _keys() -> list[bytes]:
    own = settings().secret_key
    texts = own.get_secret_value().split(",") if own else [_from_file(settings().data.resolve() / "secrets" / FILE)]
    # The text may be of any length: its digest has the 32 bytes that Fernet needs.
    return [hashlib.sha256(text.strip().encode()).digest() for text in texts if text.strip()]


def _from_file(path: Path) -> str:
    """The random text in `path`, made when it is not there; two processes at once agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
    if not path.exists():
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text(encoding="utf-8").strip()
