"""Rules for transcripts: order, bounds, fillers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.answer import Word
from app.services.analysis.transcript import (
    LOST_S,
    Heard,
    around,
    is_filler,
    lost,
    merge_fillers,
    patched,
    soft_filler_count,
    tidy,
    token,
)

TEXTS = st.sampled_from([" I", " the", " um,", " Uh", " call", "-back", " 40", " like", " UMM", " hmm."])
HEARD = st.lists(
    st.builds(
        Heard,
        text=TEXTS,
        start_s=st.floats(-5, 70, allow_nan=False),
        end_s=st.floats(-5, 70, allow_nan=False),
        probability=st.floats(0, 1),
    ),
    max_size=30,
)


def heard(text: str) -> list[Heard]:
    """Half a second a word, from 0 on."""
    return [
        Heard(text=" " + word, start_s=i / 2, end_s=i / 2 + 0.4, probability=0.9) for i, word in enumerate(text.split())
    ]


def words(text: str) -> tuple[Word, ...]:
    return tidy(heard(text), 60_000)


def shown(merged: tuple[Word, ...]) -> str:
    return " ".join(f"[{w.text}]" if w.filler else w.text for w in merged)


def in_order(merged: tuple[Word, ...], duration_ms: int) -> bool:
    earliest = 0
    for word in merged:
        assert word.start_ms is not None
        assert word.end_ms is not None
        if not earliest <= word.start_ms <= word.end_ms <= duration_ms:
            return False
        earliest = word.end_ms
    return True


class TestTidy:
    @given(HEARD, st.integers(0, 60_000))
    def test_times_are_ordered_and_inside_the_recording(self, items: list[Heard], duration_ms: int) -> None:
        assert in_order(tidy(items, duration_ms), duration_ms)

    @given(HEARD)
    def test_no_letter_is_lost(self, items: list[Heard]) -> None:
        plain = [item for item in items if not is_filler(item.text)]
        assert "".join(w.text for w in tidy(plain, 60_000)) == "".join(item.text.strip() for item in plain)

    def test_pieces_without_a_space_belong_to_the_word_before(self) -> None:
        pieces = [
            Heard(text=" on", start_s=0, end_s=0.2, probability=0.9),
            Heard(text="-call", start_s=0.2, end_s=0.6, probability=0.4),
        ]
        (word,) = tidy(pieces, 1000)
        assert (word.text, word.start_ms, word.end_ms, word.probability) == ("on-call", 0, 600, 0.4)

    def test_a_row_of_full_stops_is_no_row_of_words(self) -> None:
        texts = (" It", " works", ".", " .", ".", " ...", " R", " &", " D", " –", ".")
        heard = [Heard(text=text, start_s=k / 10, end_s=k / 10 + 0.1, probability=0.5) for k, text in enumerate(texts)]
        assert [word.text for word in tidy(heard, 2000)] == ["It", "works.", "R", "&", "D."]

    def test_fillers_are_marked_and_spelled_one_way(self) -> None:
        assert shown(words("UMM I uhh, think Umm. hm")) == "[um] I [uh,] think [Um.] [hmm]"


class TestMergeFillers:
    @given(HEARD, HEARD)
    def test_order_and_record_are_kept(self, first: list[Heard], other: list[Heard]) -> None:
        record, second = tidy(first, 60_000), tidy(other, 60_000)
        merged = merge_fillers(record, second)
        assert in_order(merged, 60_000)
        assert [w for w in merged if not w.filler] == [w for w in record if not w.filler]
        assert sum(w.filler for w in merged) >= sum(w.filler for w in record)

    @given(HEARD)
    def test_agreeing_passes_add_nothing(self, items: list[Heard]) -> None:
        record = tidy(items, 60_000)
        assert merge_fillers(record, record) == record

    def test_a_filler_beside_an_agreed_word_is_believed(self) -> None:
        merged = merge_fillers(words("I called the team"), words("I um called the team uh"))
        assert shown(merged) == "I [um] called the team [uh]"

    def test_a_filler_among_words_nobody_else_heard_is_not(self) -> None:
        merged = merge_fillers(words("I called the team"), words("we would um maybe the team"))
        assert shown(merged) == "I called the team"

    def test_a_filler_heard_twice_counts_once(self) -> None:
        merged = merge_fillers(words("I um called the team"), words("I um uh called the team"))
        assert shown(merged) == "I [um] [uh] called the team"

    def test_a_filler_before_the_first_word(self) -> None:
        assert shown(merge_fillers(words("we met"), words("um we met"))) == "[um] we met"


SPEECH = st.lists(st.tuples(st.floats(0, 70), st.floats(0.1, 20)), max_size=8).map(
    lambda items: [(start + 100 * i, start + 100 * i + length) for i, (start, length) in enumerate(items)]
)


class TestLost:
    def test_half_a_minute_that_was_dropped_is_found(self) -> None:
        speech = [(0.0, 6.2), (6.3, 14.5), (14.7, 30.5), (31.0, 40.0)]
        said = [Heard(text=" and", start_s=0.0, end_s=0.4, probability=0.5)]
        said += [Heard(text=" word", start_s=24 + k / 2, end_s=24.4 + k / 2, probability=0.9) for k in range(32)]
        assert [(round(a, 1), round(b, 1)) for a, b in lost(speech, said)] == [(0.7, 23.7)]
        assert around(speech, lost(speech, said)) == [(0.0, 30.5)]

    def test_a_word_stretched_over_the_missing_part_does_not_hide_it(self) -> None:
        stretched = [Heard(text=" and", start_s=0.0, end_s=10.0, probability=0.5)]
        assert [(round(a, 1), round(b, 1)) for a, b in lost([(0.0, 10.0)], stretched)] == [(1.1, 8.9)]

    def test_pauses_and_ordinary_gaps_are_no_loss(self) -> None:
        assert lost([(0.0, 2.0), (9.0, 11.0)], heard("I was here then") + [
            Heard(text=" later", start_s=9 + k / 2, end_s=9.4 + k / 2, probability=0.9) for k in range(4)
        ]) == []  # fmt: skip

    @given(SPEECH, HEARD)
    def test_what_is_lost_is_speech_without_words(self, speech: list[tuple[float, float]], items: list[Heard]) -> None:
        found = lost(speech, items)
        assert all(end - start >= LOST_S for start, end in found)
        assert all(any(a <= start and end <= b + 100 for a, b in speech) for start, end in found)
        middles = [(item.start_s + item.end_s) / 2 for item in items if 0 <= item.end_s - item.start_s < 0.8]
        assert not any(start < middle < end for start, end in found for middle in middles)

    @given(SPEECH)
    def test_without_words_all_long_speech_is_lost(self, speech: list[tuple[float, float]]) -> None:
        assert sum(b - a for a, b in lost(speech, [])) >= sum(b - a for a, b in speech if b - a >= LOST_S)

    def test_a_second_look_replaces_what_stood_there_when_it_hears_more(self) -> None:
        first = [Heard(text=" VANS.", start_s=3.0, end_s=3.4, probability=0.2), *heard("x")]
        second = [Heard(text=" the", start_s=3.0, end_s=3.2, probability=0.9),
                  Heard(text=" vans", start_s=3.2, end_s=3.6, probability=0.9)]  # fmt: skip
        assert [item.text for item in patched(first, [((2.0, 5.0), second)])] == [" x", " the", " vans"]
        assert [item.text for item in patched(first, [((2.0, 5.0), [])])] == [" x", " VANS."]


def test_soft_fillers_span_words_and_ignore_case_and_marks() -> None:
    text = "You know, it was, like, sort of basically done. I mean it. Likely not."
    assert soft_filler_count(words(text)) == 5


def test_tokens_keep_apostrophes_and_digits() -> None:
    assert [token(t) for t in (" Don't,", "40%", "—", "_")] == ["don't", "40", "", ""]
