"""Fetch a posting from the address a person gives, without lending the server's position in the network to anybody.

Every connection goes to an address that was checked (ssrfguard resolves once and connects to what it validated), every
redirect is checked again, and time, size, type and encoding are bounded. Nothing is sent but the request itself: no
cookies, no credentials, one User-Agent.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import ssrfguard
import ssrfguard.httpx
from protego import Protego

from app.domain.errors import BadInput, Refused, RehearsalError, TooLarge, UnsupportedMedia
from app.domain.posting import Posting
from app.services.postings import reading
from app.services.postings.parser import ats
from app.services.postings.parser.document import parse_fetched
from app.services.postings.parser.source import POSTING
from app.services.postings.parser.text import PASTE

log = logging.getLogger(__name__)

LIMIT_BYTES = 2_000_000  # a page with its scripts has 0.1 to 1 MB
ROBOTS_LIMIT_BYTES = 500_000  # RFC 9309, 2.5: a parser must read at least 500 KiB
TOTAL_S = 10.0
STEP_S = 5.0  # connect, and wait for the next bytes
RESOLVE_S = 4.0
MAX_REDIRECTS = 3
AGENT = "Rehearsal"
USER_AGENT = f"{AGENT}/0.1 (reads one job posting when a person asks for it)"
POLICY = ssrfguard.Policy(max_redirects=MAX_REDIRECTS)

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_FILE_TYPES = frozenset(
    {"application/pdf", "text/plain", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
)
_DATA_TYPES = frozenset({"application/json", "application/xml", "text/xml", "application/feed+json"})
_MAX_LOOKUPS = 16
_HINT = f"Open the page in your browser. {PASTE}"

Resolver = Callable[..., Any]


async def fetch_posting(url: str, *, policy: ssrfguard.Policy = POLICY, resolver: Resolver | None = None) -> Posting:
    """The posting behind an address: the board's public interface when it has one, else the page.

    Args:
        url: what the person typed; `https://` is added when no scheme is given.
        policy: what may be reached; tests pass one for loopback.
        resolver: a stand-in for `socket.getaddrinfo`.

    Raises:
        BadInput: `url_invalid`, `url_scheme`, `url_dns`, `url_timeout`, `url_status`, `url_redirects`,
            `url_unreachable`, and what `parse_page` and `parse_document` raise.
        Refused: `url_forbidden_address`, `url_robots`.
        TooLarge: `url_too_big`.
        UnsupportedMedia: `url_content_type`, `url_encoding`.
    """
    url = _completed(url)
    fetch = _Fetch(policy, resolver)
    try:
        async with asyncio.timeout(TOTAL_S), fetch:
            posting = await _from_boards(fetch, ats.endpoints(url), url)
            if posting is None:
                page = await fetch.page(url)
                posting = await _from_boards(fetch, ats.embedded(page.body, url), url)
    except TimeoutError:
        raise _timeout() from None
    if posting is not None:
        return posting
    name = urlsplit(page.url).path.rsplit("/", 1)[-1]
    content_type = page.content_type if page.media_type in _PAGE_TYPES else None
    return await reading.read(POSTING, parse_fetched, page.body, content_type, name, url=url)


class Answer:
    """What a server sent: the address it came from in the end, its type, and the decoded body."""

    __slots__ = ("body", "content_type", "media_type", "url")

    def __init__(self, url: str, content_type: str, body: bytes) -> None:
        self.url = url
        self.content_type = content_type
        self.media_type = content_type.split(";", 1)[0].strip().lower()
        self.body = body


async def _from_boards(fetch: _Fetch, endpoints: tuple[ats.Endpoint, ...], url: str) -> Posting | None:
    """The first answer of a board's interface that holds the job; None sends the caller on to the page itself."""
    for endpoint in endpoints:
        try:
            answer = await fetch.get(endpoint.url, accept=_DATA_TYPES)
            return await reading.read(POSTING, ats.read_answer, endpoint, answer.body, source_url=url)
        except RehearsalError as error:
            # The page may still hold what the interface does not give; a forbidden address stays forbidden there too.
            log.info("board interface of %s gave no posting: %s", endpoint.board, error.code)
    return None


