"""What questions must be before they are asked, whoever wrote them: a flow can be edited."""

from __future__ import annotations

from app.domain.answer import Transcript
from app.domain.posting import Posting
from app.domain.question import FollowUp, FollowUpReason, QuestionSet

# Twice what the planner itself writes (35 words): an edited flow may be wordier, but the question is spoken.
LONGEST_WORDS, LONGEST_S, HARDEST = 70, 600, 5


def fault(planned: QuestionSet, posting: Posting, *, kept: frozenset[str] = frozenset()) -> str | None:
    """The first rule that a set of questions for `posting` breaks, in words; None when it may be used.

    `kept` are texts of questions that were there before, among them those the user wrote.
    """
    if not planned.questions:
        return "there is no question"
    new = [question for question in planned.questions if question.text not in kept]
    if len(new) != len({question.text for question in new}):
        return "a question comes twice"
    known = {item.id for item in posting.requirements}
    # An item that the user added is quoted from there, not from the text.
    lines = [posting.text, *(item.quote for item in posting.requirements)]
    for question in new:
        if not 0 < len(question.text.split()) <= LONGEST_WORDS:
            return "a question is empty or too long to be asked"
        if not (1 <= question.difficulty <= HARDEST and 0 < question.seconds <= LONGEST_S):
            return "a question has no sensible time or difficulty"
        if not known.issuperset(question.requirement_ids):
            return "a question tests what the posting does not ask for"
        if question.quote is not None and not any(question.quote in line for line in lines):
            return "a question quotes words that the posting does not have"
    return None


def follow_up_fault(chosen: FollowUp, transcript: Transcript) -> str | None:
    """The first rule that a follow-up to an answer breaks, in words; None when it may be asked."""
    if (chosen.text is None) != (chosen.reason in (FollowUpReason.COMPLETE, FollowUpReason.NO_ANSWER)):
        return "what it asks does not fit its reason"
    if chosen.text is not None and not 0 < len(chosen.text.split()) <= LONGEST_WORDS:
        return "a question is empty or too long to be asked"
    if chosen.quote is not None and chosen.quote not in " ".join(word.text for word in transcript.words):
        return "it quotes words that were not said"
    return None
