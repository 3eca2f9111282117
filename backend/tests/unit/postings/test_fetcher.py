"""The fetcher's behaviour, on loopback only: 127.0.0.2 is the public web, 127.0.0.1 and 127.0.0.9 are the inside."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.errors import RehearsalError
from app.domain.posting import Posting, Weight
from app.services.postings import fetcher
from tests.unit.postings.servers import INSIDE, PUBLIC, Server, policy, resolver, send

PAGE = b"""<!doctype html><html><head><title>Night Baker at Harbour Bread</title></head><body><main><h1>Night Baker</h1>
<p>Harbour Bread, Hull</p><h2>What you will do</h2><ul><li>Mix and shape sourdough for forty shops</li>
<li>Fire the deck oven at two in the morning</li><li>Write down every batch weight and temperature</li></ul>
<h2>What you need</h2><ul><li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li></ul>
<p>Apply by Friday. We bake for the whole coast, and have done so for forty years, from one brick building by the
fish dock where the flour arrives by boat.</p></main></body></html>"""


@dataclass
class Web:
    public: Server
    inside: tuple[Server, ...]
    names: dict[str, list[list[str]]]
    asked: list[str]

    async def fetch(self, path: str, host: str = "jobs.test") -> Posting:
        return await fetcher.fetch_posting(
            f"http://{host}:{self.public.port}{path}",
            policy=policy(self.public.port),
            resolver=resolver(self.names, self.asked),
        )

    async def code(self, path: str, host: str = "jobs.test") -> str:
        with pytest.raises(RehearsalError) as caught:
            await self.fetch(path, host)
        assert caught.value.hint
        assert "test" not in caught.value.message
        return caught.value.code


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    public = Server(PUBLIC)
    inside = tuple(Server(host) for host in INSIDE)
    await public.start_beside(inside)
    for server in inside:
        server.page("/", b"secret")
        server.page("/robots.txt", b"", content_type="text/plain")
    public.page("/job", PAGE)
    names = {"jobs.test": [[PUBLIC]], "other.test": [[PUBLIC]], "inside.test": [[INSIDE[0]]]}
    yield Web(public, inside, names, [])
    for server in (public, *inside):
        await server.stop()
    assert sum(server.connections for server in inside) == 0


async def test_reads_a_page(web: Web) -> None:
    posting = await web.fetch("/job")
    assert posting.title == "Night Baker"
    assert posting.company == "Harbour Bread"
    assert [item.weight for item in posting.requirements] == [Weight.DUTY] * 3 + [Weight.MUST] * 2
    assert posting.source_url == f"http://jobs.test:{web.public.port}/job"


async def test_sends_one_user_agent_and_no_cookies(web: Web) -> None:
    async def cookie(_: str, writer: asyncio.StreamWriter) -> None:
        await send(writer, b"", status="302 Found", headers={"Location": "/job", "Set-Cookie": "who=me; Path=/"})

    web.public.pages["/start"] = cookie
    await web.fetch("/start")
    agents = {headers["user-agent"] for _, headers in web.public.requests}
    assert agents == {fetcher.USER_AGENT}
    assert all("cookie" not in headers and "referer" not in headers for _, headers in web.public.requests)


async def test_reads_gzip(web: Web) -> None:
    web.public.page("/packed", gzip.compress(PAGE), Content_Encoding="gzip")
    assert (await web.fetch("/packed")).title == "Night Baker"


async def test_reads_text_and_keeps_the_address(web: Web) -> None:
    text = "Welder\n\nRequirements\n- TIG on stainless\n- Own tools\n- Own transport\n"
    web.public.page("/job.txt", text.encode(), content_type="text/plain")
    posting = await web.fetch("/job.txt")
    assert posting.title == "Welder"
    assert posting.source_url is not None
    assert posting.source_url.endswith("/job.txt")


async def test_stops_a_gzip_bomb_without_unpacking_it(web: Web) -> None:
    web.public.page("/bomb", gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    tracemalloc.start()
    assert await web.code("/bomb") == "url_too_big"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


async def test_stops_a_long_body_and_a_huge_announced_one(web: Web) -> None:
    sent = 0

    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(400):
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    async def announced(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10737418240\r\n\r\nx")
        await writer.drain()
        await asyncio.sleep(30)

    web.public.pages["/endless"] = endless
    web.public.pages["/announced"] = announced
    assert await web.code("/endless") == "url_too_big"
    assert sent < 26_000_000
    started = time.monotonic()
    assert await web.code("/announced") == "url_too_big"
    assert time.monotonic() - started < 3


async def test_a_dripping_server_is_left_after_the_total_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "TOTAL_S", 1.5)

    async def drip(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    web.public.pages["/drip"] = drip
    started = time.monotonic()
    assert await web.code("/drip") == "url_timeout"
    assert time.monotonic() - started < 4


async def test_a_name_server_that_stalls_does_not_hold_the_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "RESOLVE_S", 0.3)

    def stall(*_: Any) -> list[Any]:
        time.sleep(3)
        raise socket.gaierror(socket.EAI_NONAME, "late")

    started = time.monotonic()
    with pytest.raises(RehearsalError) as caught:
        await fetcher.fetch_posting("http://slow.test/", resolver=stall)
    assert caught.value.code == "url_dns"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_type": "image/png"}, "url_content_type"),
        ({"content_type": "application/octet-stream"}, "url_content_type"),
        ({"content_type": "application/json"}, "url_content_type"),
        ({"Content_Encoding": "br"}, "url_encoding"),
        ({"Content_Encoding": "gzip, gzip"}, "url_encoding"),
        ({"Content_Encoding": "gzip"}, "url_unreachable"),
    ],
)
async def test_refuses_other_types_and_encodings(web: Web, headers: dict[str, str], code: str) -> None:
    web.public.page("/odd", b"odd bytes", **headers)  # type: ignore[arg-type]
    assert await web.code("/odd") == code


@pytest.mark.parametrize(
    "status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Broken", "204 No Content", "999 No"]
)
async def test_reports_the_status(web: Web, status: str) -> None:
    async def handler(_: str, writer: asyncio.StreamWriter) -> None:
        await send(writer, b"", status=status)

    web.public.pages["/status"] = handler
    assert await web.code("/status") == "url_status"


async def test_follows_three_redirects_and_not_four(web: Web) -> None:
    for number in range(5):
        web.public.redirect(f"/r{number}", f"/r{number + 1}")
    web.public.page("/r5", PAGE)
    assert (await web.fetch("/r2")).title == "Night Baker"
    assert await web.code("/r1") == "url_redirects"
    web.public.redirect("/loop", "/loop")
    assert await web.code("/loop") == "url_redirects"


@pytest.mark.parametrize(
    "target",
    [
        "http://inside.test:{port}/",
        "http://127.0.0.1:{port}/",
        "http://2130706433:{port}/",
        "http://127.0.0.9:{port}/",
        "//127.0.0.1:{port}/",
        "http://0x7f000001:{port}/",
    ],
)
async def test_a_redirect_inside_is_not_followed(web: Web, target: str) -> None:
    web.names["0x7f000001"] = [[INSIDE[0]]]
    web.public.redirect("/out", target.format(port=web.public.port))
    assert await web.code("/out") == "url_forbidden_address"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "url_scheme"),
        ("http://jobs.test:22/", "url_forbidden_address"),
        ("http://[::1/", "url_unreachable"),
    ],
)
async def test_a_redirect_to_another_scheme_or_port_is_not_followed(web: Web, target: str, code: str) -> None:
    web.public.redirect("/out", target)
    assert await web.code("/out") == code


async def test_forbidden_and_mixed_answers_are_refused(web: Web) -> None:
    web.names["mixed.test"] = [[PUBLIC, INSIDE[0]]]
    assert await web.code("/", host="inside.test") == "url_forbidden_address"
    assert await web.code("/", host="mixed.test") == "url_forbidden_address"


async def test_rebinding_reaches_only_the_checked_address(web: Web) -> None:
    """The name is public when it is checked and internal ever after: each connection is made to what was checked."""
    web.names["rebind.test"] = [[PUBLIC], [INSIDE[1]]]
    assert await web.code("/job", host="rebind.test") == "url_forbidden_address"
    assert web.asked.count("rebind.test") == 2
    web.names["late.test"] = [[PUBLIC], [PUBLIC], [INSIDE[1]]]
    assert (await web.fetch("/job", host="late.test")).title == "Night Baker"


async def test_unknown_names_and_closed_ports_have_their_codes(web: Web) -> None:
    assert await web.code("/", host="nowhere.test") == "url_dns"
    closed = Server(PUBLIC)
    await closed.start()
    port = closed.port
    await closed.stop()
    with pytest.raises(RehearsalError) as caught:
        await fetcher.fetch_posting(f"http://jobs.test:{port}/", policy=policy(port), resolver=resolver(web.names))
    assert caught.value.code == "url_unreachable"


async def test_robots_txt_is_honoured(web: Web) -> None:
    web.public.page("/robots.txt", b"User-agent: *\nDisallow: /job\n", content_type="text/plain")
    assert await web.code("/job") == "url_robots"
    web.public.page(
        "/robots.txt", b"User-agent: Rehearsal\nAllow: /\n\nUser-agent: *\nDisallow: /\n", content_type="text/plain"
    )
    assert (await web.fetch("/job")).title == "Night Baker"


async def test_robots_txt_that_is_broken_on_the_server_closes_the_site(web: Web) -> None:
    async def broken(_: str, writer: asyncio.StreamWriter) -> None:
        await send(writer, b"", status="503 Later")

    web.public.pages["/robots.txt"] = broken
    assert await web.code("/job") == "url_robots"


async def test_robots_txt_of_any_size_is_read_to_its_cap(web: Web) -> None:
    web.public.page(
        "/robots.txt", b"User-agent: *\nDisallow: /x\n" + b"# filler\n" * 200_000, content_type="text/plain"
    )
    assert (await web.fetch("/job")).title == "Night Baker"


async def test_robots_txt_cannot_lead_inside(web: Web) -> None:
    web.public.redirect("/robots.txt", f"http://127.0.0.1:{web.public.port}/robots.txt")
    assert await web.code("/job") == "url_forbidden_address"


async def test_robots_of_the_redirect_target_count_too(web: Web) -> None:
    async def robots(_: str, writer: asyncio.StreamWriter) -> None:
        host = web.public.requests[-1][1]["host"]
        await send(
            writer, b"User-agent: *\nDisallow: /\n" if host.startswith("other") else b"", content_type="text/plain"
        )

    web.public.pages["/robots.txt"] = robots
    web.public.redirect("/away", f"http://other.test:{web.public.port}/job")
    assert await web.code("/away") == "url_robots"


@pytest.mark.parametrize(
    "url", ["", "  ", "not a url", "http://", "http://exa mple.test/", "https://a\\b.test", "x" * 3000, "http://[::1"]
)
async def test_what_is_no_address_is_said_so(url: str) -> None:
    with pytest.raises(RehearsalError) as caught:
        await fetcher.fetch_posting(url, resolver=resolver({}))
    assert caught.value.code in ("url_invalid", "url_dns")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "ftp://jobs.test/", "data:text/html,x", "ws://jobs.test/"]
)
async def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(RehearsalError) as caught:
        await fetcher.fetch_posting(url, resolver=resolver({}))
    assert caught.value.code == "url_scheme"


async def test_many_fetches_at_once_do_not_disturb_each_other(web: Web) -> None:
    postings = await asyncio.gather(*(web.fetch("/job") for _ in range(8)))
    assert len({posting.title for posting in postings}) == 1


def test_works_in_one_event_loop_after_another() -> None:
    """A worker runs each task in a loop of its own."""

    async def once() -> str:
        server = Server(PUBLIC)
        await server.start()
        server.page("/job", PAGE)
        try:
            found = await fetcher.fetch_posting(
                f"http://jobs.test:{server.port}/job",
                policy=policy(server.port),
                resolver=resolver({"jobs.test": [[PUBLIC]]}),
            )
        finally:
            await server.stop()
        return found.title or ""

    run: Callable[[], str] = lambda: asyncio.run(once())  # noqa: E731
    assert [run(), run()] == ["Night Baker", "Night Baker"]
