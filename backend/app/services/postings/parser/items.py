"""From the lines of a posting to what it asks for, each item as offsets with a weight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.posting import Weight
from app.services.postings.parser import cues, skills
from app.services.postings.parser.layout import Block, blocks, sentences, trim
from app.services.postings.parser.sections import SILENT, Section, classify

MAX_ITEM = 500  # characters; the longest real bullet seen in forty postings has 420
_LOOK = 700  # characters of a sentence that decide what it is: keeps every rule linear in the text
_WEIGHT = {Section.DUTY: Weight.DUTY, Section.MUST: Weight.MUST, Section.NICE: Weight.NICE}

# "Label: value" lines that describe the job's frame rather than ask for something.
FRAME = re.compile(
    r"(?:job |position |role |vacancy |post )?(?:title|position|role|post|vacancy|location|place|"
    r"place of work|city|office|base|based(?: in| at)?|where|workplace|work location|work site|site|region|"
    r"country|address|salary(?: range)?|pay(?: rate| range)?|"
    r"rate|rates|compensation|base|wage|package|ote|bonus|benefits|hours?(?: of work| per week)?|"
    r"working hours|working pattern|work pattern|shifts?(?: pattern)?|schedule|days|contract(?: type|"
    r" length)?|employment(?: type| status)?|type(?: of contract| of employment)?|job type|duration|term|"
    r"department|"
    r"team|division|directorate|faculty|school|reports? to|reporting to|line manager|manager|"
    r"responsible to|accountable to|direct reports|start(?: date)?|starting|available from|closing date|"
    r"closes|deadline|apply by|interview date|interviews|company|employer|organisation|organization|client|"
    r"agency|contact|email|phone|tel|telephone|website|"
    r"seniority|level|career level|seniority level|grade|band|pay band|scale|ref|reference|"
    r"reference number|job ref|job reference|job id|req id|requisition(?: id)?|vacancy (?:id|number|ref)|"
    r"date posted|posted|published|industry|industries|sector|function|job function|category|job category|"
    r"number of (?:posts|openings|vacancies)|vacancies|openings|holiday|pension|remote|work model|"
    r"working model|workplace type|work arrangement|flsa(?: status)?|eeo.*|listed in|employment form|"
    r"contract duration|employment contract|employer type|start time|language of posting|apply|"
    r"how to apply|disclosure level|safeguarding|note|nb)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"([^:\n]{2,60}?)\s*(?::|\s[–—-]\s)\s*(?=\S)")
_MARKUP = re.compile(r"(?:#{1,6}\s|\*\*.*\*\*:?\Z|__.*__:?\Z|={2,}|-{3,})")
_STANDS_ALONE = re.compile(
    r"\b(?:of|in|with|to|for|as|from|on|using)\b|(?:licen[cs]e|certificate|certification|degree|"
    r"qualification|registration|diploma|card|ticket|nvq|check|clearance|gcses?|skills?|english|manner|"
    r"communicator|years?)\Z",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:,? (?:and|plus|as well as|along with)(?: also)?|[,;])\s+(?=(?:you(?:'ll|’ll| will)? (?:need|have|must|"
    r"hold|bring)\s+)?)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:[,;(]|\s[–—-])\s*(?=[^,;(]{0,80}\b(?:prefer|ideal|desirabl|plus\b|advantage|bonus|essential|required|"
    r"mandatory|must\b|nice to have))",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:this|it|its|they|these|that|those|such|he|she|here|which|there|then|for example|e\.g|we|our)\b", re.IGNORECASE
)
_SEPARATE_ASK = re.compile(
    r"(?:(?:an?|the|your|strong|excellent|good|proven|solid|valid|full|clean|current|some|previous|"
    r"relevant|practical|fluent|basic|sound|working|at least|minimum|level \d|\d+\+?|one|two|three|four|"
    r"five|six|ten|uk|full uk)\s+){0,4}"
    r"(?:(?:experience|knowledge|understanding|awareness|familiarity|proficiency|fluency|ability|"
    r"willingness|commitment|track record|background|expertise|passion|aptitude)\s+(?:of|in|with|to|for|as|"
    r"working|using|at)\b|"
    r"(?:\w+(?:['’]s)?\s+){0,3}(?:driving licen[cs]e|licen[cs]e|certificate|degree|diploma|qualification|"
    r"registration|card|nvq|clearance|dbs check|gcses?|ticket)\b|years?['’]?\s|(?:able|willing|prepared|"
    r"comfortable|confident|happy|fluent|familiar|proficient)\s+(?:to|in|with)\b|eye for|attention to|"
    r"communication skills|right to work)",
    re.IGNORECASE,
)
_JOINING = re.compile(
    r"\b(?:you(?:'ll|’ll| will| would)?|you(?:'re|’re| are)) (?:be )?(?:join(?:ing)?|(?:a )?part of|based|"
    r"reporting|report|working (?:with|alongside|for|as part|closely with|in a|from|at|days|\w+ to))\b|"
    r"^(?:reporting (?:directly |in)?to(?! [^,.]{2,60}, you)|this (?:role|position|post) (?:reports|is based|"
    r"is (?:a )?(?:full|part|permanent|fixed|hybrid|remote|open|ideal|offered))|the (?:role|position|"
    r"post) is)\b",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"\bis (?:a|an) (?:great|exciting|fantastic|unique|rare|brilliant|excellent|superb) (?:opportunity|"
    r"chance|time|place)|\b(?:exciting|fantastic|great|unique|rare|superb) (?:new )?(?:opportunity|"
    r"chance)\b|^(?:do you|are you|can you|have you|if (?:this|you|that)|if so|sound like|does this|"
    r"why not|looking for a|want to|ready to|fancy|love)\b.*\?|^if (?:this|that|so)\b|^(?:thank|please|"
    r"don['’]t|no two|every day|whether|welcome|hello|hi)\b",
    re.IGNORECASE,
)
_NOT_ITEM = re.compile(
    r"(?:[\W\d_]*|(?:page )?\d+(?: of \d+)?|(?:full|part)[- ]time.*|permanent|temporary|contract|hybrid|remote|"
    r"on[- ]?site|(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b.{0,40}|apply(?: now)?|share|save|"
    r"report(?: job)?|show (?:more|less)|read more|back to.*|view all.*|log ?in|sign (?:in|up).*)",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"\b\d+(?:\.\d+)? (?:hours|days|nights|shifts)\b|\bdays off\b|\bservice charge\b|\blive[- ]in\b|"
    r"\btime off in lieu\b|\b(?:weekly|monthly) pay\b",
    re.IGNORECASE,
)
_PLAIN_SEARCH = re.compile(
    r"(?:we(?:'re|’re| are| now)?|our \w+ is|\w+ is)\s+(?:currently |now )?(?:looking|seeking|searching|"
    r"recruiting|hiring)\b[^.]*\b(?:to join|to help|to own|to take|to lead|who will|to work|to support|"
    r"to manage)\b|(?:seeking|looking for)\b|(?:we|i)(?:'d|’d| would) like (?:somebody|someone) to\b",
    re.IGNORECASE,
)
_WE = re.compile(r"\b(?:we|we['’](?:re|ve|ll|d)|us)\b", re.IGNORECASE)
_OWN = re.compile(
    r"\byou(?:'ll|’ll| will) (?:also )?have (?:your own|access|the (?:chance|opportunity|support|freedom)|"
    r"a chance|time|plenty|real|full support)\b",
    re.IGNORECASE,
)
_STRONG_APPLY = re.compile(
    r"\b(?:send|submit|email|e-mail|upload|forward)(?: us)? (?:your|a|an|the) (?:\w+ ){0,3}(?:cv|résumé|"
    r"resume|application|covering letter|cover letter|portfolio)|\b(?:to apply|apply (?:now|today|here|by|"
    r"online|via|through)|click (?:here|apply|the|on)|how to apply|closing date|applications? (?:close|"
    r"will|must be|are|should)|shortlisted|look forward to (?:hear|receiv|meet))\b|^(?:https?://|www\.)\S+$",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(?:(?:and|also|in addition|additionally|furthermore|ideally|essentially),? )?(?:"
    r"(?:we(?:'re|’re| are)|i(?:'m|’m| am)) (?:also |currently |ideally |now )?(?:looking for|seeking|"
    r"after|searching for) (?:someone|somebody|people|a person|an individual|candidates?) (?:who (?:has|"
    r"have|is|are|can|will)|with|that (?:has|is))\s+|"
    r"(?:the|our) (?:ideal|successful|right) (?:candidate|applicant|person)(?: will| should|"
    r" must)? (?:have|has|be|is|possess|hold)\s+|"
    r"(?:you|candidates|applicants)(?:'ll|’ll| will| should| must| would)?(?: also| ideally| need to|"
    r" definitely)? (?:have|need|hold|possess|bring|bring with you|be|are|need to be|need to have|"
    r"can demonstrate|demonstrate)\s+(?:got )?|"
    r"(?:your |the |main |key |daily )*(?:duties|responsibilities|tasks)(?: will| may)? (?:include|"
    r"comprise|involve)\s+|you(?:'ve|’ve)(?: got)?\s+|you(?:'re|’re)\s+|you(?:'ll|’ll| will)(?: also)?\s+|"
    r"must (?:have|be|hold|possess)\s+|must\s+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement before it gets its number: `text[start:end]` is the quote."""

    start: int
    end: int
    weight: Weight


