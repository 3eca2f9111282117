"""Cookies: for this host alone, for no script, and not sent with what other sites ask for."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import Response

from app.core.config import settings
from app.services.accounts import oidc, sign_ins

CALLBACK = oidc.CALLBACK
SESSION, OIDC = "session", "sign-in"


def name_of(kind: str) -> str:
    """The name of a cookie. Browsers keep to `__Host-`: it comes by https only, from this very host, for every path."""
    return f"__Host-{kind}" if settings().is_https else kind


def read(request: HTTPConnection, kind: str) -> str:
    """What the browser shows; empty when it shows nothing."""
    return request.cookies.get(name_of(kind), "")


def are_shown(headers: Headers) -> bool:
    """Whether a request has the cookie of a sign-in."""
    return name_of(SESSION) in cookie_parser(headers.get("cookie", ""))


def give(response: Response, kind: str, value: str) -> None:
    """Have the browser keep a cookie; its end is checked here, too."""
    seconds = {SESSION: int(sign_ins.LONGEST.total_seconds()), OIDC: oidc.LIFETIME_S}[kind]
    response.set_cookie(
        name_of(kind), value, max_age=seconds, path="/", secure=settings().is_https, httponly=True, samesite="lax"
    )


def drop(response: Response, kind: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name_of(kind), path="/", secure=settings().is_https, httponly=True, samesite="lax")
