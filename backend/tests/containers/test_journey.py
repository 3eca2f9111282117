"""From the posting to the report through nginx, while a replica of the API and a worker are killed in the middle."""

from __future__ import annotations

import base64
import hashlib
import signal
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.containers.conftest import Stack, until
from tests.drills.client import ENDED, TUS, Candidate
from tests.drills.conftest import POSTING

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1200)]

PIECE, MIB = 400_000, 1024 * 1024


class Events(threading.Thread):
    """Reads the progress as the page does: when the stream breaks it asks again."""

    def __init__(self, http: httpx.Client, interview: str) -> None:
        super().__init__(daemon=True)
        self.http, self.path = http, f"/api/interviews/{interview}/events"
        self.seen: list[str] = []
        self.streams = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                with self.http.stream("GET", self.path, timeout=httpx.Timeout(10, read=40)) as answer:
                    answer.raise_for_status()
                    self.streams += 1
                    for line in answer.iter_lines():
                        if line.startswith("data:"):
                            self.seen.append(line)
                        if self.over.is_set():
                            return
            except httpx.HTTPError:
                time.sleep(0.3)


def persist(http: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """A request that may be repeated, repeated while the answer is that the server is away."""
    answers: list[httpx.Response] = []

    def asked() -> bool:
        answers.append(http.request(method, path, **options))
        return answers[-1].status_code < 500

    until(path, asked)
    answers[-1].raise_for_status()
    return answers[-1]


def send(http: httpx.Client, take: str, data: bytes, between: Any) -> None:
    """The page's uploader: pieces, and after a break from where the server is."""
    meta = f"take_id {base64.b64encode(take.encode()).decode()}"
    created = persist(
        http, "POST", "/api/uploads", headers={**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": meta}
    )
    address, offset = created.headers["location"], 0
    while offset < len(data):
        between(offset)
        piece = data[offset : offset + PIECE]
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        if offset + len(piece) == len(data):
            headers["Upload-Length"] = str(len(data))
        try:
            http.patch(address, content=piece, headers=headers).raise_for_status()
            offset += len(piece)
        except httpx.HTTPError:
            offset = int(persist(http, "HEAD", address, headers=TUS).headers["upload-offset"])


def busy(stack: Stack, names: list[str]) -> str | None:
    """The container that computes now, or None."""

    def used(name: str) -> float:
        try:
            first = psutil.Process(int(stack.state(name)["State"]["Pid"]))
            return sum(sum(one.cpu_times()[:2]) for one in [first, *first.children(recursive=True)])
        except psutil.Error:
            return 0.0

    before = {name: used(name) for name in names}
    time.sleep(0.4)
    grown = {name: used(name) - before[name] for name in names}
    most = max(grown, key=lambda name: grown[name])
    return most if grown[most] > 0.1 else None


def test_the_journey_survives_the_death_of_a_replica_and_of_a_worker(
    stack: Stack, client: httpx.Client, candidate: Candidate, material: Path, trust: ssl.SSLContext
) -> None:
    http = candidate._http
    data = material.read_bytes()
    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    events = Events(http, interview["id"])
    events.start()
    until("the first event, while nothing else happens", lambda: events.seen)

    # A replica is killed between two pieces of the recording; the engine starts it again.
    question = interview["questions"][0]["id"]
    take = candidate.call("POST", f"/questions/{question}/takes", json={"kind": "video"})["id"]
    killed: list[str] = []

    def between(offset: int) -> None:
        if offset > len(data) // 2 and not killed:
            killed.append(stack.name("api-1"))
            stack.kill(killed[0])

    send(http, take, data, between)
    assert killed
    persist(http, "POST", f"/api/takes/{take}/finish", json={})

    # The worker that has the recording now is killed in the middle of its work.
    workers = [stack.name("worker-media", number) for number in (1, 2)]
    deadline = time.monotonic() + 120
    while len(killed) < 2 and time.monotonic() < deadline:
        working = busy(stack, workers)
        if working:
            stack.kill(working)
            killed.append(working)
    assert len(killed) == 2, "no worker was seen at work"

    stages = candidate.wait_until_ended(take, timeout_s=400)
    assert {name: stage["state"] for name, stage in stages.items() if stage["state"] != "skipped"} == {
        name: "done" for name, stage in stages.items() if stage["state"] != "skipped"
    }
    report = candidate.call("GET", f"/interviews/{interview['id']}/report")
    answer = report["answers"][0]
    assert answer["grade"]["overall"] is not None
    assert "stopwatch" in " ".join(word["text"] for word in answer["transcript"]["words"])

    # Both that died are back, by themselves.
    for name in killed:
        until(name, lambda name=name: stack.state(name)["State"]["Running"])
    events.over.set()
    assert events.streams >= 1
    assert '"done"' in events.seen[-1]

    _media_is_the_same_everywhere(stack, http, take)


def _media_is_the_same_everywhere(stack: Stack, http: httpx.Client, take: str) -> None:
    """The stored file, what nginx gives of it, and the ranges of it are the same bytes."""
    answer = http.get(f"/api/takes/{take}/media")
    assert answer.status_code == 200
    script = (
        "import hashlib, pathlib, sys; "
        f"print(*[hashlib.sha256(p.read_bytes()).hexdigest() for p in pathlib.Path('/data/storage').rglob('*') "
        f"if p.is_file() and p.name.startswith('recording.') and '{take}' in str(p)])"
    )
    stored = stack.execute(stack.name("api-2"), "python3", "-c", script).split()
    assert stored == [hashlib.sha256(answer.content).hexdigest()]
    middle = len(answer.content) // 2
    for asked, wanted in (
        (f"bytes=0-{middle - 1}", answer.content[:middle]),
        (f"bytes={middle}-", answer.content[middle:]),
        ("bytes=-1000", answer.content[-1000:]),
    ):
        part = http.get(f"/api/takes/{take}/media", headers={"Range": asked})
        assert part.status_code == 206
        assert part.content == wanted
    assert http.get(f"/api/takes/{take}/media", headers={"Range": f"bytes={len(answer.content)}-"}).status_code == 416


def test_the_largest_piece_gets_through(candidate: Candidate) -> None:
    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    question = interview["questions"][0]["id"]
    take = candidate.call("POST", f"/questions/{question}/takes", json={"kind": "video"})["id"]
    largest = candidate.call("GET", "/system")["limits"]["patch_bytes"]
    meta = f"take_id {base64.b64encode(take.encode()).decode()}"
    created = candidate._http.post("/api/uploads", headers={**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": meta})
    # The beginning says what it is; the rest may be anything until it is finished.
    piece = b"\x1a\x45\xdf\xa3" + bytes(largest - 4)
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    answer = candidate._http.patch(created.headers["location"], content=piece, headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(largest))
    candidate._http.delete(created.headers["location"], headers=TUS).raise_for_status()


def test_a_replica_that_is_stopped_ends_its_streams_and_leaves_properly(stack: Stack, candidate: Candidate) -> None:
    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    events = Events(candidate._http, interview["id"])
    events.start()
    until("the stream", lambda: events.seen)
    for name in ("api-1", "api-2"):
        stack.engine.podman("stop", "-t", "35", stack.name(name))
        state = stack.state(stack.name(name))["State"]
        assert state["ExitCode"] in (0, 143, 128 + signal.SIGTERM), "it was killed after its time"
        assert candidate.call("GET", "/system"), "the other one answers"
        stack.engine.podman("start", stack.name(name))
        until(name, lambda name=name: stack.healthy(stack.name(name)))
        # podman gives it another hardware address and tells nobody: its neighbours find out after some seconds.
        until(f"nginx reaches {name}", lambda number=name[-1]: stack.reaches("web", f"172.28.7.1{number}:8000"))
    assert events.streams >= 2, "the page's stream moved to the other replica"
    events.over.set()


def test_a_worker_that_is_stopped_finishes_or_hands_back_what_it_does(
    stack: Stack, candidate: Candidate, material: Path
) -> None:
    interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
    take = candidate.record(interview["questions"][0]["id"], material, chunk=MIB)
    workers = [stack.name("worker-media", number) for number in (1, 2)]
    deadline = time.monotonic() + 120
    working = None
    while working is None and time.monotonic() < deadline:
        working = busy(stack, workers)
    assert working
    stack.engine.podman("stop", "-t", "35", working)
    assert stack.state(working)["State"]["ExitCode"] != 137, "it was killed after its time"
    stages = candidate.wait_until_ended(take, timeout_s=400)
    assert {stage["state"] for stage in stages.values()} <= {"done", "skipped"}
    assert stages["grade"]["state"] in ENDED
    stack.engine.podman("start", working)
