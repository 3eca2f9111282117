"""Choosing the set: must-haves first, kinds in proportion, nothing said twice, different for every seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.posting import Weight
from app.domain.question import Question, QuestionKind
from app.services.interviews.planner import form
from app.services.interviews.planner.compose import Candidate

# Shares for eight questions: 4 behavioural, 2 knowledge, 1 situational, 1 motivation (structured-interview practice).
SHARES = {
    QuestionKind.BEHAVIOURAL: 4.0,
    QuestionKind.KNOWLEDGE: 2.0,
    QuestionKind.SITUATIONAL: 1.25,
    QuestionKind.MOTIVATION: 1.0,
}
SEED_NOISE = 2.6
ROUNDS, MORE_ROUNDS = 8, 48
# What one step of difficulty away from the wish costs: a tie-break, unless the person chose the difficulty.
DRIFT, CHOSEN_DRIFT = 0.22, 1.2


def quotas(count: int, kinds: Sequence[QuestionKind] | None) -> dict[QuestionKind, int]:
    """How many questions of each kind; with `kinds`, only those, evenly after their shares."""
    if not kinds:
        small = {
            3: (1, 1, 1, 0), 4: (1, 1, 1, 1), 5: (2, 1, 1, 1), 6: (3, 1, 1, 1), 7: (3, 2, 1, 1), 8: (4, 2, 1, 1),
            9: (4, 2, 2, 1), 10: (5, 2, 2, 1), 11: (5, 3, 2, 1), 12: (6, 3, 2, 1), 13: (6, 3, 3, 1), 14: (7, 3, 3, 1),
            15: (7, 4, 3, 1),
        }  # fmt: skip
        return dict(zip(SHARES, small[count], strict=True))
    allowed = [kind for kind in SHARES if kind in kinds]
    total = sum(SHARES[kind] for kind in allowed)
    exact = {kind: count * SHARES[kind] / total for kind in allowed}
    result = {kind: int(exact[kind]) for kind in allowed}
    short = count - sum(result.values())
    for kind in sorted(allowed, key=lambda k: (int(exact[k]) - exact[k], allowed.index(k)))[:short]:
        result[kind] += 1
    return result


@dataclass
class _Set:
    """A set under construction. `rare` adds to the worth of a line that few questions can test: it goes first."""

    rare: dict[str, float]
    chosen: list[Candidate] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    competencies: Counter[str] = field(default_factory=Counter)
    openings: set[str] = field(default_factory=set)
    starts: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)

    def add_text(self, text: str) -> None:
        self.texts.append(text)
        self.openings.add(form.opening(text))
        self.starts[form.opening(text, 2)] += 1
        if last := ending(text):
            self.endings[last] += 1

    def add(self, candidate: Candidate) -> None:
        self.chosen.append(candidate)
        self.add_text(candidate.text)
        self.competencies[candidate.competency] += 1
        if not candidate.loose:
            self.covered |= {item.requirement.id for item in candidate.items}

    def fits(self, candidate: Candidate, per_competency: int, stage: int) -> bool:
        if candidate.reserve > stage:
            return False
        if self.competencies[candidate.competency] >= per_competency or form.opening(candidate.text) in self.openings:
            return False
        start = form.opening(candidate.text, 2)
        return not (start == "tell me" and self.starts[start] >= 2) and self.starts[start] < 3

    def gain(self, candidate: Candidate, wanted: int, drift: float, noise: float) -> float:
        new = [item for item in candidate.items if item.requirement.id not in self.covered and not candidate.loose]
        values = [item.worth + self.rare[item.requirement.id] for item in new]
        worth = sum(value * (1.0 if k == 0 else 0.85) for k, value in enumerate(values))
        repeated = 0.5 * self.starts[form.opening(candidate.text, 2)] + 0.6 * self.endings[ending(candidate.text)]
        away = drift * abs(candidate.ask.level - wanted)
        again = 3.0 * self.competencies[candidate.competency]
        generic = 0.5 * sum(n for name, n in self.competencies.items() if name.startswith("own-"))
        plain = 0.0
        if candidate.competency.startswith("own-"):
            plain = generic + (4.0 if candidate.plain else 0.0) + (0.0 if new else 4.0)
        return worth + 2.0 * candidate.quality + noise - repeated - away - again - plain


@lru_cache(maxsize=8192)
def ending(text: str) -> str:
    """The last sentence when a scene comes before it: "What do you do?"."""
    last = text.rsplit(". ", 1)
    return last[1] if len(last) == 2 else ""


def _build(
    pool: Sequence[tuple[Candidate, float]], quota: dict[QuestionKind, int], kept: Sequence[Question], wanted: int,
    drift: float,
    rng: random.Random,
    rare: dict[str, float],
) -> _Set:  # fmt: skip
    result = _Set(rare)
    for question in kept:
        result.add_text(question.text)
        result.competencies[question.competency] += 1
        result.covered |= set(question.requirement_ids)
    left = Counter(quota)
    jitter = {id(candidate): rng.random() for candidate, _ in pool}
    for stage, per_competency in enumerate((1, 2, 2, 3, 5)):
        while +left:
            options = [
                (result.gain(c, wanted, drift, noise + 1.0 * jitter[id(c)]), -k, c)
                for k, (c, noise) in enumerate(pool)
                if left[c.ask.kind] > 0 and result.fits(c, per_competency, stage)
            ]
            if not options:
                break
            best = max(options, key=lambda option: option[:2])[2]
            result.add(best)
            left[best.ask.kind] -= 1
    return result


def choose(
    pool: Sequence[Candidate],
    quota: dict[QuestionKind, int],
    kept: Sequence[Question],
    difficulty: tuple[int, bool],
    rng: random.Random,
) -> list[Candidate]:
    """The best of several seeded greedy sets: covered must-haves first, then what each question is worth.

    `difficulty` is the level wished for, and whether the person chose it.
    """
    wanted, drift = difficulty[0], CHOSEN_DRIFT if difficulty[1] else DRIFT
    noisy = [(candidate, SEED_NOISE * rng.random()) for candidate in pool]
    kept_ids = {ident for question in kept for ident in question.requirement_ids}
    within_reach = {
        item.requirement.id
        for candidate in pool
        if not candidate.loose
        for item in candidate.items
        if item.requirement.weight is Weight.MUST
    } - kept_ids
    options = Counter(item.requirement.id for c in pool if not c.loose for item in c.items)
    rare = {ident: 6.0 / number**0.5 for ident, number in options.items()}
    best: tuple[float, int] | None = None
    result: list[Candidate] = []
    for attempt in range(MORE_ROUNDS):
        reached = {item.requirement.id for c in result if not c.loose for item in c.items}
        # More tries only for a must-have that a luckier order of picks may still reach.
        if attempt >= ROUNDS and (within_reach <= reached or len(within_reach) > sum(quota.values())):
            break
        built = _build(noisy, quota, kept, wanted, drift, rng, rare)
        worth = {i.requirement.id: i.worth for c in built.chosen if not c.loose for i in c.items}
        value = 100.0 * len(built.chosen) + sum(worth.values())
        value += sum(c.quality - 3.0 * c.plain for c in built.chosen)
        if best is None or (value, -attempt) > best:
            best, result = (value, -attempt), built.chosen
    return result
