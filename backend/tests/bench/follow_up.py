"""Seconds from Done to the first sound of a follow-up, and what listening costs, in the real system.

    python -m tests.bench.follow_up [--repeat 5]

A recording is sent at the pace at which it would be recorded, one piece a second. Done is the moment before its last
piece is sent; the first sound is there when the page has the follow-up, its lip track and the first bytes of its audio.
What a browser then needs to begin to play is not in it. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from tests.drills.client import Candidate
from tests.e2e import media
from tests.e2e.system import BACKEND, RunningSystem

POSTING = BACKEND / "tests" / "fixtures" / "postings" / "warehouse.txt"
# Told without its end, so that there is something to ask for.
SAID = media.ANSWER.partition(" As a result")[0]
ASKED = "Tell me about a time when late deliveries were yours to solve, number {}."
# For the clips that are spoken ahead, on two cores.
AHEAD_S = 90


def listener(system: RunningSystem) -> psutil.Process:
    """The process that listens."""
    for process in psutil.Process(system.pid).children(recursive=True):
        if "listening@rehearsal" in process.cmdline():
            return process
    raise SystemExit("no process listens")


def one(
    candidate: Candidate, ear: psutil.Process, interview: str, question: str, recording: Path, seconds: float
) -> dict[str, Any]:
    """One answer at the pace of speech; the reason, the seconds until each thing was there, the listener's CPU."""
    size = recording.stat().st_size
    chunk = max(1, round(size / seconds))
    began, done, cpu_s = time.monotonic(), 0.0, sum(ear.cpu_times()[:2])

    def wait(offset: int) -> None:
        nonlocal done
        time.sleep(max(0.0, began + (offset + chunk) / size * seconds - time.monotonic()))
        done = time.monotonic()

    take = candidate.record(question, recording, chunk=chunk, between=wait)
    finished = time.monotonic() - done
    reply = candidate.call("POST", f"/takes/{take}/follow-up")
    chosen = time.monotonic() - done
    out = {"reason": reply["reason"], "finished_s": finished, "chosen_s": chosen, "first_sound_s": None}
    out["cpu_s"] = sum(ear.cpu_times()[:2]) - cpu_s
    if reply["question"] is not None:
        speech = candidate.call("GET", f"/interviews/{interview}/questions/{reply['question']['id']}/speech")
        candidate.first_bytes(speech["url"])
        out["first_sound_s"] = time.monotonic() - done
    candidate.wait_until_ended(take, timeout_s=900)
    return out


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        root = Path(folder)
        media.write_face(root / "face.y4m")
        media.write_answer(root / "answer.wav", SAID)
        recording = root / "take.webm"
        seconds = media.write_recording(root, recording)
        with RunningSystem(root / "d") as system:
            candidate = Candidate(system.url)
            interview = candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")["id"]
            for number in range(repeat):
                body = {"text": ASKED.format(number + 1), "kind": "behavioural"}
                made = candidate.call("POST", f"/interviews/{interview}/questions", json=body)
            questions = [question["id"] for question in made["questions"]][-repeat:]
            time.sleep(AHEAD_S)
            ear = listener(system)
            runs = [one(candidate, ear, interview, question, recording, seconds) for question in questions]
            memory = ear.memory_full_info()
    out: dict[str, Any] = {
        "n": repeat,
        "answer_s": round(seconds, 1),
        "cores": psutil.cpu_count(),
        "load": psutil.getloadavg(),
        "reasons": Counter(run["reason"] for run in runs),
        "listening_cpu_s_per_recorded_s": round(statistics.median(run["cpu_s"] for run in runs) / seconds, 4),
        "listening_pss_mib": round(memory.pss / 2**20),
    }
    for name in ("finished_s", "chosen_s", "first_sound_s"):
        values = [run[name] for run in runs if run[name] is not None]
        out[name] = (
            {"median": round(statistics.median(values), 2), "highest": round(max(values), 2)} if values else None
        )
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
