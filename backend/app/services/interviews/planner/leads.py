"""One sentence from the posting before a question, as an interviewer would set the scene."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from app.domain.posting import Posting, Weight
from app.domain.question import QuestionKind
from app.services.interviews.planner import form
from app.services.interviews.planner.compose import Candidate
from app.services.interviews.planner.phrases import lower_first, spoken
from app.utils.minilm import encoder, similarity

CLOSE = 0.38
RELATED = 0.36
LONGEST_SENTENCE = 13

_DUTY_LEADS = (
    "You'd be {ger} here.",
    "Part of this job is {ger}.",
    "In this post you'd {base}.",
    "The job includes {ger}.",
)
_ASKED = re.compile(
    r"(?:some )?(?:experience (?:of|in|with)|(?:a |an )?(?:good |sound |solid |thorough |clear |working )?"
    r"(?:knowledge|understanding|command) of|(?:the |an )?ability to|familiarity with|(?:a )?commitment to) .+",
    re.IGNORECASE,
)


_ABOUT_HIRING = re.compile(
    r"\b(?:need|looking|want|love to|offer|welcome|are an? |committed|you|hear from|apply|provide)\b", re.IGNORECASE
)


def employer_sentences(posting: Posting) -> list[str]:
    """Short sentences in which the employer describes itself ("We look after 11,200 patients."), safe to speak."""
    if not posting.language.startswith("en"):
        return []
    found = []
    for line in posting.text.split("\n"):
        for sentence in re.split(r"(?<=[.!?])\s+", line.strip()):
            if not re.match(r"(?:We|Our) ", sentence) or not sentence.endswith("."):
                continue
            text = spoken(sentence)
            says = re.search(
                r"\b(?:need|looking|want|love to|offer|welcome|are an? |committed|you|hear from|apply|provide)\b", text
            )
            if 4 <= len(form.words(text)) <= LONGEST_SENTENCE and not says and form.harmless(text):
                found.append(text + ".")
    return list(dict.fromkeys(found))


def _from_requirement(candidate: Candidate, rng: random.Random, used: set[str]) -> tuple[str, str] | None:
    item = candidate.items[0]
    phrases, duty = item.phrases, item.requirement.weight is Weight.DUTY
    if duty and phrases.ger and phrases.base and form.harmless(phrases.ger):
        options = [pattern for pattern in _DUTY_LEADS if pattern not in used]
        if options:
            pattern = rng.choice(options)
            return pattern, pattern.format(ger=phrases.ger, base=phrases.base)
    text = spoken(item.requirement.text)
    if (
        not duty
        and _ASKED.fullmatch(text)
        and len(text.split()) <= 12
        and not re.search(
            r"[,;:]|\.\s|\b(?:is|are|advantage|desirable|preferred|required|plus|bonus|essential)\b", text
        )
    ):
        text = lower_first(re.sub(r"^(?:the )?ability", "the ability", text, flags=re.IGNORECASE))
        text = re.sub(r"^(?=(?:(?:good|sound|clear|working) )+knowledge|understanding)", "a ", text)
        text = text.replace("a understanding", "an understanding")
        asked = "The advert asks for {}."
        if asked not in used and form.harmless(text):
            return asked, asked.format(text)
    return None


def with_leads(chosen: Sequence[Candidate], posting: Posting, rng: random.Random) -> list[str]:
    """The texts of the chosen candidates, about a third of them opened by a sentence of the posting."""
    texts = [candidate.text for candidate in chosen]
    sentences = employer_sentences(posting)
    used: set[str] = set()
    left = max(1, round(len(chosen) * 0.4))
    may = [
        k
        for k, candidate in enumerate(chosen)
        if candidate.ask.kind in (QuestionKind.BEHAVIOURAL, QuestionKind.KNOWLEDGE)
        and not candidate.competency.startswith("own-")
        and "{cert}" not in candidate.ask.text
        and "{exp_years" not in candidate.ask.text
        and ". " not in candidate.text
    ]
    close = (
        similarity(encoder().encode([texts[k] for k in may]), encoder().encode(sentences))
        if may and sentences
        else None
    )
    for place, k in enumerate(may):
        if close is None:
            break
        for column, sentence in enumerate(sentences):
            if sentence not in used and close[place, column] >= CLOSE and left and _fits(sentence, texts[k]):
                texts[k] = f"{sentence} {texts[k]}"
                used.add(sentence)
                left -= 1
                break
    # A duty the motivation question speaks of is not said again.
    said = {c.items[0].requirement.id for c in chosen if c.ask.kind is QuestionKind.MOTIVATION}
    order = [k for k in may if texts[k] == chosen[k].text and not chosen[k].loose]
    order = [k for k in order if chosen[k].items[0].requirement.id not in said and chosen[k].closeness >= RELATED]
    rng.shuffle(order)
    for k in order:
        lead = _from_requirement(chosen[k], rng, used) if left else None
        if lead and _fits(lead[1], texts[k]):
            used.add(lead[0])
            texts[k] = f"{lead[1]} {texts[k]}"
            left -= 1
    return texts


def _fits(lead: str, text: str) -> bool:
    return not form.faults(f"{lead} {text}")
