"""What the operator of an installation does with accounts, on its command line."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from app.core.database import transaction
from app.domain.errors import NotFound
from app.models.owner import Owner
from app.services.accounts import links, repository, service


async def create(email: str, *, administrator: bool) -> dict[str, Any]:
    """An account without a password, and a link to set one, good once and for 24 hours.

    For an account that is there already only the link is new: where no mail is sent, that is how a forgotten password
    is replaced. Raises BadInput.
    """
    email = service.require_email(email)
    async with transaction() as session:
        account = await repository.account_by_email(session, email)
        made = account is None
        if account is None:
            owner = Owner(id=uuid4(), kind="account", administrator=administrator)
            session.add(owner)
            await session.flush()
            await repository.add_account(session, owner.id, email, None)
        else:
            owner = account.owner
            owner.administrator = owner.administrator or administrator
        link = await links.make(session, "set_password", email)
    return {
        "email": email,
        "created": made,
        "administrator": owner.administrator,
        "link": links.address(link),
        "expires_at": link.expires_at.isoformat(),
    }


async def list_all() -> list[dict[str, Any]]:
    """Every account, oldest first."""
    async with transaction() as session:
        return [
            {
                "email": account.email,
                "created_at": account.created_at.isoformat(),
                "administrator": account.owner.administrator,
                "has_password": account.password_hash is not None,
                "erased": account.owner.erased_at is not None,
            }
            for account in await repository.all_accounts(session)
        ]


async def set_administrator(email: str, administrator: bool) -> dict[str, Any]:
    """Make somebody an administrator, or nobody special any more. Raises NotFound."""
    async with transaction() as session:
        account = await repository.account_by_email(session, service.comparable(email))
        if account is None:
            raise NotFound("There is no account with this address.", hint="See `account list`.")
        account.owner.administrator = administrator
    return {"email": account.email, "administrator": administrator}
