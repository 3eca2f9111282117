"""A hundred kills in ten minutes while people practise: nothing acknowledged is lost, nothing is graded twice.

The order of the kills is the same in every run (`SEED`); what they hit is not. Prints one line of JSON with what was
measured; `REHEARSAL_DRILL_REPORT` names a file that gets it, too.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from app.services.analysis.pipeline import QUEUES
from app.supervisor.folder import DataFolder
from tests.drills.client import WORDS
from tests.drills.conftest import POSTING
from tests.drills.persistent import PATIENCE_S, Lost, Persistent
from tests.e2e import media
from tests.e2e.system import RunningSystem

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1100)]

SEED, KILLS = 20261127, 104
LONGEST_S, SETTLE_S, RECOVER_S = 600.0, 240.0, 60.0
AIM_S = SLOW_S = 30.0  # recovery, p95
CANDIDATES, OPEN_EACH = 3, 2
SERVICES = ("api", "beat", "flows", "postgres", "valkey")
WORKERS = ("interactive", "media", "vision", "listening", "cloud")
CHILDREN = ("interactive", "media", "vision")  # of those with a pool of processes
ENDED = {"done", "failed", "skipped"}
DISK_BYTES, FULL_FOR_S, FULL_EVERY = 256 * 1024 * 1024, 5.0, 12


@dataclass
class Storm:
    """What has happened so far; several threads write."""

    takes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: dict[tuple[str, str, int], float] = field(default_factory=dict)
    again_s: list[float] = field(default_factory=list)
    undisturbed: int = 0
    ready_s: list[tuple[float, str]] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    full: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> list[str]:
        """Acknowledged takes some of whose stages have not ended, as far as was seen."""
        with self.lock:
            return [take for take in self.takes if not ended(self.seen.get(take))]


def ended(stages: dict[str, Any] | None) -> bool:
    """Whether no stage can change any more by itself."""
    return bool(stages) and all(stage["state"] in ENDED for stage in stages.values())


@pytest.fixture(scope="module")
def storage_is_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """A data folder whose storage is a file system of its own that can be filled; None where that is not allowed."""
    data = tmp_path_factory.mktemp("storm") / "d"
    folder = data / "storage"
    folder.mkdir(parents=True)
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)], capture_output=True, check=False
    )
    try:
        yield folder if mount.returncode == 0 else None
    finally:
        if mount.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def stormy(storage_is_small: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    data = storage_is_small.parent if storage_is_small else tmp_path_factory.mktemp("storm") / "d"
    with RunningSystem(data) as running:
        yield running


def practise(url: str, storm: Storm, recordings: dict[str, bytes], seed: int) -> None:
    """One candidate: interviews and answers one after the other, as long as the storm lasts."""
    order, person = random.Random(seed), Persistent(url)
    mine: list[str] = []
    try:
        while not storm.over.is_set():
            interview = person.plan(POSTING.read_text(encoding="utf-8"), count=5)
            for question in interview["questions"]:
                while len([take for take in mine if not ended(storm.seen.get(take))]) >= OPEN_EACH:
                    if storm.over.wait(0.5):
                        return
                kind = order.choice(("typed", "typed", "voice", "video"))
                if kind == "typed":
                    take = person.type(question["id"], WORDS)
                else:
                    take = person.record(question["id"], recordings[kind], kind=kind)
                mine.append(take)
                with storm.lock:
                    storm.takes.append(take)
                if storm.over.is_set():
                    return
    except (httpx.HTTPError, Lost, KeyError) as error:
        storm.faults.append(f"candidate: {type(error).__name__}: {error}")
    finally:
        storm.retries += person.retries


def watch(url: str, storm: Storm, done: threading.Event) -> None:
    """Follow every open take; note when a stage that a kill took away is being computed again."""
    person = Persistent(url)
    while not done.is_set():
        for take in storm.open():
            try:
                stages = person.stages(take)
            except Lost as error:
                storm.faults.append(str(error))
                stages = {}
            if stages is None:
                break
            with storm.lock:
                storm.seen[take] = stages
                for key in [key for key in storm.lost if key[0] == take]:
                    stage = stages.get(key[1])
                    if stage and stage["attempt"] > key[2]:
                        storm.again_s.append(time.monotonic() - storm.lost.pop(key))
                    elif stage and stage["state"] in ("done", "skipped"):
                        # It had ended before the kill, or went on while the database was away: nothing to recover.
                        storm.undisturbed += 1
                        del storm.lost[key]
        done.wait(0.3)


def strike(data: Path, victim: str, storm: Storm) -> dict[str, int]:
    """SIGKILL a process of the system (`media child`: what a worker computes in); the pids that must be replaced."""
    name, _, part = victim.partition(" ")
    pid = DataFolder(data).running().get("children", {}).get(name)
    try:
        process = psutil.Process(pid) if pid else None
        family = process.children(recursive=True) if process else []
    except psutil.NoSuchProcess:
        process, family = None, []
    targets = family if part else [*([process] if process else []), *(family if name == "postgres" else [])]
    hit = False
    for target in targets:
        try:
            target.send_signal(signal.SIGKILL)
            hit = True
        except psutil.NoSuchProcess:
            continue
    if not hit:
        return {}
    moment = time.monotonic()
    with storm.lock:
        storm.kills[victim] = storm.kills.get(victim, 0) + 1
        for take, stages in storm.seen.items():
            for stage in stages.values():
                of_worker = name == "postgres" or (name in WORKERS and _worker_of(stage["name"]) == name)
                if stage["state"] == "running" and of_worker:
                    storm.lost.setdefault((take, stage["name"], stage["attempt"]), moment)
    return {} if part or pid is None else {name: pid}


def _worker_of(stage: str) -> str:
    return QUEUES[stage]


def recovered(url: str, data: Path, replaced: dict[str, int]) -> bool:
    """Whether every process is there again and the API reaches every service."""
    children = DataFolder(data).running().get("children", {})
    if set(children) < {*SERVICES, *WORKERS} or any(children.get(name) == pid for name, pid in replaced.items()):
        return False
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def missing(system: RunningSystem) -> str:
    """What is not there, for the report of a slow recovery."""
    children = DataFolder(system.data).running().get("children", {})
    gone = sorted({*SERVICES, *WORKERS} - set(children))
    try:
        return f"without {gone}, {httpx.get(f'{system.url}/readyz', timeout=5).text}"
    except httpx.HTTPError as error:
        return f"without {gone}, {type(error).__name__}"


def fill(folder: Path | None, storm: Storm) -> None:
    """Leave no room on the disk for a while."""
    if folder is None:
        return
    filler = folder / "filler"
    try:
        with filler.open("wb") as file:
            while True:
                file.write(b"\0" * (1 << 20))
    except OSError:
        storm.full += 1
    time.sleep(FULL_FOR_S)
    filler.unlink()


def rage(system: RunningSystem, storm: Storm, disk: Path | None) -> None:
    """Kill one to three at once, in an order that the seed fixes, as soon as the last ones are back."""
    order = random.Random(SEED)
    victims: list[str] = []
    began, step = time.monotonic(), 0
    while sum(storm.kills.values()) < KILLS and time.monotonic() - began < LONGEST_S:
        if not victims:
            victims = [*SERVICES, *WORKERS, *(f"{name} child" for name in CHILDREN)]
            order.shuffle(victims)
        step += 1
        if step % FULL_EVERY == 0:
            fill(disk, storm)
        moment, replaced = time.monotonic(), {}
        struck = [victims.pop() for _ in range(min(order.randint(1, 3), len(victims)))]
        for victim in struck:
            replaced |= strike(system.data, victim, storm)
        while not recovered(system.url, system.data, replaced) and time.monotonic() - moment < RECOVER_S:
            time.sleep(0.2)
        if time.monotonic() - moment > SLOW_S:
            storm.slow.append(f"{', '.join(struck)}: {missing(system)}")
        storm.ready_s.append((time.monotonic() - moment, "flows" if "flows" in struck else "the rest"))
        time.sleep(order.uniform(0.5, 3))


def percentile(values: list[float], share: float) -> float | None:
    """The nearest rank; None of nothing."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else None


