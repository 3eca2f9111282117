"""What this installation is, and whether its services answer."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import httpx
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core import database, events
from app.core.config import MIB, settings
from app.core.places import Bucket
from app.services.providers import configuration, flows
from app.services.providers.catalog import BY_ID, PORTS_BY_ID
from app.services.speech import service as speech

# By kind of work: who does it on this machine (None: nobody), and what it is given.
EMBEDDED = (
    ("speech_to_text", "Whisper base", "The sound of your answers."),
    ("text_to_speech", "Kokoro", "The texts of the questions."),
    ("presence", "MediaPipe", "The picture of your answers."),
    ("flows", "Langflow", "The posting, the questions and the words of your answers."),
)


async def describe() -> dict[str, Any]:
    """Mode, limits, voices and providers (SystemOut)."""
    own = settings()
    return {
        "mode": own.mode,
        "version": __version__,
        "limits": {
            "posting_text_bytes": MIB,
            "posting_file_bytes": 2 * MIB,
            "upload_bytes": own.max_upload_bytes,
            "patch_bytes": own.max_patch_bytes,
            "recording_seconds": own.max_recording_s,
            "questions_min": 3,
            "questions_max": 15,
            "answer_characters": 20_000,
        },
        "voices": [
            {
                "id": voice.id,
                "name": voice.label,
                "language": voice.language,
                "provider": BY_ID[voice.provider].title if voice.provider in BY_ID else None,
                "stands_for": voice.stands_for,
            }
            for voice in await speech.voices()
        ],
        "retention_days": own.retention_days,
        "providers": await _providers(),
    }


async def _providers() -> list[dict[str, Any]]:
    """Who does which work (ProviderOut): the embedded ones that are in use, then the chosen ones."""
    chosen = {port: provider for port, (provider, _) in (await configuration.choices()).items() if provider}
    here = [_provider(port, name, "embedded", receives) for port, name, receives in EMBEDDED]
    away = [
        _provider(
            port, BY_ID[one].title, "cloud", BY_ID[one].receives[port], id=one, consent=PORTS_BY_ID[port].personal
        )
        for port, one in chosen.items()
    ]
    place = settings().storage
    if isinstance(place, Bucket) and not place.is_here:
        receives = "Your recordings, the sound and a still of them, and the spoken questions."
        away.append(_provider("storage", place.host, "cloud", receives))
    return here + away


def _provider(port: str, name: str, where: str, receives: str, **more: Any) -> dict[str, Any]:
    return {"port": port, "name": name, "where": where, "receives": receives, "id": None, "consent": False} | more


async def readiness() -> dict[str, bool]:
    """Which services answer (ReadyOut)."""
    state = {
        "database": await _answers(database.reachable()),
        "queue": await _answers(events.reachable()),
        "flows": await _answers(flows.reachable()),
        "worker": await _answers(events.worker_seen()),
    }
    return {"ready": all(state.values())} | state


async def _answers(question: Awaitable[bool]) -> bool:
    try:
        return await question
    except (SQLAlchemyError, RedisError, httpx.HTTPError, OSError):
        return False
