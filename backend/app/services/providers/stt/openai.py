"""OpenAI as the listener: its words and times, by the maker's own client, with fillers heard on this machine.

Only speech is sent, in WAV files that are cut in silences. A transcript of OpenAI leaves out um and uh, so the pass for
fillers runs here beside it, by the same rules as with the built-in listener.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np

from app.domain.answer import Interval, Transcript
from app.services.analysis.transcript import Heard, lost, merge_fillers, tidy
from app.services.providers import failures
from app.services.providers.configuration import Configured
from app.services.providers.paid import paid
from app.services.providers.ports import SAMPLE_RATE, Audio
from app.services.providers.stt.whisper import HOTWORDS_MAX, filler_pass, speech_segments
from app.utils.alignment import spans
from app.utils.wav import to_wav

PROVIDER = "openai"
# A file may have 25 MB: 16 kHz, mono, 16 bit is 19 MB in ten minutes.
CHUNK_S = 600
PAD_S = 0.3  # kept before and after speech, as the built-in listener does
# A call takes about a tenth of the sound's length; a stage of the analysis has 900 seconds in all.
TIMEOUT_S = 180.0
LATE_S = 1.0  # words may end this long after their sound without being about another sound


async def transcribe(
    audio: Audio,
    hotwords: Sequence[str] = (),
    *,
    service: Configured,
    interview_id: UUID | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Transcript:
    """The words of one answer with times, spoken fillers marked. Probabilities are None: OpenAI gives none.

    `audio` is 16 kHz mono float32; `hotwords` are terms that may occur, of which 8 are used. Without detected speech
    nothing is sent and there are no words. Raises ProviderError.
    """
    segments = await asyncio.to_thread(speech_segments, audio)
    listed = [word.strip() for word in hotwords if word.strip()][:HOTWORDS_MAX]
    model = service.values["transcription_model"]
    duration_ms = round(len(audio) * 1000 / SAMPLE_RATE)
    provenance: dict[str, Any] = {"provider": PROVIDER, "version": version("openai"), "hotwords": listed, "passes": []}
    if not segments:
        return Transcript(words=(), duration_ms=duration_ms, provenance=provenance)
    pieces = chunks(len(audio), segments)
    seconds = sum(end - start for start, end in pieces) / SAMPLE_RATE
    work = partial(_all, audio, pieces, listed, model, service, timeout_s)
    fillers = asyncio.create_task(asyncio.to_thread(filler_pass, audio, segments))
    try:
        heard = await paid(
            PROVIDER,
            model,
            "transcript",
            work,
            cost_usd=seconds / 60 * float(service.values["transcription_price"]),
            deadline_s=timeout_s * len(pieces),
            attempts=2,
            interview_id=interview_id,
            seconds=round(seconds, 1),
        )
    finally:
        # A thread cannot be stopped; the built-in listener, if it takes over, would only compete with it.
        second, filler = await fillers
    words = tuple(replace(word, probability=None) for word in tidy(heard, duration_ms))
    speech = [(s["start"] / SAMPLE_RATE, s["end"] / SAMPLE_RATE) for s in segments]
    provenance["passes"] = [{"model": model, "sent_s": round(seconds, 1), "files": len(pieces)}, filler]
    return Transcript(
        words=merge_fillers(words, second),
        duration_ms=duration_ms,
        unheard=tuple(Interval(start_ms=round(a * 1000), end_ms=round(b * 1000)) for a, b in lost(speech, heard)),
        provenance=provenance,
    )


async def hear(audio: Audio, service: Configured, *, timeout_s: float) -> list[Heard]:
    """The words of a short sound that is nobody's answer, in one paid call. Raises ProviderError."""
    model = service.values["transcription_model"]
    return await paid(
        PROVIDER,
        model,
        "test",
        partial(_heard, audio, (), model, service, timeout_s),
        cost_usd=len(audio) / SAMPLE_RATE / 60 * float(service.values["transcription_price"]),
        deadline_s=timeout_s,
        attempts=1,
        seconds=round(len(audio) / SAMPLE_RATE, 1),
    )


