"""What holds for every voice: the built-in one and the services of others."""

from __future__ import annotations

import io
import wave
from itertools import pairwise

import pytest

from app.domain.errors import BadInput
from app.domain.speech import SpeechTrack
from app.services.providers.tts.text import spoken_text
from tests.contract.conftest import Speak

QUESTION = "When did 25 people depend on you — and did you improve the on-call rota by Monday?"
VISEMES = {"sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"}
HOSTILE = {
    "markup": "Hello </prosody></voice></speak> &bye",
    "control characters": "Hello\x00 there\x07\x1b[ you\ud800.",
    "emoji": "Hello 🙂 👩‍💻.",
}


def check(audio: bytes, track: SpeechTrack) -> None:
    """Sound, shapes and words belong together."""
    with wave.open(io.BytesIO(audio)) as clip:
        assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (24_000, 1, 2)
        seconds = clip.getnframes() / clip.getframerate()
    assert track.duration_s == pytest.approx(seconds, abs=0.001)
    assert {cue.viseme for cue in track.cues} <= VISEMES
    assert all(0 <= cue.start_s <= cue.end_s <= seconds + 0.001 for cue in track.cues)
    assert all(a.end_s <= b.start_s + 0.001 for a, b in pairwise(track.cues))
    assert all(a.viseme != b.viseme for a, b in pairwise(track.cues))
    assert all(0 < cue.weight <= 1 for cue in track.cues)
    assert track.cues[-1].viseme == "sil"
    assert all(0 <= word.start_s < word.end_s <= seconds + 0.001 for word in track.words)
    assert all(a.end_s <= b.start_s + 0.001 for a, b in pairwise(track.words))
    assert track.provenance["provider"]
    assert track.provenance["voice"]


_asked: dict[str, tuple[bytes, SpeechTrack]] = {}


@pytest.fixture
def asked(request: pytest.FixtureRequest, speak: Speak) -> tuple[bytes, SpeechTrack]:
    """The question in each voice, spoken once: on this machine it takes a second or two."""
    name = request.node.callspec.params["speak"]
    if name not in _asked:
        _asked[name] = speak(QUESTION)
    return _asked[name]


def test_a_question_is_spoken_with_its_words_and_shapes(asked: tuple[bytes, SpeechTrack]) -> None:
    check(*asked)
    assert [word.text for word in asked[1].words] == [word for word in QUESTION.split() if word != "—"]


def test_lips_close_on_every_p_b_and_m(asked: tuple[bytes, SpeechTrack]) -> None:
    _, track = asked
    # people, depend, improve, by, Monday
    assert "".join(cue.phoneme for cue in track.cues if cue.viseme == "PP") == "pppmpbm"
    by_word = {word.text: (word.start_s, word.end_s) for word in track.words}
    for text in ("people", "depend", "improve", "by", "Monday?"):
        start, end = by_word[text]
        assert any(c.viseme == "PP" and c.start_s < end and c.end_s > start for c in track.cues), text


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_speech_in_a_text_does_no_harm(speak: Speak, name: str) -> None:
    audio, track = speak(HOSTILE[name])
    check(audio, track)
    written = spoken_text(HOSTILE[name]).split(" ")
    said = [word.text for word in track.words]
    assert said == [word for word in written if word in said]
    assert said[0] == "Hello"


def test_the_same_text_gives_the_same_and_slower_is_longer(speak: Speak) -> None:
    first, normal = speak("Begin.")
    assert speak("Begin.") == (first, normal)
    _, slow = speak("Begin.", speed=0.7)
    assert slow.duration_s > normal.duration_s * 1.1


@pytest.mark.parametrize(
    ("text", "speed", "code"),
    [
        ("", 1.0, "speech_text_empty"),
        (" \n\x00 — ?!", 1.0, "speech_text_empty"),
        ("a" * 10_240, 1.0, "speech_text_too_long"),
        ("Hello.", 0.4, "speech_speed"),
        ("Hello.", float("nan"), "speech_speed"),
    ],
    ids=["nothing", "nothing to say", "10 kB", "too slow", "no number"],
)
def test_what_cannot_be_spoken_is_refused(speak: Speak, text: str, speed: float, code: str) -> None:
    with pytest.raises(BadInput) as error:
        speak(text, speed=speed)
    assert error.value.code == code
    assert error.value.hint


@pytest.mark.parametrize("voice", ["", "nobody", "../../voices", 'en-US-A"/><x', "af_heart\n"])
def test_a_voice_that_cannot_be_one_is_refused(speak: Speak, voice: str) -> None:
    with pytest.raises(BadInput) as error:
        speak("Hello.", voice=voice)
    assert error.value.code == "speech_voice_unknown"
