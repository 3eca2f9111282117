"""Words to canonical sentences and back to verbatim quotes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.answer import Word
from app.services.grading.rubric import typed_transcript
from app.services.grading.rubric.text import content_stems, plain_sentences, quote, sentences, shown, stem, vector_text


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in plain_sentences(text)]


def spoken(text: str, step_ms: int = 400) -> tuple[Word, ...]:
    return tuple(
        Word(text=word, start_ms=k * step_ms, end_ms=k * step_ms + 300, probability=0.9)
        for k, word in enumerate(text.split())
    )


def test_case_punctuation_and_contractions_do_not_matter() -> None:
    assert texts("I didn't stop. I'm on it!") == texts("i did not stop. i am on it.")


def test_numbers_are_one_token_however_they_are_written() -> None:
    assert texts("It fell by 30%.") == texts("It fell by thirty percent.") == ["it fell by several percent"]
    assert texts("It cost $12,500.") == ["it cost several"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Emily told me that she was ill.", "Jamal told me that he was ill."),
        ("I met Mrs. Baker at Harvard University.", "I met Mr. Okonkwo at Oslo Metropolitan University."),
        ("The woman and her son left.", "The man and his daughter left."),
        ("His mother called him himself.", "Her father called her herself."),
    ],
)
def test_names_schools_and_gendered_words_leave_no_trace(left: str, right: str) -> None:
    assert texts(left) == texts(right)


def test_words_of_the_question_are_never_taken_for_names() -> None:
    kept = sentences(
        typed_transcript("I wrote it in Kotlin alone.").words, keep=frozenset(["kotlin"]), known=lambda _: False
    )
    masked = sentences(typed_transcript("I wrote it in Kotlin alone.").words, known=lambda _: False)
    assert "kotlin" in kept[0].norms
    assert "kotlin" not in masked[0].norms


def test_fillers_repeats_and_uncertain_words_give_no_token_but_stay_in_the_quote() -> None:
    words = (
        Word(text="So", probability=0.9),
        Word(text="um,", filler=True, probability=0.9),
        Word(text="I"),
        Word(text="I"),
        Word(text="called"),
        Word(text="document.", probability=0.001),
    )
    (sentence,) = sentences(words)
    assert sentence.text == "so i called"
    assert sentence.restarts == 1
    found = quote(words, 0, 5)
    assert found is not None
    assert found.quote == "So um, I I called"


def test_a_quote_without_certain_words_is_no_evidence() -> None:
    words = tuple(Word(text=text, probability=0.1) for text in ["these", "were", "never", "said"])
    assert quote(words, 0, 3) is None


def test_quotes_carry_the_times_of_their_words() -> None:
    words = spoken("I called the doctor at once.")
    found = quote(words, 1, 3)
    assert found is not None
    assert (found.quote, found.start_ms, found.end_ms) == ("called the doctor", 400, 1500)


def test_run_on_speech_is_split_at_joining_words() -> None:
    text = (
        "so the pump broke on sunday and nobody was there so i drove to the plant and i opened the valve by hand and "
        "then i called the electrician because the fuse was gone and after that it ran again"
    )
    parts = texts(text)
    assert len(parts) >= 3
    assert any(part.startswith("so i drove") for part in parts)


def test_a_long_pause_ends_a_sentence_in_run_on_speech() -> None:
    words = list(spoken("we had the old press in hall two for many years without any trouble at all "
                        "our foreman checked the oil level every morning before the first shift"))  # fmt: skip
    moved = [
        Word(
            text=w.text,
            start_ms=(w.start_ms or 0) + (2000 if k >= 16 else 0),
            end_ms=(w.end_ms or 0) + (2000 if k >= 16 else 0),
        )
        for k, w in enumerate(words)
    ]
    assert [s.norms[0] for s in sentences(moved)] == ["we", "our"]


@pytest.mark.parametrize(("left", "right"), [("planning", "planned"), ("escalated", "escalates"), ("queries", "query")])
def test_stems_join_forms_of_a_word(left: str, right: str) -> None:
    assert stem(left) == stem(right)


def test_content_stems_leave_out_function_words() -> None:
    assert content_stems("i called the registrar and them") == ["call", "registrar"]


def test_we_and_i_are_one_for_the_vector_only() -> None:
    (sentence,) = plain_sentences("We moved our desks.")
    assert vector_text(sentence) == "i moved my desks"
    assert sentence.text == "we moved our desks"


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_splits_into_ranges_that_quote_it_verbatim(text: str) -> None:
    words = typed_transcript(text).words
    whole = shown(words)
    last = -1
    for sentence in sentences(words):
        assert sentence.first >= last
        last = sentence.last
        found = quote(words, sentence.first, sentence.last)
        assert found is not None
        assert found.quote in whole


@given(
    st.lists(
        st.sampled_from(
            [
                "I",
                "we",
                "called",
                "fixed",
                "the",
                "pump",
                "and",
                "then",
                "so",
                "because",
                "it",
                "ran",
                "30",
                "percent",
                ".",
                ",",
                "um",
            ]
        ),
        max_size=120,
    )
)
@settings(max_examples=100, deadline=None)
def test_sentences_lose_no_order(parts: list[str]) -> None:
    firsts = [token.first for sentence in plain_sentences(" ".join(parts)) for token in sentence.tokens]
    assert firsts == sorted(firsts)
