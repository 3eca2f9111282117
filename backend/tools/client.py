"""`make client`: the typed API client of the front end, written from the OpenAPI document of the application."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[1]
FRONTEND = BACKEND.parent / "frontend"
CLIENT = FRONTEND / "src" / "utils" / "api" / "schema.gen.ts"


def schema() -> str:
    """The OpenAPI document as stable text."""
    from app.main import create_app

    return json.dumps(create_app().openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def generate() -> None:
    """Write the client. Raises CalledProcessError when the generator fails."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(schema(), encoding="utf-8")
        argv = ["npm", "run", "--silent", "client", "--", str(document)]
        subprocess.run(argv, cwd=FRONTEND, check=True, capture_output=True, text=True)


def stale() -> str:
    """Empty when the committed client is what the application gives, else one sentence. The file is left as it was."""
    before = CLIENT.read_bytes() if CLIENT.exists() else None
    try:
        generate()
        return "" if CLIENT.read_bytes() == before else "schema.gen.ts is not current: run `make client`"
    except subprocess.CalledProcessError as error:
        return str(error.stderr or error.stdout)
    finally:
        if before is not None:
            CLIENT.write_bytes(before)


if __name__ == "__main__":
    generate()
    sys.stderr.write(f"wrote {CLIENT.relative_to(BACKEND.parent)}\n")
