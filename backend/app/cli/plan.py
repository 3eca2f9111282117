"""`plan`: a posting in, the questions of an interview out."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from app.cli.inputs import read_posting, read_resume, tell
from app.domain.errors import BadInput
from app.domain.posting import Posting
from app.domain.question import QuestionSet
from app.utils.json import dump

SCHEMA = 1


def run(options: Namespace) -> dict[str, Any]:
    """The JSON of `plan`. Raises BadInput when posting or résumé cannot be read, or there are no questions.

    A résumé changes no question: it adds what it shows of the posting.
    """
    from app.services.interviews.planner import plan
    from app.services.postings.parser.gaps import compare

    if options.resume == options.posting == "-":
        raise BadInput("Only one of the posting and the résumé can come from standard input.", code="one_input")
    resume = read_resume(options.resume) if options.resume else None
    posting = read_posting(options.posting)
    tell(f"posting: {posting.title or 'without a title'}, {len(posting.requirements)} items")
    printed = as_json(posting, plan(posting, count=options.questions, seed=options.seed))
    return printed if resume is None else printed | {"resume": dump(compare(posting, resume))}


def as_json(posting: Posting, planned: QuestionSet) -> dict[str, Any]:
    """What `plan` prints; docs/cli.md says what each field means."""
    return {
        "schema": SCHEMA,
        "posting": {
            "title": posting.title,
            "company": posting.company,
            "location": posting.location,
            "seniority": posting.seniority,
            "requirements": [
                {"id": item.id, "text": item.text, "quote": item.quote, "weight": item.weight}
                for item in posting.requirements
            ],
            "warnings": [dump(warning) for warning in posting.warnings],
        },
        "questions": [dump(question) for question in planned.questions],
        "coverage": dump(planned.coverage),
        "provenance": planned.provenance,
    }
