"""The deterministic grader: rubric, gates, evidence, scores and tips for interview answers of every trade.

Pure functions over the types of `app.domain`; no I/O besides reading the model files once. Content is judged on the
sentences that count (no repetition, padding, keyword lists, other languages or words to the grader), in a canonical
form without names, gender and case. Every score carries quotes with times, or says what was not found.
"""

from app.services.grading.rubric.anchors import RUBRIC, VERSION
from app.services.grading.rubric.follow_up import candidates, follow_up
from app.services.grading.rubric.gates import build_counts
from app.services.grading.rubric.grader import grade_answer
from app.services.grading.rubric.kinds import kind_of
from app.services.grading.rubric.summary import summarise
from app.services.grading.rubric.text import typed_transcript
from app.services.grading.rubric.tips import make_tips

__all__ = [
    "RUBRIC",
    "VERSION",
    "build_counts",
    "candidates",
    "follow_up",
    "grade_answer",
    "kind_of",
    "make_tips",
    "summarise",
    "typed_transcript",
]
