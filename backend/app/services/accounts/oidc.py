"""Log-in by an OpenID Connect issuer: authorization code with PKCE, state and nonce (Authlib, joserfc).

What the log-in needs to come back to (state, nonce, verifier, the page) waits in the browser, encrypted, in a cookie:
so only the browser that began it can end it, and nothing is stored for whoever never comes back.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2 as httpx  # what Authlib builds its client on
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from app.core import vault
from app.core.config import settings
from app.core.database import transaction
from app.core.safety import is_loopback
from app.domain.errors import BadInput, NotFound, RehearsalError
from app.models.account import Account
from app.services.accounts import repository, service, sign_ins
from app.services.accounts.sign_ins import SignedIn

CALLBACK = "/api/session/oidc/callback"
SCOPE = "openid email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LIFETIME_S = 600
STEP_S, LIMIT_BYTES = 10.0, 500_000
# How far the issuer's clock may be from ours.
LEEWAY_S = 60


class Failed(RehearsalError):
    """The log-in by the issuer did not come to an end."""

    status = 502
    code = "oidc_failed"


@dataclass(frozen=True, slots=True)
class Issuer:
    """What the issuer says about itself."""

    name: str
    authorize: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Who came, as the issuer says. `email` only when the issuer has verified it."""

    issuer: str
    subject: str
    email: str | None


def require_local(path: str) -> str:
    """A path of this installation. Raises BadInput for everything that leads, or could be read to lead, elsewhere."""
    parts = urlsplit(path)
    plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    if not plain or parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//"):
        raise BadInput("This is no page of this installation.", code="next_refused", hint='Begin it with one "/".')
    return path


async def start(page: str) -> tuple[str, str]:
    """(where the browser goes to log in, what it keeps meanwhile). Raises NotFound, BadInput, Failed."""
    if not settings().oidc_issuer:
        raise NotFound("No other service logs people in here.", code="oidc_off")
    kept = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "page": require_local(page),
        "until": int(time.time()) + LIFETIME_S,
    }
    async with _client() as http:
        issuer = await _discover(http)
        url, _ = http.create_authorization_url(
            issuer.authorize, state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
        )
    return url, vault.seal(json.dumps(kept)).decode()


async def finish(answer: dict[str, str], kept_text: str, user_agent: str, former: SignedIn | None) -> tuple[str, str]:
    """(token of the new sign-in, the page to go to). Raises NotFound, Failed."""
    if not settings().oidc_issuer:
        raise NotFound("No other service logs people in here.", code="oidc_off")
    kept = _kept(kept_text)
    if not secrets.compare_digest(answer.get("state", "").encode(), str(kept["state"]).encode()):
        raise _failed("It was begun in another browser, or not here.")
    if "error" in answer or not answer.get("code"):
        raise _failed("It was called off.", code="oidc_cancelled")
    person = await _prove(answer["code"], kept)
    return await _enter(person, user_agent, former), require_local(str(kept["page"]))


def _kept(text: str) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(vault.unseal(text.encode()))
    except (RehearsalError, ValueError):
        raise _failed("It was begun in another browser, or not here.") from None
    if kept["until"] < time.time():
        raise _failed("It took too long.")
    return kept


def _failed(why: str, code: str = "oidc_failed") -> Failed:
    return Failed(f"The log-in did not work. {why}", code=code, hint="Try again.")


def _client() -> AsyncOAuth2Client:
    own = settings()
    secret = own.oidc_client_secret.get_secret_value() if own.oidc_client_secret else None
    return AsyncOAuth2Client(
        client_id=own.oidc_client_id,
        client_secret=secret,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        scope=SCOPE,
        redirect_uri=f"{(own.public_url or '').rstrip('/')}{CALLBACK}",
        code_challenge_method="S256",
        timeout=STEP_S,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [_guard]},
    )


async def _guard(request: httpx.Request) -> None:
    # Every request passes here before a socket is opened: the issuer names the addresses of the later ones.
    require_address(str(request.url))


def require_address(url: str) -> str:
    """An address that may be asked: https, or http on this machine. Raises Failed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host and not parts.username:
        return url
    if parts.scheme == "http" and is_loopback(host) and not parts.username:
        return url
    raise _failed("The address of the log-in service is not https.")


async def _discover(http: AsyncOAuth2Client) -> Issuer:
    name = settings().oidc_issuer or ""
    found = await _json(http, f"{name.rstrip('/')}/.well-known/openid-configuration")
    try:
        issuer = Issuer(
            str(found["issuer"]),
            require_address(str(found["authorization_endpoint"])),
            require_address(str(found["token_endpoint"])),
            require_address(str(found["jwks_uri"])),
        )
    except KeyError:
        raise _failed("The log-in service does not say where to ask it.") from None
    if issuer.name != name:
        raise _failed("The log-in service has another name than the one that is set.")
    return issuer


async def _json(http: AsyncOAuth2Client, url: str) -> dict[str, Any]:
    try:
        async with http.stream("GET", url, withhold_token=True) as response:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LIMIT_BYTES:
                    raise _failed("The log-in service sent too much.")
        found = json.loads(body)
    except (httpx.HTTPError, ValueError):
        raise _failed("The log-in service does not answer.") from None
    if response.status_code != 200 or not isinstance(found, dict):
        raise _failed("The log-in service does not answer as it should.")
    return found


async def _prove(code: str, kept: dict[str, Any]) -> Proven:
    async with _client() as http:
        issuer = await _discover(http)
        try:
            tokens = await http.fetch_token(issuer.token, code=code, code_verifier=kept["verifier"])
        except (OAuthError, httpx.HTTPError, ValueError):
            raise _failed("The log-in service did not accept its own answer.") from None
        keys = await _json(http, issuer.keys)
    try:
        found = jwt.decode(
            str(tokens.get("id_token", "")),
            KeySet.import_key_set(cast(KeySetSerialization, keys)),
            algorithms=ALGORITHMS,
        )
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": settings().oidc_client_id or ""},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": kept["nonce"]},
        )
        rules.validate(found.claims)
    except (JoseError, ValueError, KeyError, TypeError):
        raise _failed("What the log-in service says about you cannot be trusted.") from None
    return _proven(issuer, found.claims)


def _proven(issuer: Issuer, claims: dict[str, Any]) -> Proven:
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != settings().oidc_client_id:
        raise _failed("What the log-in service says was meant for another program.")
    email = claims.get("email") if claims.get("email_verified") is True else None
    try:
        return Proven(issuer.name, str(claims["sub"]), service.require_email(str(email)) if email else None)
    except BadInput:
        return Proven(issuer.name, str(claims["sub"]), None)


async def _enter(person: Proven, user_agent: str, former: SignedIn | None) -> str:
    async with transaction() as session:
        account = await repository.account_by_subject(session, person.issuer, person.subject)
        if account is None and person.email is not None:
            account = await repository.account_by_email(session, person.email)
        owner = account.owner if account else None
        if account is None or owner is None:
            guest_id = former.owner_id if former and former.kind == "guest" else None
            owner = await service.account_owner(session, guest_id)
            made: Account | None = await repository.add_account(session, owner.id, person.email, None)
            if made is None:
                raise _failed("Somebody has just signed up with this address.")
            account = made
        await repository.add_identity(session, account.id, person.issuer, person.subject)
        return await sign_ins.begin(session, owner, user_agent, former)
