"""Whoever was erased after a backup was made is erased again when it has been restored.

Who that is only the database knows that is being replaced: `owners.erased_at` while an erasure is at work, and after
its end the receipt. The contract with the receipts: a table `erasures` with a column `owner_digest`, the hexadecimal
sha256 of the owner's id as text, which says nothing to anybody who has not got the id already. When that database is
lost, whoever restores has to repeat erasures by hand (docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg

_ERASED = "SELECT encode(sha256(convert_to(id::text, 'UTF8')), 'hex') FROM owners WHERE erased_at IS NOT NULL"
_RECEIPTS = "SELECT owner_digest FROM erasures WHERE owner_digest IS NOT NULL"
_BACK = "SELECT id FROM owners WHERE encode(sha256(convert_to(id::text, 'UTF8')), 'hex') = ANY(%s)"


def erased(connection: psycopg.Connection) -> list[str]:
    """Digests of the owners of whom this database knows that they were erased; none when it has no tables."""
    found: list[str] = []
    if _has(connection, "owners", "erased_at"):
        found += [row[0] for row in connection.execute(_ERASED)]
    if _has(connection, "erasures", "owner_digest"):
        found += [row[0] for row in connection.execute(_RECEIPTS)]
    return found


def erase_again(connection: psycopg.Connection, digests: Sequence[str]) -> tuple[int, list[UUID]]:
    """Delete these owners with every row of theirs; how many there were, and the takes whose files have to go."""
    owners = [row[0] for row in connection.execute(_BACK, [list(digests)])]
    takes = [row[0] for row in connection.execute("SELECT id FROM takes WHERE owner_id = ANY(%s)", [owners])]
    # Every table that belongs to an owner goes with the row.
    connection.execute("DELETE FROM owners WHERE id = ANY(%s)", [owners])
    return len(owners), takes


def _has(connection: psycopg.Connection, table: str, column: str) -> bool:
    asked = "SELECT FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    return connection.execute(asked, [table, column]).fetchone() is not None
