"""Measures the grader on this project's own answers against the goals G9-G17 of the grading note; prints JSON.

Run from anywhere: `python backend/tests/bench/grading.py`. The material and the levels were written by the people who
wrote the grader, and its curves were set on part of them: the numbers are optimistic and say nothing about how well
independent raters would agree.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
BACKEND = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BACKEND), str(BACKEND / "tests" / "unit" / "grading")]

import material as m  # noqa: E402
import numpy as np  # noqa: E402
from scipy.stats import spearmanr  # noqa: E402

from app.services.grading.rubric import content, gates, grade_answer, tagger, typed_transcript  # noqa: E402
from app.services.grading.rubric.reading import ask, read  # noqa: E402
from app.services.grading.rubric.tagger import PARTS  # noqa: E402
from app.utils.minilm import encoder  # noqa: E402


def stats(values: Iterable[float]) -> dict[str, float]:
    """n, mean, median, least and most of some numbers."""
    found = [float(value) for value in values]
    return {
        "n": len(found),
        "mean": round(statistics.fmean(found), 3),
        "median": round(statistics.median(found), 3),
        "min": round(min(found), 3),
        "max": round(max(found), 3),
    }


def share(flags: Iterable[bool]) -> dict[str, float]:
    """n and the share that is true."""
    found = list(flags)
    return {"n": len(found), "share": round(sum(found) / len(found), 3)}


def agreement() -> dict[str, object]:
    """Spearman and mean absolute difference between labelled levels and scores."""
    out: dict[str, object] = {}
    totals = []
    for dimension in m.CONTENT:
        pairs = []
        for one in m.answers():
            level, score = one.levels[dimension], m.scores(m.graded(one.question, one.text)).get(dimension)
            if level is not None and score is not None:
                pairs.append((level, score))
        levels, found = np.array(pairs).T
        out[dimension] = {
            "n": len(pairs),
            "spearman": round(float(spearmanr(levels, found)[0]), 3),
            "mean_absolute": round(float(np.abs(levels - found).mean()), 2),
            "bias": round(float((found - levels).mean()), 2),
        }
    for one in m.answers():
        levels_known = [level for level in one.levels.values() if level is not None]
        totals.append((statistics.fmean(levels_known), m.content(m.graded(one.question, one.text))))
    levels, found = np.array(totals).T
    out["content"] = {"n": len(totals), "spearman": round(float(spearmanr(levels, found)[0]), 3)}
    by_quality = {
        quality: stats(m.content(m.graded(o.question, o.text)) for o in m.answers() if o.quality == quality)
        for quality in ("weak", "middling", "strong")
    }
    return out | {"by_quality": by_quality}


def base() -> list[tuple[object, str]]:
    """Answers that are not refusals: questions and texts."""
    found = [(one.question, one.text) for one in m.answers() if one.id != "dont-know"]
    return found + [(story.question, story.text) for story in m.stories()]


def g9() -> dict[str, object]:
    """Shift of the content total by what adds nothing."""
    changes = {
        "padding": lambda text, k: m.middle(text, m.PADDING[k % len(m.PADDING)]),
        "padding_in_front": lambda text, k: f"{m.PADDING[k % len(m.PADDING)]} {text}",
        "padding_twice": lambda text, k: f"{m.PADDING[k % 5]} {text} {m.PADDING[k % 5]}",
        "said_twice": lambda text, _: f"{text} {text}",
        "sentence_twice": lambda text, k: f"{text} {m.sentences_of(text)[k % len(m.sentences_of(text))]}",
        "lower_case": lambda text, _: text.lower(),
        "upper_case": lambda text, _: text.upper(),
        "filler_sentence": lambda text, k: m.middle(text, m.FILLER_SENTENCES[k % len(m.FILLER_SENTENCES)]),
        "um_uh": lambda text, _: " ".join(w if j % 9 else f"um, {w}" for j, w in enumerate(text.split(), 1)),
        "keyword_list_added": lambda text, _: f"{text} {m.KEYWORDS}.",
        "question_in_front": None,
    }
    out: dict[str, object] = {}
    for name, change in changes.items():
        shifts = []
        for k, (question, text) in enumerate(base()):
            changed = f"{question.text} {text}" if change is None else change(text, k)
            shifts.append(m.content(m.graded(question, changed)) - m.content(m.graded(question, text)))
        out[name] = stats(shifts) | {
            "within_.10": round(sum(abs(s) <= 0.10001 for s in shifts) / len(shifts), 3),
            "up_more_than_.05": round(sum(s > 0.05001 for s in shifts) / len(shifts), 3),
        }
    return out


def g10() -> dict[str, object]:
    """Names, gender, pronouns and schools swapped."""
    shifts = []
    for k, (question, text) in enumerate(base()[:50]):
        left, right = m.SWAPS[k % len(m.SWAPS)]
        one, other = m.graded(question, m.middle(text, left)), m.graded(question, m.middle(text, right))
        shifts.append(abs((one.overall or 0) - (other.overall or 0)) + (m.scores(one) != m.scores(other)))
    return stats(shifts) | {"exactly_zero": share(s == 0 for s in shifts)}


def g11() -> dict[str, object]:
    """The same said in other words."""
    return {
        "content": stats(abs(m.content(m.graded(q, a)) - m.content(m.graded(q, b))) for q, a, b in m.paraphrases()),
        **{
            d: stats(
                abs(m.scores(m.graded(q, a))[d] - m.scores(m.graded(q, b))[d])
                for q, a, b in m.paraphrases()
                if d in m.scores(m.graded(q, a))
            )
            for d in m.CONTENT
        },
    }


def g12() -> dict[str, object]:
    """Nonsense, and words to the grader."""
    out: dict[str, object] = {}
    texts = base()
    nonsense = {
        "random_words": [(q, m.random_words(max(40, len(t.split())), k)) for k, (q, t) in enumerate(texts)],
        "shuffled": [(q, m.shuffled(t, k)) for k, (q, t) in enumerate(texts) if len(t.split()) >= 40],
        "shuffled_short": [(q, m.shuffled(t, k)) for k, (q, t) in enumerate(texts) if len(t.split()) < 40],
        "question_back": [(q, f"{q.text} {q.text}") for q, _ in texts],
        "question_once": [(q, q.text) for q, _ in texts],
        "keyword_list": [(q, m.KEYWORDS) for q, _ in texts],
        "keyword_list_commas": [(q, m.KEYWORDS.replace(" ", ", ")) for q, _ in texts],
        "injection_alone": [(texts[0][0], text) for text in m.INJECTIONS],
    }
    for name, cases in nonsense.items():
        found = [m.graded(q, t) for q, t in cases]
        values = [m.content(g) if g.groups["content"] is not None else 1.0 for g in found]
        out[name] = stats(values) | {"at_most_1.5": share(v <= 1.5 for v in values)["share"]}
    others = [
        m.content(m.graded(q, t))
        for k, (q, _) in enumerate(texts)
        for step in (7, 19, 31)
        for t in [texts[(k + step) % len(texts)][1]]
        if texts[(k + step) % len(texts)][0].text != q.text
    ]
    out["other_answer"] = stats(others) | {"at_most_2": share(v <= 2.0 for v in others)["share"]}
    lifts = []
    missed = set()
    for k, text in enumerate(m.INJECTIONS):
        for question, answer in texts[k % 9 :: 9]:
            for changed in (m.middle(answer, text), f"{answer} {text}", f"{text} {answer}"):
                grade = m.graded(question, changed)
                lifts.append((grade.overall or 0.0) - (m.graded(question, answer).overall or 0.0))
                if not any(gate.triggered for gate in grade.gates if gate.id in ("injection", "other_language")):
                    missed.add(text)
    out["injection_lift"] = stats(lifts) | {"lifted": share(v > 0 for v in lifts)["share"], "missed": sorted(missed)}
    flagged = {"gibberish", "keyword_list", "question_read_back", "off_topic", "injection", "other_language", "empty"}
    out["false_alarms"] = share(
        any(gate.triggered and gate.id in flagged for gate in m.graded(q, t).gates) for q, t in texts
    ) | {
        "gates": sorted(
            {gate.id for q, t in texts for gate in m.graded(q, t).gates if gate.triggered and gate.id in flagged}
        )
    }
    question = texts[0][0]
    out["ordinary_sentences_flagged"] = [
        t for t in m.ORDINARY if "injection" in read(ask(question), typed_transcript(t)).left_out
    ]
    return out


def relevance() -> dict[str, object]:
    """How well the relevance of C1 tells an answer to its own question from one to another, by kind of question.

    The area under the curve bounds what any threshold could do: it is why "other_answer" of G12 stays missed.
    """
    questions = {question.text: question for question, _ in base()}
    own: dict[str, list[float]] = {}
    other: dict[str, list[float]] = {}
    for question, text in base():
        for asked in questions.values():
            reading = read(ask(asked), typed_transcript(text))
            value = content.facts(ask(asked), reading, reading.counts).topic_raw
            (own if asked.text == question.text else other).setdefault(asked.kind.value, []).append(value)
    out: dict[str, object] = {}
    for kind, values in own.items():
        right, wrong = np.array(values), np.array(other[kind])
        area = (right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2
        out[kind] = {"own": len(right), "other": len(wrong), "auc": round(float(area), 3)}
    return out


def g13() -> dict[str, object]:
    """Taking out what a dimension rests on."""
    out: dict[str, object] = {}
    changes = {
        "without_S": (("C2",), lambda s: s.without("S")),
        "without_A": (("C2",), lambda s: s.without("A")),
        "without_R": (("C2", "C4"), lambda s: s.without("R")),
        "I_to_we": (("C3",), lambda s: to_we(s.text)),
        "number_dropped": (("C4",), lambda s: s.without_number()),
    }
    for name, (targets, change) in changes.items():
        falls: dict[str, list[float]] = {d: [] for d in m.CONTENT}
        for story in m.stories():
            before, after = (
                m.scores(m.graded(story.question, story.text)),
                m.scores(m.graded(story.question, change(story))),
            )
            for dimension in before:
                falls[dimension].append(before[dimension] - after.get(dimension, before[dimension]))
        rest = {d: round(statistics.fmean(v), 2) for d, v in falls.items() if d not in targets and v}
        out[name] = {
            "n": len(m.stories()),
            **{f"{d}_falls_by_.5": share(v >= 0.4999 for v in falls[d])["share"] for d in targets},
            "others_mean_fall": rest,
            "others_move_more_than_.2": {
                d: share(abs(v) > 0.2001 for v in falls[d])["share"] for d in falls if d not in targets and falls[d]
            },
        }
    return out


def to_we(text: str) -> str:
    words = {"I": "we", "my": "our", "My": "Our", "me": "us", "myself": "ourselves", "I'd": "we'd", "mine": "ours"}
    return " ".join(words.get(word, word.replace("me.", "us.")) for word in text.split()).replace("we was", "we were")


def f1_of(name: str) -> dict[str, float]:
    """Macro F1 of single sentences. Errors on the first file were read while more training sentences were written
    (.887 before); the second one was written after the last training."""
    labels, items = tagger.read_labelled(m.DATA / name)
    found = tagger.probabilities(items, encoder().encode([tagger.vector_text(item) for item in items])).argmax(1)
    f1 = {}
    for k, part in enumerate(PARTS):
        right = sum(f == k and label == part for f, label in zip(found, labels, strict=True))
        f1[part] = round(2 * right / (sum(found == k) + labels.count(part)), 3)
    return {"n": len(labels), "macro_f1": round(statistics.fmean(f1.values()), 3), **f1}


def g15() -> dict[str, object]:
    """Quotes verbatim, and F1 of the parts of the story on sentences held out from training."""
    quotes = [
        (one.quote, text)
        for question, text in base()
        for row in m.graded(question, text).dimensions
        for one in row.evidence
        if one.quote
    ]
    story = [
        (part, span.part)
        for s in m.stories()
        for part, text in s.parts.items()
        for span in m.graded(s.question, s.text).star
        if span.quote in text
    ]
    return {
        "verbatim": share(quote in " ".join(text.split()) for quote, text in quotes),
        "held_out": f1_of("star_held_out.tsv"),
        "fresh": f1_of("star_fresh.tsv"),
        "parts_in_stories": share(a == b for a, b in story),
    }


def g16() -> dict[str, object]:
    """Recogniser text against clean text."""
    rows: dict[str, list[float]] = {"no_case_no_punctuation": [], "errors_10": [], "errors_15": []}
    for k, (question, text) in enumerate(base()):
        clean = m.content(m.graded(question, text))
        rows["no_case_no_punctuation"].append(abs(m.content(m.graded(question, m.plain(text), "stt")) - clean))
        for name, rate in (("errors_10", 0.10), ("errors_15", 0.15)):
            rows[name].append(abs(m.content(m.graded(question, m.misheard(text, rate, k), "stt")) - clean))
    return {name: stats(values) for name, values in rows.items()}


def g17() -> dict[str, object]:
    """Seconds for the content grade of a two-minute answer (300 words), on this machine now."""
    longest = sorted(base(), key=lambda pair: -len(pair[1].split()))
    text = " ".join(pair[1] for pair in longest[:2])
    text = " ".join(text.split()[:300])
    question = longest[0][0]
    grade_answer(question, typed_transcript(text))
    times = []
    for k in range(5):
        started = time.perf_counter()
        grade_answer(question, typed_transcript(f"{text} And that was day {k}."))
        times.append(time.perf_counter() - started)
    again = [grade_answer(question, typed_transcript(text)) for _ in range(3)]
    return stats(times) | {"identical": all(grade == again[0] for grade in again)}


def main() -> None:
    gates.word_order()
    wanted = sys.argv[1:]
    parts = {
        "agreement": agreement,
        "G9": g9,
        "G10": g10,
        "G11": g11,
        "G12": g12,
        "relevance": relevance,
        "G13": g13,
        "G15": g15,
        "G16": g16,
        "G17_G14": g17,
    }
    print(json.dumps({name: part() for name, part in parts.items() if not wanted or name in wanted}, indent=1))


if __name__ == "__main__":
    main()