@dataclass(slots=True)
class Findings:
    """What a walk over the posting gathers, and the facts that tell whether it is a posting at all."""

    items: list[Item] = field(default_factory=list)
    headings: int = 0
    attacks: list[tuple[int, int]] = field(default_factory=list)
    perks: int = 0
    offers: int = 0
    sections: set[Section] = field(default_factory=set)
    listed: int = 0  # items that stand under a heading that announces them


def find_items(text: str, skip: frozenset[tuple[int, int]] = frozenset()) -> Findings:
    """Everything the posting asks for, in order, without duplicates. `skip` are spans already read as fields."""
    out = Findings()
    section = Section.OPEN
    after_bullets = tail = False
    plain = 0  # lines of a list without bullets
    found = blocks(text)
    followers = [*found[1:], Block(len(text), len(text), False, True)]
    group = _Group()
    seen: set[str] = set()

    for index, (block, following) in enumerate(zip(found, followers, strict=True)):
        line = text[block.start : block.end]
        if _touches(block, skip):
            continue
        head = _heading(line, block, following)
        if head is not None:
            section, after_bullets, tail, plain = head, False, False, 0
            out.headings += head in _WEIGHT or head is Section.ROLE
            out.sections.add(head)
            continue
        if _is_subheading(line, block, following, section):
            if section in SILENT or section is Section.TERMS:
                section = Section.OPEN
            after_bullets = tail = False
            continue
        if not block.bullet and FRAME.fullmatch(line.strip(" *_#:")) and not following.bullet:
            section, after_bullets, tail = Section.TERMS, False, False
            continue
        start, inner, run_in = block.start, section, False
        label = _LABEL.match(line) if len(line) < 4000 else None
        if label:
            if FRAME.fullmatch(label.group(1).strip("*_# ")):
                continue
            opened = classify(label.group(1), announced=":" in label.group(0))
            if opened is not None and len(label.group(1).split()) <= 6:
                start, inner, run_in = block.start + label.end(), opened, True
                out.headings += opened in _WEIGHT
                out.sections.add(opened)
                if not block.bullet:
                    section, after_bullets, tail = opened, False, False
        if block.bullet:
            after_bullets, tail = True, False
        elif not run_in:
            # What follows a list after an empty line has left the list's subject.
            prose = line.rstrip().endswith(".") and len(line.split()) >= 5
            tail = tail or (block.gap and (after_bullets or (prose and plain >= 2)))
            plain += not prose
            if tail:
                inner = Section.TERMS if inner in SILENT else Section.OPEN
        if inner is Section.OFFER:
            out.offers += 1
        if block.bullet and inner is Section.OPEN:
            if not group.covers(index):
                group = _Group.read(found, index, text)
            if group.perks:
                out.perks += 1
                continue
        # "Immediate starts. Weekly pay. Free parking.": among perks, scraps are perks too.
        scraps = not block.bullet and len(line) < 400 and cues.is_perk(line)
        before: Weight | None = None
        lead = False  # "It would be an advantage to have A, and B": the words at the front hold for both
        for low, high, goes_on in _pieces(text, start, block.end, block.bullet, inner, run_in):
            piece = text[low : min(high, low + _LOOK)]
            if cues.is_attack(piece):
                out.attacks.append((low, high))
                continue
            alone = block.bullet or run_in
            weight = None
            if not _barred(piece, inner, alone, out) and not (scraps and len(piece.split()) <= 3):
                weight = _weigh(piece, inner, alone, group if alone else None)
                if goes_on and before is None and not alone and inner not in _WEIGHT and not cues.ASK.search(piece):
                    weight = None  # the rest of a sentence that was no demand is none either
                if goes_on and before is not None and (weight is None or (lead and _cue(piece) is None)):
                    weight = before  # "someone who works tidily; who can drive a van": one demand, said once
            if not goes_on:
                opening = cues.NICE.search(piece)
                lead = opening is not None and opening.start() <= 40 and opening.end() < 0.6 * len(piece)
            before = weight
            if weight is None:
                continue
            low, high = _tidy(text, low, high)
            key = " ".join(text[low:high].lower().split())
            if high - low < 2 or key in seen:
                continue
            seen.add(key)
            out.listed += inner in _WEIGHT
            out.items.append(Item(low, high, weight))
    return out


