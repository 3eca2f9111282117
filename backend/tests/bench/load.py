"""`make bench-load`: what one API process carries on this machine, as JSON on standard output.

Three loads, one after the other, on a whole system started as a person starts it; the clients run on the same machine
and their CPU seconds are given beside those of the parts:

- reads: `GET /livez` (nothing behind it) and `GET /api/interviews/{id}/progress` (a query with joins) over 32 kept
  connections for 10 s each.
- streams: 1,000 open event streams; every two seconds something changes in one of 50 interviews; milliseconds from the
  answer of the change to the event at each of its 20 streams.
- uploads: 100 candidates send a real recording of 1 Mbit/s for a minute by tus through nginx, one piece a second; then
  the stored bytes of each are compared with what was sent, and two of the takes are finished and analysed to a report.

Exit status 1 when a byte, an event or a report is missing. `--small` runs a tenth of it, to try the bench itself.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.system import POSTING, memory, role
from tests.drills.client import TUS, Candidate
from tests.e2e import media
from tests.e2e.system import RunningSystem, free_port

ANSWER = "I moved the heavy lanes next to the door, and late departures fell from nine a week to one."
WEBM_S = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    connections: int = 32
    reads_s: float = 10
    streams: int = 1000
    interviews: int = 50
    changes: int = 20
    candidates: int = 100


SMALL = Size(connections=8, reads_s=2, streams=100, interviews=5, changes=4, candidates=10)


class Connection:
    """A kept HTTP/1.1 connection that knows as much as the bench needs: a load client must cost little itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int) -> AsyncIterator[Connection]:
        """A connection to a port of this machine."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield cls(reader, writer, f"127.0.0.1:{port}")
        finally:
            writer.close()

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, dict[str, str]]:
        """Status and headers of an answer whose body is read and thrown away."""
        await self._send(method, path, headers, body)
        status, found = await self._head()
        await self._reader.readexactly(int(found.get("content-length", "0")))
        return status, found

    async def events(self, path: str) -> AsyncIterator[str]:
        """The data of each event of a stream."""
        await self._send("GET", path, {"Accept": "text/event-stream"}, b"")
        status, _ = await self._head()
        if status != 200:
            raise RuntimeError(f"the stream answered {status}")
        while line := await self._reader.readline():
            if line.startswith(b"data: "):
                yield line[6:].decode().strip()

    async def _send(self, method: str, path: str, headers: dict[str, str] | None, body: bytes) -> None:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self._writer.drain()

    async def _head(self) -> tuple[int, dict[str, str]]:
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}


def spread(values: list[float], digits: int = 1) -> dict[str, float]:
    """p50, p95, p99 and the highest; `n` is how many there were."""
    ranks = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    found = {"p50": ranks[49], "p95": ranks[94], "p99": ranks[98], "max": max(values)}
    return {"n": len(values)} | {name: round(value, digits) for name, value in found.items()}


class Cost:
    """CPU seconds by part of the system between two moments, the load client among them."""

    def __init__(self, system: RunningSystem, proxy: psutil.Process | None = None) -> None:
        self._system, self._proxy = system, proxy
        self._began, self._before = time.monotonic(), self._now()

    def _now(self) -> Counter[str]:
        spent: Counter[str] = Counter()
        for process in psutil.process_iter():
            try:
                ours = self._system.pid in {process.pid, *(parent.pid for parent in process.parents())}
                proxied = self._proxy is not None and self._proxy.pid in {process.pid, process.ppid()}
                if not (ours or proxied or str(self._system.data) in " ".join(process.cmdline())):
                    continue
                times = process.cpu_times()
                spent["nginx" if proxied else role(process)] += times.user + times.system
            except psutil.Error:
                continue
        own = resource.getrusage(resource.RUSAGE_SELF)
        spent["client"] = own.ru_utime + own.ru_stime
        return spent

    def so_far(self) -> dict[str, float]:
        """Seconds by part, and of the clock. What a process spent that has ended meanwhile is not in it."""
        spent = {part: round(value - self._before[part], 1) for part, value in self._now().items()}
        return {part: value for part, value in spent.items() if value > 0} | {
            "clock": round(time.monotonic() - self._began, 1)
        }


async def reads(system: RunningSystem, path: str, size: Size) -> dict[str, Any]:
    """Reads a second and their milliseconds."""
    taken: list[float] = []
    wrong: Counter[int] = Counter()

    async def one(until: float) -> None:
        async with Connection.open(system.port) as http:
            while (began := time.perf_counter()) < until:
                status, _ = await http.ask("GET", path)
                taken.append((time.perf_counter() - began) * 1000)
                if status != 200:
                    wrong[status] += 1

    cost = Cost(system)
    began = time.perf_counter()
    await asyncio.gather(*(one(began + size.reads_s) for _ in range(size.connections)))
    rate = len(taken) / (time.perf_counter() - began)
    return {
        "a_second": round(rate),
        "connections": size.connections,
        "ms": spread(taken),
        "wrong": dict(wrong),
        "cpu_s": cost.so_far(),
    }


async def streams(system: RunningSystem, interviews: list[dict[str, Any]], size: Size) -> dict[str, Any]:
    """Milliseconds from a change to the event at every stream of its interview."""
    heard: dict[int, list[float]] = {index: [] for index in range(size.streams)}
    opened = asyncio.Semaphore(0)

    async def listen(index: int) -> None:
        async with Connection.open(system.port) as http:
            path = f"/api/interviews/{interviews[index % len(interviews)]['id']}/events"
            first = True
            async for _ in http.events(path):
                heard[index].append(time.perf_counter())
                if first:
                    first = False
                    opened.release()

    cost = Cost(system)
    listeners = [asyncio.create_task(listen(index)) for index in range(size.streams)]
    for _ in listeners:
        await asyncio.wait_for(opened.acquire(), 120)
    opening = cost.so_far()
    await asyncio.sleep(3)
    cost, late, missing = Cost(system), [], 0
    async with Connection.open(system.port) as http:
        for change in range(size.changes):
            which = change % len(interviews)
            question = interviews[which]["questions"][change // len(interviews)]["id"]
            body = json.dumps({"kind": "typed", "text": ANSWER}).encode()
            headers = {"Content-Type": "application/json"}
            began = time.perf_counter()
            status, _ = await http.ask("POST", f"/api/questions/{question}/takes", headers, body)
            if status != 201:
                raise RuntimeError(f"a typed answer was answered with {status}")
            await asyncio.sleep(2)
            for index in range(which, size.streams, len(interviews)):
                after = [moment for moment in heard[index] if moment > began]
                missing += not after
                late += [(after[0] - began) * 1000] if after else []
    changing = cost.so_far()
    held = memory(system)
    cost = Cost(system)
    await asyncio.sleep(20)
    for listener in listeners:
        listener.cancel()
    ended = [result for result in await asyncio.gather(*listeners, return_exceptions=True) if result is not None]
    broken = [error for error in ended if not isinstance(error, asyncio.CancelledError)]
    return {
        "open": size.streams,
        "events_missing": missing,
        "streams_broken": len(broken),
        "ms_to_event": spread(late),
        "cpu_s_opening": opening,
        "cpu_s_changing": changing,
        "cpu_s_quiet": cost.so_far(),
        "memory_mib": held["pss"],
    }


NGINX = """
worker_processes auto; error_log {folder}/error.log warn; pid {folder}/nginx.pid; daemon off;
events {{ worker_connections 2048; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream api {{ server 127.0.0.1:{api}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_request_buffering off; proxy_buffering off; client_max_body_size 66m;
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, api: int) -> Iterator[tuple[int, psutil.Process]]:
    """nginx before the API, passing uploads on as they come, as `deploy/nginx.conf` does; its port and process."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is needed for the uploads: apt-get install nginx-light")
    folder.mkdir()
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, api=api, port=port), encoding="utf-8")
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        for _ in range(100):
            if (folder / "nginx.pid").exists():
                break
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


async def uploads(
    system: RunningSystem, takes: list[str], recording: bytes, port: int, proxy: psutil.Process
) -> dict[str, Any]:
    """Milliseconds of each piece; which uploads came wrong."""
    pieces = WEBM_S
    step = -(-len(recording) // pieces)
    taken: list[float] = []
    behind: list[float] = []
    refused: Counter[int] = Counter()
    addresses: dict[str, str] = {}

    async def send(take: str, start: float) -> None:
        meta = f"take_id {base64.b64encode(take.encode()).decode()}"
        async with Connection.open(port) as http:
            status, found = await http.ask(
                "POST", "/api/uploads", {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": meta}
            )
            if status != 201:
                refused[status] += 1
                return
            addresses[take] = found["location"]
            for place, offset in enumerate(range(0, len(recording), step)):
                due = start + place
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                piece = recording[offset : offset + step]
                headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
                if offset + len(piece) == len(recording):
                    headers["Upload-Length"] = str(len(recording))
                began = time.perf_counter()
                status, _ = await http.ask("PATCH", found["location"], headers, piece)
                taken.append((time.perf_counter() - began) * 1000)
                behind.append(time.perf_counter() - due - 1)
                if status != 204:
                    refused[status] += 1
                    return

    cost = Cost(system, proxy)
    now = time.perf_counter()
    # People do not press the button together: their seconds are spread.
    await asyncio.gather(*(send(take, now + place / len(takes)) for place, take in enumerate(takes)))
    spent = cost.so_far()
    wanted = hashlib.sha256(recording).digest()
    damaged = [take for take in takes if stored(system.data, take, addresses.get(take, "")) != wanted]
    return {
        "candidates": len(takes),
        "mbit_a_second_each": round(len(recording) * 8 / 1e6 / WEBM_S, 2),
        "bytes_each": len(recording),
        "ms_a_piece": spread(taken),
        "most_seconds_behind": round(max(0.0, max(behind, default=0.0)), 2),
        "refused": dict(refused),
        "lost_or_damaged": len(damaged),
        "cpu_s": spent,
        "memory_mib": memory(system)["pss"],
    }


def stored(data: Path, take: str, address: str) -> bytes:
    """sha256 of the parts of an upload as they lie in the storage folder, in the order of their offsets."""
    total = hashlib.sha256()
    folder = data / "storage" / "takes" / take / "uploads" / address.rsplit("/", 1)[-1]
    for part in sorted(folder.iterdir()) if folder.is_dir() else ():
        total.update(part.read_bytes())
    return total.digest()


def plan(candidate: Candidate, posting: str, count: int) -> dict[str, Any]:
    """An interview with consent to everything, and no follow-ups: who listens ahead is measured elsewhere."""
    body = {"posting_id": posting, "count": count, "mode": "video", "follow_ups": False}
    interview = candidate.call("POST", "/interviews", json=body)
    consent = {"recording": True, "voice": True, "presence": True}
    return dict(candidate.call("PATCH", f"/interviews/{interview['id']}", json={"consent": consent}))


def measure(size: Size, root: Path) -> dict[str, Any]:
    """All three loads."""
    material = Path(os.environ.get("REHEARSAL_E2E_MEDIA") or root / "media")
    media.write_all(material)
    media.write_recording(material, root / "take.webm", seconds=WEBM_S)
    recording = (root / "take.webm").read_bytes()
    out: dict[str, Any] = {"cores": psutil.cpu_count(), "load_before": psutil.getloadavg()}
    with RunningSystem(root / "d") as system:
        candidate = Candidate(system.url)
        posting = candidate.call("POST", "/postings", json={"text": POSTING.read_text(encoding="utf-8")})["id"]
        interviews = [plan(candidate, posting, 3) for _ in range(size.interviews)]
        progress = f"/api/interviews/{interviews[0]['id']}/progress"
        settle(candidate, interviews)
        out["memory_at_rest_mib"] = memory(system)["pss"]
        out["reads_livez"] = asyncio.run(reads(system, "/livez", size))
        out["reads_progress"] = asyncio.run(reads(system, progress, size))
        out["streams"] = asyncio.run(streams(system, interviews, size))
        questions = [question["id"] for interview in interviews for question in interview["questions"]]
        chosen = (questions * (size.candidates // len(questions) + 1))[: size.candidates]
        takes = [
            candidate.call("POST", f"/questions/{question}/takes", json={"kind": "video"})["id"] for question in chosen
        ]
        with nginx(root / "nginx", system.port) as (port, proxy):
            out["uploads"] = asyncio.run(uploads(system, takes, recording, port, proxy))
        reports = 0
        for take in takes[:2]:
            candidate.call("POST", f"/takes/{take}/finish", json={})
            stages = candidate.wait_until_ended(take, timeout_s=600)
            reports += stages["grade"]["state"] == "done"
        out["reports_after"] = {"finished": 2, "graded": reports}
    return out


def settle(candidate: Candidate, interviews: list[dict[str, Any]], *, timeout_s: float = 900) -> None:
    """Wait until every question is spoken: its work would be counted as that of the load."""
    until = time.monotonic() + timeout_s
    for interview in interviews:
        while time.monotonic() < until:
            state = candidate.call("GET", f"/interviews/{interview['id']}")
            if all(question["speech"]["state"] != "preparing" for question in state["questions"]):
                break
            time.sleep(1)


def complete(out: dict[str, Any]) -> bool:
    """Whether nothing was lost."""
    reads_right = not (out["reads_livez"]["wrong"] or out["reads_progress"]["wrong"])
    streamed = out["streams"]["events_missing"] == out["streams"]["streams_broken"] == 0
    uploaded = out["uploads"]["lost_or_damaged"] == 0 and not out["uploads"]["refused"]
    return reads_right and streamed and uploaded and out["reports_after"]["graded"] == 2


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    size = SMALL if parser.parse_args().small else Size()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    with tempfile.TemporaryDirectory(prefix="rh-load-", dir="/tmp") as folder:
        out = measure(size, Path(folder))
    print(json.dumps(out, indent=1))
    return 0 if complete(out) else 1


if __name__ == "__main__":
    sys.exit(main())
