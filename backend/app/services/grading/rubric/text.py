"""From the words of a transcript to sentences in one canonical form, each knowing the words it came from.

Two texts that differ only in case, punctuation, filler sounds, names, schools or gendered words get the same canonical
tokens; everything the grader counts or encodes is computed on them. Quotes are taken from the transcript itself: the
words of the span, fillers included, joined by single spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.domain.answer import Transcript, Word
from app.domain.grade import Evidence
from app.services.grading.rubric import lexicon as lx

UNCERTAIN = 0.3  # a recogniser's word below this probability is never evidence (facts/speech.md)
LONG = 20  # tokens; a longer stretch is split at conjunctions and pauses, so that run-on speech has sentences too
SHORT = 5  # tokens; no part of a split is shorter
RUN_ON = (
    28  # tokens per full stop; above it the text has no punctuation to rely on, and a subject and verb begin a clause
)
LONG_RUN_ON = 12  # tokens; LONG for such text
PAUSE_MS = 700  # between two words of a long stretch: as good as a full stop
NUMBER = "several"  # every number in canonical text, so that dropping or changing one moves no vector
SOMEONE, SCHOOL = "someone", "school"

_PIECE = re.compile(r"[$€£]|%|\d[\d.,:]*\d|\d|[^\W\d_]+(?:'[^\W\d_]+)*")
_END = re.compile(r"[.?!…;][\"'”’)\]]*$")
_ABBREVIATION = re.compile(r"^(mr|mrs|ms|dr|prof|st|vs|etc|approx|no|inc|ltd|e\.g|i\.e|[a-hj-z])\.$", re.I)


@dataclass(frozen=True, slots=True)
class Token:
    """A canonical word and the range of transcript words (first to last, inclusive) it stands for."""

    norm: str
    first: int
    last: int
    number: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or clause. `restarts` and `soft` count repeated words and phrases like "you know", both left out."""

    tokens: tuple[Token, ...]
    restarts: int = 0
    soft: int = 0

    @property
    def first(self) -> int:
        return self.tokens[0].first

    @property
    def last(self) -> int:
        return self.tokens[-1].last

    @property
    def norms(self) -> tuple[str, ...]:
        return tuple(token.norm for token in self.tokens)

    @property
    def text(self) -> str:
        return " ".join(token.norm for token in self.tokens)

    @property
    def has_number(self) -> bool:
        return any(token.number for token in self.tokens)


def typed_transcript(text: str) -> Transcript:
    """The transcript of a typed answer: its words in order, without times. An empty text gives no words."""
    return Transcript(words=tuple(Word(text=piece) for piece in text.split()), duration_ms=None, source="typed")


def vector_text(sentence: Sentence) -> str:
    """What is encoded: "we" and "I" are one, because who did it is scored by counting and not by vectors."""
    return " ".join(_SELF.get(norm, norm) for norm in sentence.norms)


_SELF = {"we": "i", "us": "me", "our": "my", "ours": "mine", "ourselves": "myself", "am": "am"}


