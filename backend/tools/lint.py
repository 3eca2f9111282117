"""`make lint`: every check, each by its own name, all of them even when one fails."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import client, ocean, rules

BACKEND = Path(__file__).resolve().parents[1]
ROOT = BACKEND.parent
FRONTEND = ROOT / "frontend"
BIN = BACKEND / ".venv" / "bin"
FLOW_PYTHON = ROOT / "langflow" / ".venv" / "bin" / "python"

COMMANDS: tuple[tuple[str, Path, tuple[str, ...]], ...] = (
    ("format", BACKEND, (str(BIN / "ruff"), "format", "--check", "--output-format=concise", ".", "../langflow")),
    ("ruff", BACKEND, (str(BIN / "ruff"), "check", "--output-format=concise", ".", "../langflow")),
    ("types", BACKEND, (str(BIN / "mypy"),)),
    ("bandit", BACKEND, (str(BIN / "bandit"), "-q", "-c", "pyproject.toml", "-r", "app", "migrations", "tools")),
    ("imports", BACKEND, (str(BIN / "lint-imports"),)),
    ("flows", ROOT, (str(FLOW_PYTHON), "langflow/build_flows.py", "--check")),
    ("deploy", BACKEND, (sys.executable, "-m", "tools.deployment")),
    ("web lint", FRONTEND, ("npm", "run", "--silent", "lint")),
    ("web types", FRONTEND, ("npm", "run", "--silent", "typecheck")),
)


def _command(name: str, folder: Path, argv: tuple[str, ...]) -> tuple[str, float, str]:
    began = time.monotonic()
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    problem = "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit status {done.returncode}"
    return name, time.monotonic() - began, problem


def _own_rules() -> tuple[str, float, str]:
    began = time.monotonic()
    return "rules", time.monotonic() - began, "\n".join(rules.problems(ROOT))


def _ocean() -> tuple[str, float, str]:
    began = time.monotonic()
    return "ocean", time.monotonic() - began, "\n".join(ocean.problems(ROOT))


def _client() -> tuple[str, float, str]:
    began = time.monotonic()
    return "client", time.monotonic() - began, client.stale()


def main() -> int:
    """Exit status 1 when any check found something."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(_command, *command) for command in COMMANDS]
        running += [pool.submit(_own_rules), pool.submit(_client), pool.submit(_ocean)]
        results = [future.result() for future in running]
    for name, seconds, problem in results:
        print(f"  {name:<10} {'ok' if not problem else 'FAILED':<7} {seconds:5.1f} s")
        if problem:
            print("\n".join(f"      {line}" for line in problem.splitlines()[:80]))
    return 1 if any(problem for _, _, problem in results) else 0


if __name__ == "__main__":
    sys.exit(main())
