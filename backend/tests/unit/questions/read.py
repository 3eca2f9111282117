"""Print plans as readable text: `python -m tests.unit.questions.read [--seed N] [--count N] FILE...`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.domain.errors import BadInput
from app.services.interviews.planner import plan
from app.services.postings.parser.text import parse_text


def main() -> int:
    """Plan each file for each seed and print the questions with the lines they test."""
    parser = argparse.ArgumentParser(prog="python -m tests.unit.questions.read", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--difficulty", type=int)
    parser.add_argument("--long", action="store_true", help="also print key points and probes")
    options = parser.parse_args()
    for file in options.files:
        try:
            posting = parse_text(file.read_text(encoding="utf-8"))
            sets = [plan(posting, count=options.count, seed=s, difficulty=options.difficulty) for s in options.seed]
        except BadInput as error:
            sys.stderr.write(f"{file.name}: {error.message}\n")
            return 2
        texts = {requirement.id: requirement.text for requirement in posting.requirements}
        for seed, result in zip(options.seed, sets, strict=True):
            coverage = result.coverage
            head = f"{file.stem} seed {seed}: {coverage.must_covered}/{coverage.must_total} must-haves"
            sys.stdout.write(f"\n{head} {result.provenance['sectors']}\n")
            for question in result.questions:
                lines = " | ".join(texts.get(ident, ident)[:60] for ident in question.requirement_ids)
                sys.stdout.write(f" {question.difficulty}{question.kind[0]} {question.text}\n       [{lines}]\n")
                if options.long:
                    sys.stdout.write(f"       {'; '.join(question.key_points)}\n       {question.probe}\n")
            for ident in coverage.uncovered:
                why = result.provenance["not_asked"].get(ident, "")
                sys.stdout.write(f"    not covered: {texts[ident][:90]} {why}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
