"""Speech to text on this machine: Whisper base for the words, Whisper tiny.en for the spoken fillers.

Whisper leaves out um and uh. A second, greedy pass with a prompt full of fillers brings part of them back; only those
next to a word that both passes agree on are believed (`analysis.transcript.merge_fillers`), so the count means "at
least". The filler prompt must never reach the first pass: there it doubles the word errors.
"""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before faster_whisper is imported: nothing may ask a hub for weights

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper import __version__ as VERSION
from faster_whisper.vad import SpeechTimestampsMap, VadOptions, get_speech_timestamps

from app.domain.answer import Interval, Transcript, Word
from app.services.analysis.transcript import Heard, Span, around, lost, merge_fillers, patched, tidy
from app.services.providers.assets import checked_folder
from app.services.providers.ports import SAMPLE_RATE, Audio

RECORD, FILLER = "whisper-base", "whisper-tiny.en"
FILLER_PROMPT = "Umm, so, uh, I think, like, hmm... you know, um, I was, uh, okay."
HOTWORDS_MAX = 8  # longer lists put words into the transcript that nobody said
THREADS = 2
# What Whisper itself takes for no speech, and is unsure of besides. Whisper's own rule (log probability below -1)
# lets through the fluent sentences it makes of a murmuring crowd (0.79 and -0.52); a clean answer has 0.01 and -0.1.
NO_SPEECH, UNSURE_LOGPROB = 0.6, -0.4
# Speech is handed over in runs of at most this much, so that memory does not grow with the recording.
RUN_S = 150
VAD = VadOptions(min_silence_duration_ms=600, speech_pad_ms=300, min_speech_duration_ms=100, max_speech_duration_s=60)
PAUSE_S = 0.6
PAUSE_VAD = VadOptions(min_silence_duration_ms=600, speech_pad_ms=0, min_speech_duration_ms=100)
COMMON: dict[str, Any] = {
    "language": "en",
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": False,
}
# Greedy: on the clips of the study a beam of 5 was no better (3.85 against 3.42 % wrong words) at 1.5 times the CPU.
RECORD_OPTIONS: dict[str, Any] = {"beam_size": 1}
# For what the greedy pass lost: without hot words, which are what made it lose 30 s of an answer once.
AGAIN_OPTIONS: dict[str, Any] = {"beam_size": 5}
FILLER_OPTIONS: dict[str, Any] = {"beam_size": 1, "initial_prompt": FILLER_PROMPT}


@cache
def _model(name: str, threads: int) -> tuple[WhisperModel, str]:
    """The loaded model and the sha256 of its weights; one per process and thread count."""
    folder, hashes = checked_folder(name)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    return model, hashes["model.bin"]


def _runs(segments: Sequence[dict[str, int]]) -> Iterator[list[dict[str, int]]]:
    """Neighbouring speech segments (samples) in groups of at most RUN_S seconds."""
    group: list[dict[str, int]] = []
    for segment in segments:
        if (
            group
            and sum(s["end"] - s["start"] for s in group) + segment["end"] - segment["start"] > RUN_S * SAMPLE_RATE
        ):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _hear(model: WhisperModel, audio: Audio, segments: Sequence[dict[str, int]], **options: Any) -> list[Heard]:
    """Words of the speech segments, on the time line of `audio`."""
    out: list[Heard] = []
    for group in _runs(segments):
        speech = np.concatenate([audio[s["start"] : s["end"]] for s in group])
        original = SpeechTimestampsMap(group, SAMPLE_RATE)
        found, _ = model.transcribe(speech, **COMMON, **options)
        for segment in found:
            if segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < UNSURE_LOGPROB:
                continue
            for word in segment.words or ():
                # Both ends from the chunk the middle lies in, or a word could span a silence that was cut out.
                chunk = original.get_chunk_index((word.start + word.end) / 2)
                out.append(
                    Heard(
                        text=word.word,
                        start_s=original.get_original_time(word.start, chunk),
                        end_s=original.get_original_time(word.end, chunk),
                        probability=float(word.probability),
                    )
                )
    return out


def listen(audio: Audio, start_ms: int, *, threads: int = 1) -> tuple[Word, ...]:
    """The words of a piece of an answer that is still going on and whose first sample is at `start_ms`; provisional.

    One greedy pass of the small model: 0.6 CPU seconds for a piece of up to 10 s; a second thread would cost a fifth
    more. Raises ProviderError when its file is missing or damaged.
    """
    segments = get_speech_timestamps(audio, VAD) if len(audio) else []
    heard = _hear(_model(FILLER, threads)[0], audio, segments, beam_size=1) if segments else []
    words = tidy(heard, round(len(audio) * 1000 / SAMPLE_RATE))
    return tuple(
        replace(word, start_ms=(word.start_ms or 0) + start_ms, end_ms=(word.end_ms or 0) + start_ms) for word in words
    )


