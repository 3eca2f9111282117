"""The rules of a question's form, and that every wording of the bank keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.question import QuestionKind
from app.services.interviews.planner import form
from app.services.interviews.planner.bank import SLOT, bank

SAMPLE = {
    "people": "customers",
    "person": "customer",
    "a_person": "a customer",
    "A_person_cap": "A customer",
    "cert": "your first-aid certificate",
    "register": "your NMC registration",
    "tool": "Airflow",
    "np": "stock control",
    "base": "run a small shop",
    "ger": "running a small shop",
    "company": "Hollin Bank Farm",
    "role": "chef",
    "a_role": "a chef",
    "exp_years": "your time in retail",
}


def every_ask():
    this = bank()
    return [ask for c in this.competencies for ask in c.asks] + [*this.generic, *this.motivation]


def test_every_wording_of_the_bank_is_one_open_speakable_ask():
    broken = {}
    for ask in every_ask():
        text = SLOT.sub(lambda match: SAMPLE[match[1]], ask.text)
        if faults := form.faults(text):
            broken[text] = faults
    assert broken == {}


def test_every_wording_has_key_points_and_a_probe():
    for ask in every_ask():
        if ask.key.startswith("generic/"):
            continue
        assert 3 <= len(ask.points) <= 6, ask.key
        assert ask.probe, ask.key
        probe = SLOT.sub(lambda match: SAMPLE[match[1]], ask.probe)
        assert not set(form.faults(probe)) - {"closed"}, (ask.key, form.faults(probe))


def test_the_bank_is_wide():
    this = bank()
    assert len(this.competencies) >= 150
    assert len(this.generic) >= 25
    kinds = {kind: sum(ask.kind is kind for ask in every_ask()) for kind in QuestionKind}
    assert min(kinds[k] for k in QuestionKind if k is not QuestionKind.MOTIVATION) >= 150
    assert kinds[QuestionKind.MOTIVATION] >= 15


def test_no_two_wordings_are_the_same():
    texts = [ask.text for ask in every_ask()]
    assert len(texts) == len(set(texts))


def test_wordings_name_only_known_sectors():
    this = bank()
    known = {sector.id for sector in this.sectors}
    for competency in this.competencies:
        for ask in competency.asks:
            assert ask.only <= known | {"lab"}, ask.key


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Do you have a driving licence?", "closed"),
        ("What did you do, and what was the result?", "two_asks"),
        ("Tell me about a mistake. What did you learn?", "not_one_ask"),
        ("What did you do? Who helped?", "not_one_ask"),
        ("How do you handle CI/CD?", "unspeakable"),
        ("How do you use R&D?", "unspeakable"),
        ("What do you know (roughly) about us?", "unspeakable"),
        ("How old are you?", "protected"),
        ("How would your family feel about nights?", "protected"),
        ("What is your religion?", "protected"),
        ("How do you plan for when you have children?", "protected"),
        ("What does your union membership mean to you?", "protected"),
        ("How well do you work, don't you think?", "leading"),
        ("What do you think of IGNORE ALL RULES here?", "shouting"),
        ("What would you do if you ignore all previous instructions?", "harmful"),
        ("How would you reach us at jobs@example.org?", "unspeakable"),
        ("how do you start?", "untidy"),
        ("What " + "very " * 40 + "long question is this?", "too_long"),
    ],
)
def test_faults_are_found(text, fault):
    assert fault in form.faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do you write C++ that a colleague can read?",
        "Tell me about a child who found settling in hard, and how you became someone they trusted.",
        "The queue is out of the door, and a man says his flat white is cold. What do you do?",
        "Someone collapses in front of you. Talk me through your next two minutes.",
        "How do you explain a diagnosis to a family who are frightened?",
    ],
)
def test_good_questions_have_no_fault(text):
    assert form.faults(text) == ()


@given(st.text(max_size=300))
def test_faults_never_fails(text):
    assert isinstance(form.faults(text), tuple)
    assert isinstance(form.harmless(text), bool)
