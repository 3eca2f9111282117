"""Reading an answer: its sentences, which of them count, their vectors and the part of the story each one tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.answer import Transcript
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric import gates, tagger
from app.services.grading.rubric import lexicon as lx
from app.services.grading.rubric.text import (
    Sentence,
    canonical,
    content_stems,
    lower_words,
    plain_sentences,
    sentences,
    shown,
    vector_text,
)  # fmt: skip
from app.utils.minilm import encoder, similarity

PADDING_LIKE = 0.62  # cosine to a padding sentence; the content sentences of this project's answers stay below it
SAME = 0.95  # cosine of two sentences that say the same
SAME_STEMS = 0.85  # share of stems in common

Vectors = NDArray[np.float32]
Array = NDArray[np.float64]

# Why a sentence does not count.
INJECTED, FOREIGN, COPIED, LISTED, TWICE, PADDED, NOTHING = (
    "injection", "foreign", "copied", "list", "repeated", "padding", "no_answer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """A question made ready: canonical texts and vectors of what is asked and of the key points."""

    question: Question
    texts: tuple[str, ...]
    bare_vector: Vectors
    points: tuple[str, ...]
    point_vectors: Vectors
    stems: frozenset[str]
    keep: frozenset[str]

    @property
    def kind(self) -> QuestionKind:
        return self.question.kind


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer made ready. `left_out[k]` says why sentence k does not count; `counts` are the others, in order."""

    transcript: Transcript
    items: tuple[Sentence, ...]
    left_out: tuple[str | None, ...]
    vectors: Vectors
    alone: Array
    whole: gates.Whole
    foreign: float
    language: str | None

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(k for k, why in enumerate(self.left_out) if why is None)


# "Tell me about a time when" resembles every answer, so it is left out of what is compared.
_ASK_PREFIX = re.compile(
    r"^(?:(?:so|now|and|please|okay)\s+)*(?:tell me about|describe|give (?:me|us) an example of|talk me through|"
    r"walk me through|"
    r"(?:can|could|would) you (?:tell me about|describe|give me)|think of|share|tell me|explain)\s+"
    r"(?:a (?:specific )?(?:time|situation|moment|occasion|case)|an (?:example|occasion|instance))?\s*(?:when|"
    r"where|in which|of)?\s*"
)


def whole_text(question: Question) -> str:
    """What is asked, with the question before it when this one follows up."""
    return f"{question.follows_text} {question.text}" if question.follows_text else question.text


@lru_cache(maxsize=512)
def ask(question: Question) -> Ask:
    """Prepare a question; cached, because many answers may belong to one."""
    text = whole_text(question)
    keep = frozenset(lower_words(" ".join([text, question.competency, *question.key_points])))
    texts = tuple(vector_text(item) for item in plain_sentences(text, keep)) or (canonical(text),)
    points = tuple(canonical(point) for point in question.key_points)
    bare = " ".join(_ASK_PREFIX.sub("", text) for text in texts).strip() or texts[0]
    vectors = encoder().encode([bare, *points])
    generic = frozenset(
        content_stems("tell time when describe example give situation question would could please share")
    )
    return Ask(
        question=question,
        texts=texts,
        bare_vector=vectors[:1],
        points=points,
        point_vectors=vectors[1:],
        stems=frozenset(content_stems(" ".join([*texts, canonical(question.competency), *points]))) - generic,
        keep=keep,
    )


@lru_cache(maxsize=8192)
def _vector(text: str) -> Vectors:
    """One sentence at a time: no batch, so that a vector cannot depend on its neighbours; grading again is quick."""
    return encoder().encode([text])


@lru_cache(maxsize=1)
def _prototypes() -> tuple[Vectors, Vectors]:
    return encoder().encode(lx.PADDING), encoder().encode(gates.ATTACKS)


