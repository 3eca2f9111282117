"""`make test`: one suite after the other, then one line that counts them all.

    python -m tools.run_tests [backend] [avatars] [web] [e2e] [slow] [langflow] [drills]

Without a name all run. The recorded material of the drills and the browser journeys is made once.

Each suite writes a JUnit report and the closing line adds them up. A suite that ends badly without naming a failed
test (it crashed, or collected nothing) counts as one failure, so a green line always means that everything ran.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[1]
FRONTEND = BACKEND.parent / "frontend"
AVATARS = BACKEND.parent / "assets" / "avatar"
PYTEST = (sys.executable, "-m", "pytest", "--durations=8")


@dataclass(frozen=True, slots=True)
class Count:
    """Tests of one suite."""

    passed: int
    failed: int
    skipped: int


def commands(report: Path) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Folder and command of each suite; its JUnit report goes to `report`."""
    junit = f"--junit-xml={report}"
    return {
        "backend": (
            BACKEND,
            (
                *PYTEST,
                junit,
                "-m",
                "not drill and not slow and not langflow_server and not containers",
                "-n",
                "2",
                "--dist",
                "loadgroup",
                "tests",
            ),
        ),
        "avatars": (AVATARS, (*PYTEST, junit, "tests")),
        "slow": (BACKEND, (*PYTEST, junit, "-m", "slow", "tests")),
        "langflow": (BACKEND, (sys.executable, "-m", "tests.langflow.run", "--durations=8", junit)),
        "drills": (BACKEND, (*PYTEST, junit, "-m", "drill", "tests")),
        "web": (FRONTEND, ("npx", "--no-install", "vitest", "run", "--reporter=default", "--reporter=junit")),
        "e2e": (BACKEND, (sys.executable, "-m", "tests.e2e.run", "--reporter=list,junit")),
    }


def count(report: Path, status: int) -> Count:
    """Numbers of a JUnit report; a suite without one, or with no test, or failing namelessly, is one failure."""
    passed = failed = skipped = 0
    if report.exists():
        for case in ET.parse(report).iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                failed += 1
            elif "skipped" in outcomes:
                skipped += 1
            else:
                passed += 1
    if failed == 0 and (status != 0 or passed == 0):
        failed = 1
    return Count(passed, failed, skipped)


def run(name: str, folder: Path, material: str) -> Count:
    """Run one suite and count it."""
    report = folder / f"{name}.xml"
    where, argv = commands(report)[name]
    environment = os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "PLAYWRIGHT_JUNIT_OUTPUT_FILE": str(report),
        "REHEARSAL_E2E_MEDIA": material,
    }
    if name == "langflow":
        # 1.9 GB that nothing else needs: installed when its tests are wanted.
        subprocess.run([sys.executable, str(BACKEND / "bootstrap.py"), "langflow", "--install-only"], check=True)
    if name == "web":
        argv = (*argv, f"--outputFile.junit={report}")
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    status = subprocess.run(argv, cwd=where, env=environment, check=False).returncode
    result = count(report, status)
    print(f"== {name}: {result.passed} passed, {result.failed} failed, {time.monotonic() - began:.0f} s", flush=True)
    return result


def main(arguments: list[str]) -> int:
    """Exit status 0 only when nothing failed."""
    known = list(commands(Path()))
    chosen = arguments or known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        print(f"unknown suite {unknown[0]}: use {', '.join(known)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        material = os.environ.get("REHEARSAL_E2E_MEDIA") or str(Path(folder) / "media")
        counts = [run(name, Path(folder), material) for name in chosen]
    total = Count(
        sum(c.passed for c in counts),
        sum(c.failed for c in counts),
        sum(c.skipped for c in counts),
    )
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"\n{total.passed} passed, {total.failed} failed{skipped}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
