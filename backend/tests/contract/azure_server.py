"""A stand-in for Azure's text-to-speech WebSocket.

Path, headers, frames and metadata are those the official client 1.53.0 sends and reads (facts: cloud.md); they are not
a recording of Azure. It speaks in tones (`tone_voice`), with the true moments of shapes and words.
"""

from __future__ import annotations

import asyncio
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from app.services.providers.tts.azure import SHAPE_OF
from tests.contract.faults import KEY, Seen
from tests.contract.tone_voice import Spoken, spoken

PATH = "/cognitiveservices/websocket/v1"
VOICES = {"en-US-AvaNeural", "en-GB-RyanNeural"}
NAMESPACE = "{http://www.w3.org/2001/10/synthesis}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TICKS_PER_S = 10_000_000
FRAME_BYTES = 9_600


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one connection.

    `status` answers the handshake. Otherwise: `delay_s` before the first frame, `close_after` frames of sound the
    connection ends (`abruptly` without a goodbye), `garbage` instead of the metadata, or no `sound`.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    close_after: int | None = None
    abruptly: bool = False
    garbage: bool = False
    sound: bool = True
    shapes: bool = True


class Azure:
    """The service: faults for the next connections, and what was asked of it (one `Seen` per handshake and SSML)."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self.refused: list[str] = []
        """Why a message was not what the protocol wants."""

    def next(self, *faults: Fault) -> None:
        """Let the next connections go wrong, one after the other."""
        self.faults.extend(faults)

    def forget(self) -> None:
        """Back to the beginning."""
        self.seen.clear()
        self.faults.clear()
        self.refused.clear()

    def handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        """Whether the connection may be made."""
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        self.seen.append(Seen("GET", request.path, "", headers, b""))
        if self.faults and self.faults[0].status is not None:
            fault = self.faults.pop(0)
            response = connection.respond(HTTPStatus(fault.status), "{}\n")
            for name, value in fault.headers.items():
                response.headers[name] = value
            return response
        if request.path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        if headers.get("ocp-apim-subscription-key") != KEY:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async def converse(self, connection: ServerConnection) -> None:
        """Answer every `ssml` message."""
        with suppress(ConnectionClosed):
            await self._converse(connection)

    async def _converse(self, connection: ServerConnection) -> None:
        context: dict[str, Any] = {}
        async for message in connection:
            headers, body = _parsed(str(message))
            if headers.get("path") == "synthesis.context":
                context = json.loads(body)["synthesis"]["audio"]
            elif headers.get("path") == "ssml":
                self.seen.append(Seen("SSML", PATH, "", headers, body.encode()))
                fault = self.faults.pop(0) if self.faults else Fault()
                await self._speak(connection, headers, body, context, fault)

    async def _speak(
        self, connection: ServerConnection, headers: dict[str, str], ssml: str, context: dict[str, Any], fault: Fault
    ) -> None:
        problem = _problem(headers, context)
        try:
            voice, text, speed = _read(ssml)
        except (ElementTree.ParseError, ValueError, AttributeError) as error:
            problem = problem or f"SSML: {error}"
        if problem or voice not in VOICES:
            self.refused.append(problem or f"no voice {voice}")
            await connection.close(1007, "Synthesis request is invalid")
            return
        await asyncio.sleep(fault.delay_s)
        await self._answer(connection, headers["x-requestid"], spoken(text, speed), fault)

    async def _answer(self, connection: ServerConnection, request: str, said: Spoken, fault: Fault) -> None:
        stream = {"context": {"serviceTag": "local"}, "audio": {"type": "inline", "streamId": "S1"}}
        await connection.send(_text(request, "turn.start", {"context": {"serviceTag": "local"}}))
        await connection.send(_text(request, "response", stream))
        if fault.garbage:
            await connection.send(f"X-RequestId:{request}\r\nPath:audio.metadata\r\n\r\n{{<not json")
        else:
            entries = [e for e in _metadata(said) if fault.shapes or e["Type"] != "Viseme"]
            await connection.send(_text(request, "audio.metadata", {"Metadata": entries}))
        frames = range(0, len(said.samples) if fault.sound else 0, FRAME_BYTES)
        for k, begin in enumerate(frames):
            if fault.close_after == k:
                if fault.abruptly:
                    connection.transport.abort()
                else:
                    await connection.close(1011, "Internal server error")
                return
            await connection.send(_sound(request, said.samples[begin : begin + FRAME_BYTES]))
        await connection.send(_sound(request, b""))
        end = {"Type": "SessionEnd", "Data": {"Offset": _ticks(said.duration)}}
        await connection.send(_text(request, "audio.metadata", {"Metadata": [end]}))
        await connection.send(_text(request, "turn.end", {}))


def _problem(headers: dict[str, str], context: dict[str, Any]) -> str | None:
    options = context.get("metadataOptions", {})
    if context.get("outputFormat") != "raw-24khz-16bit-mono-pcm":
        return f"format {context.get('outputFormat')}"
    if headers.get("content-type") != "application/ssml+xml":
        return f"content type {headers.get('content-type')}"
    if options.get("visemeEnabled") is not True or options.get("wordBoundaryEnabled") is not True:
        return "no shapes or words were asked for"
    return None


def _read(ssml: str) -> tuple[str, str, float]:
    """Voice, text and speed. Raises when it is not what the service's schema wants."""
    root = ElementTree.fromstring(ssml)
    if root.tag != f"{NAMESPACE}speak" or root.get("version") != "1.0" or not root.get(XML_LANG):
        raise ValueError("speak needs a version and a language")
    voice = root.find(f"{NAMESPACE}voice")
    prosody = voice.find(f"{NAMESPACE}prosody")  # type: ignore[union-attr]
    if len(root) != 1 or len(voice) != 1 or len(prosody):  # type: ignore[arg-type]
        raise ValueError("something was put into it")
    rate = prosody.get("rate")  # type: ignore[union-attr]
    change = float(str(rate).removesuffix("%"))
    if not str(rate).endswith("%") or not -50 <= change <= 100:
        raise ValueError(f"rate {rate}")
    return voice.get("name") or "", prosody.text or "", 1 + change / 100  # type: ignore[union-attr]


