"""The six content dimensions, from the sentences that count.

Every feature is a rate, a presence or a coverage, so that more words alone move nothing (facts/grading.md). Curves are
piecewise linear between the points written beside them; the points for levels 1, 3 and 5 follow the anchors, the rest
was set on this project's own labelled answers and is uncalibrated against independent raters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from app.domain.question import QuestionKind
from app.services.grading.rubric import lexicon as lx
from app.services.grading.rubric.reading import COPIED, TWICE, Array, Ask, Reading
from app.services.grading.rubric.tagger import in_order, is_past
from app.services.grading.rubric.text import Sentence, content_stems, has_phrase, vector_text
from app.utils.minilm import similarity

Curve = tuple[tuple[float, float], ...]

WORDS_PER_SECOND = 2.5  # 150 words a minute, the lower edge of the best pace: turns typed words into seconds
# `Facts.topic_raw` at which an answer is about something else, and over how much more the doubt fades. By kind, because
# stories share few words with the question they answer. None of this project's own 73 answers is below it.
OFF_TOPIC = {
    QuestionKind.BEHAVIOURAL: 0.30,
    QuestionKind.SITUATIONAL: 0.40,
    QuestionKind.KNOWLEDGE: 0.70,
    QuestionKind.MOTIVATION: 0.25,
}
FADE = 0.6
GENERAL = 0.6  # probability of telling no part of a story from which "I said" or "I put it" is no action

# Labels of evidence that tips look for.
OWN_ACTION, TOLD_WITH_WE, THE_RESULT, OPENING, CLOSE = (
    "your own action",
    "told with “we”",
    "the result",
    "opening",
    "close",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found for one dimension. `score` 1-5 or None when it does not apply; evidence as (sentence, label)."""

    id: str
    score: float | None
    why: str
    evidence: tuple[tuple[int, str], ...] = ()
    not_found: str | None = None
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acts:
    """Who did something in one sentence: counts of own, shared and nobody's actions."""

    own: int = 0
    shared: int = 0
    nobody: int = 0
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What all dimensions look at. Indices are sentences of the reading; `rows` are those that count, in order."""

    ask: Ask
    reading: Reading
    rows: tuple[int, ...]
    parts: Array
    acts: tuple[Acts, ...]
    texts: tuple[str, ...]
    near_question: Array
    near_points: Array
    topic_raw: float

    @property
    def topic(self) -> float:
        """How clearly the answer is about the question, 0 (something else) to 1."""
        return clip((self.topic_raw - OFF_TOPIC[self.ask.kind]) / FADE)

    @property
    def words(self) -> int:
        """Words in the sentences that count."""
        return sum(len(self.reading.items[row].tokens) for row in self.rows)

    def presence(self, part: str) -> float:
        """How clearly a part of the story is there: its best sentence, 0-1."""
        column = "STARN".index(part)
        return clip((float(self.parts[:, column].max()) - 0.2) / 0.4) if len(self.rows) else 0.0

    def size(self, part: str) -> int:
        """Words in the sentences that tell a part."""
        column = "STARN".index(part)
        return sum(
            len(self.reading.items[row].tokens)
            for k, row in enumerate(self.rows)
            if int(self.parts[k].argmax()) == column
        )

    def best(self, part: str, least: float = 0.3) -> int | None:
        """The sentence that tells a part most clearly, or None when none does."""
        column = "STARN".index(part)
        if not len(self.rows):
            return None
        k = int(self.parts[:, column].argmax())
        return self.rows[k] if self.parts[k, column] >= least else None


def clip(value: float) -> float:
    """Limit to 0-1."""
    return max(0.0, min(1.0, value))


def curve(value: float, points: Curve) -> float:
    """Piecewise linear through (x, y) points with rising x, flat outside."""
    return float(np.interp(value, [x for x, _ in points], [y for _, y in points]))


def facts(asked: Ask, reading: Reading, rows: Sequence[int]) -> Facts:
    """Look at the sentences `rows` of a reading."""
    chosen = list(rows)
    vectors = reading.vectors[chosen]
    # A plan ("I would call them") is general to the tagger, but a situational answer is about the actions in it.
    planned = asked.kind == QuestionKind.SITUATIONAL
    parts = in_order(reading.alone[chosen])
    texts = tuple(vector_text(reading.items[row]) for row in chosen)
    bare = asked.bare_vector
    near = similarity(vectors, bare)[:, 0] if chosen else np.zeros(0)
    near_points = similarity(vectors, asked.point_vectors) if chosen and asked.points else np.zeros((len(chosen), 0))
    mean = vectors.mean(0, keepdims=True) if chosen else vectors
    raw = 0.0
    if chosen:
        mean = mean / np.linalg.norm(mean)
        stems = {word for row in chosen for word in content_stems(reading.items[row].norms)}
        lexical = len(stems & asked.stems) / len(asked.stems) if asked.stems else 0.0
        points = float(near_points.max(0).mean()) if asked.points else float(near.max())
        whole = float(similarity(mean, bare)[0, 0])
        raw = round(whole + float(near.max()) + 1.2 * points + 0.8 * min(lexical, 0.4), 4)
    return Facts(
        ask=asked,
        reading=reading,
        rows=tuple(chosen),
        parts=parts,
        acts=tuple(
            acts(reading.items[row]) if planned or general < GENERAL else Acts()
            for row, general in zip(chosen, parts[:, 4], strict=True)
        ),
        texts=texts,
        near_question=near,
        near_points=near_points,
        topic_raw=raw,
    )


_CLAUSE = lx.words("because that which who when where while if whether how what as until after before than")


def acts(sentence: Sentence) -> Acts:
    """Count actions by who does them: past verbs, or verbs after "would"/"will" for what is planned."""
    norms = sentence.norms
    own = shared = nobody = decided = 0
    who = ""
    for position, norm in enumerate(norms):
        before = norms[position - 1] if position else ""
        if norm in ("i", "we"):
            who = norm
        elif norm in ("they", "it", "you", "someone", "everyone", "everybody", "nobody"):
            who = "other"
        elif norm in _CLAUSE:
            who = who if norm in ("than", "as", "until", "before", "after") else ""
        elif before in ("and", "but", "so") and norm in (
            "the",
            "a",
            "an",
            "my",
            "our",
            "them",
            "this",
            "that",
            "several",
        ):
            who = "other"
        passive = (
            is_past(norm)
            and norm not in ("was", "were", "had", "got")
            and any(word in lx.PASSIVE_AUX for word in norms[max(0, position - 2) : position])
        )
        if passive:
            nobody += who != "i"
            continue
        planned = (position >= 1 and before in ("would", "will")) or (
            position >= 2 and norms[position - 2] in ("would", "will") and before in _ADVERBS
        )
        acted = (
            is_past(norm)
            and norm not in lx.STATIVE
            and before not in ("the", "a", "an", "my", "our", "them", "had")
            and not any(word in _MODALS for word in norms[max(0, position - 2) : position])
        )
        if not acted and not (planned and norm not in lx.STEP_VERBS_NOT and norm not in _ADVERBS):
            continue
        if who == "i":
            own += 1
            decided += norm in lx.DECISION
        elif who == "we":
            shared += 1
    return Acts(own, shared, nobody, decided)


_MODALS = lx.words("should could would can to will might")
_ADVERBS = lx.words("also then first always just probably immediately definitely even maybe not never still only")


def reasons(text: str) -> list[str]:
    """Phrases of a canonical text that give a reason."""
    return has_phrase(text, lx.REASON)


def says(count: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count} {one if count == 1 else many}"


def relevance(f: Facts) -> Finding:
    """C1: about the question, and how much of what it asks is answered."""
    covered, missing = _covered(f)
    nearest = int(f.near_question.argmax())
    if f.topic < 0.15:
        why = "Few of your words are about what was asked."
    elif missing:
        why = f"You speak about what was asked; {missing}."
    else:
        why = "You speak about what was asked and answer each part of it."
    return Finding(
        id="C1",
        score=1 + clip(f.topic / 0.15) * (1 + 3 * covered),
        why=why,
        evidence=((f.rows[nearest], "closest to the question"),),
        features={"topic": round(f.topic_raw, 4), "covered": round(covered, 4)},
    )


_ASKS_RESULT = re.compile(r"\b(result|outcome|what (has )?changed|what happened|turn(ed)? out|how did it end|impact)\b")
_ASKS_LEARNT = re.compile(r"\b((did|have|would) you (learn|do differently)|learn(t|ed)? from|lesson|differently)\b")
_ASKS_WHY = re.compile(r"\bwhy\b")


def _covered(f: Facts) -> tuple[float, str | None]:
    """How much of the question is answered (0-1), and the first part that is not, as half a sentence."""
    text = " ".join(f.ask.texts)
    kind = f.ask.kind
    wanted: list[tuple[float, str]] = []
    if kind == QuestionKind.BEHAVIOURAL:
        told = max(f.presence(part) for part in "SAR")
        wanted.append((told, "the particular time the question asks for is missing or short"))
        wanted.append(
            (0.4 * f.presence("A") + 0.6 * clip(f.size("A") / 35), "what you did about it is missing or short")
        )
        if _ASKS_RESULT.search(text):
            wanted.append((f.presence("R"), "what came of it is missing or short"))
        if _ASKS_LEARNT.search(text):
            learnt = clip(len(has_phrase(" ".join(f.texts), lx.LEARNT)) / 1)
            wanted.append((learnt, "what you learnt is missing"))
    elif kind == QuestionKind.SITUATIONAL:
        wanted.append((clip(sum(_plans(text) for text in f.texts) / 3), "few of the steps you would take are named"))
    elif kind == QuestionKind.KNOWLEDGE:
        near = float(np.sort(f.near_question)[-4:].mean())
        depth = clip(float(np.mean(point_coverage(f))) / 0.55) if f.ask.points else clip((near - 0.15) / 0.25)
        wanted.append((depth, "much of what an expert would name is missing"))
    else:
        wanted.append((clip(_own_reasons(f) / 2), "few reasons of your own are in it"))
        if f.ask.points:
            wanted.append((clip(float(np.mean(point_coverage(f))) / 0.5), "some of what it asks for stays open"))
    if kind != QuestionKind.MOTIVATION and _ASKS_WHY.search(text):
        wanted.append((clip(len(reasons(" ".join(f.texts)))), "the reason the question asks for is missing"))
    covered = float(np.mean([value for value, _ in wanted]))
    least = min(wanted, key=lambda pair: pair[0])
    return covered, least[1] if least[0] < 0.6 else None


def _plans(text: str) -> bool:
    """Whether a canonical sentence names something the speaker would do."""
    words = text.split()
    return any(
        word == "i" and following in ("would", "will") and words[position + 2 : position + 3] not in ([], *_NO_STEP)
        for position, (word, following) in enumerate(pairwise(words))
    ) or (words[:2] == ["my", "first"] or (words[:1] in (["first"], ["then"]) and "i" not in words[1:3]))


_NO_STEP = tuple([verb] for verb in sorted(lx.STEP_VERBS_NOT))


def _own_reasons(f: Facts) -> float:
    """Sentences in which the speaker ties "I" or an own past to a reason or a fact; a rate that saturates at two."""
    found = 0.0
    for k, text in enumerate(f.texts):
        own = " i " in f" {text} " or " my " in f" {text} "
        reasoned = bool(reasons(text)) or "reason" in text
        did = f.acts[k].own > 0
        found += (0.6 * reasoned + 0.6 * did) if own else 0.0
    return found


def episode(f: Facts) -> Finding:
    """C2 for a behavioural question: situation, task, action, result, and the action the largest part."""
    present = {part: f.presence(part) for part in "STAR"}
    total = sum(present.values())
    others = max(f.size("S"), f.size("T"), f.size("R"), 1)
    largest = clip((f.size("A") / others - 0.5) / 0.5)
    score = curve(total, ((0, 1.0), (1, 1.5), (2, 2.4), (3, 3.4), (4, 4.2))) + 0.8 * largest * clip(total - 3)
    names = {"S": "the situation", "T": "your task", "A": "what you did", "R": "the result"}
    missing = [names[part] for part in "STAR" if present[part] < 0.5]
    found = [names[part] for part in "STAR" if present[part] >= 0.5]
    if not found:
        why = "You describe views or habits; no particular time and place comes up."
    elif missing:
        why = f"You tell {_listed(found)}; {_listed(missing)} {'is' if len(missing) == 1 else 'are'} not told clearly."
    elif largest < 0.5:
        why = "All four parts of the story are there; what you did takes up less room than the rest."
    else:
        why = "You tell the situation, your task, what you did and the result, and what you did takes up the most room."
    evidence = tuple(
        (row, names[part]) for part in "STAR" if present[part] >= 0.5 and (row := f.best(part)) is not None
    )
    return Finding(
        id="C2",
        score=score,
        why=why,
        evidence=evidence,
        not_found=f"No sentence tells {_listed(missing, 'or')}." if missing else None,
        features={f"present_{part}": round(value, 4) for part, value in present.items()}
        | {"action_largest": round(largest, 4)},
    )


def steps(f: Facts) -> Finding:
    """C2 for a situational question: named steps, in order, with reasons, finding out first and checking after."""
    planned = [k for k, text in enumerate(f.texts) if _plans(text)]
    joined = " ".join(f.texts)
    order = has_phrase(joined, lx.SEQUENCE + lx.CLOSING)
    why_said = [k for k, text in enumerate(f.texts) if reasons(text)]
    first_half = " ".join(f.texts[: max(1, (len(f.texts) + 1) // 2)])
    second_half = " ".join(f.texts[len(f.texts) // 2 :])
    asked_first = bool(has_phrase(first_half, lx.ASSESS_WORDS))
    checked = bool(has_phrase(second_half, lx.CHECK_WORDS))
    step = clip(len(planned) / 4)
    score = 1 + 4 * step * (
        0.40 + 0.20 * clip(len(order) / 3) + 0.22 * clip(len(why_said) / 2) + 0.09 * asked_first + 0.09 * checked
    )
    parts = [
        says(len(planned), "step you would take", "steps you would take"),
        says(len(why_said), "reason", "reasons"),
    ]
    gaps = [
        text
        for there, text in (
            (bool(order), "words that show the order"),
            (bool(why_said), "a reason"),
            (checked, "a check at the end"),
        )
        if not there
    ]
    return Finding(
        id="C2",
        score=score,
        why=f"You name {_listed(parts)}{'; ' + _listed(gaps) + ' would help to follow it' if gaps else ''}.",
        evidence=tuple((f.rows[k], "a step") for k in planned[:3]),
        not_found=None if planned else "No sentence says what you would do.",
        features={"steps": float(len(planned)), "order_words": float(len(order)), "reasons": float(len(why_said)),
                  "finds_out_first": float(asked_first), "checks": float(checked)},
    )  # fmt: skip


def own_part(f: Facts) -> Finding:
    """C3: own actions against shared ones and nobody's, with decisions and reasons."""
    own, shared = sum(a.own for a in f.acts), sum(a.shared for a in f.acts)
    nobody, decided = sum(a.nobody for a in f.acts), sum(a.decided for a in f.acts)
    joined = " ".join(item.text for item in (f.reading.items[row] for row in f.rows))
    role = has_phrase(joined, lx.ROLE)
    with_own = [k for k, a in enumerate(f.acts) if a.own]
    said = [k for k in with_own if reasons(" ".join(f.texts[max(0, k - 1) : k + 2]))]
    share = own / (own + shared + 0.5 * nobody) if own else 0.0
    clear = clip(own / 2.5) * clip(share / 0.65)
    thought = 0.45 * clip(decided) + 0.55 * clip(len(said) / 2)
    score = 1 + 2 * clear + 2 * clear * thought
    if not own and role:
        score = 1.6
    if own:
        why = f"{says(own, 'action is', 'actions are')} told with “I” and {shared} with “we”"
        why += (
            f"; {says(len(said), 'of them comes', 'of them come')} with a reason."
            if said
            else "; no reason is given for them."
        )
    elif shared:
        why = (
            f"{says(shared, 'action is', 'actions are')} told with “we” and none with “I”, so your own part stays open."
        )
    else:
        why = "No sentence says what you yourself did."
    shown_rows = said or with_own
    shared_rows = [k for k, a in enumerate(f.acts) if a.shared]
    return Finding(
        id="C3",
        score=score,
        why=why,
        evidence=(
            *((f.rows[k], OWN_ACTION) for k in shown_rows[:2]),
            *((f.rows[k], TOLD_WITH_WE) for k in shared_rows[: 1 if shown_rows else 2]),
        ),
        not_found=None if own else 'No action is told with “I”.',
        features={"own": float(own), "shared": float(shared), "nobody": float(nobody), "decisions": float(decided),
                  "reasons": float(len(said)), "own_share": round(share, 4)},
    )  # fmt: skip