def _touches(block: Block, skip: frozenset[tuple[int, int]]) -> bool:
    return any(block.start < end and start < block.end for start, end in skip)


def _heading(line: str, block: Block, following: Block) -> Section | None:
    stripped = line.rstrip()
    marked = bool(_MARKUP.match(stripped))
    announced = stripped.endswith((":", "…", "...", ":-", "?")) or marked or (following.bullet and not block.bullet)
    other = following.bullet and following.mark != block.mark and not (following.numbered and block.numbered)
    if block.bullet and not block.numbered and not marked and not stripped.endswith(":") and not other:
        # A bulleted "Experience" may be a one-word item; a heading in a bullet shows itself by what follows.
        return None
    if stripped.endswith((".", ";", ",")) and not stripped.endswith("..."):
        return None
    if block.numbered and following.numbered and not stripped.endswith(":"):
        return None
    return classify(stripped, announced=announced)


def _is_subheading(line: str, block: Block, following: Block, section: Section) -> bool:
    """A short line that heads the lines below without saying what they are: "Leadership:", "TECH", "## Kitchen"."""
    stripped = line.rstrip()
    words = stripped.split()
    if not words or len(words) > 9 or len(stripped) > 80:
        return False
    if _MARKUP.match(stripped):
        return True
    if stripped.endswith(":"):
        return following.start > block.end and (following.bullet or not block.bullet)
    if block.bullet or stripped[-1] in ".;,!?)":
        return False
    letters = [character for character in stripped if character.isalpha()]
    if len(letters) >= 4 and all(map(str.isupper, letters)) and (block.gap or following.bullet):
        return not skills.find(stripped.title()) or len(words) <= 2
    ask = cues.ASK_OPENING.match(stripped) or cues.MUST.search(stripped) or cues.NICE.search(stripped)
    if following.bullet and not following.gap and len(words) <= 7 and stripped[0].isupper():
        return not ask
    return section in SILENT and block.gap and len(words) <= 5 and stripped[0].isupper() and not following.gap