def has_phrase(text: str, phrases: Iterable[str]) -> list[str]:
    """The phrases that occur in canonical text as whole words, in the order given."""
    padded = f" {text} "
    return [phrase for phrase in phrases if f" {phrase} " in padded]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light English stemmer: enough to match "planning", "planned" and "plans" with "plan"."""
    for suffix, replacement in (
        ("ies", "y"), ("sses", "ss"), ("ations", "at"), ("ation", "at"), ("ements", ""), ("ement", ""), ("ings", ""),
        ("ing", ""), ("edly", ""), ("ied", "y"), ("ed", ""), ("ers", ""), ("ies", "y"), ("ily", "y"), ("ly", ""),
        ("es", ""), ("s", ""), ("e", ""),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(suffix)] + replacement
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word.removesuffix("e")


def content_stems(text: str | Sequence[str]) -> list[str]:
    """Stems of the words that carry meaning, in order: no function words, no numbers, no masked names."""
    norms = text.split() if isinstance(text, str) else text
    return [
        stem(norm)
        for norm in norms
        if len(norm) > 2 and norm not in lx.FUNCTION_WORDS and norm not in (NUMBER, SOMEONE) and not norm.isdigit()
    ]


@dataclass(slots=True)
class _Raw:
    """A piece of a word before masking; `ends` marks the end of a sentence after it, `pause` a silence before it."""

    norm: str
    word: int
    capital: bool
    starts: bool
    ends: bool = False
    pause: bool = False
    number: bool = False


def sentences(
    words: Sequence[Word], *, keep: frozenset[str] = frozenset(), known: Callable[[str], bool] = lambda _: True
) -> tuple[Sentence, ...]:
    """Split a transcript into canonical sentences.

    `keep` holds lower-case words never taken for a name (those of the question); `known` says whether a lower-case
    word is ordinary vocabulary. Fillers and uncertain words give no token.
    """
    raw = _mask(_raw(words), keep, known)
    run_on = len(raw) > RUN_ON * max(1, sum(piece.ends for piece in raw))
    out: list[Sentence] = []
    start = 0
    for position, piece in enumerate(raw):
        if piece.ends or position == len(raw) - 1:
            out.extend(_sentence(part) for part in _split(raw[start : position + 1], run_on))
            start = position + 1
    return tuple(sentence for sentence in out if sentence.tokens)


def plain_sentences(text: str, keep: frozenset[str] = frozenset()) -> tuple[Sentence, ...]:
    """The same for a plain text such as a question or a key point."""
    return sentences([Word(text=piece) for piece in text.split()], keep=keep)


def canonical(text: str) -> str:
    """Canonical text of a plain string, as one line."""
    return " ".join(vector_text(sentence) for sentence in plain_sentences(text, keep=frozenset(lower_words(text))))


def lower_words(text: str) -> list[str]:
    """Lower-case words of a text, punctuation left out."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def _raw(words: Sequence[Word]) -> list[_Raw]:
    out: list[_Raw] = []
    # In an answer typed all in capitals they tell nothing about names.
    shouting = 2 * sum(word.text.isupper() and len(word.text) > 1 for word in words) > len(words)
    starts = True
    before_end: int | None = None
    for index, word in enumerate(words):
        text = word.text.replace("’", "'").replace("‘", "'").strip()
        if word.filler or (word.probability is not None and word.probability < UNCERTAIN):
            continue
        pause = before_end is not None and word.start_ms is not None and word.start_ms - before_end >= PAUSE_MS
        before_end = word.end_ms if word.end_ms is not None else before_end
        pieces = _PIECE.findall(text)
        lowered = text.lower().strip('.,!?;:"()')
        if lowered in lx.CONTRACTIONS:
            pieces = lx.CONTRACTIONS[lowered].split()
        ends = bool(_END.search(text)) and not _ABBREVIATION.match(text)
        for position, piece in enumerate(pieces):
            capital = (not shouting and piece[0].isupper()) or (lowered in lx.CONTRACTIONS and text[:1].isupper())
            norm = piece.lower()
            if norm in lx.FILLERS:
                continue
            if norm.endswith("'s") and norm not in lx.CONTRACTIONS:
                norm = norm[:-2]
            expanded = lx.CONTRACTIONS.get(norm, norm).split() if norm in lx.CONTRACTIONS else [norm]
            for one in expanded:
                out.append(_Raw(one, index, capital, starts, pause=pause and position == 0))
                starts = False
        if ends and out:
            out[-1].ends = True
            starts = True
    return out


def _mask(raw: list[_Raw], keep: frozenset[str], known: Callable[[str], bool]) -> list[_Raw]:
    """Names, titles, schools, gendered words and pronouns become neutral, numbers become one token."""
    for position, piece in enumerate(raw):
        norm = piece.norm
        following = raw[position + 1].norm if position + 1 < len(raw) else ""
        if norm[0].isdigit() or norm in lx.NUMBER_WORDS or norm in "$€£":
            piece.number = True
            piece.norm = NUMBER
        elif norm == "%":
            piece.norm = "percent"
        elif norm == "one" and following in lx.UNITS:
            piece.number, piece.norm = True, NUMBER
        elif (norm in lx.TITLES and norm != "miss") or (norm == "miss" and piece.capital):
            piece.norm = SOMEONE
        elif norm in lx.SCHOOL_NAMES and norm not in keep and (piece.capital or norm not in ("howard", "berkeley")):
            piece.norm = SCHOOL
        elif norm in lx.NEUTRAL and norm not in keep:
            piece.norm = lx.NEUTRAL[norm]
        elif norm in lx.PRONOUNS:
            piece.norm = lx.PRONOUNS[norm]
        elif norm not in keep and norm not in lx.SCHOOL_WORDS and _is_name(piece, following, known):
            piece.norm = SOMEONE
    return _collapse(raw)


