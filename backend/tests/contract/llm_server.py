"""OpenAI and Anthropic on this machine: they check each request as the makers' clients and interfaces define it.

What a request may hold comes from the parameter types of the makers' own clients, what an answer holds from their
response types, and the rules for strict schemas from their documentation. Faults are sent as raw bytes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anthropic.types
import openai.types.chat
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

KEY = "key-of-a-test-7f3a"
PATHS = {"openai": "/v1/chat/completions", "openai_compatible": "/v1/chat/completions", "anthropic": "/v1/messages"}
REFUSED_KEYWORDS = {"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "oneOf", "allOf"}

Answer = Callable[[str, str], str]
"""System and user text in, the model's text out."""


@dataclass
class Seen:
    """One request as it came."""

    vendor: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def texts(self) -> tuple[str, str]:
        """System and user text."""
        if self.vendor == "anthropic":
            return self.body["system"], self.body["messages"][0]["content"]
        return self.body["messages"][0]["content"], self.body["messages"][1]["content"]

    @property
    def schema(self) -> dict[str, Any]:
        """The schema the reply has to fit."""
        if self.vendor == "anthropic":
            return self.body["output_config"]["format"]["schema"]
        return self.body["response_format"]["json_schema"]["schema"]


@dataclass
class Vendor:
    """A running server. `faults` are sent first, one each; afterwards `answer` speaks."""

    url: str = ""
    answer: Answer = lambda *_: "{}"
    faults: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def address(self, vendor: str) -> str:
        """The base URL for a maker's client."""
        return self.url if vendor == "anthropic" else f"{self.url}/v1"


def completion(vendor: str, text: str | None, **changes: Any) -> dict[str, Any]:
    """A successful answer of a vendor, checked against its client's response type."""
    if vendor == "anthropic":
        body = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 120, "output_tokens": 30},
        } | changes
        anthropic.types.Message.model_validate(body)
        return body
    message = {"role": "assistant", "content": text, "refusal": None} | changes.pop("message", {})
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-test",
        "choices": [{"index": 0, "finish_reason": changes.pop("ended", "stop"), "message": message, "logprobs": None}],
        "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
    } | changes
    openai.types.chat.ChatCompletion.model_validate(body)
    return body


def _error(vendor: str, status: int) -> bytes:
    message = "SECRET words of the service"
    if vendor == "anthropic":
        body: dict[str, Any] = {"type": "error", "error": {"type": "api_error", "message": message}}
    else:
        body = {"error": {"message": message, "type": "x", "code": None, "param": "temperature"}}
    return json.dumps(body).encode()