def own_reasons(f: Facts) -> Finding:
    """C3 for a question about motivation: reasons tied to the speaker's own past and to the job."""
    found = _own_reasons(f)
    did = sum(a.own for a in f.acts)
    to_job = float(f.near_question.max())
    score = 1 + 2.4 * clip(found / 2.4) + 1.0 * clip(did / 3) + 0.6 * clip((to_job - 0.25) / 0.3) * clip(found)
    rows = [k for k, text in enumerate(f.texts) if reasons(text) or f.acts[k].own]
    return Finding(
        id="C3",
        score=score,
        why=f"{says(sum(bool(reasons(text)) for text in f.texts), 'sentence gives', 'sentences give')} a reason, and "
        f"{says(did, 'thing', 'things')} you did yourself {'supports' if did == 1 else 'support'} it.",
        evidence=tuple((f.rows[k], "a reason of your own") for k in rows[:2]),
        not_found=None if rows else "No reason is tied to something you did.",
        features={"own_reasons": round(found, 4), "own": float(did), "near_job": round(to_job, 4)},
    )


def result(f: Facts) -> Finding:
    """C4 for a behavioural question: an outcome, with it a number or checkable effect, and what was learnt."""
    there = f.presence("R")
    column = f.parts[:, 3]
    rows = [k for k in range(len(f.rows)) if column[k] >= 0.35]
    close = sorted({k + step for k in rows for step in (0, 1) if k + step < len(f.rows)})
    numbered = [k for k in close if _quantity(f, k)]
    checkable = [k for k in close if has_phrase(f.texts[k], lx.CHECKABLE)]
    tail = " ".join(f.texts[len(f.texts) // 2 :])
    learnt = bool(has_phrase(tail, lx.LEARNT))
    proof = 1.0 if numbered else 0.55 if checkable else 0.0
    score = 1 + 2 * there + 1.5 * there * proof + 0.5 * there * learnt
    best = f.best("R", 0.35)
    if best is None:
        why = "The answer stops before it says what came of it."
    elif numbered:
        why = "You say what came of it, with a number" + (", and what you learnt." if learnt else ".")
    elif checkable:
        why = "You say what came of it, with something that can be checked; there is no number."
    else:
        why = "You say what came of it, but without a number or anything that can be checked."
    evidence = [(best, THE_RESULT)] if best is not None else []
    evidence += [(f.rows[k], "a number") for k in numbered[:1] if f.rows[k] != best]
    return Finding(
        id="C4",
        score=score,
        why=why,
        evidence=tuple(evidence),
        not_found="No sentence says how it ended."
        if best is None
        else (None if proof else "No number stands with the result."),
        features={"present_R": round(there, 4), "number": float(bool(numbered)), "checkable": float(bool(checkable)),
                  "learnt": float(learnt)},
    )  # fmt: skip


def past_evidence(f: Facts) -> Finding:
    """C4 for a question about motivation: facts of the own past, with numbers."""
    done = [k for k, a in enumerate(f.acts) if a.own or float(f.parts[k, [0, 2, 3]].sum()) >= 0.6]
    close = sorted({k + step for k in done for step in (0, 1) if k + step < len(f.rows)})
    numbered = [k for k in close if _quantity(f, k)]
    there = clip(len(done) / 2)
    score = 1 + 2 * there + 1.2 * there * clip(len(numbered)) + 0.8 * clip(len(done) / 4) * clip(len(numbered) / 2)
    return Finding(
        id="C4",
        score=score,
        why=f"{says(len(done), 'sentence tells', 'sentences tell')} something you did, "
        f"{len(numbered)} of them with a number.",
        evidence=tuple((f.rows[k], "something you did") for k in (numbered or done)[:2]),
        not_found=None if done else "Nothing you did in the past supports it.",
        features={"past": float(len(done)), "numbers": float(len(numbered))},
    )


def _quantity(f: Facts, k: int) -> bool:
    item = f.reading.items[f.rows[k]]
    return item.has_number or any(norm in lx.QUANTITY_WORDS for norm in item.norms)


_POINT_RESULT = re.compile(
    r"\b(outcome|result|effect|how it (turned out|ended|worked)|what happened to|afterwards|what changed|"
    r"impact|worked)\b"
)
_POINT_ACTION = re.compile(
    r"\b(what (you|i) did|how (you|i)|solution|the change|steps|what (you|i) (proposed|changed|took)|the fix)\b"
)
_POINT_SITUATION = re.compile(
    r"\b(situation|what the|what was|context|background|problem|why the|how the process|symptom|hazard)\b"
)


def point_coverage(f: Facts) -> list[float]:
    """How far each key point is covered, 0-1: shared stems, the nearest sentence, the part of the story it asks for."""
    said = {word for row in f.rows for word in content_stems(f.reading.items[row].norms)}
    out = []
    for k, point in enumerate(f.ask.points):
        wanted = set(content_stems(point))
        recall = len(said & wanted) / len(wanted) if wanted else 0.0
        near = clip((float(f.near_points[:, k].max()) - 0.15) / 0.40)
        covered = max(clip(0.55 * near + 0.6 * recall), near)
        if f.ask.kind == QuestionKind.BEHAVIOURAL:
            # Talking about the subject in general shows no knowledge at work.
            covered *= 0.3 + 0.7 * max(f.presence("S"), f.presence("A"))
            for pattern, part in ((_POINT_RESULT, "R"), (_POINT_ACTION, "A"), (_POINT_SITUATION, "S")):
                if pattern.search(point):
                    covered = max(covered, 0.75 * f.presence(part) * clip(f.topic / 0.15))
                    break
        out.append(round(covered, 4))
    return out


def job_knowledge(f: Facts) -> Finding:
    """C5: coverage of the question's key points; for a knowledge question also what speaks for and against."""
    joined = " ".join(f.texts)
    weighing = len(has_phrase(joined, lx.TRADE_OFF))
    if f.ask.points:
        covered = point_coverage(f)
        mean = float(np.mean(covered))
        score = 1 + 4 * curve(mean, ((0.1, 0.0), (0.45, 0.5), (0.8, 1.0)))
        if f.ask.kind == QuestionKind.KNOWLEDGE:
            score = 1 + (score - 1) * (0.85 + 0.15 * clip(weighing / 2))
        there = [k for k, value in enumerate(covered) if value >= 0.45]
        gaps = [f.ask.question.key_points[k] for k, value in enumerate(covered) if value < 0.45]
        of = f"of the {len(covered)} points an expert would name"
        why = f"You touch {len(there)} {of}." if there else f"None {of} is heard."
        nearest = [int(f.near_points[:, k].argmax()) for k in there]
        return Finding(
            id="C5",
            score=score,
            why=why,
            evidence=tuple((f.rows[row], f.ask.question.key_points[k]) for k, row in zip(there, nearest, strict=True))[
                :3
            ],
            not_found=f"Not heard: {'; '.join(gaps)}." if gaps else None,
            features={"covered": round(mean, 4), "weighing": float(weighing)},
        )
    if f.ask.kind != QuestionKind.KNOWLEDGE:
        return Finding(id="C5", score=None, why="This question came without points to compare your answer with.")
    about = [k for k in range(len(f.rows)) if f.near_question[k] >= 0.25]
    said = sum(bool(reasons(text)) for text in f.texts)
    # Without key points nothing says what is correct or complete, so the top level cannot be reached.
    score = 1 + 3 * (0.55 * clip(len(about) / 5) + 0.25 * clip(said / 2) + 0.20 * clip(weighing / 2))
    return Finding(
        id="C5",
        score=score,
        why=f"{says(len(about), 'sentence is', 'sentences are')} about the subject and {said} with a reason; "
        "the question came without points to compare with, so correctness is not judged.",
        evidence=tuple((f.rows[k], "about the subject") for k in about[:2]),
        not_found=None if about else "No sentence is clearly about the subject.",
        features={"about": float(len(about)), "reasons": float(said), "weighing": float(weighing)},
    )


def _seconds(f: Facts) -> float:
    """Seconds spent on what counts: its share of the time from the first to the last word, or words at 150 a minute."""
    timed = [word for word in f.reading.transcript.words if word.start_ms is not None and word.end_ms is not None]
    if not timed:
        return f.words / WORDS_PER_SECOND
    said = sum(len(item.tokens) for item in f.reading.items)
    return ((timed[-1].end_ms or 0) - (timed[0].start_ms or 0)) / 1000 * f.words / max(1, said)


# Seconds of speech to 0-1: the band of 60 to 150 s is full, a short answer loses more slowly than a rambling one.
LENGTH: Curve = ((5, 0.1), (20, 0.5), (60, 1.0), (150, 1.0), (210, 0.6), (300, 0.2))


def structure(f: Facts) -> Finding:
    """C6: joining words, an opening and a close, order, variety of words, repetition and length."""
    words = f.words
    joined = " ".join(f.texts)
    families = [bool(has_phrase(joined, family)) for family in (lx.SEQUENCE, lx.CAUSE, lx.CONTRAST)]
    markers = set(has_phrase(joined, lx.SEQUENCE + lx.CAUSE + lx.CONTRAST))
    joining = 0.5 * sum(families) / 3 + 0.5 * clip(len(markers) / curve(words, ((30, 2.0), (100, 5.0), (375, 8.0))))
    opening = float(bool(has_phrase(" ".join(f.texts[:2]), lx.OPENING))) or float(f.near_question[:2].max() >= 0.3)
    closing = float(bool(has_phrase(" ".join(f.texts[-2:]), lx.CLOSING))) or float(f.parts[-2:, 3].max() >= 0.5)
    vectors = f.reading.vectors[list(f.rows)]
    steps_near = [float(similarity(vectors[k : k + 1], vectors[k + 1 : k + 2])[0, 0]) for k in range(len(vectors) - 1)]
    coherent = clip((float(np.mean(steps_near)) - 0.08) / 0.17) if steps_near else 0.5
    norms = joined.split()
    windows = [norms[k : k + 50] for k in range(0, max(1, len(norms) - 49), 25)]
    variety = clip((float(np.mean([len(set(window)) / len(window) for window in windows])) - 0.58) / 0.14)
    items = [f.reading.items[row] for row in f.rows]
    stumbles = 100 * sum(item.restarts + item.soft for item in items) / max(words, 1)
    fluent = 1 - clip(stumbles / 6)
    seconds = _seconds(f)
    fitting = curve(seconds, LENGTH)
    again = sum(
        len(item.tokens)
        for item, why in zip(f.reading.items, f.reading.left_out, strict=True)
        if why in (TWICE, COPIED)
    )
    repeated = again / max(1, again + words)
    score = 1 + 4 * (
        0.37 * joining
        + 0.34 * fitting
        + 0.04 * opening
        + 0.04 * closing
        + 0.07 * coherent
        + 0.06 * variety
        + 0.08 * fluent
    )
    # Said twice lowers this dimension by at most .3, which is .1 of the content total where three count (goal G9).
    score -= 0.3 * clip(repeated / 0.3)
    parts = [says(len(markers), "word or phrase that joins", "words or phrases that join") + " your thoughts"]
    length = f"about {int(round(seconds / 5) * 5)} seconds of speech"
    why = f"{length[0].upper()}{length[1:]} with {parts[0]}"
    why += (
        "; part of it is said twice."
        if repeated > 0.05
        else "; the band of 60 to 150 seconds fits best."
        if fitting < 0.9
        else "."
    )
    evidence = [(f.rows[0], OPENING)]
    if len(f.rows) > 1:
        evidence.append((f.rows[-1], CLOSE))
    return Finding(
        id="C6",
        score=score,
        why=why,
        evidence=tuple(evidence),
        not_found=None if closing else "No sentence closes the answer.",
        features={
            "joining": round(joining, 4),
            "length": round(fitting, 4),
            "seconds": round(seconds, 1),
            "opening": opening,
            "closing": closing,
            "coherence": round(coherent, 4),
            "variety": round(variety, 4),
            "stumbles_per_100_words": round(stumbles, 2),
            "repeated": round(repeated, 4),
        },
    )


def _listed(parts: Sequence[str], last: str = "and") -> str:
    """Parts as words: "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def findings(f: Facts) -> tuple[Finding, ...]:
    """All content dimensions that the kind of question asks for, others with score None."""
    kind = f.ask.kind
    own = own_reasons if kind == QuestionKind.MOTIVATION else own_part
    out = [relevance(f)]
    if kind == QuestionKind.BEHAVIOURAL:
        out.append(episode(f))
    elif kind == QuestionKind.SITUATIONAL:
        out.append(steps(f))
    if kind != QuestionKind.KNOWLEDGE:
        out.append(own(f))
    if kind == QuestionKind.BEHAVIOURAL:
        out.append(result(f))
    elif kind == QuestionKind.MOTIVATION:
        out.append(past_evidence(f))
    return (*out, job_knowledge(f), structure(f))