def _is_name(piece: _Raw, following: str, known: Callable[[str], bool]) -> bool:
    norm = piece.norm
    if norm in lx.NAMES and norm not in lx.NAMES_ALSO_WORDS:
        return True
    if not piece.capital or norm == "i" or len(norm) < 2 or norm.removesuffix("s") in _CALENDAR:
        return False
    if norm in lx.NAMES_ALSO_WORDS:
        return not piece.starts or following in _AFTER_NAME
    if known(norm):
        return False
    return not piece.starts or following in _AFTER_NAME


_CALENDAR = lx.words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december christmas easter english german french spanish"
)
_AFTER_NAME = lx.words("was were had said told asked came went did is has called wanted from and helped gave")


def _collapse(raw: list[_Raw]) -> list[_Raw]:
    """Join runs of names and of numbers, shorten school names, and make verbs agree with "they"."""
    out: list[_Raw] = []
    for piece in raw:
        before = out[-1] if out else None
        joined = before is not None and not before.ends
        if piece.norm in lx.SCHOOL_WORDS:
            while out and not out[-1].ends and _names_school(out[-1]):
                out.pop()
            piece.norm = SCHOOL
        elif joined and before is not None:
            if piece.norm == before.norm and piece.norm in (SOMEONE, SCHOOL, NUMBER):
                before.ends = piece.ends
                continue
            if (
                piece.norm in (SOMEONE, SCHOOL)
                and len(out) > 1
                and before.norm in ("of", "at")
                and out[-2].norm == SCHOOL
            ):
                out.pop()
                out[-1].ends = piece.ends
                continue
            if piece.norm == "and" and before.number:
                pass
            if before.norm == "they":
                piece.norm = lx.AGREEMENT.get(piece.norm, piece.norm)
        out.append(piece)
    return out


def _names_school(piece: _Raw) -> bool:
    return piece.norm in (SOMEONE, SCHOOL, *lx.SCHOOL_MODIFIERS) or (
        piece.capital and not piece.starts and piece.norm != "i"
    )


def _split(raw: list[_Raw], run_on: bool) -> list[list[_Raw]]:
    """Cut a long stretch at its best inner boundary, and the parts again, down to readable clauses."""
    if len(raw) <= (LONG_RUN_ON if run_on else LONG):
        return [raw]
    best, where = 0.0, 0
    for position in range(SHORT, len(raw) - SHORT + 1):
        strength = _boundary(raw, position, run_on)
        if strength:
            balance = 1 - abs(2 * position / len(raw) - 1)
            value = strength * (0.6 + 0.4 * balance)
            if value > best:
                best, where = value, position
    if not where:
        if len(raw) <= 2 * LONG:
            return [raw]
        where = len(raw) // 2
    return [*_split(raw[:where], run_on), *_split(raw[where:], run_on)]


_SUBJECTS = lx.words("i we they it he she you this that there the my our them a someone nobody everyone")
_DETERMINERS = lx.words("the my our a this that them")
_JOINERS = lx.words("and but so then or yet")
_STARTERS = lx.words("first then finally eventually afterwards later luckily unfortunately fortunately anyway")
_NEVER_BEFORE = lx.words(
    "that which who when if because while where what how as after before than to of for with and but so or "
    "the a an my our them in at on by until once from think thought said told knew know believe felt sure"
)


_AUXILIARIES = lx.words("am is are was were have has had do does did can could will would should must may might")


def _is_verb(piece: _Raw) -> bool:
    norm = piece.norm
    return norm in _AUXILIARIES or norm in lx.PAST_IRREGULAR or (norm.endswith("ed") and len(norm) > 4)


def _has_verb(raw: Sequence[_Raw]) -> bool:
    return any(_is_verb(piece) for piece in raw)


