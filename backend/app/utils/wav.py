"""WAV files."""

from __future__ import annotations

import io
import wave


def to_wav(samples: bytes, rate: int) -> bytes:
    """A WAV file of 16-bit mono samples, lowest byte first."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(rate)
        clip.writeframes(samples)
    return buffer.getvalue()
