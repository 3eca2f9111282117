"""Jobs of accounts."""

from __future__ import annotations

from uuid import UUID

import structlog

from app.core.config import settings
from app.core.database import transaction
from app.core.queue import task
from app.domain.errors import ProviderError
from app.services.accounts import links, mail, repository, sign_ins
from app.services.accounts.service import MAIL
from app.services.outbox.service import job

log = structlog.get_logger()


@job(MAIL)
async def send_link(link_id: str) -> None:
    """Mail what a link is for, or that there is an account already. Tried again until the link is too old."""
    async with transaction() as session:
        link = await repository.link(session, UUID(link_id))
        account = await repository.account_by_email(session, link.email) if link else None
    if link is None:
        return
    try:
        if link.kind == "sign_up" and account is None:
            await mail.send(link.email, mail.SIGN_UP, links.address(link))
        elif link.kind == "sign_up":
            await mail.send(link.email, mail.KNOWN, f"{(settings().public_url or '').rstrip('/')}/sign-in")
        elif account is not None:
            await mail.send(link.email, mail.FORGOT, links.address(link))
    except ProviderError as error:
        if error.retryable:
            raise
        log.warning("mail_refused", kind=link.kind)
    if (account is None) == (link.kind != "sign_up"):
        # Its token was sent to nobody: a link that nobody has opens nothing.
        async with transaction() as session:
            await repository.drop_link(session, link.id)


@task("accounts.sweep")
async def sweep() -> None:
    """Delete sign-ins and links that are over."""
    async with transaction() as session:
        await repository.sweep(session, sign_ins.IDLE)
