"""Mouth shapes and word times from phoneme times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.services.providers.tts.kokoro import VISEME, Phoneme, cues_of, words_of

SOUNDS = [*VISEME, "ˈ", "ˌ", "ː", " ", ",", ".", "?"]


def timed(*items: tuple[str, float]) -> list[Phoneme]:
    """Phonemes one after the other, each so many seconds long."""
    out, now = [], 0.0
    for phoneme, length in items:
        out.append(Phoneme(phoneme, now, now + length))
        now += length
    return out


def shapes(items: list[Phoneme]) -> list[tuple[float, str, str]]:
    return [(cue.start_s, cue.viseme, cue.phoneme) for cue in cues_of(items)]


@given(st.lists(st.tuples(st.sampled_from(SOUNDS), st.floats(0, 0.4)), max_size=60))
def test_cues_are_in_order_and_the_mouth_closes(items: list[tuple[str, float]]) -> None:
    timings = timed(*items)
    cues = cues_of(timings)
    starts = [cue.start_s for cue in cues]
    assert starts == sorted(starts)
    if cues:
        assert cues[-1].viseme == "sil"
        assert cues[-1].start_s <= timings[-1].end + 0.001
    lips = sum(item.phoneme in "pbm" for item in timings)
    assert sum(cue.viseme == "PP" for cue in cues) == lips


def test_stress_goes_to_the_vowel_and_length_to_the_sound_before() -> None:
    assert shapes(timed(("s", 0.1), ("ˈ", 0.05), ("i", 0.1), ("ː", 0.1), ("t", 0.1))) == [
        (0.0, "SS", "s"),
        (0.1, "I", "i"),
        (0.35, "DD", "t"),
        (0.45, "sil", ""),
    ]


def test_affricates_are_one_shape() -> None:
    assert shapes(timed(("t", 0.1), ("ʃ", 0.1), ("d", 0.1), ("ʒ", 0.1))) == [
        (0.0, "CH", "tʃ"),
        (0.2, "CH", "dʒ"),
        (0.4, "sil", ""),
    ]


def test_only_long_gaps_and_marks_close_the_mouth() -> None:
    assert [
        s
        for _, s, _ in shapes(
            timed(("m", 0.1), (" ", 0.05), ("a", 0.1), (" ", 0.2), ("m", 0.1), (",", 0.1), ("a", 0.1))
        )
    ] == [
        "PP",
        "aa",
        "sil",
        "PP",
        "sil",
        "aa",
        "sil",
    ]


def test_joined_words_keep_their_own_times() -> None:
    spoken = timed(("ʌ", 0.1), ("v", 0.1), ("ð", 0.1), ("ə", 0.1))
    words = words_of(["of", "the"], ["ʌv", "ðə"], spoken)
    assert [(w.text, w.start_s, w.end_s) for w in words] == [("of", 0.0, 0.2), ("the", 0.2, 0.4)]


def test_a_word_of_which_nothing_is_spoken_is_left_out() -> None:
    words = words_of(
        ["a", "—", "pea"], ["ɐ", "—", "piː"], timed(("ɐ", 0.1), ("—", 0.3), ("p", 0.1), ("i", 0.1), ("ː", 0.1))
    )
    assert [w.text for w in words] == ["a", "pea"]
