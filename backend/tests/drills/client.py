"""A person's browser without the browser: the calls a page makes, for drills and benchmarks."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

TUS = {"Tus-Resumable": "1.0.0"}
ENDED = {"done", "failed", "skipped"}
# What a candidate types.
WORDS = (
    "We had a new colleague who was afraid of the forklift. I sat down with her and asked what worried her. "
    "Then I drove the lane slowly while she watched. After two weeks she passed the test, and she trains others today."
)


class Candidate:
    """Talks to one running system. Raises httpx.HTTPStatusError when an answer is an error."""

    def __init__(self, url: str, **options: Any) -> None:
        self._http = httpx.Client(base_url=url, timeout=180, **options)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """JSON of an API call (None when the answer is empty)."""
        answer = self._http.request(method, f"/api{path}", **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def plan(self, text: str, *, count: int, mode: str) -> dict[str, Any]:
        """A posting and an interview for it, with consent to everything."""
        posting = self.call("POST", "/postings", json={"text": text})
        body = {"posting_id": posting["id"], "count": count, "mode": mode}
        interview = self.call("POST", "/interviews", json=body)
        consent = {"recording": True, "voice": True, "presence": True}
        return dict(self.call("PATCH", f"/interviews/{interview['id']}", json={"consent": consent}))

    def record(
        self,
        question_id: str,
        path: Path,
        *,
        kind: str = "video",
        chunk: int = 200_000,
        between: Callable[[int], None] = lambda _: None,
    ) -> str:
        """Send a recording as the page does: take, tus upload of unknown length in pieces, finish. The take's id.

        `between` is called before each piece with the place it starts at.
        """
        take = self.call("POST", f"/questions/{question_id}/takes", json={"kind": kind})
        meta = f"take_id {base64.b64encode(take['id'].encode()).decode()}"
        created = self._http.post("/api/uploads", headers={**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": meta})
        created.raise_for_status()
        data = path.read_bytes()
        for offset in range(0, len(data), chunk):
            between(offset)
            piece = data[offset : offset + chunk]
            headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            if offset + len(piece) == len(data):
                headers["Upload-Length"] = str(len(data))
            self._http.patch(created.headers["location"], content=piece, headers=headers).raise_for_status()
        self.call("POST", f"/takes/{take['id']}/finish", json={})
        return str(take["id"])

    def first_bytes(self, path: str) -> bytes:
        """The beginning of a file."""
        answer = self._http.get(path, headers={"Range": "bytes=0-65535"})
        answer.raise_for_status()
        return answer.content

    def type(self, question_id: str, text: str) -> str:
        """A typed answer; the take's id."""
        return str(self.call("POST", f"/questions/{question_id}/takes", json={"kind": "typed", "text": text})["id"])

    def stages(self, take_id: str) -> dict[str, dict[str, Any]]:
        """The stages of a take by name."""
        return {stage["name"]: stage for stage in self.call("GET", f"/takes/{take_id}", timeout=20)["stages"]}

    def wait(
        self, take_id: str, until: Callable[[dict[str, dict[str, Any]]], bool], *, timeout_s: float = 150
    ) -> dict[str, dict[str, Any]]:
        """Poll the stages of a take until `until` holds; the API may be away meanwhile. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        stages: dict[str, dict[str, Any]] = {}
        while time.monotonic() < deadline:
            try:
                stages = self.stages(take_id)
            except httpx.HTTPError:
                time.sleep(0.2)
                continue
            if until(stages):
                return stages
            time.sleep(0.02)
        raise TimeoutError({name: stage["state"] for name, stage in stages.items()})

    def wait_until_ended(self, take_id: str, *, timeout_s: float = 150) -> dict[str, dict[str, Any]]:
        """Wait until no stage of the take can change any more by itself."""
        return self.wait(take_id, lambda s: all(x["state"] in ENDED for x in s.values()), timeout_s=timeout_s)
