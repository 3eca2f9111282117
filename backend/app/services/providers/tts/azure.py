"""Azure Speech as the interviewer's voice: sound with mouth shapes and word times, by the maker's own client.

Azure names one of 22 mouth shapes and its moment; which sound it was comes from espeak's phonemes of the same words.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from difflib import SequenceMatcher
from importlib.metadata import version
from typing import Any
from xml.sax.saxutils import escape

from app.domain.errors import ProviderError
from app.domain.speech import SpeechTrack
from app.services.providers import failures
from app.services.providers.configuration import Configured
from app.services.providers.tts.cues import VISEME, Phoneme, cues_of
from app.services.providers.tts.text import checked_text, sounds_of, words_in_time
from app.services.providers.tts.voices import NAMES, unknown_voice
from app.utils.alignment import spans
from app.utils.wav import to_wav

PROVIDER, PACKAGE = "azure_speech", "azure-cognitiveservices-speech"
RATE = 24_000
TICKS_PER_S = 10_000_000  # times are in units of 100 ns
FIRST_AUDIO_S, WHOLE_S = 2.5, 20.0
# Microsoft, "Get facial position with viseme", table "Map phonemes to visemes" (English): shape to its sounds, the
# one that stands for all of them first. Two letters are one shape whose halves share its time.
SHAPES: dict[int, tuple[str, ...]] = {
    0: (" ",),
    1: ("ʌ", "æ", "ə", "ɐ"),
    2: ("ɑ", "a"),
    3: ("ɔ", "ɒ"),
    4: ("ɛ", "ʊ", "eɪ", "e"),
    5: ("ɜ", "ɚ"),
    6: ("ɪ", "i", "j", "ᵻ"),
    7: ("u", "w"),
    8: ("oʊ", "o", "əʊ"),
    9: ("aʊ",),
    10: ("ɔɪ",),
    11: ("aɪ",),
    12: ("h",),
    13: ("ɹ", "r"),
    14: ("l",),
    15: ("s", "z"),
    16: ("ʃ", "ʒ", "tʃ", "dʒ"),
    17: ("ð",),
    18: ("f", "v"),
    19: ("t", "d", "n", "θ", "ɾ", "ʔ"),
    20: ("k", "ɡ", "ŋ"),
    21: ("p", "b", "m"),
}
SHAPE_OF = {sound: shape for shape, sounds in SHAPES.items() for sound in sounds}
# The client counts 404 and 409 among its "service errors", so the status itself is read where it says it.
_UPGRADE = re.compile(r"upgrade failed: [^()]*\((\d{3})\)")
# Codes of the client for what happens later, as the status of HTTP that means the same.
STATUS = {
    "AuthenticationFailure": 401,
    "Forbidden": 403,
    "BadRequest": 400,
    "TooManyRequests": 429,
    "ServiceError": 500,
    "ServiceUnavailable": 503,
    "ServiceTimeout": 408,
}
Shaped = tuple[int, float]
Timed = tuple[str, float, float]


async def speak(
    text: str,
    *,
    voice: str,
    speed: float = 1.0,
    language: str = "en-us",
    service: Configured,
    first_audio_s: float = FIRST_AUDIO_S,
    whole_s: float = WHOLE_S,
) -> tuple[bytes, SpeechTrack]:
    """A WAV file (24 kHz, mono, 16 bit) of the text and its track, in one attempt.

    `voice` is a name such as `en-GB-RyanNeural`, `speed` 0.5-2.0, `language` the English of the phonemes. Raises
    BadInput like every voice and ProviderError, among others `azure_speech_timeout` when there is no sound after
    `first_audio_s` seconds: that one is not worth another attempt, because somebody waits.
    """
    spoken = checked_text(text, speed)
    if not NAMES[PROVIDER].fullmatch(voice):
        raise unknown_voice()
    ssml = _ssml(spoken, voice, speed)
    samples, shapes, boundaries = await asyncio.to_thread(_heard, ssml, service, first_audio_s, whole_s)
    duration = len(samples) / 2 / RATE
    written = spoken.split(" ")
    sounds = await asyncio.to_thread(sounds_of, written, language)
    try:
        words, sounding = words_in_time(written, sounds, spans(written, boundaries), duration)
    except ValueError:
        raise failures.garbled(PROVIDER) from None
    track = SpeechTrack(
        duration_s=round(duration, 3),
        cues=cues_of(_phonemes(shapes, sounding, duration), duration),
        words=words,
        provenance={"provider": PROVIDER, "version": version(PACKAGE), "voice": voice, "speed": speed},
    )
    return to_wav(samples, RATE), track


def _ssml(spoken: str, voice: str, speed: float) -> str:
    """`rate` is a change in percent: documented from -50 to +100, which is our range."""
    return (
        f'<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="{"-".join(voice.split("-")[:2])}">'
        f'<voice name="{voice}"><prosody rate="{(speed - 1) * 100:+.0f}%">{escape(spoken)}</prosody></voice></speak>'
    )


def _phonemes(shapes: Sequence[Shaped], sounding: Sequence[str], duration: float) -> list[Phoneme]:
    """Azure's shapes as sounds with times. Where espeak expects a sound of that shape in that place, it is that one."""
    expected = [unit for sounds in sounding for unit in _units(sounds)]
    seen = [(shape, start) for shape, start in shapes if shape in SHAPES]
    names = [SHAPES[shape][0] for shape, _ in seen]
    spoken = [k for k, (shape, _) in enumerate(seen) if shape]
    matcher = SequenceMatcher(None, [SHAPE_OF[u] for u in expected], [seen[k][0] for k in spoken], autojunk=False)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            names[spoken[block.b + k]] = expected[block.a + k]
    out: list[Phoneme] = []
    for k, (_, start) in enumerate(seen):
        end = max(start, seen[k + 1][1] if k + 1 < len(seen) else duration)
        step = (end - start) / len(names[k])
        out += [Phoneme(one, start + i * step, start + (i + 1) * step) for i, one in enumerate(names[k])]
    return out


