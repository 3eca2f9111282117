"""Small recordings made on the spot."""

from __future__ import annotations

import base64
import hashlib
import io
import wave
from collections.abc import AsyncIterator

import av
import httpx
import numpy as np

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


def wav(seconds: float = 1.0) -> bytes:
    """A hum of 140 Hz, 16 kHz mono."""
    rate = 16_000
    samples = 0.2 * np.sin(2 * np.pi * 140 * np.arange(round(seconds * rate)) / rate)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def flac(seconds: int) -> bytes:
    """Silence of any length in few bytes, 8 kHz mono."""
    rate, buffer = 8000, io.BytesIO()
    with av.open(buffer, "w", format="flac") as file:
        stream = file.add_stream("flac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, rate * 60), "<i2"), format="s16", layout="mono")
        frame.sample_rate = rate
        for minute in range(seconds // 60):
            frame.pts = minute * 60 * rate
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return buffer.getvalue()


def metadata(take_id: str) -> dict[str, str]:
    """The metadata header of an upload."""
    return {"Upload-Metadata": f"take_id {base64.b64encode(take_id.encode()).decode()}"}


def checksum(data: bytes, name: str = "sha256") -> dict[str, str]:
    """The checksum header of some bytes."""
    digest = hashlib.new(name, data).digest()
    return {"Upload-Checksum": f"{name} {base64.b64encode(digest).decode()}"}


async def begin(
    client: httpx.AsyncClient, question: object, length: int | None, kind: str = "voice"
) -> tuple[str, str]:
    """A take with an upload: (take id, address of the upload)."""
    take = (await client.post(f"/api/questions/{question}/takes", json={"kind": kind})).json()["id"]
    announced = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
    response = await client.post("/api/uploads", headers=TUS | metadata(take) | announced)
    assert response.status_code == 201, response.text
    return take, response.headers["location"]


async def send(
    client: httpx.AsyncClient, address: str, offset: int, data: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    """One PATCH; keyword names become headers (`Upload_Length` is `Upload-Length`)."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.patch(address, headers=TUS | BYTES | {"Upload-Offset": str(offset)} | extra, content=data)


async def stored(upload_address: str) -> bytes:
    """The bytes of an upload as the worker reads them, from its parts."""
    from pathlib import Path
    from tempfile import TemporaryDirectory
    from uuid import UUID

    from app.core.database import transaction
    from app.models import LOCAL_OWNER
    from app.services.recordings import repository, service

    async with transaction() as session:
        found = await repository.upload(session, LOCAL_OWNER, UUID(upload_address.rsplit("/", 1)[1]))
    assert found is not None
    upload = await service.upload_of(found.take_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        await service.assemble(upload, path)
        return path.read_bytes()
