"""Whoever was erased after a backup was made is erased again after it has been restored.

An owner with `erased_at` is unreadable at once, and the job that erases takes the rest. Who that is can only be known
from the database that is replaced: when that one is lost, whoever restores has to ask for it again by hand
(docs/operations.md). A table of receipts that outlives the owner's row belongs into `erased`.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg


def erased(connection: psycopg.Connection) -> list[UUID]:
    """The owners of whom this database knows that they asked to be forgotten; none when it has no tables."""
    asked = "SELECT FROM information_schema.columns WHERE table_name = 'owners' AND column_name = 'erased_at'"
    if connection.execute(asked).fetchone() is None:
        return []
    return [row[0] for row in connection.execute("SELECT id FROM owners WHERE erased_at IS NOT NULL")]


def erase_again(connection: psycopg.Connection, owners: Sequence[UUID]) -> int:
    """Mark those of these owners that a restore has brought back; how many."""
    asked = "UPDATE owners SET erased_at = clock_timestamp() WHERE id = ANY(%s) AND erased_at IS NULL"
    return connection.execute(asked, [list(owners)]).rowcount