def _units(sounds: str) -> list[str]:
    """The phonemes of a word as Azure counts them: diphthongs and affricates are one."""
    plain = "".join(sound for sound in sounds if sound in VISEME)
    out, k = [], 0
    while k < len(plain):
        size = 2 if plain[k : k + 2] in SHAPE_OF and len(plain) > k + 1 else 1
        if plain[k : k + size] in SHAPE_OF:
            out.append(plain[k : k + size])
        k += size
    return out


def _heard(
    ssml: str, service: Configured, first_audio_s: float, whole_s: float
) -> tuple[bytes, list[Shaped], list[Timed]]:
    """The samples, the shapes and the words with their seconds. Every failure is a ProviderError."""
    try:
        import azure.cognitiveservices.speech as sdk
    except ImportError:
        raise failures.not_installed(PROVIDER) from None
    shapes: list[Shaped] = []
    boundaries: list[Timed] = []
    begun, ended = threading.Event(), threading.Event()

    def word(event: Any) -> None:
        if event.boundary_type == sdk.SpeechSynthesisBoundaryType.Word:
            start = event.audio_offset / TICKS_PER_S
            if boundaries and start < boundaries[-1][1]:
                boundaries.clear()
            boundaries.append((event.text, start, start + event.duration.total_seconds()))

    # The client begins anew by itself when the connection ends before any sound: then times start again, and what the
    # first try named is forgotten.
    def shape(event: Any) -> None:
        start = event.audio_offset / TICKS_PER_S
        if shapes and start < shapes[-1][1]:
            shapes.clear()
        shapes.append((event.viseme_id, start))

    def end(_: Any) -> None:
        ended.set()
        begun.set()

    try:
        synthesiser = sdk.SpeechSynthesizer(speech_config=_config(sdk, service), audio_config=None)
        synthesiser.viseme_received.connect(shape)
        synthesiser.synthesis_word_boundary.connect(word)
        synthesiser.synthesizing.connect(lambda _: begun.set())
        # `get()` alone returned before the last shapes in 36 of 160 runs (facts: cloud.md).
        synthesiser.synthesis_completed.connect(end)
        synthesiser.synthesis_canceled.connect(end)
        running = synthesiser.speak_ssml_async(ssml)
        for event, limit_s in ((begun, first_audio_s), (ended, whole_s)):
            if not event.wait(limit_s):
                # Waited for (milliseconds): a synthesis left running ends the process when Python ends.
                synthesiser.stop_speaking_async().get()
                raise failures.timed_out(PROVIDER, limit_s, retryable=False)
        result = running.get()
    except RuntimeError:
        # The native client's only exception: an address it cannot use, a library it cannot load.
        raise failures.unreachable(PROVIDER) from None
    if result.reason != sdk.ResultReason.SynthesizingAudioCompleted:
        raise _cancelled(sdk, result)
    samples = _samples(result.audio_data)
    if not samples or not shapes:
        raise failures.garbled(PROVIDER)
    return samples, shapes, boundaries


def _config(client: Any, service: Configured) -> Any:
    key, host = service.key.get_secret_value() if service.key else "", service.values.get("host")
    if host:
        config = client.SpeechConfig(host=re.sub("^http", "ws", host), subscription=key)
    else:
        config = client.SpeechConfig(region=service.values.get("region", ""), subscription=key)
    config.set_speech_synthesis_output_format(client.SpeechSynthesisOutputFormat.Riff24Khz16BitMonoPcm)
    return config


def _cancelled(client: Any, result: Any) -> ProviderError:
    """The error of a synthesis that was cancelled. The client's own text is read for the status and not passed on."""
    details = client.SpeechSynthesisCancellationDetails(result)
    answered = _UPGRADE.search(details.error_details or "")
    status = int(answered[1]) if answered else STATUS.get(details.error_code.name if details.error_code else "")
    if status and status >= 300:
        return failures.of_status(PROVIDER, status)
    if status or result.audio_data:
        return failures.garbled(PROVIDER)
    return failures.unreachable(PROVIDER)


def _samples(riff: bytes) -> bytes:
    """What follows the header: a stream's header does not know the length yet."""
    place = riff.find(b"data", 12)
    samples = riff[place + 8 :] if riff[:4] == b"RIFF" and place > 0 else b""
    return samples[: len(samples) // 2 * 2]
