"""`python -m tests.bench.system`: what the running system costs, as JSON. Medians of `--repeat` (default 5).

Prints seconds of a warm start, resident and proportional memory of each process at rest and at work, seconds from Done
to report for a two-minute answer with CPU seconds and wall time of each stage, and seconds of `python -m app plan`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from tests.drills.client import Candidate
from tests.e2e import media
from tests.e2e.system import BACKEND, RunningSystem

POSTING = BACKEND / "tests" / "fixtures" / "postings" / "warehouse.txt"
ANSWER_S = 120.0
MIB = 1024 * 1024


def role(process: psutil.Process) -> str:
    """Which part of the system a process is."""
    line = " ".join(process.cmdline())
    for mark, name in (
        ("postgres", "postgresql"),
        ("valkey", "valkey"),
        ("lfx", "flows"),
        (" beat", "beat"),
        ("celery", "worker"),
        ("uvicorn", "api"),
    ):
        if mark in line:
            return name
    return "supervisor"


def memory(system: RunningSystem) -> dict[str, dict[str, float]]:
    """MiB by part: `rss` counts shared pages once per process, `pss` (proportional) adds up to the truth."""
    rss: Counter[str] = Counter()
    pss: Counter[str] = Counter()
    for process in psutil.process_iter():
        try:
            ours = system.pid in {process.pid, *(parent.pid for parent in process.parents())}
            if not ours and str(system.data) not in " ".join(process.cmdline()):
                continue
            name, full = role(process), process.memory_full_info()
        except psutil.Error:
            continue
        rss[name] += full.rss
        pss[name] += full.pss
    rss["all"], pss["all"] = sum(rss.values()), sum(pss.values())
    return {"rss": {k: round(v / MIB) for k, v in rss.items()}, "pss": {k: round(v / MIB) for k, v in pss.items()}}


class Peak(threading.Thread):
    """The highest total memory seen while the block runs."""

    def __init__(self, system: RunningSystem) -> None:
        super().__init__(daemon=True)
        self.system, self.peak, self._end = system, {"pss": {"all": 0.0}}, threading.Event()

    def run(self) -> None:
        while not self._end.wait(0.5):
            now = memory(self.system)
            if now["pss"]["all"] > self.peak["pss"]["all"]:
                self.peak = now

    def __enter__(self) -> Peak:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join()


def one_answer(candidate: Candidate, question_id: str, recording: Path) -> dict[str, Any]:
    """Send the recording; seconds from Done (the finish call's answer) to the last stage, and each stage's cost."""
    take = candidate.record(question_id, recording)
    began = time.monotonic()
    stages = candidate.wait_until_ended(take, timeout_s=900)
    wall = time.monotonic() - began
    cost = {}
    for name, stage in stages.items():
        if name == "cloud_video" and stage["state"] == "skipped":  # no service is chosen here
            continue
        if stage["state"] != "done":
            raise SystemExit(f"the stage {name} ended as {stage['state']}: {stage['error']}")
        span = datetime.fromisoformat(stage["finished_at"]) - datetime.fromisoformat(stage["started_at"])
        cost[name] = {"cpu_s": stage["cpu_seconds"], "wall_s": span.total_seconds()}
    return {"report_s": wall, "stages": cost}


def median(values: list[float], digits: int = 2) -> float:
    """Median, rounded for reading."""
    return round(statistics.median(values), digits)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    out: dict[str, Any] = {"n": repeat, "answer_s": ANSWER_S, "cores": psutil.cpu_count(), "load": psutil.getloadavg()}
    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        root = Path(folder)
        media.write_all(root / "media")
        recording = root / "take.webm"
        media.write_recording(root / "media", recording, seconds=ANSWER_S)
        with RunningSystem(root / "d") as system:
            out["first_start_s"] = round(system.ready_after_s, 2)
        starts = []
        for _ in range(repeat):
            with RunningSystem(root / "d") as system:
                starts.append(system.ready_after_s)
        out["warm_start_s"] = median(starts)
        with RunningSystem(root / "d") as system:
            time.sleep(5)
            out["memory_at_rest_mib"] = memory(system)
            candidate = Candidate(system.url)
            interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=max(3, repeat), mode="video")
            questions = [question["id"] for question in interview["questions"]]
            with Peak(system) as watch:
                runs = [one_answer(candidate, questions[index], recording) for index in range(repeat)]
            out["memory_at_work_mib"] = watch.peak
            out["memory_after_work_mib"] = memory(system)
        out["report_after_done_s"] = median([run["report_s"] for run in runs])
        out["stages_per_recorded_s"] = {
            name: {
                key: round(statistics.median(run["stages"][name][key] for run in runs) / ANSWER_S, 4)
                for key in ("cpu_s", "wall_s")
            }
            for name in runs[0]["stages"]
        }
    plans = []
    for _ in range(repeat):
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "app", "plan", "--posting", str(POSTING)],
            cwd=BACKEND,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        plans.append(time.monotonic() - began)
    out["plan_s"] = median(plans)
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
