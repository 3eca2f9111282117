"""Passwords: what is accepted, and their digests (Argon2id)."""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import BadInput

SHORTEST, LONGEST = 8, 256
# RFC 9106, second recommended option, 64 MiB. Two at once bound the memory to 128 MiB however many people log in.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# The digest of random text that nobody kept: who has no password takes as long as who has one.
DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$S6n7fiqt6N2PGg9nlKWZSw$Vblw4g3HXLfOc3oH0ym+7rooou4ULxtpANeKrdqSXYI"
_COMMON = Path(__file__).with_name("common_passwords.txt")


def require_good(password: str, email: str | None = None) -> None:
    """Raise BadInput unless a password is long enough, not too long, and not one that is tried first.

    No rule says which characters it has to have (OWASP ASVS 5.0, 6.2.5).
    """
    if len(password) < SHORTEST:
        raise BadInput(
            f"The password needs at least {SHORTEST} characters.",
            code="password_too_short",
            hint="A few words in a row are easy to remember and hard to guess.",
        )
    if len(password) > LONGEST:
        raise BadInput(f"The password has more than {LONGEST} characters.", code="password_too_long")
    if password.lower() in _common() or (email and password.lower() in (email, email.partition("@")[0])):
        raise BadInput(
            "This password is one of the first that somebody would try.",
            code="password_common",
            hint="Take another one: a few words in a row are easy to remember and hard to guess.",
        )


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split("\n")[:-1])


async def digest(password: str) -> str:
    """The Argon2id digest to store."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _normal(password))


async def matches(password: str, stored: str | None) -> bool:
    """Whether a password has this digest. Without one the same work is done, for nothing."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, _normal(password), stored)


def _normal(password: str) -> str:
    # The same letters typed on another system may be composed in another way (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _verify(password: str, stored: str | None) -> bool:
    try:
        return _HASHER.verify(stored or DUMMY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a digest was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
