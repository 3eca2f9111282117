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

_DIGEST = "encode(sha256(convert_to(id::text, 'UTF8')), 'hex')"


def erased(connection: psycopg.Connection) -> list[str]:
    """Digests of the owners of whom this database knows that they were erased; none when it has no tables."""
    found: list[str] = []
    if _has(connection, "owners", "erased_at"):
        asked = f"SELECT {_DIGEST} FROM owners WHERE erased_at IS NOT NULL"
        found += [row[0] for row in connection.execute(asked)]
    if _has(connection, "erasures", "owner_digest"):
        asked = "SELECT owner_digest FROM erasures WHERE owner_digest IS NOT NULL"
        found += [row[0] for row in connection.execute(asked)]
    return found


def erase_again(connection: psycopg.Connection, digests: Sequence[str]) -> tuple[int, list[UUID]]:
    """Delete these owners with every row of theirs; how many there were, and the takes whose files have to go."""
    # The digest is of the column `id` of `owners`, the only one of that name in the inner query.
    asked = f"SELECT id FROM takes WHERE owner_id IN (SELECT id FROM owners WHERE {_DIGEST} = ANY(%s))"
    takes = [row[0] for row in connection.execute(asked, [list(digests)])]
    # Every table that belongs to an owner goes with the row.
    return connection.execute(f"DELETE FROM owners WHERE {_DIGEST} = ANY(%s)", [list(digests)]).rowcount, takes


def _has(connection: psycopg.Connection, table: str, column: str) -> bool:
    asked = "SELECT FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    return connection.execute(asked, [table, column]).fetchone() is not None