@dataclass(slots=True)
class _Group:
    """A run of bullets without a telling heading: what most of them are decides the unclear ones."""

    first: int = -1
    last: int = -1
    perks: bool = False
    weight: Weight | None = None

    def covers(self, index: int) -> bool:
        return self.first <= index <= self.last

    @classmethod
    def read(cls, found: list[Block], index: int, text: str) -> _Group:
        last = index
        while last + 1 < len(found) and found[last + 1].bullet:
            last += 1
        lines = [text[block.start : min(block.end, block.start + _LOOK)] for block in found[index : last + 1]]
        perks = sum(cues.is_perk(line) for line in lines)
        asks = sum(
            bool(cues.ASK_OPENING.match(line) or cues.MUST.search(line) or cues.ASK.search(line)) for line in lines
        )
        duties = sum(cues.opens_with_verb(line) for line in lines)
        weight = None
        if max(asks, duties) * 3 >= len(lines):
            weight = Weight.DUTY if duties > asks else Weight.MUST
        return cls(index, last, perks * 2 >= len(lines) and perks > duties, weight)


def _pieces(
    text: str, start: int, end: int, bullet: bool, section: Section, run_in: bool
) -> Iterator[tuple[int, int, bool]]:
    """The parts of a block that each stand alone; the flag says that a part goes on with the sentence before."""
    start, end = trim(text, start, end)
    whole = text[start:end]
    parts = sentences(text, start, end)
    if run_in and section in (Section.MUST, Section.NICE) and len(parts) == 1:
        listed = _listed(text, start, end)
        if listed:
            yield from ((low, high, False) for low, high in listed)
            return
    if bullet and len(parts) > 1:
        opens = [text[low:high] for low, high in parts]
        weights = {_cue(sentence[:_LOOK]) for sentence in opens}
        separate = all(
            not _PRONOUN.match(sentence)
            and (
                cues.ASK_OPENING.match(sentence)
                or cues.ASK.search(sentence[:_LOOK])
                or cues.MUST.search(sentence[:_LOOK])
            )
            for sentence in opens[1:]
        )
        mixed = len(weights) > 1 or any(
            cues.is_attack(s[:_LOOK]) or cues.is_perk(s[:_LOOK]) or cues.is_protected(s[:_LOOK]) for s in opens
        )
        if not mixed and not separate and len(whole) <= MAX_ITEM:
            parts = [(start, end)]
    for low, high in parts:
        for number, (one, two) in enumerate(_split(text, low, high)):
            yield one, two, number > 0


