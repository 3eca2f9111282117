"""Accounts of people, how they prove who they are, and where they are signed in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Owned, Row, names
from app.models.owner import Owner

LINK_KINDS = ("sign_up", "forgot", "set_password")


class Account(Row, Base):
    """An owner that signs in. `email` is in lower case and proven; None when only an issuer knows the person.

    There is no row for an address that nobody has proven yet: until then a sign-up is a `Link`.
    """

    __tablename__ = "accounts"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]

    owner: Mapped[Owner] = relationship(lazy="raise")


class Identity(Row, Base):
    """What an OpenID Connect issuer calls the person of an account."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]


class SignIn(Owned, Base):
    """One browser that somebody is signed in with. Of its token only the sha256 is stored.

    It ends at `expires_at`, or when it was not seen for a while. `browser` is a few words, never the whole User-Agent.
    """

    __tablename__ = "sign_ins"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    browser: Mapped[str]

    owner: Mapped[Owner] = relationship(lazy="raise")


class Link(Row, Base):
    """A link that proves that somebody reads the mail of an address; used once. Of its token only the sha256 is stored.

    A sign-up waits here with the digest of its password and the guest whose work it keeps.
    """

    __tablename__ = "links"
    __table_args__ = (CheckConstraint(f"kind IN ({names(LINK_KINDS)})", "kind"),)

    kind: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    password_hash: Mapped[str | None]
    guest_id: Mapped[UUID | None] = mapped_column(ForeignKey("owners.id", ondelete="SET NULL"), index=True)
