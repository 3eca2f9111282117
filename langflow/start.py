"""`lfx serve` in a container: its secrets come from files, and it sees no other.

python3 start.py           become the flow server on port 7860
python3 start.py health    exit status 0 when it answers
"""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

PORT = "7860"
SECRETS = ("LANGFLOW_API_KEY", "REHEARSAL_GATEWAY_KEY")
# It runs code that can be edited: nothing else of the environment is its business.
PASSED = (
    "PATH",
    "HOME",
    "TZ",
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "REHEARSAL_MODEL_GATEWAY",
)


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server. Raises SystemExit when a key is missing: without one everybody could ask it."""
    found = {name: outer[name] for name in PASSED if name in outer}
    for name in SECRETS:
        file = outer.get(f"{name}_FILE")
        try:
            value = Path(file).read_text(encoding="utf-8").strip() if file else outer.get(name, "")
        except OSError as error:
            raise SystemExit(f"{name}_FILE cannot be read: {error.strerror}.") from None
        if not value:
            raise SystemExit(f"{name} or {name}_FILE must be set.")
        found[name] = value
    return found | {
        "LANGFLOW_COMPONENTS_PATH": str(Path(__file__).with_name("components")),
        "DO_NOT_TRACK": "1",
        "LANGFLOW_DO_NOT_TRACK": "true",
        "OPENBLAS_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }


def healthy() -> bool:
    """Whether the server answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=4) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    if sys.argv[1:] == ["health"]:
        sys.exit(0 if healthy() else 1)
    argv = [sys.executable, "-m", "lfx", "serve", "flows", "--host", "0.0.0.0", "--port", PORT]
    os.execve(argv[0], argv, environment(os.environ))
