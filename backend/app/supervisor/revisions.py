"""Which migrations a database has and which this version knows.

Alembic itself would need two seconds of imports to say so, at every start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from app.utils.paths import REPOSITORY

VERSIONS = REPOSITORY / "backend" / "migrations" / "versions"
REVISION = re.compile(r"^revision\b[^=]*= *[\"'](\w+)", re.M)
DOWN_REVISION = re.compile(r"^down_revision\b[^=]*= *[\"'](\w+)", re.M)
# Beside Alembic's own (migrations/env.py): held while it is decided whether there is anything to do.
LOCK = 4_207_716


@lru_cache(maxsize=1)
def _texts() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in VERSIONS.glob("*.py"))


def known() -> frozenset[str]:
    """Every revision of this version."""
    return frozenset(found[1] for text in _texts() if (found := REVISION.search(text)))


def heads() -> frozenset[str]:
    """The newest: those that no other one follows."""
    return known() - {found[1] for text in _texts() if (found := DOWN_REVISION.search(text))}


class Away(Exception):
    """The database does not answer, or not to us; the text is its first line, without a password."""


def read(url: str) -> frozenset[str]:
    """The revisions of a database, empty for one without tables. Raises Away."""
    import psycopg

    try:
        with psycopg.connect(_plain(url), connect_timeout=5) as connection:
            if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return frozenset()
            return frozenset(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
    except psycopg.Error as error:
        raise Away((str(error).splitlines() or [type(error).__name__])[0]) from None


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody else of this installation migrates meanwhile; waits for whoever does."""
    import psycopg

    with psycopg.connect(_plain(url), connect_timeout=5, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)
