"""Who is signed in, and how somebody signs in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, SecretStr

from app.api.schemas.common import In, Out

# Longer ones are refused with a sentence by the service; this bounds what is read.
Secret = Field(min_length=1, max_length=1000)
Email = Field(min_length=1, max_length=320)


class OidcOut(Out):
    """The service of others that logs people in here."""

    name: str


class MethodsOut(Out):
    """How somebody can sign in here."""

    guest: bool
    password: bool
    sign_up: bool
    oidc: OidcOut | None


class SessionOut(Out):
    """Who is asking. `kind` is null when nobody is signed in."""

    mode: Literal["personal", "server"]
    kind: Literal["local", "guest", "account"] | None
    owner_id: UUID | None = Field(
        description="To whom the work belongs; a guest who signs up keeps it. Null in personal mode and for nobody."
    )
    email: str | None
    administrator: bool
    expires_at: datetime | None = Field(description="When a guest ends, with everything; null for others.")
    has_password: bool
    methods: MethodsOut


class LogIn(In):
    """Log in with a password."""

    email: str = Email
    password: SecretStr = Secret


class SignUp(In):
    """Sign up with a password: at least 8 characters, none of the most common ones."""

    email: str = Email
    password: SecretStr = Secret


class TokenIn(In):
    """The token of a link."""

    token: str = Field(min_length=1, max_length=200)


class ForgotIn(In):
    """Whose password was forgotten."""

    email: str = Email


class ResetIn(In):
    """A new password by a link."""

    token: str = Field(min_length=1, max_length=200)
    password: SecretStr = Secret


class PasswordIn(In):
    """A new password by the present one."""

    current: SecretStr = Secret
    new: SecretStr = Secret


class AskedOut(Out):
    """The request was noted; a mail says how it goes on. It is the same whether or not the address is known."""

    asked: Literal[True] = True


class SignInOut(Out):
    """A browser that is signed in."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    browser: str
    current: bool
