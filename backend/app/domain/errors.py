"""The one error tree. Every error a person can meet has a stable code, a sentence, and a way out."""

from __future__ import annotations


class RehearsalError(Exception):
    """Root of all expected errors.

    `code` is stable and made for programs (`posting_login_wall`), `message` is one plain sentence for a person,
    `hint` says what to do next. `status` is the HTTP status the API answers with; it means nothing elsewhere.
    Never put secrets or a person's own text into any of them: they are logged.
    """

    status = 500
    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class BadInput(RehearsalError):
    """What was given cannot be used; nothing was stored."""

    status = 422
    code = "bad_input"


class TooLarge(BadInput):
    """What was given is over a limit that the message names."""

    status = 413
    code = "too_large"


class UnsupportedMedia(BadInput):
    """The content is of a kind that cannot be read."""

    status = 415
    code = "unsupported_media"


class Unproven(RehearsalError):
    """Who asks has not proven to be who they say."""

    status = 401
    code = "unproven"


class NotFound(RehearsalError):
    """It does not exist, or belongs to somebody else: the two are never told apart."""

    status = 404
    code = "not_found"


class Conflict(RehearsalError):
    """The request does not fit the state the thing is in now."""

    status = 409
    code = "conflict"


class Refused(RehearsalError):
    """A rule forbids it (address policy, origin check, robots.txt, a limit)."""

    status = 403
    code = "refused"


class TooMany(RehearsalError):
    """Asked too often; `retry_after_s` says when to come back."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_s = retry_after_s


class ProviderError(RehearsalError):
    """A service behind a port failed. `provider` names it; `retryable` says whether the same call may work later.

    `retry_after_s` is how long the service itself asked to be left alone, when it did.
    """

    status = 502
    code = "provider_failed"

    def __init__(
        self,
        provider: str,
        message: str,
        *,
        retryable: bool,
        code: str | None = None,
        hint: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.provider = provider
        self.retryable = retryable
        self.retry_after_s = retry_after_s
