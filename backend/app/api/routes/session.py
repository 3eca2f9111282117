"""Who is signed in: look, enter as a guest, log in, log out."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.api import cookies
from app.api.deps import Session, Who
from app.api.errors import problems
from app.api.schemas.accounts import LogIn, SessionOut
from app.core import asking
from app.domain.errors import RehearsalError
from app.services.accounts import oidc, service, sign_ins

# Not "storage": recordings of others who use this browser may wait there to be sent; the page removes the own ones.
CLEAR = '"cache", "cookies"'
SIGN_IN = "/sign-in"
SEE_OTHER: dict[int | str, dict[str, Any]] = {
    303: {"description": "To the log-in service, or back to a page of this installation."}
}
on_servers = [Depends(service.require_server)]
router = APIRouter(prefix="/session", tags=["session"])


async def signed_in(response: Response, token: str) -> SessionOut:
    """Give the browser its new token and say who it is now."""
    cookies.give(response, cookies.SESSION, token)
    return SessionOut.model_validate(service.describe(await sign_ins.find(token)))


def user_agent(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


@router.get("", summary="Who is asking", responses=problems())
async def read_session(who: Who) -> SessionOut:
    """Answers everybody, signed in or not."""
    return SessionOut.model_validate(service.describe(who))


@router.post(
    "/guest", status_code=201, summary="Go on as a guest", dependencies=on_servers, responses=problems(409, 429)
)
async def enter_as_guest(request: Request, response: Response, who: Who) -> SessionOut:
    """For 24 hours, then everything is deleted; signing up keeps it. Whoever is signed in stays who they are."""
    if who is not None:
        return SessionOut.model_validate(service.describe(who))
    token = await service.enter_as_guest(asking.address.get(), user_agent(request))
    return await signed_in(response, token)


@router.post("", summary="Log in", dependencies=on_servers, responses=problems(409, 429))
async def log_in(body: LogIn, request: Request, response: Response, who: Who) -> SessionOut:
    """The same answer for an unknown address and a wrong password (401 `wrong_credentials`)."""
    address = asking.address.get()
    token = await service.log_in(body.email, body.password.get_secret_value(), address, user_agent(request), who)
    return await signed_in(response, token)


@router.delete("", status_code=204, summary="Log out", dependencies=on_servers, responses=problems(409))
async def log_out(session: Session, response: Response, who: Who) -> None:
    """Ends this sign-in and clears what the browser keeps of this installation."""
    if who is not None:
        await sign_ins.end(session, who, who.id)
    cookies.drop(response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = CLEAR


@router.get(
    "/oidc/start",
    status_code=303,
    response_class=RedirectResponse,
    summary="Log in with a service of others",
    dependencies=on_servers,
    responses=problems(404, 409, 502) | SEE_OTHER,
)
async def start_oidc(page: Annotated[str, Query(alias="next", max_length=500)] = "/") -> RedirectResponse:
    """Goes to the service; `next` is the page to come back to."""
    url, kept = await oidc.start(page)
    response = RedirectResponse(url, 303)
    cookies.give(response, cookies.OIDC, kept)
    return response


@router.get(
    "/oidc/callback",
    status_code=303,
    response_class=RedirectResponse,
    summary="Come back from a service of others",
    dependencies=on_servers,
    responses=problems(409) | SEE_OTHER,
)
async def finish_oidc(request: Request, who: Who) -> RedirectResponse:
    """Goes to the page that was asked for, or to the sign-in page with `problem=CODE`."""
    kept = cookies.read(request, cookies.OIDC)
    try:
        token, page = await oidc.finish(dict(request.query_params), kept, user_agent(request), who)
    except RehearsalError as error:
        response = RedirectResponse(f"{SIGN_IN}?problem={quote(error.code)}", 303)
    else:
        response = RedirectResponse(page, 303)
        cookies.give(response, cookies.SESSION, token)
    cookies.drop(response, cookies.OIDC)
    return response
