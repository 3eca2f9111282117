"""Which kind a question is, when nobody said: a knowledge question graded as a story would be graded wrongly."""

from __future__ import annotations

import re

from app.domain.question import QuestionKind

_SITUATIONAL = re.compile(
    r"\b(what would you|how would you|would you (do|react|respond|handle|say)|imagine|suppose|what do you do if|"
    r"how do you react (if|when)|your first (step|move)|what will you do)\b"
)
_MOTIVATION = re.compile(
    r"\b(why (do|did|would|are) you (want|wish|like|apply|choose|leave|interested|leaving)|why (us|this|our|here)\b|"
    r"why .{0,20}should we|we should hire|why are you (the|a|right|here)|"
    r"what (attracts|draws|interests|motivates|drives|appeals)|"
    r"about yourself|introduce yourself|see yourself|your (greatest |biggest |main |key )?(strengths?|weakness(es)?)|"
    r"what are you looking for|what do you (know about|expect from) (us|our|this)|your (career )?goals?|"
    r"what are your (strengths|weaknesses|goals)|what can you bring|what makes you)\b"
)
_BEHAVIOURAL = re.compile(
    r"\b(a time|an? (situation|occasion|instance|moment|example)|have you ever|when have you|when did you|"
    r"tell me about (an?|the|your|something|someone|one)|describe (an?|the|your|something|someone|one)|"
    r"(did|have) you (do|done|handle|handled|deal|dealt|solve|solved|achieve|achieved|work|worked|change|changed)|"
    r"you (were|had|faced|made|led|worked|dealt|solved|improved|failed|disagreed)|"
    r"what was (the|your)|(proudest|biggest|greatest) (achievement|success|challenge|mistake))\b"
)


def kind_of(text: str) -> QuestionKind:
    """The kind of a question from its wording; KNOWLEDGE when it asks for no event, no plan and no reason to apply.

    For questions that come without a kind (`grade --question`, a batch line, an own question). Deterministic.
    """
    lowered = text.lower().replace("’", "'")
    for pattern, kind in (
        (_SITUATIONAL, QuestionKind.SITUATIONAL),
        (_MOTIVATION, QuestionKind.MOTIVATION),
        (_BEHAVIOURAL, QuestionKind.BEHAVIOURAL),
    ):
        if pattern.search(lowered):
            return kind
    return QuestionKind.KNOWLEDGE
