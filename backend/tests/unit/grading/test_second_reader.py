"""A language model may move a score only with evidence and within bounds, whatever it replies."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import material as m
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.answer import Transcript
from app.domain.grade import Grade, Group
from app.domain.model import Replies, Reply
from app.services.grading.rubric import grade_answer, second_reader, typed_transcript
from app.services.grading.rubric.grader import group_means, total
from app.services.grading.rubric.second_reader import FAR, Shown
from app.services.grading.rubric.verbatim import is_quoted, nearest
from app.utils.json import dump, load

ANSWERS = tuple(
    one for one in m.answers() if not second_reader.closed(m.graded(one.question, one.text), (Shown(1, "x", 0, 0),))
)
PLACES = tuple(range(0, len(ANSWERS), 6))
FIVE = {"score": 5, "evidence": [1, 2], "missing": ""}


@lru_cache(maxsize=64)
def shown(place: int) -> tuple[Shown, ...]:
    one = ANSWERS[place]
    return second_reader.numbered(one.question, typed_transcript(one.text))


def row(dim: str, sentences: tuple[Shown, ...], **changes: Any) -> dict[str, Any]:
    first = " ".join(sentences[0].text.split()[:6])
    return {"dim": dim, "score": 3, "evidence": [1], "quote": first, "missing": None} | changes


def reply(*rows: dict[str, Any]) -> Reply:
    return Reply(content=json.dumps({"dimensions": rows}), model="m")


def replies(*first: Reply, again: tuple[Reply, ...] = ()) -> Replies:
    return Replies(provider="openai", title="OpenAI", prompt_sha256="0" * 64, first=first, again=again)


def reconciled(place: int, given_: Replies) -> tuple[Grade, Grade]:
    one = ANSWERS[place]
    before = m.graded(one.question, one.text)
    return before, second_reader.reconcile(one.question, typed_transcript(one.text), before, given_)


def told(grade: Grade) -> dict[str, Any]:
    found: dict[str, Any] = grade.provenance["model"]
    return found


def without_model(grade: Grade) -> Any:
    return {**dump(grade), "provenance": {k: v for k, v in grade.provenance.items() if k != "model"}}


rows_of = st.fixed_dictionaries(
    {
        "dim": st.sampled_from(["C1", "C2", "C3", "C4", "C5", "C6"]),
        "score": st.one_of(st.none(), st.integers(1, 5)),
        "evidence": st.lists(st.integers(-1, 30), max_size=4),
        "missing": st.one_of(st.none(), st.text(max_size=20)),
        "real": st.booleans(),
        "quote": st.one_of(st.none(), st.text(max_size=40)),
    }
)


def written(place: int, rows: list[dict[str, Any]]) -> Reply:
    """A reply of which some rows quote what stands there."""
    texts = {one.id: one.text for one in shown(place)}
    out = {}
    for one in rows:
        cited = next((texts[k] for k in one["evidence"] if k in texts), "")
        quote = " ".join(cited.split()[:8]) if one["real"] and cited else one["quote"]
        out[one["dim"]] = {key: value for key, value in one.items() if key != "real"} | {"quote": quote}
    known = {score.id for score in m.graded(ANSWERS[place].question, ANSWERS[place].text).dimensions if score.score}
    return reply(*(value for key, value in out.items() if key in known))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PLACES), st.lists(st.lists(rows_of, max_size=6), min_size=1, max_size=3), st.randoms())
def test_whatever_it_says_scores_stay_between_rules_and_model_and_totals_add_up(
    place: int, said: list[list[dict[str, Any]]], rng: Any
) -> None:
    made = [written(place, rows) for rows in said]
    before, after = reconciled(place, replies(*made))
    scores = told(after)["scores"]
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        if old.id not in scores:
            assert new == old
            continue
        assert old.group is Group.CONTENT
        assert old.score is not None
        assert new.score is not None
        model = scores[old.id]["model"]
        assert min(old.score, model) - 0.051 <= new.score <= max(old.score, model) + 0.051
        assert 1 <= new.score <= 5
        if abs(model - old.score) > FAR:
            assert "far_apart" in told(after)["flags"][old.id]
            assert abs(new.score - old.score) <= abs(model - old.score) / 2 + 0.051
        if new.score > old.score:
            # Lifted: at least half of the replies had sentences and a quote for it, and they are shown.
            cited = [json.loads(str(one.content))["dimensions"] for one in made]
            real = [item for dims in cited for item in dims if item["dim"] == old.id and item["score"]]
            assert len(real) * 2 > len(made)
            assert new.evidence
        assert new.anchor
        assert new.evidence or new.not_found
    assert after.groups == {group.value: value for group, value in group_means(after.dimensions).items()}
    cap = second_reader.bounds(ANSWERS[place].question, typed_transcript(ANSWERS[place].text))[0]
    assert after.overall == total(group_means(after.dimensions), cap)
    assert after.range is not None
    assert after.overall is not None
    assert after.range[0] - 0.051 <= after.overall <= after.range[1] + 0.051
    assert load(Grade, dump(after)) == after
    rng.shuffle(made)
    assert without_model(reconciled(place, replies(*made))[1]) == without_model(after)
    if not scores:
        assert without_model(after) == without_model(before)


CLOSED = (
    ("nothing", "I don't know, sorry, I have no answer to this question."),
    ("shuffled", m.shuffled(m.stories()[1].text)),
    ("keywords", m.KEYWORDS),
    ("question", m.stories()[0].question.text),
    ("short", "I once helped a guest with her bags and she was pleased."),
    *((f"injected {k}", m.middle(m.stories()[0].text, m.INJECTIONS[k])) for k in (0, 1, 8, 12, 21)),
)


@pytest.mark.parametrize(("name", "text"), CLOSED)
def test_a_gated_answer_is_never_sent_and_never_lifted(name: str, text: str) -> None:
    question, transcript = m.stories()[0].question, typed_transcript(text)
    grade = grade_answer(question, transcript)
    sentences = second_reader.numbered(question, transcript)
    assert second_reader.closed(grade, sentences) is not None
    best = [row(dim, sentences or (Shown(1, text, 0, 0),), **FIVE) for dim in ("C1", "C2", "C3", "C4", "C5", "C6")]
    after = second_reader.reconcile(question, transcript, grade, replies(*[reply(*best)] * 3))
    assert without_model(after) == without_model(grade)
    assert told(after)["not_asked"][0] == "gated"


def test_a_short_answer_stays_under_its_cap() -> None:
    question = m.stories()[0].question
    text = " ".join(m.stories()[0].text.split()[:30])
    transcript = typed_transcript(text)
    grade = grade_answer(question, transcript)
    sentences = second_reader.numbered(question, transcript)
    dims = [one.id for one in grade.dimensions if one.group is Group.CONTENT and one.score is not None]
    best = [row(dim, sentences, **(FIVE | {"evidence": [one.id for one in sentences]})) for dim in dims]
    after = second_reader.reconcile(question, transcript, grade, replies(*[reply(*best)] * 3))
    cap = second_reader.bounds(question, transcript)[0]
    assert cap < 3.5
    assert [one.id for one in after.dimensions if one.id in told(after)["scores"]] == dims
    assert max(score["shown"] for score in told(after)["scores"].values()) <= cap
    assert after.overall is not None
    assert after.overall <= cap


def test_it_reads_blind_and_only_what_counts() -> None:
    one = ANSWERS[3]
    extra = (
        "My name is Anna Smith and you can mail me at anna.smith@example.com or call 07700 900 123. "
        "I learnt it at the University of Leeds from Mr Brown."
    )
    text = f"{m.PADDING[0]} {one.text} {extra}"
    transcript = typed_transcript(text)
    grade = grade_answer(one.question, transcript)
    sentences = second_reader.numbered(one.question, transcript)
    wanted = second_reader.ask(one.question, sentences, grade)
    for secret in ("Anna", "Smith", "Leeds", "Brown", "example.com", "900", m.PADDING[0][:30]):
        assert secret not in wanted.user
    assert one.question.text in wanted.user
    assert "paint" in wanted.user
    assert [one.id for one in sentences] == list(range(1, len(sentences) + 1))
    # No earlier score, and no rubric among the data.
    assert "score" not in wanted.user
    assert "You answer every part of the question." in wanted.system
    mark = wanted.user.split("<<<")[1].split("\n")[0]
    assert wanted.user.count(mark) == 3
    assert mark not in second_reader.ask(one.question, sentences[:-1], grade).user


def every(place: int, **changes: Any) -> Reply:
    dims = [score.id for score in m.graded(ANSWERS[place].question, ANSWERS[place].text).dimensions if score.score]
    return reply(*(row(dim, shown(place), **changes) for dim in dims if dim.startswith("C")))


@pytest.mark.parametrize(
    ("changes", "rejected"),
    [
        ({"evidence": []}, "sentences"),
        ({"evidence": [99]}, "sentences"),
        ({"quote": None}, "quote"),
        ({"quote": "I won the Nobel prize for it"}, "quote"),
        ({"quote": "give 5 to everything"}, "quote"),
        ({"quote": "I"}, "quote"),
    ],
)
def test_without_evidence_nothing_moves(changes: dict[str, Any], rejected: str) -> None:
    before, after = reconciled(3, replies(*[every(3, **(FIVE | {"score": 1} | changes))] * 3))
    assert without_model(after) == without_model(before)
    assert (told(after)["kept"], told(after)["given"]) == (0, 18)
    assert told(after)["rejected"] == {rejected: 18}


def test_a_four_needs_two_sentences_and_a_story_its_action_and_result() -> None:
    weak = next(
        k
        for k, one in enumerate(ANSWERS)
        if one.question.kind == "behavioural"
        and not {"A", "R"} <= {span.part for span in m.graded(one.question, one.text).star}
        and len(shown(k)) > 1
    )
    quote = {"quote": " ".join(shown(weak)[0].text.split()[:6])}
    _, after = reconciled(weak, replies(*[every(weak, **FIVE, **quote)] * 3))
    assert told(after)["scores"]["C2"]["model"] == 3
    assert told(after)["scores"]["C1"]["model"] == 5
    _, after = reconciled(weak, replies(*[every(weak, **(FIVE | {"evidence": [1, 1]}), **quote)] * 3))
    assert {score["model"] for score in told(after)["scores"].values()} == {3}


def test_the_median_the_spread_and_the_second_look() -> None:
    place = 3
    before, after = reconciled(
        place,
        replies(every(place, score=1), every(place, score=3), every(place, score=2), again=(every(place, score=3),)),
    )
    for old in before.dimensions:
        if old.id in told(after)["scores"]:
            new = next(one for one in after.dimensions if one.id == old.id)
            assert told(after)["spread"][old.id] == 2
            assert told(after)["flags"][old.id] == ["low_confidence", "far_apart"]
            assert told(after)["scores"][old.id]["model"] == 3  # of the second look
            assert new.score == pytest.approx((3 + (old.score or 0)) / 2, abs=0.051)
            assert new.why == old.why
    question, transcript = ANSWERS[place].question, typed_transcript(ANSWERS[place].text)
    assert second_reader.far(question, shown(place), before, (every(place, score=1),)) == list(told(after)["scores"])
    assert second_reader.far(question, shown(place), before, (every(place, **FIVE),)) == []
    again = second_reader.ask(question, shown(place), before, only=["C4"])
    assert '"C4"' in again.user
    assert '"C1"' not in again.user
    assert transcript.words


BROKEN = {
    "no json": "I would give this a 5.",
    "cut off": '{"dimensions": [{"dim": "C1", "score": 5, "evid',
    "array": "[]",
    "out of range": json.dumps({"dimensions": [row("C1", shown(3), score=6)]}),
    "zero": json.dumps({"dimensions": [row("C1", shown(3), score=0)]}),
    "half": json.dumps({"dimensions": [row("C1", shown(3), score=3.5)]}),
    "text": json.dumps({"dimensions": [row("C1", shown(3), score="5")]}),
    "yes": json.dumps({"dimensions": [row("C1", shown(3), score=True)]}),
    "extra": json.dumps({"dimensions": [row("C1", shown(3), overall=5)]}),
    "a total": json.dumps({"dimensions": [], "overall": 5}),
    "voice": json.dumps({"dimensions": [row("V1", shown(3))]}),
    "presence": json.dumps({"dimensions": [row("P1", shown(3))]}),
    "twice": json.dumps({"dimensions": [row("C1", shown(3))] * 2}),
    "huge": json.dumps({"dimensions": [row("C1", shown(3), evidence=list(range(1000)))]}),
    "empty": "",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_reply_of_another_shape_leaves_the_rules_and_says_so(name: str) -> None:
    before, after = reconciled(3, replies(*[Reply(content=BROKEN[name], model="m")] * 3))
    assert without_model(after) == without_model(before)
    assert told(after)["fallback"][0] == "reply_unusable"
    assert told(after)["rejected"] == {"shape": 3}


def test_a_fence_of_code_is_taken_off() -> None:
    inside = every(3, score=4, evidence=[1, 2])
    fenced = Reply(content=f"```json\n{inside.content}\n```", model="m")
    assert without_model(reconciled(3, replies(fenced))[1]) == without_model(reconciled(3, replies(inside))[1])


def test_a_failed_provider_is_named_with_its_reason() -> None:
    failed = Reply(code="openai_key", message="OpenAI refused the key.")
    before, after = reconciled(3, replies(failed))
    assert without_model(after) == without_model(before)
    assert told(after)["fallback"] == ["openai_key", "OpenAI refused the key."]
    assert told(after)["title"] == "OpenAI"
    # One reply of three is not enough to move anything.
    late = Reply(code="model_timeout", message="It did not answer in time.")
    before, after = reconciled(3, replies(every(3, **FIVE), late, late))
    assert without_model(after) == without_model(before)
    assert told(after)["fallback"][0] == "model_timeout"


def test_quotes() -> None:
    text = "I decided to refund the paint, and I offered him six litres — “the right one”."
    assert is_quoted("i decided TO refund the paint", text)
    assert is_quoted("offered him six liters the right one", text)  # one letter in ten may differ
    assert not is_quoted("offered her sixty litres the wrong one", text)
    assert not is_quoted("refund paint", text)
    assert not is_quoted("", text)
    assert is_quoted("Yes", "Yes.")
    assert not is_quoted("paint " * 200, text)


@given(st.text(alphabet="abc ", max_size=12), st.text(alphabet="abc ", max_size=20))
def test_the_distance_to_the_nearest_part(wanted: str, text: str) -> None:
    best = min(_distance(wanted, text[i:j]) for i in range(len(text) + 1) for j in range(i, len(text) + 1))
    assert nearest(wanted, text) == best


@lru_cache(maxsize=100_000)
def _distance(left: str, right: str) -> int:
    if not left or not right:
        return len(left) + len(right)
    return min(
        _distance(left[1:], right[1:]) + (left[0] != right[0]),
        _distance(left[1:], right) + 1,
        _distance(left, right[1:]) + 1,
    )


def test_a_transcript_without_words_gives_no_sentences() -> None:
    assert second_reader.numbered(ANSWERS[0].question, Transcript(words=())) == ()
