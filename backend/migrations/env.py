"""Migrations run against DATABASE_URL, each in its own transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.core.config import Settings
from app.models import Owner

# Two processes that start at once must not both migrate: the second waits here.
LOCK = 4_207_715

engine = create_engine(Settings().database_url, poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Owner.metadata, transaction_per_migration=True)
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