def last_pause(audio: Audio) -> int:
    """The sample in the last pause of 0.6 s or more in this piece: its end when it ends silent; 0 without a pause."""
    segments = get_speech_timestamps(audio, PAUSE_VAD) if len(audio) else []
    if not segments or len(audio) - segments[-1]["end"] >= PAUSE_S * SAMPLE_RATE:
        return len(audio)
    return (segments[-2]["end"] + segments[-1]["start"]) // 2 if len(segments) > 1 else 0


def _record(
    model: WhisperModel, audio: Audio, segments: Sequence[dict[str, int]], hotwords: str | None
) -> tuple[list[Heard], list[Span], list[Span]]:
    """Words of the first pass; stretches it had lost, looked at again; those of which no word could be made out."""
    speech = [(s["start"] / SAMPLE_RATE, s["end"] / SAMPLE_RATE) for s in segments]
    heard = _hear(model, audio, segments, hotwords=hotwords, **RECORD_OPTIONS)
    missing = around(speech, lost(speech, heard))
    if not missing:
        return heard, [], []
    again = []
    for start, end in missing:
        cut = {"start": max(0, round(start * SAMPLE_RATE)), "end": min(len(audio), round(end * SAMPLE_RATE))}
        again.append(((start, end), _hear(model, audio, [cut], **AGAIN_OPTIONS)))
    heard = patched(heard, again)
    return heard, missing, lost(speech, heard)


def speech_segments(audio: Audio) -> list[dict[str, int]]:
    """Where somebody speaks: `start` and `end` in samples."""
    return get_speech_timestamps(audio, VAD) if len(audio) else []


def filler_pass(
    audio: Audio, segments: Sequence[dict[str, int]], *, threads: int = 1
) -> tuple[tuple[Word, ...], dict[str, Any]]:
    """What the pass that brings fillers back hears, for `merge_fillers`, and what it was made with."""
    model, sha256 = _model(FILLER, threads)
    heard = _hear(model, audio, segments, **FILLER_OPTIONS)
    made_with = {"model": FILLER, "sha256": sha256, "compute": "int8", **FILLER_OPTIONS}
    return tidy(heard, round(len(audio) * 1000 / SAMPLE_RATE)), made_with


def transcribe(audio: Audio, hotwords: Sequence[str] = (), *, threads: int = THREADS) -> Transcript:
    """The words of one answer with times and probabilities, spoken fillers marked.

    `audio` is 16 kHz mono float32. `hotwords` are terms that may occur, the most useful first; only the first 8 are
    used. Without detected speech there are no words and no model runs. With `threads` 2 or more the two passes run
    side by side, each on half of them: one inference gains little from a second thread and burns a third more CPU.
    What the first pass lost is looked at again; what stays without words is in `unheard`. Raises ProviderError when a
    model file is missing or damaged.
    """
    duration_ms = round(len(audio) * 1000 / SAMPLE_RATE)
    listed = [word.strip() for word in hotwords if word.strip()][:HOTWORDS_MAX]
    segments = speech_segments(audio)
    words: tuple[Word, ...] = ()
    unheard: list[Span] = []
    provenance: dict[str, Any] = {
        "provider": "faster-whisper",
        "version": VERSION,
        "hotwords": listed,
        "vad": {"model": "silero-v6", "min_silence_ms": VAD.min_silence_duration_ms, "pad_ms": VAD.speech_pad_ms},
        "passes": [],
    }
    if segments:
        each = max(1, threads // 2)
        record_model, record_sha256 = _model(RECORD, each)
        with ThreadPoolExecutor(max_workers=min(threads, 2)) as pool:
            first = pool.submit(_record, record_model, audio, segments, ", ".join(listed) or None)
            other = pool.submit(filler_pass, audio, segments, threads=each)
            (heard, again, unheard), (second, filler) = first.result(), other.result()
            record = tidy(heard, duration_ms)
        words = merge_fillers(record, second)
        provenance["passes"] = [
            {"model": RECORD, "sha256": record_sha256, "compute": "int8", **RECORD_OPTIONS},
            filler,
        ]
        provenance["looked_at_again_s"] = round(sum(end - start for start, end in again), 1)
    return Transcript(
        words=words,
        duration_ms=duration_ms,
        source="stt",
        unheard=tuple(Interval(start_ms=round(a * 1000), end_ms=round(b * 1000)) for a, b in unheard),
        provenance=provenance,
    )