def _begins_clause(raw: Sequence[_Raw], position: int) -> bool:
    """Whether a subject with its verb stands at `position` in text without punctuation."""
    norm = raw[position].norm
    if norm in ("i", "we"):
        return True
    if norm in ("it", "they", "everybody", "everyone", "nobody", "there", "that"):
        return _has_verb(raw[position + 1 : position + 2])
    return norm in ("the", "my", "our", "a") and _has_verb(raw[position + 2 : position + 4])


def _boundary(raw: list[_Raw], position: int, run_on: bool) -> float:
    """How well a sentence could begin at `position` (0-1): a pause, or a joining word and a new subject."""
    here = raw[position]
    after = raw[position + 1].norm if position + 1 < len(raw) else ""
    before = raw[position - 1].norm
    strength = 0.0
    if (
        here.norm in _JOINERS
        and before not in _JOINERS
        and (after in _SUBJECTS or after in _JOINERS or after in _STARTERS)
    ):
        # "the cook and the porter stopped speaking" is one clause: both sides need a verb of their own.
        if after not in _DETERMINERS or (_has_verb(raw[:position]) and _has_verb(raw[position + 2 : position + 8])):
            strength = 0.8
    elif here.norm in _STARTERS and before not in _JOINERS | _NEVER_BEFORE:
        strength = 0.6
    elif run_on and before not in _NEVER_BEFORE and not _is_verb(raw[position - 1]) and _begins_clause(raw, position):
        strength = 0.5
    elif here.norm in ("as", "in", "after") and after in ("a", "the", "that") and before not in _NEVER_BEFORE:
        nextbut = raw[position + 2].norm if position + 2 < len(raw) else ""
        strength = 0.7 if nextbut in ("result", "end", "time") or (here.norm == "after" and after == "that") else 0.0
    return min(1.0, strength + (0.5 if here.pause else 0.0)) if strength or here.pause else 0.0


def _sentence(raw: list[_Raw]) -> Sentence:
    tokens: list[Token] = []
    restarts = soft = skip = 0
    for position, piece in enumerate(raw):
        if skip:
            skip -= 1
            continue
        found = next((f for f in lx.SOFT_FILLERS if _soft_at(raw, position, f)), None)
        if found:
            soft += 1
            skip = len(found) - 1
            continue
        if tokens and tokens[-1].norm == piece.norm and not piece.number and piece.norm not in ("that", "had", SOMEONE):
            restarts += 1
            tokens[-1] = Token(piece.norm, tokens[-1].first, piece.word)
            continue
        tokens.append(Token(piece.norm, piece.word, piece.word, piece.number))
    return Sentence(tuple(tokens), restarts, soft)


def _soft_at(raw: list[_Raw], position: int, phrase: tuple[str, ...]) -> bool:
    if tuple(piece.norm for piece in raw[position : position + len(phrase)]) != phrase:
        return False
    before = raw[position - 1].norm if position else ""
    if phrase[-1] == "of":
        return before not in lx.KEEPS_KIND_OF
    if phrase == ("you", "know"):
        return before not in ("do", "let", "did", "if", "as", "to")
    return phrase != ("i", "mean") or before not in ("what", "do")


def shown(words: Sequence[Word]) -> str:
    """The transcript as displayed: every word, fillers included, joined by single spaces."""
    return " ".join(word.text for word in words)


def quote(words: Sequence[Word], first: int, last: int, label: str | None = None, longest: int = 40) -> Evidence | None:
    """Evidence over the words first to last (inclusive): verbatim, with their times.

    Uncertain words are never inside: the longest stretch without them is taken, and None comes back when that is
    shorter than the smaller of four words and the span. More than `longest` words are cut at the end.
    """
    best, run = (first, first - 1), first
    for index in range(first, last + 2):
        word = words[index] if index <= last else None
        if word is None or (word.probability is not None and word.probability < UNCERTAIN):
            if index - run > best[1] - best[0] + 1:
                best = (run, index - 1)
            run = index + 1
    start, end = best[0], min(best[1], best[0] + longest - 1)
    if end - start + 1 < min(4, last - first + 1):
        return None
    part = words[start : end + 1]
    return Evidence(
        quote=shown(part),
        start_ms=next((word.start_ms for word in part if word.start_ms is not None), None),
        end_ms=next((word.end_ms for word in reversed(part) if word.end_ms is not None), None),
        label=label,
    )
