"""Queries on accounts, sign-ins and links. What is looked up here is who somebody is: the owner is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from app.models.account import Account, Identity, Link, SignIn
from app.models.owner import Owner
from app.models.repository import owned_by

# The clock of the database, which all processes share.
NOW = func.clock_timestamp()
PRESENT = and_(Owner.erased_at.is_(None), or_(Owner.expires_at.is_(None), Owner.expires_at > NOW))


async def account_by_email(session: AsyncSession, email: str) -> Account | None:
    """The account of an address, with its owner; none of somebody who is being forgotten."""
    query = select(Account).join(Account.owner).where(Account.email == email, PRESENT)
    return (await session.scalars(query.options(contains_eager(Account.owner)))).one_or_none()


async def account_of(session: AsyncSession, owner_id: UUID) -> Account | None:
    """The account of an owner."""
    query = select(Account).join(Account.owner).where(Account.owner_id == owner_id, PRESENT)
    return (await session.scalars(query.options(contains_eager(Account.owner)))).one_or_none()


async def account_by_subject(session: AsyncSession, issuer: str, subject: str) -> Account | None:
    """The account of whom an issuer calls `subject`, with its owner."""
    query = select(Account).join(Identity, Identity.account_id == Account.id).join(Account.owner)
    query = query.where(Identity.issuer == issuer, Identity.subject == subject, PRESENT)
    return (await session.scalars(query.options(contains_eager(Account.owner)))).one_or_none()


async def all_accounts(session: AsyncSession) -> Sequence[Account]:
    """Every account, oldest first, for the command line."""
    query = select(Account).join(Account.owner).options(contains_eager(Account.owner)).order_by(Account.created_at)
    return (await session.scalars(query)).all()


async def add_account(
    session: AsyncSession, owner_id: UUID, email: str | None, password_hash: str | None
) -> Account | None:
    """A new account; None when the address has one. What is left of somebody forgotten makes room."""
    if email is not None:
        forgotten = select(Owner.id).where(Owner.erased_at.is_not(None))
        await session.execute(delete(Account).where(Account.email == email, Account.owner_id.in_(forgotten)))
    row = insert(Account).values(owner_id=owner_id, email=email, password_hash=password_hash)
    return (await session.scalars(row.on_conflict_do_nothing().returning(Account))).one_or_none()


async def add_identity(session: AsyncSession, account_id: UUID, issuer: str, subject: str) -> None:
    """An issuer's name for the person of an account; that of somebody forgotten is taken over."""
    row = insert(Identity).values(account_id=account_id, issuer=issuer, subject=subject)
    known = [Identity.issuer, Identity.subject]
    await session.execute(row.on_conflict_do_update(index_elements=known, set_={"account_id": account_id}))


async def set_password(session: AsyncSession, account_id: UUID, password_hash: str) -> None:
    """Store another digest."""
    await session.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))


async def guest(session: AsyncSession, owner_id: UUID) -> Owner | None:
    """A guest that is still there, locked."""
    query = select(Owner).where(Owner.id == owner_id, Owner.kind == "guest", PRESENT).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def expired_guest(session: AsyncSession) -> UUID | None:
    """A guest whose time is over, locked; those another process holds are left out."""
    query = select(Owner.id).where(Owner.kind == "guest", Owner.expires_at <= NOW, Owner.erased_at.is_(None))
    query = query.order_by(Owner.expires_at).limit(1).with_for_update(skip_locked=True)
    return (await session.scalars(query)).one_or_none()


async def sign_in(session: AsyncSession, token_hash: bytes, idle: timedelta) -> tuple[SignIn, Account | None] | None:
    """The sign-in of a token with its owner and its account, unless it is over."""
    query = (
        select(SignIn, Account)
        .join(SignIn.owner)
        .outerjoin(Account, Account.owner_id == SignIn.owner_id)
        .where(SignIn.token_hash == token_hash, SignIn.expires_at > NOW, SignIn.seen_at > NOW - idle, PRESENT)
        .options(contains_eager(SignIn.owner))
    )
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row is not None else None


async def seen(session: AsyncSession, sign_in_id: UUID, every: timedelta) -> None:
    """Note that a sign-in is in use, unless that was noted a short while ago."""
    query = update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < NOW - every)
    await session.execute(query.values(seen_at=NOW))


async def is_over(session: AsyncSession, owner_id: UUID, sign_in_id: UUID) -> bool:
    """Whether a sign-in of this owner has been ended."""
    query = owned_by(owner_id, SignIn).join(SignIn.owner).where(SignIn.id == sign_in_id, SignIn.expires_at > NOW)
    return (await session.scalars(query.where(PRESENT))).one_or_none() is None


async def sign_ins(session: AsyncSession, owner_id: UUID, idle: timedelta) -> Sequence[SignIn]:
    """Where somebody is signed in, the last used first."""
    query = owned_by(owner_id, SignIn).where(SignIn.expires_at > NOW, SignIn.seen_at > NOW - idle)
    return (await session.scalars(query.order_by(SignIn.seen_at.desc(), SignIn.id))).all()


async def end_sign_in(session: AsyncSession, owner_id: UUID, sign_in_id: UUID) -> bool:
    """Sign one browser of this owner out; whether it was there."""
    query = delete(SignIn).where(SignIn.owner_id == owner_id, SignIn.id == sign_in_id).returning(SignIn.id)
    return (await session.scalars(query)).one_or_none() is not None


async def end_sign_ins(session: AsyncSession, owner_id: UUID, but: UUID | None = None) -> None:
    """Sign this owner out everywhere, or everywhere but in one browser."""
    query = delete(SignIn).where(SignIn.owner_id == owner_id)
    await session.execute(query.where(SignIn.id != but) if but is not None else query)


async def link(session: AsyncSession, link_id: UUID) -> Link | None:
    """A link that has not been used and is not too old, for the worker that mails it."""
    query = select(Link).where(Link.id == link_id, Link.expires_at > NOW)
    return (await session.scalars(query)).one_or_none()


async def take_link(session: AsyncSession, token_hash: bytes, kinds: Sequence[str]) -> Link | None:
    """Use a link up: of two who try at once, one gets it. None when it is used, too old or of another kind."""
    query = delete(Link).where(Link.token_hash == token_hash, Link.kind.in_(kinds), Link.expires_at > NOW)
    return (await session.scalars(query.returning(Link))).one_or_none()


async def drop_link(session: AsyncSession, link_id: UUID) -> None:
    """Forget a link."""
    await session.execute(delete(Link).where(Link.id == link_id))


async def drop_links(session: AsyncSession, email: str, kinds: Sequence[str]) -> None:
    """Forget the links of some kinds that an address got."""
    await session.execute(delete(Link).where(Link.email == email, Link.kind.in_(kinds)))


async def sweep(session: AsyncSession, idle: timedelta) -> None:
    """Delete sign-ins and links that are over."""
    erased = select(Owner.id).where(Owner.erased_at.is_not(None))
    over = or_(SignIn.expires_at <= NOW, SignIn.seen_at <= NOW - idle, SignIn.owner_id.in_(erased))
    await session.execute(delete(SignIn).where(over))
    await session.execute(delete(Link).where(Link.expires_at <= NOW))


async def now(session: AsyncSession) -> datetime:
    """The time of the database."""
    moment: datetime = (await session.scalars(select(NOW))).one()
    return moment
