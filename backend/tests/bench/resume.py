"""How well the gap map agrees with labels by hand: one JSON object on standard output.

    python -m tests.bench.resume [--all]

"shown" is measured as found or not; "any" counts what is near as found, too. Cases marked "tuned" set the thresholds,
"held out" ones did not; "cross" are résumés with the posting of another trade, "adjacent" with one of a trade nearby
(there only what is shown was labelled). `--all` prints every disagreement.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from app.domain.resume import State
from app.services.postings.parser.gaps import compare
from tests.unit.postings import resume_cases

Pair = tuple[State, State]  # (label, answer)


def precision_recall(pairs: Sequence[Pair], positive: frozenset[State]) -> dict[str, float | int | None]:
    """Precision and recall of saying one of `positive`."""
    right = sum(label in positive and said in positive for label, said in pairs)
    said_so = sum(said in positive for _, said in pairs)
    labelled = sum(label in positive for label, _ in pairs)
    return {
        "n": labelled,
        "precision": round(right / said_so, 3) if said_so else None,
        "recall": round(right / labelled, 3) if labelled else None,
    }


def measure(verbose: bool, crosses: Sequence[str] = ("cross", "adjacent")) -> dict[str, object]:
    """All figures."""
    pairs: dict[str, list[Pair]] = {"tuned": [], "held_out": []} | {kind: [] for kind in crosses}
    quotes: list[bool] = []
    differing: list[str] = []
    for case in resume_cases.cases():
        items = {item.requirement_id: item for item in resume_cases.answer(case.name).items}
        for label in case.labels:
            requirement = next(r for r in case.posting.requirements if r.text.startswith(label.requirement))
            item = items[requirement.id]
            pairs["tuned" if case.tuned else "held_out"].append((label.state, item.state))
            said = " / ".join(quote.quote for quote in item.quotes)
            if label.state is not State.NOT_FOUND and item.quotes:
                quotes.append(label.words in said)
            if label.state is not item.state or (item.quotes and label.words not in said):
                differing.append(f"{case.name}: {label.state} but {item.state}: {requirement.text} <- {said}")
    for kind in crosses:
        for name, posting, resume, met in resume_cases.crossed(kind):
            by_id = {requirement.id: requirement.text for requirement in posting.requirements}
            for item in compare(posting, resume).items:
                text = by_id[item.requirement_id]
                wanted = State.SHOWN if text.startswith(met) else State.NOT_FOUND
                pairs[kind].append((wanted, item.state))
                if item.state is not wanted and (kind == "cross" or State.SHOWN in (item.state, wanted)):
                    differing.append(
                        f"{name}: {wanted} but {item.state}: {text} <- {[quote.quote for quote in item.quotes]}"
                    )
    figures: dict[str, object] = {}
    for name, some in pairs.items():
        measured: dict[str, object] = {
            "pairs": len(some),
            "shown": precision_recall(some, frozenset({State.SHOWN})),
        }
        if name != "adjacent":
            measured |= {
                "any": precision_recall(some, frozenset({State.SHOWN, State.RELATED})),
                "same_state": round(sum(label is said for label, said in some) / len(some), 3),
            }
        figures[name] = measured
    figures["quote_has_the_labelled_words"] = round(sum(quotes) / len(quotes), 3)
    return figures | ({"differing": differing} if verbose else {})


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    started = time.process_time()
    figures = measure(options.all)
    print(json.dumps(figures | {"cpu_s": round(time.process_time() - started, 1)}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
