"""What `python -m app langflow` starts, with the guard of this folder on the server's path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from app.supervisor import langflow
from app.supervisor.folder import DataFolder

GUARD = Path(__file__).parent / "guard"
_environment = langflow.environment


def guarded(folder: DataFolder, outer: Mapping[str, str]) -> dict[str, str]:
    """The product's environment of the server, and the guard."""
    chosen = _environment(folder, outer)
    path = f"{GUARD}{os.pathsep}{chosen['PYTHONPATH']}"
    return chosen | {"PYTHONPATH": path, "REHEARSAL_FENCE_LOG": os.environ["REHEARSAL_FENCE_LOG"]}


if __name__ == "__main__":
    langflow.environment = guarded
    langflow.run()
