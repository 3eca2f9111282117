"""Cutting requirements into phrases that keep their grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.interviews.planner.phrases import article, gerund, lower_first, read, singular, spoken


@pytest.mark.parametrize(
    ("text", "ger"),
    [
        ("Assess, plan and evaluate care for patients", "assessing, planning and evaluating care for patients"),
        ("Ability to stay calm under pressure", "staying calm under pressure"),
        ("5+ years' experience building production data pipelines", "building production data pipelines"),
        ("Own data quality: contracts and tests", "owning data quality"),
        ("Able to hit pick rates without damaging stock", "hitting pick rates without damaging stock"),
        ("Experience of managing multi-million pound budgets", "managing multi-million pound budgets"),
        ("Reconcile balance sheet accounts and clear old items", "reconciling balance sheet accounts"),
        ("Costing dishes to a 68% gross profit", "costing dishes to a 68 per cent gross profit"),
    ],
)
def test_gerunds(text, ger):
    assert read(text, duty=True).ger == ger


@pytest.mark.parametrize(
    ("text", "np"),
    [
        ("Strong knowledge of standard costing", "standard costing"),
        ("A thorough working knowledge of the Civil Procedure Rules", "the Civil Procedure Rules"),
        ("Experience with a cloud data warehouse (Snowflake or BigQuery)", "a cloud data warehouse"),
        ("Experience with EV chargers or solar PV", "EV chargers or solar PV"),
        ("Change control", "change control"),
        ("Open source contributions", "open source contributions"),
        ("Supplier negotiation", "supplier negotiation"),
        ("Understanding of dignity and respect", "dignity and respect"),
    ],
)
def test_noun_phrases(text, np):
    assert read(text).np == np


@pytest.mark.parametrize(
    "text",
    [
        "Overhead crane ticket",
        "Know PostgreSQL well enough to read a query plan",
        "CI/CD",
        "we",
        "",
        "!!!",
        "is a plus",
    ],
)
def test_unsafe_text_gives_no_noun_phrase(text):
    assert read(text).np is None


def test_years_complete_a_sentence():
    assert read("At least 5 years in a fabrication shop").years == "your time in a fabrication shop"
    assert read("Experience working in retail").years in ("your time working in retail", None)


def test_spelling_helpers():
    assert [gerund(v) for v in ("plan", "prepare", "tie", "see", "dial")] == [
        "planning",
        "preparing",
        "tying",
        "seeing",
        "dialling",
    ]
    assert article("HR manager") == "an HR manager"
    assert article("user") == "a user"
    assert article("hour") == "an hour"
    assert singular("families") == "family"
    assert singular("children") == "child"
    assert lower_first("Google Analytics 4") == "Google Analytics 4"
    assert lower_first("Supplier negotiation") == "supplier negotiation"
    assert spoken("City & Guilds (2391)") == "City and Guilds"


@given(st.text(max_size=200), st.booleans())
def test_phrases_of_anything_are_short_plain_and_single_spaced(text, duty):
    phrases = read(text, duty=duty)
    for phrase in (phrases.np, phrases.base, phrases.ger):
        if phrase is not None:
            assert 0 < len(phrase.split()) <= 16
            assert phrase == " ".join(phrase.split())
            assert not set(phrase) & set('/()[]{}<>&;:!?"\n\t')
