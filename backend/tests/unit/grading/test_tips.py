"""Tips and the summary of an interview."""

from __future__ import annotations

import material as m

from app.domain.answer import Transcript
from app.services.grading.rubric import grade_answer, make_tips, summarise, typed_transcript


def tips_of(one: m.Labelled) -> tuple:
    return make_tips(one.question, typed_transcript(one.text), m.graded(one.question, one.text))


def test_tips_are_few_distinct_ranked_and_tied_to_words_that_were_said() -> None:
    for one in m.answers()[::4]:
        tips = tips_of(one)
        assert len(tips) <= 5
        assert len({tip.dimension for tip in tips}) == len(tips)
        assert [tip.gain for tip in tips] == sorted((tip.gain for tip in tips), reverse=True)
        grade = m.graded(one.question, one.text)
        for tip in tips:
            assert tip.gain > 0
            assert tip.question_id == one.question.id
            assert tip.moment is not None
            assert tip.moment.quote in one.text
            assert "!" not in tip.text + tip.do_next
            assert next(row.score for row in grade.dimensions if row.id == tip.dimension) < 5


def test_a_weak_answer_gets_more_to_change_than_a_strong_one() -> None:
    by_quality = {
        quality: sum(tip.gain for one in m.answers() if one.quality == quality for tip in tips_of(one))
        / sum(one.quality == quality for one in m.answers())
        for quality in ("weak", "strong")
    }
    assert by_quality["weak"] > by_quality["strong"]


def test_we_sentences_come_back_as_i_sentences_to_say() -> None:
    one = next(one for one in m.answers() if one.id == "hotel-we-mid")
    (tip,) = [tip for tip in tips_of(one) if tip.dimension == "C3"]
    assert "starting with “I”" in tip.do_next
    assert "opened the kitchen" in tip.do_next


def test_a_result_without_a_number_is_asked_for_its_number() -> None:
    story = m.stories()[5]
    grade = m.graded(story.question, story.without_number())
    (tip,) = [
        t for t in make_tips(story.question, typed_transcript(story.without_number()), grade) if t.dimension == "C4"
    ]
    assert "number" in tip.do_next
    assert tip.moment is not None
    assert tip.moment.quote in story.result_without_number


def test_no_answer_gets_one_way_to_begin_and_no_grade_gets_none() -> None:
    one = next(one for one in m.answers() if one.id == "dont-know")
    (tip,) = tips_of(one)
    assert tip.moment is not None
    assert tip.moment.quote == one.text
    silent = Transcript(words=(), source="stt")
    assert make_tips(one.question, silent, grade_answer(one.question, silent)) == ()


def test_the_summary_weighs_competencies_equally_and_counts_what_is_missing() -> None:
    chosen = [one for one in m.answers() if one.id in ("nurse-strong", "nurse-mid", "retail-mid", "safety-weak")]
    items = [(one.question, m.graded(one.question, one.text), tips_of(one)) for one in chosen]
    skipped = m.stories()[0].question
    summary = summarise([*items, (skipped, None, ())])
    by_name: dict[str, list[float]] = {}
    for question, grade, _ in items:
        by_name.setdefault(question.competency, []).append(grade.overall or 0)
    means = [sum(values) / len(values) for values in by_name.values()]
    assert summary.overall is not None
    assert abs(summary.overall - sum(means) / len(means)) < 0.011
    assert (summary.asked, summary.answered, summary.graded) == (5, 4, 4)
    assert summary.competencies[skipped.competency] is None
    assert len(summary.tips) == 3
    assert len({tip.dimension for tip in summary.tips}) == 3
    assert all(tip.question_id for tip in summary.tips)
    assert summary.strongest is not None
    source = next(one for one in chosen if one.question.id == summary.strongest_question_id)
    assert summary.strongest.quote in source.text


def test_an_interview_without_answers_has_no_numbers() -> None:
    summary = summarise([(m.stories()[0].question, None, ())])
    assert (summary.overall, summary.range, summary.strongest, summary.tips) == (None, None, None, ())
