"""`make containers`: build the images, run the stack, kill parts of it, and take away what was made.

Needs root on Debian 12 and the package registries; no image registry (tests/containers/engine.py says what stands in).
KEEP=1 keeps the images in .containers for the next time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.containers.engine import BACKEND, ROOT, Engine, NotHere

IMAGES = {"backend": "backend", "web": "frontend", "flows": "langflow"}


def main() -> int:
    """Exit status of the tests; 1 with the reason when they could not be run."""
    folder = Path(os.environ.get("REHEARSAL_CONTAINERS") or ROOT / ".containers")
    engine = Engine(folder)
    began = time.monotonic()
    try:
        engine.prepare()
        engine.stand_ins()
        for image, part in IMAGES.items():
            engine.build(f"localhost/rehearsal/{image}:dev", ROOT / part / "Dockerfile")
    except (NotHere, RuntimeError) as problem:
        sys.stderr.write(f"The containers cannot be tried here: {problem}\n")
        return 1
    for image in IMAGES:
        print(f"  {image}: {engine.bytes_of(f'localhost/rehearsal/{image}:dev') / 1e6:.0f} MB unpacked")
    print(f"  built: {time.monotonic() - began:.0f} s", flush=True)
    environment = os.environ | {"REHEARSAL_CONTAINERS": str(folder)}
    tests = [sys.executable, "-m", "pytest", "-m", "containers", "tests/containers", "-s", "--durations=10"]
    try:
        return subprocess.run([*tests, *sys.argv[1:]], cwd=BACKEND, env=environment, check=False).returncode
    finally:
        if not os.environ.get("KEEP"):
            engine.remove()


if __name__ == "__main__":
    sys.exit(main())
