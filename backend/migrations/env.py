"""Migrations run against DATABASE_URL, each in its own transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.core.config import Settings
from app.models import Owner

# Two processes that start at once must not both migrate: the second waits here.
LOCK = 4_207_715


class MigrationFailed(Exception):
    """What the database said, without the rows that it quotes."""


engine = create_engine(Settings().database_url, poolclass=NullPool, hide_parameters=True)
try:
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Owner.metadata, transaction_per_migration=True)
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        connection.commit()
        with context.begin_transaction():
            context.run_migrations()
except DBAPIError as error:
    state = getattr(error.orig, "sqlstate", None) or "no answer"
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    raise MigrationFailed(f"{type(error).__name__} ({state}) {name}".strip()) from None
finally:
    engine.dispose()
