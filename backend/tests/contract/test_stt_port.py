"""What holds for every listener, and the official client of OpenAI against a stand-in that checks every request."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from app.domain.answer import Transcript
from app.domain.errors import ProviderError
from app.services.analysis.transcript import token
from app.services.providers.configuration import Configured
from app.services.providers.ports import SAMPLE_RATE, Audio
from app.services.providers.stt import openai as adapter
from app.services.providers.stt import whisper
from tests.contract import faults
from tests.contract.conftest import PATIENT_S, OpenAI, answer
from tests.contract.faults import KEY, Fault
from tests.unit.media.clips import silence

pytestmark = [pytest.mark.models, pytest.mark.services]
Listen = Callable[..., Awaitable[Transcript]]


@pytest.fixture(params=["whisper", "openai"])
def listen(request: pytest.FixtureRequest, settings: Any) -> Listen:
    """Each listener of the port."""

    async def embedded(audio: Audio, hotwords: Sequence[str] = ()) -> Transcript:
        return await asyncio.to_thread(whisper.transcribe, audio, hotwords)

    if request.param == "whisper":
        return embedded
    service = request.getfixturevalue("openai").service

    async def cloud(audio: Audio, hotwords: Sequence[str] = ()) -> Transcript:
        return await adapter.transcribe(audio, hotwords, service=service)

    return cloud


async def test_words_are_in_order_inside_the_recording_with_fillers_marked(listen: Listen) -> None:
    audio, track = answer()
    found = await listen(audio, ["support"])
    assert found.duration_ms == round(len(audio) * 1000 / SAMPLE_RATE)
    assert all(0 <= w.start_ms <= w.end_ms <= found.duration_ms for w in found.words)  # type: ignore[operator]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found.words))  # type: ignore[operator]
    said = [token(word.text) for word in track.words if token(word.text) not in ("um", "uh")]
    heard = [token(word.text) for word in found.words if not word.filler]
    assert len([word for word in heard if word in said]) >= 0.9 * len(said)
    assert 1 <= sum(word.filler for word in found.words) <= 2
    assert found.unheard == ()
    assert found.source == "stt"
    assert found.provenance["provider"]
    assert found.provenance["hotwords"] == ["support"]


@pytest.mark.parametrize("audio", [silence(0), silence(0.02), silence(5)], ids=["nothing", "a moment", "silence"])
async def test_without_speech_there_are_no_words(listen: Listen, openai: OpenAI, audio: Audio) -> None:
    found = await listen(audio)
    assert (found.words, found.unheard) == ((), ())
    assert openai.vendor.seen == []


async def test_punctuation_is_put_back_and_what_is_not_known_is_none(settings: Any, openai: OpenAI) -> None:
    audio, track = answer()
    found = await adapter.transcribe(audio, [f"Term{i}" for i in range(20)], service=openai.service)
    expected = [word.text for word in track.words if token(word.text) not in ("um", "uh")]
    assert [word.text for word in found.words if not word.filler] == expected
    assert {word.probability for word in found.words if not word.filler} == {None}
    first, second = found.provenance["passes"]
    assert (first["model"], second["model"]) == ("whisper-1", "whisper-tiny.en")
    (seen,) = openai.vendor.seen
    assert (seen.method, seen.path) == ("POST", "/v1/audio/transcriptions")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert b"Term7" in seen.body
    assert b"Term8" not in seen.body


async def test_a_long_answer_is_sent_in_pieces_and_their_times_are_shifted(
    settings: Any, openai: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio, _ = answer()
    whole = await adapter.transcribe(audio, service=openai.service)
    openai.vendor.forget()
    monkeypatch.setattr(adapter, "CHUNK_S", 4)
    found = await adapter.transcribe(audio, service=openai.service)
    assert len(openai.vendor.seen) > 1
    assert found.provenance["passes"][0]["files"] == len(openai.vendor.seen)
    assert [(w.text, w.start_ms) for w in found.words if not w.filler] == [
        (w.text, pytest.approx(w.start_ms, abs=150)) for w in whole.words if not w.filler
    ]


def test_pieces_are_cut_in_the_longest_silence_and_leave_nothing_out() -> None:
    second = SAMPLE_RATE
    speech = [{"start": k * 20 * second, "end": (k * 20 + (15 if k % 7 == 0 else 19)) * second} for k in range(90)]
    pieces = adapter.chunks(1801 * second, speech)
    assert len(pieces) == 4
    assert all(a[1] == b[0] for a, b in pairwise(pieces))
    assert (pieces[0][0], pieces[-1][1]) == (0, speech[-1]["end"] + round(adapter.PAD_S * second))
    for start, end in pieces:
        assert (end - start) * 2 + 44 < 25_000_000
    for _, cut in pieces[:-1]:
        assert cut / second % 20 == 17.5  # the middle of a silence of five seconds, not of one
    without = adapter.chunks(1500 * second, [{"start": 0, "end": 1500 * second}])
    assert [end - start for start, end in without] == [600 * second, 600 * second, 300 * second]


FAULTS: list[tuple[Fault, str, bool, float | None]] = [
    *[(faults.status(code, {"error": {"message": "x"}}), "refused", False, None) for code in (400, 404, 409, 422)],
    *[(faults.status(code, {}), "key", False, None) for code in (401, 403)],
    (faults.status(413, b""), "too_large", False, None),
    (faults.status(429, b"", retry_after="7"), "rate", True, 7.0),
    (faults.status(429, b""), "rate", True, None),
    (faults.status(500, b"oops"), "busy", True, None),
    (faults.status(503, b""), "busy", True, None),
    (faults.Fault(status=307, headers={"location": "http://127.0.0.1:9/"}), "refused", False, None),
    (faults.garbage(), "garbled", True, None),
    (faults.web_page(), "garbled", True, None),
    (faults.truncated(), "garbled", True, None),
    (faults.cut_off(), "garbled", True, None),
    (faults.status(200, {}), "garbled", True, None),
    (faults.status(200, {"text": "Words without times.", "words": []}), "garbled", True, None),
    (faults.status(200, {"text": "Hi", "words": [{"word": "Hi", "start": 0, "end": 9e9}]}), "garbled", True, None),
    (faults.status(200, {"text": "Hi", "words": [{"word": "Hi", "start": "x", "end": 1}]}), "garbled", True, None),
    (faults.slow(1.2), "timeout", True, None),
    (faults.stalled(1.2), "timeout", True, None),
]


@pytest.mark.parametrize(("fault", "code", "retryable", "after_s"), FAULTS, ids=range(len(FAULTS)))
async def test_every_failure_has_its_name_and_is_tried_once(
    openai: OpenAI, fault: Fault, code: str, retryable: bool, after_s: float | None
) -> None:
    openai.vendor.next(fault)
    audio, _ = answer()
    limit_s = 0.4 if code == "timeout" else PATIENT_S
    with pytest.raises(ProviderError) as error:
        await adapter._all(audio[:8000], [(0, 8000)], [], "whisper-1", openai.service, limit_s)
    problem = error.value
    assert (problem.code, problem.retryable, problem.retry_after_s) == (f"openai_{code}", retryable, after_s)
    assert KEY not in f"{problem!r}{problem.hint}"
    # Within so short a time a busy machine may not even have asked.
    assert len(openai.vendor.seen) == 1 or (code == "timeout" and not openai.vendor.seen)


async def test_nobody_there_a_wrong_key_and_nothing_installed(openai: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = np.zeros(8000, np.float32)
    values = openai.service.values
    for service, code in (
        (Configured("openai", {**values, "base_url": "http://127.0.0.1:9/v1"}, openai.service.key), "unreachable"),
        (replace(openai.service, key=SecretStr("sk-wrong")), "key"),
    ):
        with pytest.raises(ProviderError) as error:
            await adapter._all(sound, [(0, 8000)], [], "whisper-1", service, 20)
        assert error.value.code == f"openai_{code}"
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ProviderError) as error:
        await adapter._all(sound, [(0, 8000)], [], "whisper-1", openai.service, 20)
    assert error.value.code == "openai_not_installed"
