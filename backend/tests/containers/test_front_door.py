"""What nginx does for everybody, with the real files, certificates and API behind it."""

from __future__ import annotations

import http.client
import socket
import ssl
from urllib.parse import urlsplit

import httpx
import pytest

from app.api.middleware import SECURITY_HEADERS
from tests.containers.conftest import Stack

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]

MIB = 1024 * 1024


def _shake(url: str, trust: ssl.SSLContext, version: ssl.TLSVersion | None = None) -> tuple[str | None, str | None]:
    """Version of TLS and protocol that are agreed upon."""
    context = trust if version is None else ssl._create_unverified_context()
    if version is not None:
        context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    parts = urlsplit(url)
    with (
        socket.create_connection(("127.0.0.1", parts.port or 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as secure,
    ):
        return secure.version(), secure.selected_alpn_protocol()


def test_tls_of_today_and_http_2(url: str, trust: ssl.SSLContext) -> None:
    assert _shake(url, trust) == ("TLSv1.3", "h2")
    assert _shake(url, trust, ssl.TLSVersion.TLSv1_2) == ("TLSv1.2", "h2")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake(url, trust, ssl.TLSVersion.TLSv1_1)


def test_plain_http_leads_to_tls_and_nowhere_else(stack: Stack, url: str) -> None:
    plain = f"http://{stack.environment['HTTP']}"
    answer = httpx.get(f"{plain}/history?x=1", headers={"Host": "localhost"})
    assert (answer.status_code, answer.headers["location"]) == (301, f"{url}/history?x=1")
    challenge = stack.file.parent / "acme" / ".well-known" / "acme-challenge"
    challenge.mkdir(parents=True)
    (challenge / "token").write_text("proof")
    (challenge / "token").chmod(0o644)
    assert httpx.get(f"{plain}/.well-known/acme-challenge/token", headers={"Host": "localhost"}).text == "proof"


def test_other_names_are_not_answered(stack: Stack, client: httpx.Client) -> None:
    # Closed without an answer: the end of the connection is seen first, or its reset.
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get("/livez", headers={"Host": "somewhere.example"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        httpx.get(f"http://{stack.environment['HTTP']}/", headers={"Host": "somewhere.example"})


@pytest.mark.parametrize("path", ["/", "/livez", "/api/system", "/assets/missing.js", "/api/missing"])
def test_policy_headers_once_on_static_files_and_on_the_api(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get_list(name) == [value], name
    assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
    assert "nginx/" not in answer.headers["server"]


def test_names_with_a_hash_are_kept_for_ever_and_the_page_is_asked_for_again(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    script = next(part for part in page.text.split('"') if part.startswith("/assets/") and part.endswith(".js"))
    answer = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/history").text == page.text, "an address of the page"
    assert client.get(page.url, headers={"If-None-Match": page.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/metrics", "/internal/v1/chat/completions", "/assets/missing.js"])
def test_what_is_not_for_everybody_is_not_there(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(url: str, trust: ssl.SSLContext) -> None:
    parts = urlsplit(url)
    for path, size in (("/api/postings", 4 * MIB), ("/api/uploads/x", 66 * MIB)):
        connection = http.client.HTTPSConnection("localhost", parts.port, context=trust, timeout=30)
        connection.putrequest("PATCH" if "uploads" in path else "POST", path)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert b'"error":"too_large"' in answer.read()
        connection.close()
