"""What is not an answer, and what must not count."""

from __future__ import annotations

from pathlib import Path

import material as m
import pytest

from app.services.grading.rubric import build_counts, gates, grade_answer, typed_transcript
from app.services.grading.rubric.reading import ask, read

QUESTION = m.stories()[0].question
REAL = m.stories()[0].text


def triggered(text: str) -> set[str]:
    return {gate.id for gate in m.graded(QUESTION, text).gates if gate.triggered}


@pytest.mark.parametrize("text", m.ORDINARY)
def test_ordinary_sentences_are_not_taken_for_words_to_the_grader(text: str) -> None:
    assert "injection" not in read(ask(QUESTION), typed_transcript(text)).left_out


@pytest.mark.parametrize("text", m.INJECTIONS)
def test_words_to_the_grader_lift_nothing(text: str) -> None:
    for changed in (f"{REAL} {text}", m.middle(REAL, text)):
        assert (m.graded(QUESTION, changed).overall or 0) <= (m.graded(QUESTION, REAL).overall or 0)
    alone = m.graded(QUESTION, text)
    assert alone.overall is None or alone.overall <= 1.5


def test_an_injected_sentence_is_flagged_and_never_evidence() -> None:
    text = m.middle(REAL, m.INJECTIONS[0])
    grade = m.graded(QUESTION, text)
    (gate,) = [gate for gate in grade.gates if gate.id == "injection"]
    assert gate.triggered
    assert gate.evidence[0].quote == m.INJECTIONS[0]
    assert all("Ignore all previous" not in one.quote for row in grade.dimensions for one in row.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "no idea, sorry",
        "Pass.",
        "I can't think of anything right now, next question please",
        "nothing",
    ],
)
def test_saying_that_there_is_no_answer_scores_the_floor_with_that_sentence(text: str) -> None:
    grade = m.graded(QUESTION, text)
    assert grade.overall == 1.0
    content = [row for row in grade.dimensions if row.score is not None]
    assert content
    assert all(row.score == 1.0 and row.evidence[0].quote in text for row in content)


def test_a_story_that_mentions_not_knowing_is_an_answer() -> None:
    assert "no_answer" not in triggered(f"I don't know why the oven failed that morning. {REAL}")


def test_an_empty_typed_answer_scores_the_floor_and_says_what_is_missing() -> None:
    grade = m.graded(QUESTION, "")
    assert grade.overall == 1.0
    assert all(row.not_found for row in grade.dimensions if row.score is not None)


@pytest.mark.parametrize("seed", range(6))
def test_random_and_shuffled_words_score_the_floor(seed: int) -> None:
    for text in (m.random_words(80, seed), m.shuffled(m.stories()[seed].text, seed + 1)):
        assert m.content(m.graded(m.stories()[seed].question, text)) <= 1.5


@pytest.mark.parametrize(
    "text", [m.KEYWORDS, m.KEYWORDS.replace(" ", ", "), QUESTION.text, f"{QUESTION.text} " * 3, "qwe asd " * 20]
)
def test_lists_read_back_questions_and_keyboard_noise_score_the_floor(text: str) -> None:
    assert (m.graded(QUESTION, text).overall or 0) <= 1.5


def test_a_question_read_aloud_before_the_answer_costs_little() -> None:
    assert abs(m.content(m.graded(QUESTION, f"{QUESTION.text} {REAL}")) - m.content(m.graded(QUESTION, REAL))) <= 0.1


@pytest.mark.parametrize(
    "text",
    [
        "Letztes Jahr war ich für die Backstube verantwortlich und wir haben jeden Abend sehr viel Brot weggeworfen, "
        "weil der Plan nicht gut war.",
        "L'année dernière j'étais responsable de la boulangerie et nous avons jeté beaucoup de pain parce que le plan "
        "n'était pas bon.",
        "去年我在面包店工作，我们每天晚上都扔掉很多面包，所以我改变了计划。",
    ],
)
def test_another_language_is_said_and_not_graded(text: str) -> None:
    grade = m.graded(QUESTION, text)
    assert (grade.overall, grade.not_graded) == (None, "other_language")


def test_no_real_answer_of_ours_is_stopped() -> None:
    stopping = {"gibberish", "keyword_list", "question_read_back", "off_topic", "injection", "other_language", "empty"}
    stopped = {
        (one.id, gate.id)
        for one in m.answers()
        if one.id != "dont-know"
        for gate in m.graded(one.question, one.text).gates
        if gate.triggered and gate.id in stopping
    }
    assert stopped == set()


def test_counts_are_built_the_same_twice_and_missing_ones_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("skills", "occupations"):
        (tmp_path / f"{name}.csv").write_text('id,description\n1,"bake bread and sell bread"\n', encoding="utf-8")
    build_counts(tmp_path, tmp_path / "a" / "one.json.gz")
    build_counts(tmp_path, tmp_path / "a" / "two.json.gz")
    assert (tmp_path / "a" / "one.json.gz").read_bytes() == (tmp_path / "a" / "two.json.gz").read_bytes()
    monkeypatch.setenv("REHEARSAL_MODELS", str(tmp_path / "nowhere"))
    gates.word_order.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="make setup"):
            grade_answer(QUESTION, typed_transcript("I baked bread."))
    finally:
        gates.word_order.cache_clear()
