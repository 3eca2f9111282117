"""Interview questions for one posting, without a language model: same posting, settings and seed, same set."""

from __future__ import annotations

import random
from collections.abc import Sequence

from app.domain.errors import BadInput
from app.domain.posting import Posting, Weight
from app.domain.question import Coverage, Question, QuestionKind, QuestionSet
from app.services.interviews.planner.bank import bank
from app.services.interviews.planner.compose import Candidate, candidates, title_quote
from app.services.interviews.planner.leads import with_leads
from app.services.interviews.planner.matching import understand
from app.services.interviews.planner.select import choose, quotas
from app.utils.json import digest, dump
from app.utils.minilm import encoder, similarity

VERSION = "1"
FEWEST, MOST = 3, 15
DUPLICATE = 0.80
# Suggested answer times in seconds; a full STAR story takes about two minutes (facts on grading: 60-150 s).
SECONDS = {
    QuestionKind.MOTIVATION: 75,
    QuestionKind.BEHAVIOURAL: 120,
    QuestionKind.KNOWLEDGE: 90,
    QuestionKind.SITUATIONAL: 105,
}
_LEVELS = {"intern": 2, "junior": 2, "mid": 3, "senior": 3, "lead": 4, "director": 5, "executive": 5}
_ARC = {
    QuestionKind.MOTIVATION: 0,
    QuestionKind.BEHAVIOURAL: 1,
    QuestionKind.KNOWLEDGE: 2,
    QuestionKind.SITUATIONAL: 3,
}


def plan(
    posting: Posting,
    *,
    count: int = 8,
    seed: int = 0,
    kinds: Sequence[QuestionKind] | None = None,
    difficulty: int | None = None,
    keep: Sequence[Question] = (),
    exclude: Sequence[str] = (),
) -> QuestionSet:
    """Choose `count` questions (3-15) for the posting, in the order to ask them.

    `kinds` restricts the kinds (None is a mix); `difficulty` 1-5 pulls the wordings up or down (None follows the
    seniority). Questions in `keep` stay as they are and count; texts in `exclude` are not used again. Every question
    has the ids and the verbatim quote of what it tests. `Coverage.uncovered` lists must-haves without a question;
    `provenance["not_asked"]` says which lines are left alone and why (`instruction`, `not_for_an_interview`,
    `personal_data`, `language`).

    Raises BadInput: `count_out_of_range`, `difficulty_out_of_range`, `kinds_empty`, `keep_too_many`,
    `posting_no_requirements`.
    """
    _check(count, kinds, difficulty, keep)
    this = bank()
    if not posting.requirements:
        raise BadInput(
            "We found no requirements or duties in this posting.",
            code="posting_no_requirements",
            hint="Add at least one requirement or duty, or paste the full text of the posting.",
        )
    reading = understand(posting, this)
    if not reading.items:
        raise BadInput(
            "Nothing in this posting can be asked about in an interview.",
            code="posting_no_requirements",
            hint="Add a requirement or a duty in your own words.",
        )
    settings = {
        "posting": dump(posting),
        "count": count,
        "seed": seed,
        "kinds": sorted(kinds) if kinds else None,
        "difficulty": difficulty,
        "keep": [dump(question) for question in keep],
        "exclude": sorted(exclude),
    }
    # The title is in it so that two postings under one seed do not share the same turns of phrase.
    rng = random.Random(f"{seed}:{this.version}:{VERSION}:{posting.title}")
    wanted = (difficulty or _LEVELS.get(posting.seniority or "", 3), difficulty is not None)
    left = quotas(count, kinds)
    for question in keep:
        left[question.kind] = left.get(question.kind, 0) - 1
    left = _balance(left, count - len(keep), kinds)
    banned = tuple(_plain(text) for text in [*exclude, *(question.text for question in keep)])
    pool = [c for c in candidates(posting, this, reading, rng) if not any(b.endswith(_plain(c.text)) for b in banned)]
    chosen, texts = _without_duplicates(pool, left, keep, wanted, rng, posting)
    questions = [*keep, *_questions(chosen, texts, posting, keep)]
    questions.sort(key=lambda q: (q.difficulty, _ARC[q.kind]))
    return QuestionSet(
        questions=tuple(questions),
        coverage=_coverage(posting, questions),
        provenance={
            "planner": VERSION,
            "bank": this.version,
            "seed": seed,
            "count": count,
            "sectors": list(reading.sectors),
            "not_asked": reading.not_asked,
            "input_hash": digest(settings),
        },
    )


