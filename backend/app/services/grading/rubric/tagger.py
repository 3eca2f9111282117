"""Which part of a story a sentence tells: situation, task, action, result, or none of them.

A small linear model over the sentence vector and a few cues, trained on the sentences in `data/star_sentences.tsv`
(written for this project, many trades). `python -m app.services.grading.rubric.tagger` trains it again and writes
`data/star_weights.json`; a test proves the file is current. Within an answer the parts tend to follow each other, so
the per-sentence probabilities are smoothed by a forward-backward pass with hand-set transitions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.services.grading.rubric import lexicon as lx
from app.services.grading.rubric.text import Sentence, plain_sentences, vector_text
from app.utils.minilm import encoder

PARTS = ("S", "T", "A", "R", "N")
DATA = Path(__file__).parent / "data"
SENTENCES, WEIGHTS = DATA / "star_sentences.tsv", DATA / "star_weights.json"
RIDGE = (
    0.005  # five-fold cross-validation on the training sentences: macro F1 .86-.87 from .001 to .02, the middle taken
)

Array = NDArray[np.float64]

# From one sentence's part (row) to the next one's (column), S T A R N. Mild on purpose: a story told out of order
# keeps its parts, and only doubtful sentences lean on their neighbours.
FOLLOWS = np.array([
    [0.28, 0.22, 0.28, 0.08, 0.14],
    [0.12, 0.20, 0.46, 0.08, 0.14],
    [0.06, 0.06, 0.48, 0.26, 0.14],
    [0.08, 0.05, 0.17, 0.44, 0.26],
    [0.25, 0.12, 0.25, 0.14, 0.24],
])  # fmt: skip
BEGINS = np.array([0.40, 0.14, 0.14, 0.06, 0.26])
ENDS = np.array([0.12, 0.08, 0.18, 0.36, 0.26])

_TIME = re.compile(
    r"\b(last|ago|years?|months?|weeks?|winter|summer|spring|autumn|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|"
    r"christmas|easter|morning|night|evening|weekend|back in|during|when i|at the time|one day|once|halfway|"
    r"while i)\b"
)
_PLACE = re.compile(
    r"\b(at (my|a|an|the|our)|in (my|a|an|our)|on (my|a|our)|(previous|last|old|first) (job|company|role|post|"
    r"employer|position))\b"
)
_PROBLEM = re.compile(
    r"\b(problem|conflict|complain\w*|late|behind|broke\w*|failed|missing|lost|down|short|angry|upset|difficult|"
    r"crisis|ill|sick|"
    r"errors?|mistakes?|wrong|leav\w+|threaten\w*|stuck|crash\w*|fire|leak\w*|overcrowded|nobody|never|no)\b"
)
_TASK = re.compile(
    r"\b(had to|needed to|need to|needed a|task\w*|goals?|aim|target|objective|mission|brief|responsib\w+|my "
    r"(job|role|part|duty|assignment)|"
    r"up to me|in charge|asked to|asked me|wanted me|expected|supposed to|meant to|was told to|assigned|"
    r"challenge was|"
    r"plan was|wanted to|was to|requirement|fell to me|given the job|took on)\b"
)
_RESULT = re.compile(
    r"\b(result|in the end|ended|since then|now|finally|eventually|fell|dropped|rose|grew|went (up|down)|"
    r"increased?|decreased?|reduced?|"
    r"improved?|saved|passed|won|happy|pleased|satisfied|learnt|learned|lesson|feedback|success\w*|thanked|"
    r"promoted|award\w*|"
    r"finished|completed|on time|without (a|any)|instead of|from several to|to several|by several|never (again|"
    r"happened)|"
    r"worked out|turned out|approved|signed|renewed|recovered|within|percent|looking back|stopped|back on|no "
    r"longer|still)\b"
)
_GENERAL = re.compile(
    r"\b(always|usually|generally|normally|often|tend|should|would|could|important|think|believe|opinion|"
    r"consider|myself|"
    r"strengths?|weakness\w*|passionate|motivated|question|hope|describe|prefer|every (customer|team|person))\b"
)


def is_past(norm: str) -> bool:
    """Whether a canonical word looks like a verb in the past."""
    return norm in lx.PAST_IRREGULAR or (norm.endswith("ed") and len(norm) > 3 and norm not in lx.NOT_PAST)


def cues(sentence: Sentence) -> list[float]:
    """Observable hints of a sentence as numbers 0-1, in a fixed order."""
    text = f"{vector_text(sentence)}"
    norms = text.split()
    past = [norm for norm in norms if is_past(norm)]
    acted = False
    for position, norm in enumerate(norms[:-1]):
        if norm == "i":
            for following in norms[position + 1 : position + 4]:
                if is_past(following) and following not in lx.STATIVE:
                    acted = True
                if following in lx.FUNCTION_WORDS and following not in (
                    "also",
                    "then",
                    "just",
                    "even",
                    "never",
                    "really",
                ):
                    break
    starts_i = norms[0] == "i" or (norms[0] in ("so", "and", "then", "first", "but") and "i" in norms[1:3])
    present = any(norm in ("am", "is", "are", "have", "has", "can", "like", "love", "do") for norm in norms)
    hypothetical = any(norm in lx.HYPOTHETICAL for norm in norms)
    return [
        float(bool(past)),
        min(len(past), 4) / 4,
        float(acted),
        float(starts_i),
        float("i" in norms),
        float(bool(_TIME.search(text))),
        float(bool(_PLACE.search(text))),
        min(len(_PROBLEM.findall(text)), 2) / 2,
        float(bool(_TASK.search(text))),
        min(len(_RESULT.findall(text)), 2) / 2,
        min(len(_GENERAL.findall(text)), 2) / 2,
        float(sentence.has_number),
        float(present and not past),
        float(hypothetical),
        float("was" in norms or "were" in norms),
        float("had" in norms),
        min(len(norms), 20) / 20,
    ]


@lru_cache(maxsize=1)
def _weights() -> tuple[Array, Array]:
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array(data["coefficients"]), np.array(data["intercepts"])


def sha256() -> str:
    """Digest of the shipped weights, for the provenance of a grade."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def _design(items: Sequence[Sentence], vectors: NDArray[np.float32]) -> Array:
    hints = np.array([cues(item) for item in items]) if items else np.zeros((0, 17))
    return np.hstack([np.round(vectors.astype(np.float64), 4) * 3.0, hints])


