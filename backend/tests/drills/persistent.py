"""A candidate whose browser does not give up: it asks again until it is answered, and goes on where the server is."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE_S = 300.0
PAUSE_S = 0.4


class Lost(AssertionError):
    """The server does not have what it had acknowledged."""


class Persistent:
    """Talks to a system that is being killed. What a method returns was acknowledged by the server."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=httpx.Timeout(20, connect=3))
        self.retries = 0

    def call(self, method: str, path: str, **options: Any) -> Any:
        """JSON of an API call, asked again while nobody answers or the answer is an error of the server's."""

        def ask() -> Any:
            answer = self._http.request(method, f"/api{path}", **options)
            answer.raise_for_status()
            return answer.json() if answer.content else None

        return self._persist(ask)

    def plan(self, text: str, *, count: int) -> dict[str, Any]:
        """An interview with consent to everything."""
        posting = self.call("POST", "/postings", json={"text": text})
        interview = self.call(
            "POST", "/interviews", json={"posting_id": posting["id"], "count": count, "mode": "video"}
        )
        consent = {"recording": True, "voice": True, "presence": True}
        return dict(self.call("PATCH", f"/interviews/{interview['id']}", json={"consent": consent}))

    def type(self, question_id: str, text: str) -> str:
        """A typed answer; the take's id."""
        take = self.call("POST", f"/questions/{question_id}/takes", json={"kind": "typed", "text": text})
        return str(take["id"])

    def record(self, question_id: str, data: bytes, *, kind: str, chunk: int = 60_000, between_s: float = 0.15) -> str:
        """A recording in pieces, as it would be while it is made, then finished; the take's id. Raises Lost."""
        take = str(self.call("POST", f"/questions/{question_id}/takes", json={"kind": kind})["id"])
        address, offset = self._begin(take), 0
        while offset < len(data):
            piece = data[offset : offset + chunk]
            headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            if offset + len(piece) == len(data):
                headers["Upload-Length"] = str(len(data))
            try:
                answer = self._http.patch(address, content=piece, headers=headers)
                answer.raise_for_status()
                offset = int(answer.headers["upload-offset"])
            except httpx.HTTPError:
                self.retries += 1
                time.sleep(PAUSE_S)
                there = self._offset(address)
                if there < offset:
                    raise Lost(f"{offset} bytes were acknowledged, {there} are there") from None
                offset = there
            time.sleep(between_s)
        self.call("POST", f"/takes/{take}/finish", json={})
        return take

    def stages(self, take_id: str) -> dict[str, dict[str, Any]] | None:
        """The stages of a take by name; None when nobody answers now. Raises Lost when it is not there."""
        try:
            answer = self._http.get(f"/api/takes/{take_id}", timeout=5)
        except httpx.HTTPError:
            return None
        if answer.status_code == 404:
            raise Lost(f"the take {take_id} is gone")
        if answer.status_code != 200:
            return None
        return {stage["name"]: stage for stage in answer.json()["stages"]}

    def _begin(self, take: str) -> str:
        meta = f"take_id {base64.b64encode(take.encode()).decode()}"

        def ask() -> str:
            headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": meta}
            answer = self._http.post("/api/uploads", headers=headers)
            if answer.status_code == 409:  # begun, and the answer was lost
                return str(self.call("GET", f"/takes/{take}")["upload"]["url"])
            answer.raise_for_status()
            return str(answer.headers["location"])

        return self._persist(ask)

    def _offset(self, address: str) -> int:
        def ask() -> int:
            answer = self._http.head(address, headers=TUS)
            answer.raise_for_status()
            return int(answer.headers["upload-offset"])

        return self._persist(ask)

    def _persist(self, ask: Callable[[], T]) -> T:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return ask()
            except httpx.HTTPStatusError as error:
                if error.response.status_code < 500 or time.monotonic() > deadline:
                    raise
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
            self.retries += 1
            time.sleep(PAUSE_S)
