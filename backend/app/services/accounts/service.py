"""Guests, sign-up, log-in and passwords.

Nothing here tells, by its answer or by its time, whether an address has an account: sign-up and "forgot" only note what
was asked for, and a job looks who it is and mails (`tasks.py`); log-in does the same work for everybody. Argon2 takes a
while and its threads are few, so no transaction is open meanwhile.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.config import settings
from app.core.database import transaction
from app.domain.errors import BadInput, Conflict, Refused, Unproven
from app.models.account import Account
from app.models.owner import Owner
from app.services.accounts import links, mail, passwords, repository, sign_ins, throttle
from app.services.accounts.sign_ins import SignedIn
from app.services.audit import service as audit
from app.services.outbox.service import enqueue

GUEST_LIFETIME = timedelta(hours=24)
MAIL, MAIL_LIMIT_S = "accounts.mail", 60
# ASCII, as every mail server takes it; RFC 5321 allows 254 characters.
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


def describe(who: SignedIn | None) -> dict[str, Any]:
    """Who is asking, and how somebody can sign in here (SessionOut)."""
    own = settings()
    local, server = own.mode == "personal", own.mode == "server"
    return {
        "mode": own.mode,
        "kind": "local" if local else who.kind if who else None,
        "owner_id": who.owner_id if who else None,
        "email": who.email if who else None,
        "administrator": local or bool(who and who.administrator),
        "expires_at": who.expires_at if who else None,
        "has_password": bool(who and who.has_password),
        "methods": {
            "guest": server and own.guests,
            "password": server,
            "sign_up": server and mail.is_set_up(),
            "oidc": {"name": own.oidc_name} if server and own.oidc_issuer else None,
        },
    }


def require_server() -> None:
    """Raise Conflict in personal mode, where there is nobody else."""
    if settings().mode == "personal":
        raise Conflict("This installation is for one person: nobody signs in here.", code="personal_mode")


def comparable(email: str) -> str:
    """An address as it is stored and compared."""
    return email.strip().lower()


def require_email(email: str) -> str:
    """The address as it is stored. Raises BadInput."""
    found = comparable(email)
    if len(found) > 254 or not _EMAIL.fullmatch(found):
        raise BadInput("This is no e-mail address.", code="email_invalid", hint="It looks like name@example.org.")
    return found


async def enter_as_guest(address: str, user_agent: str) -> str:
    """The token of a new guest. Raises Refused when guests are not let in, TooMany."""
    if not settings().guests:
        raise Refused("Guests are not let in here.", code="guests_off", hint="Log in or sign up.")
    await throttle.guest(address)
    async with transaction() as session:
        owner = Owner(id=uuid4(), kind="guest", expires_at=await repository.now(session) + GUEST_LIFETIME)
        session.add(owner)
        await session.flush()
        return await sign_ins.begin(session, owner, user_agent)


async def log_in(email: str, password: str, address: str, user_agent: str, former: SignedIn | None) -> str:
    """The token of a new sign-in. Raises Unproven (`wrong_credentials`), TooMany."""
    email = comparable(email)
    await throttle.log_in(email, address)
    async with transaction() as session:
        account = await repository.account_by_email(session, email)
    stored = account.password_hash if account else None
    if not await passwords.matches(password, stored) or account is None or stored is None:
        async with transaction() as session:
            audit.write(session, "sign_in_failed", outcome="failed")
        raise Unproven(
            "Address and password do not belong together.",
            code="wrong_credentials",
            hint='Look at both again, or choose "Forgotten password?".',
        )
    await throttle.logged_in(email, address)
    renewed = await passwords.digest(password) if passwords.is_outdated(stored) else None
    async with transaction() as session:
        if renewed is not None:
            await repository.set_password(session, account.id, renewed)
        return await sign_ins.begin(session, account.owner, user_agent, former)


async def sign_up(email: str, password: str, address: str, who: SignedIn | None) -> None:
    """Note that somebody wants an account and mail a link. Raises BadInput, Refused, TooMany."""
    if not mail.is_set_up():
        raise Refused("Accounts are made by an administrator here.", code="sign_up_off", hint="Ask whoever runs it.")
    email = require_email(email)
    passwords.require_good(password, email)
    await throttle.mail(email, address)
    digest = await passwords.digest(password)
    guest_id = who.owner_id if who and who.kind == "guest" else None
    async with transaction() as session:
        link = await links.make(session, "sign_up", email, password_hash=digest, guest_id=guest_id)
        _mail(session, link.id)


async def forgot(email: str, address: str) -> None:
    """Note that somebody has forgotten a password and mail a link, if there is an account. Raises BadInput, TooMany."""
    email = require_email(email)
    await throttle.mail(email, address)
    if mail.is_set_up():
        async with transaction() as session:
            _mail(session, (await links.make(session, "forgot", email)).id)


def _mail(session: AsyncSession, link_id: UUID) -> None:
    # Somebody waits for it, so it overtakes the sweeps; it is kept, so that a broker that forgets loses none.
    enqueue(session, MAIL, [str(link_id)], on=queue.CONTROL, urgency=queue.FIRST, limit_s=MAIL_LIMIT_S)


async def verify(token: str, address: str, user_agent: str, former: SignedIn | None) -> str:
    """Make the account of a sign-up, keep the guest's work, and sign in. Raises BadInput (`link_invalid`), TooMany."""
    await throttle.link(address)
    async with transaction() as session:
        link = await repository.take_link(session, sign_ins.hash_of(token), ("sign_up",))
        if link is None:
            raise links.invalid()
        owner = await account_owner(session, link.guest_id)
        if await repository.add_account(session, owner.id, link.email, link.password_hash) is None:
            raise links.invalid()
        await repository.drop_links(session, link.email, ("sign_up",))
        audit.write(session, "registered", owner=owner.id)
        return await sign_ins.begin(session, owner, user_agent, former)