def _check(count: int, kinds: Sequence[QuestionKind] | None, difficulty: int | None, keep: Sequence[Question]) -> None:
    if not FEWEST <= count <= MOST:
        raise BadInput(
            f"An interview has {FEWEST} to {MOST} questions.",
            code="count_out_of_range",
            hint=f"Choose a number from {FEWEST} to {MOST}; 8 takes about 20 minutes.",
        )
    if difficulty is not None and not 1 <= difficulty <= 5:
        raise BadInput(
            "Difficulty is a number from 1 to 5.",
            code="difficulty_out_of_range",
            hint="Leave it out to follow the job.",
        )
    if kinds is not None and not kinds:
        raise BadInput(
            "No kind of question is chosen.",
            code="kinds_empty",
            hint="Choose at least one kind, or leave it out for a mix.",
        )
    if len(keep) > count:
        raise BadInput(
            "More questions are kept than the interview has.",
            code="keep_too_many",
            hint="Raise the number of questions, or keep fewer.",
        )


def _balance(
    left: dict[QuestionKind, int], total: int, kinds: Sequence[QuestionKind] | None
) -> dict[QuestionKind, int]:
    """Non-negative quotas that add up to `total`, taken from the most plentiful kinds when kept ones are over."""
    allowed = [kind for kind in left if not kinds or kind in kinds]
    result = {kind: max(0, left[kind]) for kind in allowed}
    while sum(result.values()) > total:
        result[max(result, key=lambda kind: result[kind])] -= 1
    return result


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _without_duplicates(
    pool: list[Candidate],
    left: dict[QuestionKind, int],
    keep: Sequence[Question],
    wanted: tuple[int, bool],
    rng: random.Random,
    posting: Posting,
) -> tuple[list[Candidate], list[str]]:
    """A set in which no two questions mean the same: the worse of a pair leaves the pool and the set is built again."""
    state = rng.getstate()
    while True:
        rng.setstate(state)
        chosen = choose(pool, left, keep, wanted, rng)
        texts = with_leads(chosen, posting, rng)
        everything = [*(question.text for question in keep), *texts]
        vectors = encoder().encode(everything) if everything else encoder().encode([""])
        close = similarity(vectors, vectors)
        pairs = [
            (k, j) for k in range(len(everything)) for j in range(k) if close[k, j] >= DUPLICATE and k >= len(keep)
        ]
        if not pairs:
            return chosen, texts
        pool = [candidate for candidate in pool if candidate is not chosen[pairs[0][0] - len(keep)]]


def _questions(
    chosen: Sequence[Candidate], texts: Sequence[str], posting: Posting, keep: Sequence[Question]
) -> list[Question]:
    tested = {item.requirement.id for c in chosen if not c.loose for item in c.items}
    tested |= {ident for question in keep for ident in question.requirement_ids}
    musts = {r.id for r in posting.requirements if r.weight is Weight.MUST}
    warm_up = next((k for k, c in enumerate(chosen) if c.ask.kind is QuestionKind.MOTIVATION), None)
    questions = []
    for k, (candidate, text) in enumerate(zip(chosen, texts, strict=True)):
        ids = tuple(item.requirement.id for item in candidate.items)
        if candidate.loose:
            # A question that only suits the trade must not make an untested must-have look covered.
            ids = tuple(ident for ident in ids if ident in tested or ident not in musts)
        quote = candidate.quote or candidate.items[0].requirement.quote
        if quote not in posting.text or (candidate.loose and not ids):
            quote = title_quote(posting) or quote
        kind = candidate.ask.kind
        level = 1 if k == warm_up and not keep else candidate.ask.level
        questions.append(
            Question(
                id=f"q-{digest([text, list(ids)])[:10]}",
                text=text,
                kind=kind,
                competency=candidate.name,
                requirement_ids=ids,
                quote=quote if quote in posting.text else None,
                key_points=candidate.points,
                probe=candidate.probe,
                seconds=SECONDS[kind] + (15 if level >= 4 else 0),
                difficulty=level,
            )
        )
    return questions


def _coverage(posting: Posting, questions: Sequence[Question]) -> Coverage:
    covered = {ident for question in questions for ident in question.requirement_ids}
    musts = [r.id for r in posting.requirements if r.weight is Weight.MUST]
    uncovered = tuple(ident for ident in musts if ident not in covered)
    return Coverage(must_total=len(musts), must_covered=len(musts) - len(uncovered), uncovered=uncovered)


__all__ = ["plan"]