def _listed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """ "Essential: forklift licence, steady hands, own transport" as three items, when every part is short."""
    cuts = [
        match.span()
        for match in re.finditer(r"\s*[,;•|]\s+(?:and\s+)?", text[start:end])
        if text.count("(", start, start + match.start()) <= text.count(")", start, start + match.start())
    ]
    if not cuts or len(cuts) > 30:
        return []
    edges = [0] + [edge for cut in cuts for edge in cut] + [end - start]
    spans = [trim(text, start + edges[i], start + edges[i + 1]) for i in range(0, len(edges), 2)]
    words = [len(text[low:high].split()) for low, high in spans]
    return spans if len(spans) >= 2 and max(words) <= 10 and min(words) >= 1 else []


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut one sentence where a new demand begins; both sides must make sense alone."""
    if end - start > _LOOK * 3:
        yield start, end
        return
    sentence = text[start:end]
    halves = [part.span() for part in re.finditer(r"[^;]+", sentence)]
    if len(halves) > 1 and all(
        len(sentence[a:b].split()) >= 2 or skills.find(sentence[a:b].strip()) for a, b in halves
    ):
        for a, b in halves:
            yield from _split(text, *trim(text, start + a, start + b))
        return
    for match in _CONTRAST.finditer(sentence):
        left, right = sentence[: match.start()], sentence[match.end() :]
        one, two = _cue(left), _cue(right)
        if (
            two is not None
            and one != two
            and len(left.split()) >= 2
            and len(re.findall(r"\w+", right)) >= 3
            and "(" not in match.group()
        ):
            if _anaphoric(right):
                continue
            yield from _split(text, *trim(text, start, start + match.start()))
            yield from _split(text, *trim(text, start + match.end(), end))
            return
    for match in _JOINT.finditer(sentence):
        left, right = sentence[: match.start()], sentence[match.end() :]
        if not _SEPARATE_ASK.match(right) or not (
            cues.ASK_OPENING.match(left) or cues.ASK.search(left) or cues.MUST.search(left)
        ):
            continue
        if (
            len(left.split()) >= 3
            and _STANDS_ALONE.search(left)
            and len(right.split()) >= 2
            and left.count("(") == left.count(")")
        ):
            if left.rstrip().lower().endswith((" of", " in", " with", " to", " for", " and", " or")) or re.match(
                r".*\b(?:such as|including|between|both|e\.g\.)\s[^.]*\Z", left, re.IGNORECASE | re.DOTALL
            ):
                continue
            yield trim(text, start, start + match.start())
            yield from _split(text, *trim(text, start + match.end(), end))
            return
    yield start, end


def _anaphoric(right: str) -> bool:
    """ "... but not essential", "... (Python preferred)": a remark on the left side, no demand of its own."""
    content = re.sub(
        r"\b(?:but|though|although|however|and|is|are|this|it|would|be|a|an|the|not|strictly|absolutely|"
        r"highly|strongly|ideally|preferably|preferred|desirable|advantage|advantageous|plus|bonus|"
        r"essential|required|mandatory|necessary|must|helpful|nice|to|have|also|big|distinct|very|"
        r"definite)\b",
        "",
        right,
        flags=re.IGNORECASE,
    )
    return not re.search(r"\w{2,}", content)


def _cue(text: str) -> Weight | None:
    if cues.NICE.search(text):
        return Weight.NICE
    if cues.MUST.search(text):
        return Weight.MUST
    return None


def _barred(piece: str, section: Section, alone: bool, out: Findings) -> bool:
    """Whether a piece cannot be a requirement, whatever its words: perks, law, how to apply, protected subjects."""
    named = section in _WEIGHT
    if _NOT_ITEM.fullmatch(piece) or len(re.findall(r"[^\W\d_]", piece)) < 2:
        return True
    if section in (Section.OFFER, Section.LEGAL) or cues.is_protected(piece) or cues.NOT_ASKED.search(piece):
        return True
    check = cues.LAWFUL.search(piece)
    if cues.LEGAL.search(piece) and not (
        check and re.search(r"\b(?:dbs|pvg|clearance|disclosure)\b", piece, re.IGNORECASE)
    ):
        return True
    if cues.is_perk(piece) and not (named and alone and cues.opens_with_verb(piece)):
        out.perks += 1
        return True
    if (
        not alone
        and _HOURS.search(piece)
        and not (check or _cue(piece) or cues.ASK.search(piece) or cues.YOU_WILL.search(piece))
    ):
        return True
    return bool(_STRONG_APPLY.search(piece) or (not (named and alone) and not check and cues.APPLYING.search(piece)))


def _weigh(piece: str, section: Section, alone: bool, group: _Group | None) -> Weight | None:
    """The weight of a piece, or None when it asks for nothing."""
    named = section in _WEIGHT
    check = cues.LAWFUL.search(piece)
    verb = cues.opens_with_verb(piece)
    cue = _cue(piece)
    if section in (Section.ABOUT, Section.TERMS):
        asked = cue is Weight.MUST or bool(
            check and (cues.ASK.search(piece) or re.search(r"\brequire", piece, re.IGNORECASE))
        )
        if section is Section.ABOUT and not cues.LAWFUL.search(piece):
            asked = asked and bool(
                re.search(r"\b(?:you|candidates?|applicants?) (?:will )?(?:must|need)", piece, re.IGNORECASE)
            )
        if not asked and section is Section.ABOUT and not cues.ABOUT.match(piece):
            # A posting that never leaves its "About us" heading still says what the work is.
            work = cues.YOU_WILL.search(piece)
            return Weight.DUTY if work and work.start() <= 8 else None
        return Weight.MUST if asked else None
    if piece.rstrip().endswith(":") or _COLOUR.search(piece) or _OWN.search(piece):
        return None
    if not alone and _PLAIN_SEARCH.match(piece) and cue is None and not cues.ASK_ANYWHERE.search(piece):
        return None
    if named and (alone or not piece.rstrip().endswith((".", "!"))):
        if (
            not alone
            and (cues.ABOUT.match(piece) or _JOINING.search(piece))
            and cue is None
            and not cues.ASK.search(piece)
        ):
            return None
        if cue is not None:
            return cue
        if section is Section.DUTY and not verb and cues.ASK_OPENING.match(piece):
            return Weight.MUST
        return _WEIGHT[section]
    words = len(piece.split())
    asks = bool(cues.ASK.search(piece) or (cues.ASK_OPENING.match(piece) and words <= 30))
    acts = bool(cues.YOU_WILL.search(piece)) or (verb and words >= 3)
    if _JOINING.search(piece) and not asks and cue is None:
        return None
    if named:
        # Prose under a heading: what speaks of the employer is no demand.
        employer = cues.ABOUT.match(piece) or (_WE.search(piece) and not re.search(r"\byou", piece, re.IGNORECASE))
        if employer and not (asks or cue or cues.YOU_WILL.search(piece)):
            return None
        if cue is not None:
            return cue
        if section is Section.DUTY and asks and not acts:
            return Weight.MUST
        return (
            Weight.DUTY
            if section is Section.MUST and acts and not asks and cues.YOU_WILL.search(piece)
            else _WEIGHT[section]
        )
    if cue is not None and (asks or acts or cue is Weight.MUST or skills.find(piece) or words <= 25):
        return cue
    if alone:
        if acts and verb:
            return Weight.DUTY
        if asks:
            return Weight.MUST
        if acts:
            return Weight.DUTY
        if group is not None and group.weight is not None:
            return group.weight
        if section is Section.ROLE:
            return Weight.DUTY
        return Weight.MUST if skills.find(piece) and words <= 12 else None
    if cues.PERSON.search(piece):
        return Weight.MUST
    if cues.YOU_WILL.search(piece) and not (
        asks and not re.search(r"\b(?:you(?:'ll|’ll|'d|’d)|will)\b", piece, re.IGNORECASE)
    ):
        return Weight.DUTY
    if asks and not (
        cues.ABOUT.match(piece) and not re.search(r"\byou\b|look|seek|candidate|someone", piece, re.IGNORECASE)
    ):
        return Weight.MUST
    if _WE.search(piece) and not re.search(r"\byou", piece, re.IGNORECASE):
        return None
    return Weight.DUTY if verb and words >= 4 and (section is Section.ROLE or words <= 30) else None


def _tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """The quote without list marks at its end, and never longer than an item may be."""
    if end - start > MAX_ITEM:
        cut = text.rfind(" ", start, start + MAX_ITEM)
        end = cut if cut > start else start + MAX_ITEM
    start, end = trim(text, start, end)
    while end > start and text[end - 1] in ";,•|·–—-*_ \n":
        end -= 1
    while start < end and text[start] in "•|·–—-*_ \n,;:":
        start += 1
    if opening := re.compile(r"(?:and|or|also|plus)\s+(?=\S)", re.IGNORECASE).match(text, start, end):
        start = opening.end()
    lowered = text[max(start, end - 5) : end].lower()
    for tail in (", and", "; and", "; or", ", or"):
        if lowered.endswith(tail):
            end -= len(tail)
    return trim(text, start, end)


def readable(quote: str) -> str:
    """A quote as an item of a list: one line, no lead-in ("You will need"), a capital, no full stop."""
    text = " ".join(quote.replace("**", "").replace("__", "").split()).strip(" ;,*_•")
    if (who := re.match(r"who (?:has |have |is |are )?(?=\w+ \w+)", text, re.IGNORECASE)) and not text.endswith("?"):
        text = text[who.end() :]
    shorter = text[match.end() :] if (match := _LEAD_IN.match(text)) else text
    # What follows the lead-in must still read as a demand or a duty; "you are in charge" stays whole.
    if (
        shorter
        and len(shorter.split()) >= 2
        and (
            cues.ASK_OPENING.match(shorter)
            or cues.opens_with_verb(shorter)
            or re.match(r"(?:an?|the|your|some|both|good|very|highly)\b", shorter, re.IGNORECASE)
        )
    ):
        text = shorter
    if text.endswith(".") and not re.search(r"\.\s|\b\w\.\w\.$|\betc\.$", text):
        text = text[:-1]
    first = text.split(" ", 1)[0].strip(",;:")
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
