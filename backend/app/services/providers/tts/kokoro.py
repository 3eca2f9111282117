"""The interviewer's voice on this machine: Kokoro-82M with the mouth shapes of the very audio it makes.

The model reports how long every phoneme lasts, so lips and captions follow the sound exactly instead of a guess from
the text.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

import numpy as np
import onnxruntime
from kokoro_onnx import Kokoro

from app.domain.speech import SpeechTrack
from app.services.providers.assets import checked, files
from app.services.providers.tts.cues import FORMAT, Phoneme, cues_of, words_of
from app.services.providers.tts.text import checked_text, sounds_of, spoken_text
from app.services.providers.tts.voices import EMBEDDED as VOICES
from app.services.providers.tts.voices import unknown_voice
from app.utils.json import digest
from app.utils.wav import to_wav

MODEL, VOICES_FILE = "kokoro/kokoro.onnx", "kokoro/voices.npz"
RATE = 24_000
THREADS = 2

# kokoro-onnx reports every time 3 frames of 25 ms late: hexgrad/kokoro subtracts them in `join_timestamps`.
# Measured: vowels are 19 dB louder than stops at the corrected times, 4 dB quieter at the reported ones.
OFFSET_S = 0.075


@cache
def _engine(threads: int) -> Kokoro:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Measured: without the arena 1.4 GB and half as slow again, with it 370 MB; spinning only burns CPU.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(checked(MODEL)), options, providers=["CPUExecutionProvider"])
    engine: Kokoro = Kokoro.from_session(session, str(checked(VOICES_FILE)))
    return engine


def speech_key(text: str, voice: str, speed: float = 1.0) -> str:
    """sha256 (hex) over all that decides the audio: models, code version, voice, speed and the text as it is spoken."""
    return digest(
        {
            "format": FORMAT,
            "model": files()[MODEL].sha256,
            "voices": files()[VOICES_FILE].sha256,
            "engine": version("kokoro-onnx"),
            "voice": voice,
            "speed": float(speed),
            "text": spoken_text(text),
        }
    )


def speak(text: str, *, voice: str, speed: float = 1.0, threads: int = THREADS) -> tuple[bytes, SpeechTrack]:
    """A WAV file (24 kHz, mono, 16 bit) of the text and its track.

    `voice` is a key of VOICES, `speed` 0.5-2.0. The same call gives the same bytes on one machine. Raises BadInput
    (`speech_text_empty`, `speech_text_too_long` over 600 characters, `speech_voice_unknown`, `speech_speed`) and
    ProviderError when a model file is missing or damaged.
    """
    audio, track, _ = speak_timed(text, voice=voice, speed=speed, threads=threads)
    return audio, track


def speak_timed(
    text: str, *, voice: str, speed: float = 1.0, threads: int = THREADS
) -> tuple[bytes, SpeechTrack, tuple[Phoneme, ...]]:
    """`speak`, with the phoneme times that the cues were made of."""
    spoken = checked_text(text, speed)
    if voice not in VOICES:
        raise unknown_voice()
    language = VOICES[voice].language
    engine = _engine(threads)
    audio, rate, reported = engine.create_timed(spoken, voice=voice, lang=language, speed=speed)
    duration = len(audio) / rate
    timings = tuple(
        Phoneme(item.phoneme, _corrected(item.start, duration), _corrected(item.end, duration)) for item in reported
    )
    written = spoken.split(" ")
    phonemes = sounds_of(written, language)
    track = SpeechTrack(
        duration_s=round(duration, 3),
        cues=cues_of(timings, duration),
        words=words_of(written, phonemes, timings),
        provenance={
            "provider": "kokoro-onnx",
            "version": version("kokoro-onnx"),
            "model_sha256": files()[MODEL].sha256,
            "voice": voice,
            "speed": speed,
        },
    )
    samples = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
    return to_wav(samples, rate), track, timings


def _corrected(reported_s: float, duration_s: float) -> float:
    """A time of the library, without its offset, inside the audio, in whole milliseconds."""
    return round(min(max(0.0, reported_s - OFFSET_S), duration_s), 3)
