"""What went wrong at a service of others, in the codes that the whole program knows.

Adapters call these and never pass on what the service said: it may quote the request.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime

from app.domain.errors import ProviderError
from app.services.providers.catalog import BY_ID, title

# Parameters that a service may refuse by name.
PARAMETERS = frozenset(
    {"model", "temperature", "seed", "max_tokens", "max_completion_tokens", "response_format", "output_config"}
)
RETRY_AFTER_MAX_S = 600.0


def of_status(
    provider: str, status: int, headers: Mapping[str, str] | None = None, parameter: object = None
) -> ProviderError:
    """The error for an HTTP status that is not a success. `headers` by lower-case name.

    `parameter` is what the service names as wrong; only names of PARAMETERS are told, anything else could quote a text.
    """
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
    named = f", parameter {parameter}" if parameter in PARAMETERS else ""
    hint = "Check the name of the model and the address in the settings." if status == 404 else None
    return _error(provider, "refused", f"{name} refused the request ({status}{named}).", False, hint=hint)


def timed_out(provider: str, after_s: float | None = None, *, retryable: bool = True) -> ProviderError:
    """No answer in time; `after_s` says how long was waited."""
    within = "in time" if after_s is None else f"within {round(after_s, 1):g} seconds"
    return _error(provider, "timeout", f"{title(provider)} did not answer {within}.", retryable)


def unreachable(provider: str) -> ProviderError:
    """No connection."""
    return _error(provider, "unreachable", f"{title(provider)} cannot be reached.", True)


def of_connection(provider: str, cause: BaseException | None) -> ProviderError:
    """No connection, or one that broke: then nobody knows whether the service did (and bills) the work."""
    if cause is not None and type(cause).__name__ in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol"):
        return unreachable(provider)
    return garbled(provider, "an answer that was cut off")


def garbled(provider: str, what: str = "an answer that cannot be used", *, retryable: bool = True) -> ProviderError:
    """The answer is not what the service promises; `what` says how, in our words."""
    return _error(provider, "garbled", f"{title(provider)} sent {what}.", retryable)


def declined(provider: str) -> ProviderError:
    """The service understood and does not want to."""
    return _error(provider, "refused", f"{title(provider)} declined to answer.", False)


def not_installed(provider: str) -> ProviderError:
    """The maker's client is not installed."""
    package = BY_ID[provider].package
    return _error(
        provider, "not_installed", f"The package {package} is not installed.", False, hint="Run `make cloud`."
    )


def retry_after_s(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 10.2.3: seconds or a date), 0 to 600; None when there is none."""
    if value is None or not value.strip():
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()
    return min(RETRY_AFTER_MAX_S, max(0.0, seconds)) if seconds == seconds else None


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
