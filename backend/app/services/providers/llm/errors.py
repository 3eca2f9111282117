"""What can go wrong with a language model's service, in our codes. The service's own words are never passed on."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

from app.domain.errors import ProviderError
from app.services.providers.catalog import title

# Parameters that a service may refuse by name; anything else it says could quote the text.
PARAMETERS = frozenset(
    {"model", "temperature", "seed", "max_tokens", "max_completion_tokens", "response_format", "output_config"}
)
RETRY_AFTER_MAX_S = 600.0


def problem(provider: str, kind: str, sentence: str, *, retryable: bool, hint: str | None = None) -> ProviderError:
    """`<provider>_<kind>`, with a sentence that begins with the provider's name."""
    message = f"{title(provider)} {sentence}"
    return ProviderError(provider, message, retryable=retryable, code=f"{provider}_{kind}", hint=hint)


def from_status(provider: str, status: int, headers: Mapping[str, str], parameter: object = None) -> ProviderError:
    """The error for an HTTP status that is not 200."""
    if status in (401, 403):
        return problem(provider, "key", "refused the key.", retryable=False, hint="Check the key in the settings.")
    if status == 408:
        return problem(provider, "timeout", "did not answer in time.", retryable=True)
    if status == 413:
        return problem(provider, "too_large", "says that the text is too long.", retryable=False)
    if status == 429:
        error = problem(provider, "rate", "asks to slow down.", retryable=True)
        error.retry_after_s = retry_after(headers)
        return error
    if status >= 500:
        error = problem(provider, "busy", f"cannot answer now ({status}).", retryable=True)
        error.retry_after_s = retry_after(headers)
        return error
    named = f", parameter {parameter}" if parameter in PARAMETERS else ""
    hint = "Check the name of the model and the address in the settings." if status == 404 else None
    return problem(provider, "refused", f"refused the request ({status}{named}).", retryable=False, hint=hint)


def timeout(provider: str, seconds: float) -> ProviderError:
    """It took longer than it may."""
    return problem(provider, "timeout", f"did not answer within {seconds:g} seconds.", retryable=True)


def garbled(provider: str, what: str) -> ProviderError:
    """It answered, but not as it promises; `what` says how, in our words."""
    return problem(provider, "garbled", f"sent {what}.", retryable=True)


def from_connection(provider: str, cause: BaseException | None) -> ProviderError:
    """No connection, or one that broke: afterwards nobody knows whether the service did (and bills) the work."""
    if cause is not None and type(cause).__name__ in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol"):
        return problem(
            provider, "unreachable", "cannot be reached.", retryable=True, hint="Check the network and the address."
        )
    return garbled(provider, "an answer that was cut off")


def not_installed(provider: str) -> ProviderError:
    """The maker's client is an optional part of the installation."""
    return problem(provider, "not_installed", "needs its client.", retryable=False, hint="Run `make cloud`.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header (seconds or a date), 0 to 600; None when there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except ValueError:
            return None
    return min(RETRY_AFTER_MAX_S, max(0.0, seconds)) if seconds == seconds else None