def probabilities(items: Sequence[Sentence], vectors: NDArray[np.float32]) -> Array:
    """Chance of each part per sentence on its own, shape (sentences, 5) in the order of `PARTS`, 4 decimals."""
    coefficients, intercepts = _weights()
    return np.asarray(np.round(_softmax(_design(items, vectors) @ coefficients.T + intercepts), 4))


def in_order(alone: Array) -> Array:
    """The same after looking at the neighbours (forward-backward), shape (sentences, 5), 4 decimals."""
    if not len(alone):
        return alone
    forward, backward = np.zeros_like(alone), np.ones_like(alone)
    forward[0] = BEGINS * alone[0]
    forward[0] /= forward[0].sum()
    for k in range(1, len(alone)):
        forward[k] = (forward[k - 1] @ FOLLOWS) * alone[k]
        forward[k] /= forward[k].sum()
    backward[-1] = ENDS
    for k in range(len(alone) - 2, -1, -1):
        backward[k] = FOLLOWS @ (alone[k + 1] * backward[k + 1])
        backward[k] /= backward[k].sum()
    both = forward * backward
    return np.asarray(np.round(both / both.sum(1, keepdims=True), 4))


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True))


def read_labelled(path: Path) -> tuple[list[str], list[Sentence]]:
    """Labels and canonical sentences of a file of `part<TAB>sentence` lines."""
    labels, items = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        label, text = line.split("\t")
        parts = plain_sentences(text)
        labels.append(label)
        items.append(Sentence(tuple(token for part in parts for token in part.tokens)))
    return labels, items


def train(labels: Sequence[str], items: Sequence[Sentence], ridge: float = RIDGE) -> tuple[Array, Array]:
    """Multinomial logistic regression with an L2 penalty; coefficients (5, features) and intercepts (5,)."""
    from scipy.optimize import minimize  # only for training: it takes a second to load

    design = _design(items, encoder().encode([vector_text(item) for item in items]))
    target = np.array([[float(label == part) for part in PARTS] for label in labels])
    weight = 1 / target.sum(0)[target.argmax(1)] / len(PARTS)
    width = design.shape[1]

    def loss(flat: Array) -> tuple[float, Array]:
        coefficients, intercepts = flat[: 5 * width].reshape(5, width), flat[5 * width :]
        chance = _softmax(design @ coefficients.T + intercepts)
        value = -float(weight @ np.log((chance * target).sum(1) + 1e-12)) + ridge / 2 * float((coefficients**2).sum())
        slope = (chance - target) * weight[:, None]
        return value, np.concatenate([(slope.T @ design + ridge * coefficients).ravel(), slope.sum(0)])

    found = minimize(
        loss, np.zeros(5 * width + 5), jac=True, method="L-BFGS-B", options={"maxiter": 2000, "ftol": 1e-12}
    )
    return found.x[: 5 * width].reshape(5, width), found.x[5 * width :]


def write_weights() -> None:
    """Train on the shipped sentences and write the weights file."""
    coefficients, intercepts = train(*read_labelled(SENTENCES))
    data = {
        "sentences_sha256": hashlib.sha256(SENTENCES.read_bytes()).hexdigest(),
        "parts": PARTS,
        "ridge": RIDGE,
        "coefficients": np.round(coefficients, 3).tolist(),
        "intercepts": np.round(intercepts, 3).tolist(),
    }
    WEIGHTS.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_weights()
