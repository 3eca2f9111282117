"""Accounts: sign-up, forgotten passwords, where one is signed in."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api import cookies
from app.api.client import client_address
from app.api.deps import Session, Somebody, Who
from app.api.errors import problems
from app.api.routes.session import on_servers, signed_in, user_agent
from app.api.schemas.accounts import (
    AskedOut,
    ForgotIn,
    PasswordIn,
    ResetIn,
    SessionOut,
    SignInOut,
    SignUp,
    TokenIn,
)
from app.services.accounts import service, sign_ins

router = APIRouter(prefix="/account", tags=["account"], dependencies=on_servers)


@router.post("", status_code=202, summary="Sign up", responses=problems(409, 429))
async def sign_up(body: SignUp, request: Request, who: Who) -> AskedOut:
    """A link is mailed; the account is made when it is opened. A guest's work goes with it."""
    await service.sign_up(body.email, body.password.get_secret_value(), client_address(request), who)
    return AskedOut()


@router.post("/verify", summary="Finish a sign-up", responses=problems(409, 429))
async def verify(body: TokenIn, request: Request, response: Response, who: Who) -> SessionOut:
    """With the token of the mailed link: makes the account and signs in."""
    token = await service.verify(body.token, client_address(request), user_agent(request), who)
    return await signed_in(response, token)


@router.post("/forgot", status_code=202, summary="Ask for a new password", responses=problems(409, 429))
async def forgot(body: ForgotIn, request: Request) -> AskedOut:
    """A link is mailed if there is an account."""
    await service.forgot(body.email, client_address(request))
    return AskedOut()


@router.post("/reset", status_code=204, summary="Set a new password by a link", responses=problems(409, 429))
async def reset(body: ResetIn, request: Request, response: Response) -> None:
    """The link is good once and for 30 minutes. All sign-ins end."""
    await service.reset(body.token, body.password.get_secret_value(), client_address(request))
    cookies.drop(response, cookies.SESSION)


@router.put("/password", status_code=204, summary="Change the password", responses=problems(409, 429))
async def change_password(body: PasswordIn, request: Request, response: Response, who: Somebody) -> None:
    """All other sign-ins end."""
    current, new = body.current.get_secret_value(), body.new.get_secret_value()
    token = await service.change_password(who, current, new, user_agent(request))
    cookies.give(response, cookies.SESSION, token)


@router.get("/sessions", summary="Where one is signed in", responses=problems(409))
async def list_sessions(session: Session, who: Somebody) -> list[SignInOut]:
    """The last used first."""
    return [SignInOut.model_validate(item) for item in await sign_ins.list_all(session, who)]


@router.delete("/sessions/{session_id}", status_code=204, summary="Sign one browser out", responses=problems(404, 409))
async def end_session(session_id: UUID, session: Session, who: Somebody) -> None:
    """It has to sign in again."""
    await sign_ins.end(session, who, session_id)


@router.delete("/sessions", status_code=204, summary="Sign out everywhere else", responses=problems(409))
async def end_other_sessions(session: Session, who: Somebody) -> None:
    """All but the browser that asks."""
    await sign_ins.end_others(session, who)