def _completed(url: str) -> str:
    """The address with a scheme. Raises `url_invalid` for what can be none."""
    url = url.strip()
    if (
        not url
        or len(url) > 2000
        or any(character.isspace() or ord(character) < 32 for character in url)
        or "\\" in url
    ):
        raise _invalid()
    if "://" not in url and not url.lower().startswith(("javascript:", "data:", "mailto:", "file:", "about:")):
        url = f"https://{url}"
    return url


def _invalid() -> BadInput:
    return BadInput(
        "This is not the address of a web page.",
        code="url_invalid",
        hint=f"Copy the whole address, from https:// on. {PASTE}",
    )


def _timeout() -> BadInput:
    return BadInput("The page took longer than 10 seconds to answer.", code="url_timeout", hint=f"Try again. {PASTE}")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One certificate store per process: building it is what makes a client slow (0.04 to 0.25 s)."""
    return httpx.create_ssl_context(trust_env=False)


class _Fetch:
    """The requests of one fetch: one client without cookies or kept connections, closed at the end.

    A client per fetch costs 0.2 ms once the certificate store is built, and keeps the fetches of different people apart
    and every event loop with connections of its own.
    """

    def __init__(self, policy: ssrfguard.Policy, resolver: Resolver | None) -> None:
        self._policy = policy
        self._client = ssrfguard.httpx.AsyncClient(
            policy=policy,
            resolver=_within(resolver or socket.getaddrinfo, RESOLVE_S),
            verify=_tls(),
            follow_redirects=False,
            trust_env=False,
            timeout=STEP_S,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept-Language": "en, *;q=0.5"},
        )
        self._robots: dict[str, Protego] = {}

    async def __aenter__(self) -> _Fetch:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        await self._client.__aexit__(*details)

    async def page(self, url: str) -> Answer:
        """A page a person asked for: robots.txt of every host on the way is honoured."""
        return await self._follow(url, accept=_PAGE_TYPES | _FILE_TYPES, limit=LIMIT_BYTES, polite=True)

    async def get(self, url: str, *, accept: frozenset[str]) -> Answer:
        """A public interface made for programs: no robots.txt."""
        return await self._follow(url, accept=accept, limit=LIMIT_BYTES, polite=False)

    async def _follow(self, url: str, *, accept: frozenset[str] | None, limit: int, polite: bool) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            self._check(url)
            if polite and not await self._allowed(url):
                raise Refused("This site asks programs not to read this page.", code="url_robots", hint=_HINT)
            answer = await self._once(url, accept=accept, limit=limit)
            if isinstance(answer, Answer):
                return answer
            url = answer
        raise BadInput("This address leads on too many times.", code="url_redirects", hint=_HINT)

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            scheme, host = parts.scheme.lower(), parts.hostname
        except ValueError:
            raise _invalid() from None
        if scheme not in self._policy.allowed_schemes:
            raise BadInput(
                "Only addresses that begin with http:// or https:// can be read.", code="url_scheme", hint=PASTE
            )
        if not host:
            raise _invalid()
        try:
            self._policy.check_url(url)
        except ssrfguard.SSRFGuardError:
            raise _forbidden() from None

    async def _once(self, url: str, *, accept: frozenset[str] | None, limit: int) -> Answer | str:
        """One request: an answer, or the address it redirects to."""
        try:
            self._client.cookies.clear()
            async with self._client.stream("GET", url) as response:
                if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                    return urljoin(url, response.headers["location"])
                if response.status_code != 200:
                    raise _status(response.status_code)
                content_type = response.headers.get("content-type", "")
                media_type = content_type.split(";", 1)[0].strip().lower()
                if accept is not None and media_type not in accept:
                    raise UnsupportedMedia(
                        "There is no page of text at this address.", code="url_content_type", hint=_HINT
                    )
                announced = response.headers.get("content-length", "")
                if accept is not None and announced.isdigit() and int(announced) > limit:
                    raise _too_big()
                body = await _body(response, limit, whole=accept is not None)
        except ssrfguard.TooManyRedirectsError:
            raise BadInput("This address leads on too many times.", code="url_redirects", hint=_HINT) from None
        except ssrfguard.SSRFGuardError:
            raise _forbidden() from None
        except httpx.TimeoutException:
            raise _timeout() from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
            raise _invalid() from None
        except (httpx.HTTPError, OSError, zlib.error, ssl.SSLError) as error:
            if any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
                raise BadInput(
                    "There is no site with this name.", code="url_dns", hint=f"Check the address. {PASTE}"
                ) from None
            raise BadInput("The site does not answer.", code="url_unreachable", hint=f"Try again. {PASTE}") from None
        return Answer(url, content_type, body)

    async def _allowed(self, url: str) -> bool:
        """Whether robots.txt lets this program read the page (RFC 9309: 4xx allows, 5xx and no answer do not)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = Protego.parse(await self._robots_text(origin))
        return bool(self._robots[origin].can_fetch(url, AGENT))

    async def _robots_text(self, origin: str) -> str:
        try:
            answer = await self._follow(f"{origin}/robots.txt", accept=None, limit=ROBOTS_LIMIT_BYTES, polite=False)
        except Refused:
            raise
        except RehearsalError as error:
            status = getattr(error, "http_status", None)
            if (status is not None and 400 <= status < 500) or error.code in ("url_redirects", "url_encoding"):
                return ""
            if status is not None:
                return "User-agent: *\nDisallow: /"
            raise
        return answer.body.decode("utf-8", "replace")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _forbidden() -> Refused:
    return Refused(
        "This address leads to a private network or an unusual port, and is not opened.",
        code="url_forbidden_address",
        hint=PASTE,
    )