def _special(vendor: str, fault: str) -> dict[str, Any]:
    """Answers that fit the response type and are no whole text."""
    if vendor == "anthropic":
        tool = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
        return {
            "length": completion(vendor, '{"a', stop_reason="max_tokens"),
            "refusal": completion(vendor, "I cannot", stop_reason="refusal"),
            "tool_call": completion(vendor, "", content=[tool], stop_reason="tool_use"),
            "empty_choices": completion(vendor, "", content=[]),
            "no_text": completion(vendor, ""),
        }[fault]
    call = {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    return {
        "length": completion(vendor, '{"a', ended="length"),
        "refusal": completion(vendor, None, message={"refusal": "I cannot"}),
        "tool_call": completion(vendor, None, message={"tool_calls": [call]}, ended="tool_calls"),
        "empty_choices": completion(vendor, "x") | {"choices": []},
        "no_text": completion(vendor, ""),
    }[fault]


SPECIAL = ("length", "refusal", "tool_call", "empty_choices", "no_text")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        """Check the request, then fail as told or answer."""
        vendor: Vendor = self.server.vendor
        name = "anthropic" if self.path.endswith("/messages") else "openai"
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        seen = Seen(name, {key.lower(): value for key, value in self.headers.items()}, body)
        vendor.seen.append(seen)
        vendor.problems += problems(self.path, seen)
        if KEY not in seen.headers.get("authorization", "") + seen.headers.get("x-api-key", ""):
            self._send(401, _error(name, 401))
        elif vendor.faults:
            self._fail(name, vendor.faults.pop(0))
        else:
            text = vendor.answer(*seen.texts)
            self._send(200, json.dumps(completion(name, text)).encode())

    def _fail(self, name: str, fault: str) -> None:
        if fault[:3].isdecimal():
            status, _, retry_after = fault.partition(" ")
            self._send(int(status), _error(name, int(status)), {"retry-after": retry_after} if retry_after else {})
        elif fault in SPECIAL:
            self._send(200, json.dumps(_special(name, fault)).encode())
        elif fault == "slow":
            self.server.stopping.wait(20)
            self.close_connection = True
        elif fault == "slow_drip":
            self._drip()
        elif fault == "cut_off":
            self._raw(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n" + b'{"id": "1'
            )
        elif fault == "closed":
            self.close_connection = True
        elif fault == "no_http":
            self._raw(b"nonsense\r\n\r\n")
        elif fault == "redirect":
            self._send(307, b"", {"location": "http://127.0.0.2:9/elsewhere"})
        else:
            content = {
                "garbage": b"\xff\xfe{]",
                "truncated": b'{"id": "chatcmpl-1", "choices": [{"mess',
                "wrong_type": b"<html>SECRET</html>",
                "array": b"[]",
                "other_shape": b'{"model": "m", "choices": "no", "content": 3, "usage": null}',
                "minus_tokens": json.dumps(
                    completion(name, "{}")
                    | {"usage": {"prompt_tokens": -1, "completion_tokens": -5, "input_tokens": -1, "output_tokens": -5}}
                ).encode(),
            }[fault]
            kind = "text/html" if fault == "wrong_type" else "application/json"
            self._send(200, content, {"content-type": kind})

    def _drip(self) -> None:
        self._raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n", close=False)
        try:
            while not self.server.stopping.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            pass
        self.close_connection = True

    def _raw(self, data: bytes, *, close: bool = True) -> None:
        self.wfile.write(data)
        self.wfile.flush()
        self.close_connection = close

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in ({"content-type": "application/json"} | (headers or {})).items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_BODIES: dict[str, tuple[TypeAdapter[Any], frozenset[str]]] = {
    vendor: (TypeAdapter(kind), frozenset(kind.__required_keys__ | kind.__optional_keys__))
    for vendor, kind in (
        ("openai", CompletionCreateParamsNonStreaming),
        ("anthropic", MessageCreateParamsNonStreaming),
    )
}


def problems(path: str, seen: Seen) -> list[str]:
    """What the vendor would not accept about a request."""
    found = [] if path == PATHS[seen.vendor] else [f"path {path}"]
    adapter, known = _BODIES[seen.vendor]
    try:
        adapter.validate_python(seen.body)
    except ValueError as error:
        found.append(f"body: {error}")
    found += [f"unknown parameter {key}" for key in sorted(seen.body.keys() - known)]
    found += schema_problems(seen.schema)
    headers = seen.headers
    if seen.vendor == "anthropic" and not headers.get("anthropic-version"):
        found.append("no anthropic-version")
    if not headers.get("content-type", "").startswith("application/json"):
        found.append("content type")
    if not headers.get("user-agent", "").startswith(("AsyncOpenAI/", "AsyncAnthropic/")):
        found.append(f"not the maker's client: {headers.get('user-agent')}")
    if headers.get("x-stainless-retry-count", "0") != "0":
        found.append("the client retried by itself")
    return found


def schema_problems(schema: Any, where: str = "schema") -> list[str]:
    """What strict mode refuses in a schema: open objects, optional properties, bounds."""
    if isinstance(schema, list):
        return [one for k, item in enumerate(schema) for one in schema_problems(item, f"{where}[{k}]")]
    if not isinstance(schema, dict):
        return []
    found = [f"{where}: {key}" for key in REFUSED_KEYWORDS & schema.keys()]
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            found.append(f"{where}: open object")
        if set(schema.get("required", ())) != set(schema["properties"]):
            found.append(f"{where}: optional properties")
        found += [one for key, item in schema["properties"].items() for one in schema_problems(item, f"{where}.{key}")]
    return found + schema_problems(schema.get("items"), f"{where}[]") + schema_problems(schema.get("anyOf"), where)


@contextmanager
def serving() -> Iterator[Vendor]:
    """A server on a free port of 127.0.0.1. At its end no request may have been one the vendor would refuse."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.stopping = threading.Event()
    server.vendor = vendor = Vendor(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
    assert vendor.problems == []