def chunks(length: int, segments: Sequence[dict[str, int]]) -> list[tuple[int, int]]:
    """What is sent, in samples: from the first speech to the last, cut in the longest silence when it is too long.

    A cut lies in the second half of what may be sent at once; speech without any silence there is cut at its end.
    """
    pad, most = round(PAD_S * SAMPLE_RATE), CHUNK_S * SAMPLE_RATE
    start, stop = max(0, segments[0]["start"] - pad), min(length, segments[-1]["end"] + pad)
    gaps = [(a["end"], b["start"]) for a, b in pairwise(segments)]
    out: list[tuple[int, int]] = []
    while stop - start > most:
        inside = [(a, b) for a, b in gaps if start + most // 2 <= (a + b) // 2 <= start + most]
        longest = max(inside, key=lambda gap: gap[1] - gap[0], default=None)
        cut = (longest[0] + longest[1]) // 2 if longest else start + most
        out.append((start, cut))
        start = cut
    return [*out, (start, stop)]


async def _all(
    audio: Audio,
    pieces: Sequence[tuple[int, int]],
    hotwords: Sequence[str],
    model: str,
    service: Configured,
    timeout_s: float,
) -> list[Heard]:
    """The words of all pieces on the time line of `audio`, in one attempt."""
    out: list[Heard] = []
    for start, end in pieces:
        shift = start / SAMPLE_RATE
        for word in await _heard(audio[start:end], hotwords, model, service, timeout_s):
            out.append(replace(word, start_s=word.start_s + shift, end_s=word.end_s + shift))
    return out


async def _heard(
    audio: Audio, hotwords: Sequence[str], model: str, service: Configured, timeout_s: float
) -> list[Heard]:
    """The words of one piece. Every failure is a ProviderError."""
    try:
        import openai
    except ImportError:
        raise failures.not_installed(PROVIDER) from None
    sound = to_wav((np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes(), SAMPLE_RATE)
    # Redirects are not followed: what somebody said would go along.
    client = openai.AsyncOpenAI(
        api_key=service.key.get_secret_value() if service.key else "",
        base_url=service.values.get("base_url"),
        max_retries=0,
        timeout=timeout_s,
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout_s),
    )
    try:
        async with client, asyncio.timeout(timeout_s):
            answer = await client.audio.transcriptions.create(
                file=("answer.wav", sound, "audio/wav"),
                model=model,
                language="en",
                temperature=0.0,
                response_format="verbose_json",
                timestamp_granularities=["word"],
                prompt=", ".join(hotwords) or openai.omit,
            )
            return _words(answer, len(audio) / SAMPLE_RATE)
    except (TimeoutError, openai.APITimeoutError):
        raise failures.timed_out(PROVIDER, timeout_s) from None
    except openai.APIStatusError as error:
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        raise failures.of_status(PROVIDER, error.status_code, headers) from None
    except openai.APIConnectionError as error:
        raise failures.of_connection(PROVIDER, error.__cause__) from None
    except (openai.OpenAIError, ValueError, AttributeError, TypeError):
        raise failures.garbled(PROVIDER) from None


def _words(answer: Any, duration_s: float) -> list[Heard]:
    """The words of an answer as they are written in its text. Raises ValueError for one that cannot be true."""
    text, timed = str(answer.text), [(str(w.word), float(w.start), float(w.end)) for w in answer.words or ()]
    if bool(text.split()) != bool(timed):
        raise ValueError("words and text do not belong together")
    if not all(0 <= start <= end <= duration_s + LATE_S and math.isfinite(end) for _, start, end in timed):
        raise ValueError("times outside the sound")
    # The list of words comes without punctuation, the text without times.
    written = text.split()
    found = spans(written, timed, exact=True)
    if found:
        timed = [(written[i], *found[i]) for i in sorted(found)]
    return [Heard(text=f" {word}", start_s=start, end_s=end, probability=1.0) for word, start, end in timed]
