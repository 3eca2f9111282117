"""Where things are on this machine."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def models_dir() -> Path:
    """Folder of the assembled model files (`REHEARSAL_MODELS`, default `backend/.models`)."""
    return Path(os.environ.get("REHEARSAL_MODELS") or REPOSITORY / "backend" / ".models")