def measured(values: list[float]) -> dict[str, float | int | None]:
    """Count, median, p95 and highest, in seconds."""
    shares = (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    return {"n": len(values)} | {name: percentile(values, share) for name, share in shares}


def test_a_hundred_kills_lose_nothing(
    stormy: RunningSystem, storage_is_small: Path | None, material: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "take.webm"
    media.write_recording(material, clip, seconds=7)
    video = clip.read_bytes()
    recordings = {"video": video, "voice": video}
    storm, done = Storm(), threading.Event()
    people = [
        threading.Thread(target=practise, args=(stormy.url, storm, recordings, SEED + number))
        for number in range(CANDIDATES)
    ]
    watcher = threading.Thread(target=watch, args=(stormy.url, storm, done))
    began = time.monotonic()
    for thread in (*people, watcher):
        thread.start()
    try:
        rage(stormy, storm, storage_is_small)
        stormed_s = time.monotonic() - began
        storm.over.set()
        for thread in people:
            thread.join(PATIENCE_S)
        deadline = time.monotonic() + SETTLE_S
        while storm.open() and time.monotonic() < deadline:
            time.sleep(1)
    finally:
        storm.over.set()
        done.set()
        watcher.join(30)
    person = Persistent(stormy.url)
    by_administrator = run_failed_again(person, storm)
    final = {take: person.stages(take) for take in storm.takes}
    time.sleep(12)  # two sweeps and a redelivery interval: what would run again would have begun
    again = {take: person.stages(take) for take in storm.takes}
    unfinished = {take: states(stages) for take, stages in final.items() if not complete(stages)}
    report = {
        "seed": SEED,
        "kills": sum(storm.kills.values()),
        "by_victim": dict(sorted(storm.kills.items())),
        "disk_full": storm.full if storage_is_small else "a file system of its own is not allowed here",
        "storm_s": round(stormed_s),
        "takes": len(storm.takes),
        "lost": len(unfinished),
        "moved_after_the_end": sum(final[take] != again[take] for take in final),
        "stages_interrupted": len(storm.again_s) + len(storm.lost),
        "not_computing_again_by_themselves": len(storm.lost),
        "stages_undisturbed": storm.undisturbed,
        "run_again_by_administrator": by_administrator,
        "client_retries": storm.retries,
        "ready_again": {
            kind: measured([seconds for seconds, of in storm.ready_s if of == kind]) for kind in ("flows", "the rest")
        },
        "computing_again": measured(storm.again_s),
        "slow": storm.slow,
        "faults": storm.faults,
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    line = json.dumps(report)
    print(line)
    if path := os.environ.get("REHEARSAL_DRILL_REPORT"):
        Path(path).write_text(line + "\n", encoding="utf-8")
    assert storm.faults == []
    assert report["kills"] >= 100
    assert len(storm.takes) >= 10
    assert unfinished == {}
    assert final == again
    assert graded(stormy.url) <= len(storm.takes), "an answer was graded twice"
    # The storm alone makes a load of about 1.3 for each core; with others beside it the aim says nothing.
    alone = os.getloadavg()[1] < 2 * (os.cpu_count() or 1)
    assert (percentile([seconds for seconds, _ in storm.ready_s], 0.95) or 0) < (AIM_S if alone else 3 * AIM_S)
    assert (percentile(storm.again_s, 0.95) or 0) < (AIM_S if alone else 3 * AIM_S)


def complete(stages: dict[str, Any] | None) -> bool:
    """Whether there is everything that a report needs."""
    return bool(stages) and all(stage["state"] in ("done", "skipped") for stage in stages.values())


def states(stages: dict[str, Any] | None) -> dict[str, str]:
    """What to show of a take that is not complete."""
    return {name: f"{one['state']} {(one['error'] or {}).get('code', '')}" for name, one in (stages or {}).items()}


def run_failed_again(person: Persistent, storm: Storm) -> dict[str, int]:
    """What an administrator does after a storm: by reason, how many stages were set going again. Waits for them."""
    reasons = {row["reason"]: row["count"] for row in person.call("GET", "/operations")["reasons"]}
    for reason in reasons:
        person.call("POST", "/operations/retry", json={"reason": reason})
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline and not all(ended(person.stages(take)) for take in storm.takes):
        time.sleep(1)
    return reasons


def graded(url: str) -> float:
    """How often a grade was written, as the system itself counted."""
    text = httpx.get(f"{url}/metrics", timeout=20).text
    name = 'rehearsal_stage_duration_seconds_count{outcome="done",stage="grade"}'
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))
