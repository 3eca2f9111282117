"""Mouth shapes and word times from phoneme times."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.speech import Cue, SpokenWord
from app.services.providers.tts import cues as rules
from app.services.providers.tts.cues import VISEME, Phoneme, cues_of, estimated, spread, words_of
from app.utils.json import dump
from tests.unit.media.sentences import FIXTURE, SENTENCES

SOUNDS = [*VISEME, "ˈ", "ˌ", "ː", " ", ",", ".", "?"]
STORED = json.loads(FIXTURE.read_text(encoding="utf-8"))["spoken"]


def timed(*items: tuple[str, float]) -> list[Phoneme]:
    """Phonemes one after the other, each so many seconds long."""
    out, now = [], 0.0
    for phoneme, length in items:
        out.append(Phoneme(phoneme, now, now + length))
        now += length
    return out


def shapes(items: list[Phoneme]) -> list[tuple[float, float, str, str]]:
    return [(cue.start_s, cue.end_s, cue.viseme, cue.phoneme) for cue in cues_of(items)]


def closed_at(cues: tuple[Cue, ...], moment: float) -> bool:
    return any(cue.viseme == "PP" and cue.start_s <= moment <= cue.end_s for cue in cues)


def check(cues: tuple[Cue, ...], timings: list[Phoneme], duration: float) -> None:
    """What holds for the cues of any audio."""
    assert all(0 <= cue.start_s <= cue.end_s <= duration + 0.001 for cue in cues)
    assert all(a.end_s <= b.start_s + 0.001 for a, b in pairwise(cues))
    assert all(0 < cue.weight <= 1 for cue in cues)
    assert cues[-1].viseme == "sil"
    assert all(a.viseme != b.viseme for a, b in pairwise(cues)), "one shape twice is one cue"
    for item in timings:
        if item.phoneme in "pbm" and item.end > item.start:
            middle = (item.start + item.end) / 2
            assert any(closed_at(cues, middle + shift) for shift in (0, -0.02, 0.02)), (item, cues)
    for a, b in pairwise([cue for cue in cues if cue.viseme in ("PP", "sil") or cue.end_s > cue.start_s]):
        assert (a.viseme, b.viseme) != ("PP", "PP")
    assert all(cue.weight == 1 for cue in cues if cue.viseme == "PP")


@given(st.lists(st.tuples(st.sampled_from(SOUNDS), st.floats(0.02, 0.4)), min_size=1, max_size=60))
def test_any_sounds_give_cues_in_order_that_shut_the_mouth_where_they_must(items: list[tuple[str, float]]) -> None:
    timings = timed(*items)
    found = cues_of(timings)
    if any(item.phoneme in VISEME for item in timings):
        check(found, timings, timings[-1].end)
    assert cues_of(timings) == found


@given(st.lists(st.tuples(st.sampled_from(SOUNDS), st.floats(0, 0.4)), max_size=40), st.floats(0, 3))
def test_times_stay_inside_an_audio_that_ends_early(items: list[tuple[str, float]], duration: float) -> None:
    for cue in cues_of(timed(*items), duration):
        assert 0 <= cue.start_s <= cue.end_s <= duration + 0.001


def test_stress_goes_to_the_vowel_and_length_to_the_sound_before() -> None:
    assert shapes(timed(("s", 0.1), ("ˈ", 0.05), ("i", 0.1), ("ː", 0.1), ("t", 0.1))) == [
        (0.0, 0.1, "SS", "s"),
        (0.1, 0.35, "I", "i"),
        (0.35, 0.45, "DD", "t"),
        (0.45, 0.45, "sil", ""),
    ]


def test_affricates_are_one_shape() -> None:
    sounds = timed(("t", 0.1), ("ʃ", 0.1), ("a", 0.1), ("d", 0.1), ("ʒ", 0.1))
    assert [shape[2:] for shape in shapes(sounds)] == [
        ("CH", "tʃ"),
        ("aa", "a"),
        ("CH", "dʒ"),
        ("sil", ""),
    ]


def test_only_long_gaps_and_marks_close_the_mouth() -> None:
    sounds = timed(("m", 0.1), (" ", 0.05), ("a", 0.1), (" ", 0.2), ("m", 0.1), (",", 0.1), ("a", 0.1))
    assert [shape[2] for shape in shapes(sounds)] == ["PP", "aa", "sil", "PP", "sil", "aa", "sil"]


def test_h_takes_the_shape_of_the_vowel_after_it() -> None:
    assert [shape[2] for shape in shapes(timed(("h", 0.1), ("ʊ", 0.1)))] == ["U", "sil"]


def test_a_sound_too_short_to_be_seen_makes_no_flutter() -> None:
    assert [shape[2] for shape in shapes(timed(("a", 0.1), ("t", 0.03), ("i", 0.1)))] == ["aa", "I", "sil"]


def test_a_short_closure_is_held() -> None:
    cues = cues_of(timed(("a", 0.2), ("b", 0.03), ("a", 0.2)))
    lips = next(cue for cue in cues if cue.viseme == "PP")
    assert lips.end_s - lips.start_s == pytest.approx(rules.CLOSURE_S, abs=0.002)
    assert (lips.start_s + lips.end_s) / 2 == pytest.approx(0.215, abs=0.002)


def test_two_closures_are_one_or_have_an_opening_between() -> None:
    joined = shapes(timed(("ɑ", 0.1), ("p", 0.08), (" ", 0.05), ("p", 0.08), ("l", 0.06), ("eɪ"[0], 0.1)))
    assert [shape[2] for shape in joined].count("PP") == 1
    across_a_comma = shapes(timed(("ɑ", 0.1), ("p", 0.08), (",", 0.2), ("b", 0.08), ("aɪ"[0], 0.1)))
    assert [shape[2] for shape in across_a_comma].count("PP") == 1
    after_a_breath = [shape[2] for shape in shapes(timed(("ɑ", 0.1), ("p", 0.08), (".", 0.5), ("p", 0.08), ("a", 0.1)))]
    first, second = (index for index, viseme in enumerate(after_a_breath) if viseme == "PP")
    assert "E" in after_a_breath[first:second]


def test_rounding_comes_early_and_never_into_a_closure() -> None:
    early = cues_of(timed(("s", 0.12), ("u", 0.2)))
    assert next(cue.start_s for cue in early if cue.viseme == "U") == pytest.approx(0.06, abs=0.002)
    late = cues_of(timed(("m", 0.12), ("u", 0.2)))
    assert next(cue.start_s for cue in late if cue.viseme == "U") == pytest.approx(0.12, abs=0.002)


def test_the_stored_sentences_are_current() -> None:
    """`python -m tests.unit.media.sentences` writes them anew."""
    assert json.loads(FIXTURE.read_text(encoding="utf-8"))["format"] == rules.FORMAT
    assert [one["text"] for one in STORED] == list(SENTENCES)


@pytest.mark.parametrize("one", STORED, ids=lambda one: one["text"][:30])
def test_thirty_sentences(one: dict) -> None:
    timings = [Phoneme(*item) for item in one["timings"]]
    duration = one["track"]["duration_s"]
    found = cues_of(timings, duration)
    check(found, timings, duration)
    same = [(cue["viseme"], cue["phoneme"]) for cue in one["track"]["cues"]]
    assert [(cue.viseme, cue.phoneme) for cue in found] == same
    # The very first sound begins with the audio; the page moves the lips before it.
    short = [cue for cue in found[1:] if cue.viseme != "sil" and cue.end_s - cue.start_s < 0.024]
    assert not short


def test_joined_words_keep_their_own_times() -> None:
    spoken = timed(("ʌ", 0.1), ("v", 0.1), ("ð", 0.1), ("ə", 0.1))
    words = words_of(["of", "the"], ["ʌv", "ðə"], spoken)
    assert [(w.text, w.start_s, w.end_s) for w in words] == [("of", 0.0, 0.2), ("the", 0.2, 0.4)]


def test_a_word_of_which_nothing_is_spoken_is_left_out() -> None:
    words = words_of(
        ["a", "—", "pea"], ["ɐ", "—", "piː"], timed(("ɐ", 0.1), ("—", 0.3), ("p", 0.1), ("i", 0.1), ("ː", 0.1))
    )
    assert [w.text for w in words] == ["a", "pea"]


def test_word_times_alone_give_cues_inside_each_word() -> None:
    words = [SpokenWord(start_s=0.1, end_s=0.5, text="map"), SpokenWord(start_s=0.9, end_s=1.2, text="moon")]
    cues = estimated(words, ["mˈæp", "mˈuːn"])
    check(cues, [], 1.2)
    assert [cue.viseme for cue in cues if cue.start_s < 0.5] == ["PP", "aa", "PP"]
    assert closed_at(cues, 0.93)


@given(st.lists(st.sampled_from(["map,", "moon", "we", "stop.", "apple"]), min_size=1, max_size=12), st.floats(0.5, 20))
def test_without_any_times_the_words_share_the_audio(words: list[str], duration: float) -> None:
    sounds = {"map,": "mˈæp", "moon": "mˈuːn", "we": "wiː", "stop.": "stˈɑːp", "apple": "ˈæpəl"}
    found = spread(words, [sounds[word] for word in words], duration)
    assert [word.text for word in found] == words
    assert all(a.end_s <= b.start_s + 0.002 for a, b in pairwise(found))
    assert found[-1].end_s <= duration + 0.001
    assert dump(estimated(found, [sounds[word] for word in words]))
