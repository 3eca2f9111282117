"""`python -m tests.e2e.run`: the browser journeys against the whole real system, with no network but loopback.

Starts `python -m app up` on a fresh data folder, gives Chromium a fake camera and microphone that play real media, and
runs the Playwright specs in `frontend/e2e`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e import isolation, media
from tests.e2e.system import BACKEND, RunningSystem

FRONTEND = BACKEND.parent / "frontend"


def main() -> int:
    """Exit status 0 when every journey passed."""
    isolated = isolation.enter("tests.e2e.run")
    if isolated:
        assert isolation.interfaces() == {"lo"}, isolation.interfaces()
        print("network: a namespace with loopback only", flush=True)
    else:
        print("network: this machine allows no network namespace, so the no-network proof is not run", flush=True)
    with tempfile.TemporaryDirectory(prefix="rh-e2e-") as folder:
        root = Path(folder)
        material = Path(os.environ.get("REHEARSAL_E2E_MEDIA") or root / "media")
        media.write_all(material)
        artifacts = FRONTEND / "e2e" / "artifacts"
        artifacts.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "CI": "true",
            "FAKE_VIDEO": str(material / "face.y4m"),
            "FAKE_AUDIO": str(material / "answer.wav"),
            "FAKE_TEXT": str(material / "answer.txt"),
            "E2E_ARTIFACTS": str(artifacts),
        }
        with RunningSystem(root / "data") as system:
            print(f"system ready after {system.ready_after_s:.1f} s", flush=True)
            done = subprocess.run(
                ["npx", "--no-install", "playwright", "test", *sys.argv[1:]],
                cwd=FRONTEND,
                env={**environment, "BASE_URL": system.url},
                check=False,
            )
        if done.returncode:
            (artifacts / "system.log").write_text(system.output())
            print(f"the system's own output is in {artifacts / 'system.log'}")
        print(json.dumps({"isolated": isolated, "playwright": done.returncode}))
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