def read(asked: Ask, transcript: Transcript) -> Reading:
    """Split, encode and tag an answer, and mark the sentences that do not count."""
    words = transcript.words
    injected = _words_of(gates.injection_spans(shown(words)), [word.text for word in words])
    items = sentences(words, keep=asked.keep, known=gates.known)
    vectors = np.vstack([_vector(vector_text(item)) for item in items]) if items else np.zeros((0, 384), np.float32)
    alone = tagger.probabilities(items, vectors)
    padding, attacks = _prototypes()
    near_padding, near_attack = similarity(vectors, padding), similarity(vectors, attacks)
    near_each = similarity(vectors, vectors)
    question_words = gates.tokens(whole_text(asked.question))

    left_out: list[str | None] = []
    for k, item in enumerate(items):
        said = shown(words[item.first : item.last + 1])
        why: str | None = None
        if any(item.first <= index <= item.last for index in injected) or (
            near_attack[k].max() >= gates.ATTACK_LIKE
            and gates.GRADER_WORDS.search(said)
            and gates.ADDRESS_WORDS.search(said)
        ):
            why = INJECTED
        elif gates.foreign_share(said)[0] >= 0.7:
            why = FOREIGN
        elif _is_copied(gates.tokens(said), question_words):
            why = COPIED
        elif gates.is_list(item):
            why = LISTED
        elif gates.is_no_answer(item.norms):
            why = NOTHING
        elif _said_before(k, items, left_out, near_each):
            why = TWICE
        elif _is_padding(item, float(near_padding[k].max()), alone[k]):
            why = PADDED
        left_out.append(why)

    # The rest of what is said to the grader may be split off into a clause of its own.
    for k in [k for k, why in enumerate(left_out) if why == INJECTED]:
        for beside in (k - 1, k + 1):
            if 0 <= beside < len(items) and gates.GRADER_WORDS.search(
                shown(words[items[beside].first : items[beside].last + 1])
            ):
                left_out[beside] = INJECTED

    # An answer of general words only is a weak answer, not an empty one.
    if None not in left_out:
        left_out = [None if why == PADDED else why for why in left_out]

    kept_words = [
        shown([word for word in words[item.first : item.last + 1] if not word.filler])
        for item, why in zip(items, left_out, strict=True)
        if why not in (INJECTED, FOREIGN, LISTED)
    ]
    kept_items = [item for item, why in zip(items, left_out, strict=True) if why not in (INJECTED, FOREIGN, LISTED)]
    foreign, language = gates.foreign_share(" ".join(word.text for word in words if not word.filler))
    masked = frozenset(
        lowered
        for item in items
        for token in item.tokens
        if token.norm in ("someone", "school")
        for word in words[token.first : token.last + 1]
        for lowered in gates.tokens(word.text)
    )
    return Reading(
        transcript=transcript,
        items=items,
        left_out=tuple(left_out),
        vectors=vectors,
        alone=alone,
        whole=gates.whole(
            whole_text(asked.question), " ".join(kept_words), kept_items, masked, heard=transcript.source == "stt"
        ),
        foreign=foreign,
        language=language,
    )


def _words_of(spans: Sequence[tuple[int, int]], texts: Sequence[str]) -> frozenset[int]:
    """Indices of the words that character spans of the joined text touch."""
    touched, start = set(), 0
    for index, text in enumerate(texts):
        end = start + len(text)
        if any(start < span_end and span_start < end for span_start, span_end in spans):
            touched.add(index)
        start = end + 1
    return frozenset(touched)


def _is_copied(said: Sequence[str], question: Sequence[str]) -> bool:
    """Whether a sentence is the question or a piece of it."""
    if len(said) >= 3 and f" {' '.join(said)} " in f" {' '.join(question)} ":
        return True
    return len(said) >= 5 and gates.copied(question, said) > 0.5


def _said_before(k: int, items: Sequence[Sentence], left_out: Sequence[str | None], near: Array) -> bool:
    stems = set(content_stems(items[k].norms))
    for before in range(k):
        if left_out[before] is not None and left_out[before] not in (TWICE, PADDED):
            continue
        if near[k, before] >= SAME and len(items[k].tokens) >= 3:
            return True
        earlier = set(content_stems(items[before].norms))
        if len(stems) >= 4 and earlier and len(stems & earlier) / len(stems | earlier) >= SAME_STEMS:
            return True
    return False


def _is_padding(item: Sentence, nearest: float, parts: Array) -> bool:
    """Polite or general words without anything of the person's own in them."""
    if len(item.tokens) <= 8 and not item.has_number and not content_stems(item.norms):
        return True
    if item.has_number or parts[4] < 0.5:
        return False
    return nearest >= PADDING_LIKE