def _too_big() -> TooLarge:
    return TooLarge("This page is larger than 2 MB.", code="url_too_big", hint=PASTE)


class _Status(BadInput):
    """An HTTP status that is not 200, kept for robots.txt."""

    code = "url_status"

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.http_status = status


def _status(status: int) -> _Status:
    if status in (401, 403, 407, 429, 451, 999):
        return _Status(status, "The site does not show this page to programs.", _HINT)
    if status in (404, 410):
        return _Status(status, "There is no page at this address any more.", f"Check the address. {PASTE}")
    return _Status(status, f"The site answered with an error ({status}).", f"Try again later. {PASTE}")


def _decoder(coding: str) -> Callable[[bytes, int], bytes]:
    """`decode(chunk, room)`: at most `room` bytes come out of a chunk, however small it is packed."""
    if coding in ("", "identity"):
        return lambda chunk, _: chunk
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(wbits=31).decompress
    raise UnsupportedMedia("The site packs this page in a way that is not supported.", code="url_encoding", hint=_HINT)


async def _body(response: httpx.Response, limit: int, *, whole: bool) -> bytes:
    """The decoded body. Over the limit: `url_too_big`, or just the beginning when `whole` is False."""
    body = bytearray()
    decode = _decoder(response.headers.get("content-encoding", "").strip().lower())
    async for chunk in response.aiter_raw(16_384):
        body += decode(chunk, limit + 1 - len(body))
        if len(body) > limit:
            if whole:
                raise _too_big()
            return bytes(body[:limit])
    return bytes(body)


_lookups = threading.BoundedSemaphore(_MAX_LOOKUPS)


def _within(resolver: Resolver, seconds: float) -> Resolver:
    """A resolver with a deadline: `getaddrinfo` has none, and its thread cannot be stopped, only left."""

    def lookup(*arguments: Any) -> Any:
        if not _lookups.acquire(timeout=seconds):
            raise socket.gaierror(socket.EAI_AGAIN, "too many lookups at once")
        outcome: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

        def work() -> None:
            try:
                outcome.put((True, resolver(*arguments)))
            except BaseException as error:  # handed to the caller below
                outcome.put((False, error))
            finally:
                _lookups.release()

        threading.Thread(target=work, daemon=True, name="resolve").start()
        try:
            done, value = outcome.get(timeout=seconds)
        except Empty:
            raise socket.gaierror(socket.EAI_AGAIN, "the name lookup took too long") from None
        if not done:
            raise value
        return value

    return lookup
