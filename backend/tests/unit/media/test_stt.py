"""The recogniser on speech of our own synthesiser, and on what is no speech."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest

from app.domain.answer import Transcript
from app.services.analysis.transcript import Heard, token
from app.services.providers.ports import SAMPLE_RATE, Audio
from app.services.providers.stt import whisper
from app.services.providers.stt.whisper import HOTWORDS_MAX, transcribe
from tests.unit.media.clips import STORY, say, silence, story

pytestmark = pytest.mark.models

WITH_FILLERS = (
    "I joined the, um, support team in March. Uh, we had a long queue of open tickets. So I, um, sorted them by age "
    "and, uh, called the oldest ones first. It was, um, hard in the first week, but after, uh, ten days it was short."
)
NUMBERS = {"40": "forty", "10": "ten", "3": "three", "4": "four"}


def plain(words: list[str]) -> list[str]:
    return [NUMBERS.get(t, t) for t in (token(w) for w in words) if t]


def word_errors(reference: str, transcript: Transcript) -> float:
    """Share of reference words that are wrong, missing or extra (an upper bound of the word error rate)."""
    left = plain(reference.split())
    right = plain([w.text for w in transcript.words if not w.filler])
    same = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return (max(len(left), len(right)) - same) / len(left)


@pytest.fixture(scope="module")
def told() -> Transcript:
    return transcribe(story())


class TestSpeech:
    def test_the_words_are_those_that_were_read(self, told: Transcript) -> None:
        assert word_errors(" ".join(STORY), told) <= 0.1

    def test_clean_speech_has_no_fillers(self, told: Transcript) -> None:
        assert [w.text for w in told.words if w.filler] == []

    def test_times_are_ordered_inside_the_recording_and_near_the_spoken_word(self, told: Transcript) -> None:
        assert told.duration_ms == round(len(story()) * 1000 / SAMPLE_RATE)
        ends = [0]
        for word in told.words:
            assert word.start_ms is not None
            assert word.end_ms is not None
            assert ends[-1] <= word.start_ms <= word.end_ms <= told.duration_ms
            ends.append(word.end_ms)
        offset, misses = 0.0, []
        for text in STORY:
            audio, track = say(text)
            spoken = {token(w.text): w.start_s + offset for w in track.words if len(w.text) > 5}
            heard = {token(w.text): (w.start_ms or 0) / 1000 for w in told.words}
            misses += [abs(heard[name] - start) for name, start in spoken.items() if name in heard]
            offset += len(audio) / SAMPLE_RATE + 0.4
        assert len(misses) > 10
        assert float(np.median(misses)) < 0.2

    def test_provenance_names_models_and_settings(self, told: Transcript) -> None:
        first, second = told.provenance["passes"]
        assert (first["model"], second["model"]) == ("whisper-base", "whisper-tiny.en")
        assert all(re.fullmatch("[0-9a-f]{64}", item["sha256"]) for item in (first, second))
        assert "initial_prompt" not in first

    def test_the_same_recording_gives_the_same_transcript(self, told: Transcript) -> None:
        assert transcribe(story()) == told


@pytest.mark.parametrize("voice", ["af_heart", "am_michael"])
def test_at_least_half_of_the_fillers_are_found_and_none_invented(voice: str) -> None:
    audio, _ = say(WITH_FILLERS, voice)
    found = transcribe(audio)
    assert 3 <= sum(w.filler for w in found.words) <= 6
    assert word_errors(re.sub(r" (um|uh),|, (um|uh),|Uh, ", "", WITH_FILLERS), found) <= 0.15


def test_words_the_first_pass_drops_are_heard_at_a_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whisper has dropped 30 s at once on hot words; which answer it does that to depends on the last bit of sound."""
    hear = whisper._hear

    def forgetful(model: Any, audio: Any, segments: Any, **options: Any) -> list[Heard]:
        found = hear(model, audio, segments, **options)
        dropped = options.get("beam_size") == 1 and "initial_prompt" not in options
        return [word for word in found if not (dropped and 4 < word.start_s < 15)]

    monkeypatch.setattr(whisper, "_hear", forgetful)
    patched = transcribe(story(), ["COPD", "NEWS2"])
    assert word_errors(" ".join(STORY), patched) <= 0.1
    assert patched.provenance["looked_at_again_s"] > 8
    assert patched.unheard == ()


def test_speech_no_word_can_be_made_of_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hear = whisper._hear
    monkeypatch.setattr(
        whisper, "_hear", lambda *given, **options: [w for w in hear(*given, **options) if not 4 < w.start_s < 15]
    )
    (missing,) = transcribe(story()).unheard
    assert 3000 < missing.start_ms < 6000
    assert 12_000 < missing.end_ms < 16_000


def test_hotwords_bring_names_and_only_eight_are_used() -> None:
    audio, _ = say("We moved the orders from Mongo to Kubernetes and Postgres in one night.")
    found = transcribe(audio, ["Kubernetes", "Postgres", *[f"Term{i}" for i in range(20)]])
    texts = {token(w.text) for w in found.words}
    assert {"kubernetes", "postgres"} <= texts
    assert len(found.provenance["hotwords"]) == HOTWORDS_MAX
    assert not any(text.startswith("term") for text in texts)


def noise(seconds: float, level: float) -> Audio:
    return np.random.default_rng(7).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.float32)


def crowd() -> Audio:
    """Twelve of our own voices at once: a murmur, of which a recogniser likes to make fluent sentences."""
    whole = story()
    shifts = np.random.default_rng(3).integers(0, len(whole), 12)
    return np.asarray(sum(np.roll(whole, int(k)) for k in shifts)[: 10 * SAMPLE_RATE] / 6, dtype=np.float32)


@pytest.mark.parametrize(
    "make",
    [
        lambda: silence(0),
        lambda: silence(0.02),
        lambda: silence(12),
        lambda: noise(12, 0.003),
        lambda: noise(12, 0.2),
        lambda: (0.3 * np.sin(2 * np.pi * 120 * np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32),
        lambda: (np.random.default_rng(5).random(12 * SAMPLE_RATE) < 0.0005).astype(np.float32),
        crowd,
    ],
    ids=["nothing", "a moment", "silence", "quiet noise", "loud noise", "hum", "clicks", "crowd"],
)
def test_what_is_no_speech_has_no_words(make: Callable[[], Audio]) -> None:
    assert transcribe(make()).words == ()


def test_silence_around_speech_adds_no_words_and_keeps_times() -> None:
    audio, _ = say(STORY[0])
    alone = transcribe(audio)
    padded = transcribe(np.concatenate([silence(20), audio, silence(20)]))
    assert plain([w.text for w in padded.words]) == plain([w.text for w in alone.words])
    assert padded.words[0].start_ms == pytest.approx(20_000 + (alone.words[0].start_ms or 0), abs=300)


def test_background_noise_is_survived() -> None:
    audio = np.concatenate([say(text)[0] for text in STORY[:2]])
    assert (
        word_errors(" ".join(STORY[:2]), transcribe(audio + noise(len(audio) / SAMPLE_RATE, 0.02)[: len(audio)])) <= 0.2
    )
