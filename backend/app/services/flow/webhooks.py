"""What services of others call: a sign to look again, nothing more. What they say is never taken from the call."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import structlog
from redis.exceptions import RedisError

from app.core.config import settings
from app.core.database import transaction
from app.core.events import connect
from app.domain.errors import BadInput, NotFound, Unproven
from app.services.analysis import pipeline
from app.services.flow import copies
from app.services.providers import repository
from app.services.providers.video import signature

log = structlog.get_logger()

PROVIDER = "twelvelabs"
# A call is repeated with the same id when it was not answered; a day covers that.
SEEN_S = 86_400


async def twelvelabs(signed: str, body: bytes) -> None:
    """Wake the stage that waits for the description named in the call; what is not known here changes nothing.

    Raises NotFound unless a secret and a public address are set, Unproven for a wrong or old signature, BadInput for a
    proven call that cannot be read.
    """
    own = settings()
    if own.twelvelabs_webhook_secret is None or not own.public_url:
        raise NotFound("There is no webhook here.")
    if not signature.proves(signed, body, own.twelvelabs_webhook_secret.get_secret_value(), datetime.now(UTC)):
        raise Unproven("The signature is wrong or too old.", code="signature_invalid")
    try:
        event = json.loads(body)
        identity, task = str(event["id"]), str(event["data"]["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadInput("The call cannot be read.", code="webhook_unreadable") from None
    if await _first_time(identity):
        async with transaction() as session:
            take_id = await repository.take_of(session, PROVIDER, copies.TASK, task)
            if take_id is not None:
                await pipeline.wake(session, take_id, copies.STAGE)


async def _first_time(identity: str) -> bool:
    key = f"webhook:{PROVIDER}:{hashlib.sha256(identity.encode()).hexdigest()}"
    try:
        async with connect() as redis:
            return bool(await redis.set(key, "1", nx=True, ex=SEEN_S))
    except (RedisError, OSError) as error:
        log.warning("webhook_not_remembered", type=type(error).__name__)
        return True  # waking twice is looking twice
