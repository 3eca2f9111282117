"""The signature of a webhook of Twelve Labs, as the vendor's pages describe it; its client has no function for it."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
FORM = re.compile(r"t=([0-9]{1,12}),\s*v1=([0-9a-f]{64})", re.ASCII)


def proves(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether `header` (`t=..,v1=..`) is the HMAC-SHA256 of "{t}.{body}" and at most five minutes old or ahead."""
    parts = FORM.fullmatch(header.strip())
    if parts is None or not secret:
        return False
    moment, given = parts.groups()
    if abs(now.timestamp() - int(moment)) > WINDOW.total_seconds():
        return False
    wanted = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, given)
