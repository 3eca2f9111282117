"""What went wrong at a service of others, in the codes that the whole program knows.

Adapters call these and never pass on what the service said: it may quote the request.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime

from app.domain.errors import ProviderError
from app.services.providers.catalog import BY_ID, title


def of_status(provider: str, status: int, headers: Mapping[str, str] | None = None) -> ProviderError:
    """The error for an HTTP status that is not a success. `headers` by lower-case name."""
    name = title(provider)
    if status in (401, 403):
        return _error(provider, "key", f"{name} does not accept the key.", False, hint="Check the key and its plan.")
    if status == 408:
        return timed_out(provider)
    if status == 413:
        return _error(provider, "too_large", f"It is too large for {name}.", False)
    if status == 429:
        asked = retry_after_s((headers or {}).get("retry-after"))
        return _error(provider, "rate", f"{name} was asked too often.", True, retry_after_s=asked)
    if status >= 500:
        asked = retry_after_s((headers or {}).get("retry-after"))
        return _error(provider, "busy", f"{name} has a problem at the moment.", True, retry_after_s=asked)
    return _error(provider, "refused", f"{name} refused the request ({status}).", False)


def timed_out(provider: str, after_s: float | None = None, *, retryable: bool = True) -> ProviderError:
    """No answer in time; `after_s` says how long was waited."""
    within = "in time" if after_s is None else f"within {after_s:g} seconds"
    return _error(provider, "timeout", f"{title(provider)} did not answer {within}.", retryable)


def unreachable(provider: str) -> ProviderError:
    """No connection."""
    return _error(provider, "unreachable", f"{title(provider)} cannot be reached.", True)


def garbled(provider: str) -> ProviderError:
    """The answer is not what the service promises: cut off, another content type, times of another sound."""
    return _error(provider, "garbled", f"{title(provider)} sent an answer that cannot be used.", True)


def not_installed(provider: str) -> ProviderError:
    """The maker's client is not installed."""
    package = BY_ID[provider].package
    return _error(
        provider, "not_installed", f"The package {package} is not installed.", False, hint="Run `make cloud`."
    )


def retry_after_s(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 10.2.3: seconds or a date); None when there is none to use."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _error(
    provider: str,
    kind: str,
    message: str,
    retryable: bool,
    *,
    hint: str | None = None,
    retry_after_s: float | None = None,
) -> ProviderError:
    return ProviderError(
        provider, message, retryable=retryable, code=f"{provider}_{kind}", hint=hint, retry_after_s=retry_after_s
    )