def _parsed(message: str) -> tuple[dict[str, str], str]:
    head, _, body = message.partition("\r\n\r\n")
    pairs = (line.split(":", 1) for line in head.split("\r\n") if ":" in line)
    return {name.lower(): value.strip() for name, value in pairs}, body


def _text(request: str, path: str, content: Any) -> str:
    head = f"X-RequestId:{request}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n\r\n"
    return head + json.dumps(content)


def _sound(request: str, samples: bytes) -> bytes:
    """Two bytes of header length (highest first), the headers, the samples; an empty frame ends the stream."""
    kind = "Content-Type:audio/x-wav\r\n" if samples else ""
    headers = f"X-RequestId:{request}\r\nX-StreamId:S1\r\n{kind}Path:audio\r\n".encode()
    return struct.pack(">H", len(headers)) + headers + samples


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_S)


def _metadata(said: Spoken) -> list[dict[str, Any]]:
    """Words, then shapes: a silence at the beginning, one per sound, a silence at every gap that can be heard."""
    entries: list[dict[str, Any]] = []
    for word in said.words:
        bare = word.text.strip(",.?!;:()\"'")
        name = {"Text": bare, "Length": len(bare), "BoundaryType": "WordBoundary"}
        length = _ticks(word.end - word.start)
        entries.append(
            {"Type": "WordBoundary", "Data": {"Offset": _ticks(word.start), "Duration": length, "text": name}}
        )
        if word.text[-1] in ",.?!;:":
            mark = {"Text": word.text[-1], "Length": 1, "BoundaryType": "PunctuationBoundary"}
            data = {"Offset": _ticks(word.end), "Duration": length // 10, "text": mark}
            entries.append({"Type": "WordBoundary", "Data": data})
    ended = 0.0
    for sound in said.phonemes:
        if sound.start - ended > 0.1:
            entries.append(_shape(0, ended))
        if sound.text in SHAPE_OF:
            entries.append(_shape(SHAPE_OF[sound.text], sound.start))
        ended = sound.end
    return [*entries, _shape(0, ended)]


def _shape(shape: int, at_s: float) -> dict[str, Any]:
    return {"Type": "Viseme", "Data": {"Offset": _ticks(at_s), "VisemeId": shape, "IsLastAnimation": True}}


@contextmanager
def azure_server() -> Iterator[tuple[Azure, str]]:
    """The service and its address while it runs on a free port of 127.0.0.1."""
    azure, loop = Azure(), asyncio.new_event_loop()
    address: list[str] = []
    started = threading.Event()
    over = asyncio.Event()

    async def run() -> None:
        options: dict[str, Any] = {"subprotocols": ["USP"], "process_request": azure.handshake}
        async with serve(azure.converse, "127.0.0.1", 0, **options) as server:
            address.append(f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="azure", daemon=True)
    thread.start()
    if not started.wait(10):
        raise RuntimeError("the stand-in did not start")
    try:
        yield azure, address[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
