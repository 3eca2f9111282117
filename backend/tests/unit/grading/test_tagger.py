"""Parts of a story."""

from __future__ import annotations

import hashlib
import json

import material as m
import numpy as np
import pytest

from app.services.grading.rubric import tagger
from app.utils.minilm import encoder


def test_the_shipped_weights_come_from_the_shipped_sentences() -> None:
    data = json.loads(tagger.WEIGHTS.read_text(encoding="utf-8"))
    assert data["sentences_sha256"] == hashlib.sha256(tagger.SENTENCES.read_bytes()).hexdigest()
    coefficients, intercepts = tagger.train(*tagger.read_labelled(tagger.SENTENCES))
    assert np.abs(np.array(data["coefficients"]) - coefficients).max() < 0.02
    assert np.abs(np.array(data["intercepts"]) - intercepts).max() < 0.02


def test_at_least_four_hundred_sentences_teach_and_none_of_them_is_held_out() -> None:
    labels, items = tagger.read_labelled(tagger.SENTENCES)
    _, held_out = tagger.read_labelled(m.DATA / "star_held_out.tsv")
    assert len(labels) >= 400
    assert len(held_out) >= 200
    assert not {item.text for item in items} & {item.text for item in held_out}


@pytest.mark.parametrize("name", ["star_held_out.tsv", "star_fresh.tsv"])
def test_f1_on_held_out_sentences_reaches_the_goal(name: str) -> None:
    labels, items = tagger.read_labelled(m.DATA / name)
    found = tagger.probabilities(items, encoder().encode([tagger.vector_text(item) for item in items])).argmax(1)
    f1 = []
    for k, part in enumerate(tagger.PARTS):
        right = sum(f == k and label == part for f, label in zip(found, labels, strict=True))
        f1.append(2 * right / (int((found == k).sum()) + labels.count(part)))
    assert sum(f1) / len(f1) >= 0.8


def test_neighbours_decide_doubtful_sentences_only() -> None:
    sure = np.array([[0.96, 0.01, 0.01, 0.01, 0.01], [0.01, 0.01, 0.01, 0.96, 0.01], [0.01, 0.01, 0.96, 0.01, 0.01]])
    assert tagger.in_order(sure).argmax(1).tolist() == [0, 3, 2]
    doubtful = np.array(
        [[0.96, 0.01, 0.01, 0.01, 0.01], [0.01, 0.01, 0.96, 0.01, 0.01], [0.35, 0.05, 0.20, 0.33, 0.07]]
    )
    assert tagger.in_order(doubtful).argmax(1).tolist() == [0, 2, 3]
