"""`speak`: a sentence as audio, with the mouth shapes and word times of that audio."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from app.domain.errors import BadInput
from app.utils.json import dump

SCHEMA = 1


def run(options: Namespace) -> dict[str, Any]:
    """Write OUT.wav and OUT.json; prints what was written. Raises BadInput."""
    from app.services.providers.tts.kokoro import speak

    out = Path(options.out)
    if not out.parent.is_dir():
        raise BadInput(f"The folder {out.parent} does not exist.", code="folder_missing")
    audio, track = speak(options.text, voice=options.voice, speed=options.speed)
    cues = out.with_suffix(".json")
    out.write_bytes(audio)
    cues.write_text(
        json.dumps({"schema": SCHEMA, "text": options.text, **dump(track)}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    return {"schema": SCHEMA, "audio": str(out), "cues": str(cues), "duration_s": track.duration_s}