async def account_owner(session: AsyncSession, guest_id: UUID | None) -> Owner:
    """The owner of a new account: the guest that it was, with all that the guest has, or somebody new."""
    owner = await repository.guest(session, guest_id) if guest_id else None
    if owner is None:
        owner = Owner(id=uuid4(), kind="account")
        session.add(owner)
    else:
        owner.kind, owner.expires_at = "account", None
        # Whoever else was this guest was not asked for the password.
        await repository.end_sign_ins(session, owner.id)
    await session.flush()
    return owner


async def reset(token: str, password: str, address: str) -> None:
    """Set another password by a link and sign out everywhere. Raises BadInput, TooMany."""
    passwords.require_good(password)
    await throttle.link(address)
    digest = await passwords.digest(password)
    async with transaction() as session:
        link = await repository.take_link(session, sign_ins.hash_of(token), links.RESETS)
        account = await repository.account_by_email(session, link.email) if link else None
        if link is None or account is None:
            raise links.invalid()
        passwords.require_good(password, account.email)
        await _replace_password(session, account, digest)
        audit.write(session, "password_reset", owner=account.owner_id)


async def change_password(who: SignedIn, current: str, new: str, user_agent: str) -> str:
    """Replace the password; other sign-ins end, the own one gets the token returned. Raises BadInput, TooMany."""
    passwords.require_good(new, who.email)
    await throttle.change_password(who.owner_id)
    async with transaction() as session:
        account = await repository.account_of(session, who.owner_id)
    if account is None or account.password_hash is None:
        raise Conflict(
            "There is no password to change.", code="no_password", hint='Choose "Forgotten password?" to set one.'
        )
    if not await passwords.matches(current, account.password_hash):
        raise BadInput("The present password is another one.", code="wrong_password")
    digest = await passwords.digest(new)
    async with transaction() as session:
        await _replace_password(session, account, digest)
        audit.write(session, "password_changed", owner=account.owner_id)
        return await sign_ins.begin(session, account.owner, user_agent)


async def _replace_password(session: AsyncSession, account: Account, digest: str) -> None:
    await repository.set_password(session, account.id, digest)
    await repository.end_sign_ins(session, account.owner_id)
    if account.email:
        await repository.drop_links(session, account.email, links.RESETS)
