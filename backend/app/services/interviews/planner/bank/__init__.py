"""The question bank: plain text files that a writer can edit, read into frozen values.

A competency starts with `== id | name | sectors` (`*` is every trade), then `about:` (what MiniLM compares with a
requirement), `cues:` (words that point to it; a trailing `*` is any ending), and optionally `tools:` (names a `{tool}`
slot may take). A wording is `b3 text` (kind and difficulty), `+ key points`, `? probe`, and optionally `@sectors` that
alone may use it and `needs: slot`. Kinds: b behavioural, s situational, k knowledge.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.domain.question import QuestionKind
from app.utils.minilm import Vectors, encoder

FOLDER = Path(__file__).parent
KINDS = {
    "b": QuestionKind.BEHAVIOURAL,
    "s": QuestionKind.SITUATIONAL,
    "k": QuestionKind.KNOWLEDGE,
    "m": QuestionKind.MOTIVATION,
}
SLOT = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One hand-written wording with what a full answer touches and the follow-up if it does not."""

    key: str
    kind: QuestionKind
    level: int
    text: str
    points: tuple[str, ...] = ()
    probe: str | None = None
    only: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Competency:
    """What a group of wordings tests, and how to recognise it in a requirement."""

    id: str
    name: str
    sectors: frozenset[str]
    about: str
    cues: tuple[tuple[re.Pattern[str], float], ...]
    tools: tuple[str, ...]
    asks: tuple[Ask, ...]

    @property
    def general(self) -> bool:
        """Whether it belongs to every trade."""
        return "*" in self.sectors


@dataclass(frozen=True, slots=True)
class Sector:
    """A trade: words that show it, and what the people it serves are called there."""

    id: str
    title: tuple[re.Pattern[str], ...]
    text: tuple[re.Pattern[str], ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """Everything the planner can ask. `version` is a hash of the texts."""

    competencies: tuple[Competency, ...]
    generic: tuple[Ask, ...]
    motivation: tuple[Ask, ...]
    sectors: tuple[Sector, ...]
    glossary: tuple[tuple[re.Pattern[str], str], ...]
    version: str
    rows: dict[str, int] = field(repr=False)

    def vectors(self) -> Vectors:
        """Unit vectors of every competency's `about` and every wording; `rows` maps an id or a key to its row."""
        return _vectors(self.version)


class BankError(RuntimeError):
    """A bank file does not follow the format; the message names file and line."""


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(mark) if part.strip())


def _words(cue: str) -> re.Pattern[str]:
    body = re.escape(cue.lower()).replace(r"\ ", r"[\s-]+").replace(r"\*", r"[\w'’-]*")
    return re.compile(rf"(?<![\w]){body}(?![\w])", re.IGNORECASE)


def _weight(cue: str) -> float:
    return 1.0 if " " in cue or "-" in cue else 0.6


def _lines(name: str) -> list[tuple[int, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [(n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


class _Wordings:
    """Collects the wordings of one competency (or of a file without competencies) line by line."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self.asks: list[Ask] = []
        self._only: frozenset[str] = frozenset()

    def start(self, kind: str, level: str, text: str, needs: frozenset[str] = frozenset()) -> None:
        needs |= {name for name, other in SLOT.findall(text) if name in ("tool", "cert", "register") and not other}
        self.asks.append(Ask(f"{self._owner}/{len(self.asks)}", KINDS[kind], int(level), text, needs=frozenset(needs)))

    def extend(self, line: str) -> bool:
        if not self.asks:
            return False
        ask = self.asks[-1]
        points, probe, only = ask.points, ask.probe, ask.only
        if line.startswith("+ "):
            points = _split(line[2:], ";")
        elif line.startswith("? "):
            probe = line[2:].strip()
        elif line.startswith("@"):
            only = frozenset(line[1:].split())
        elif not line.startswith("needs: "):
            return False
        self.asks[-1] = Ask(ask.key, ask.kind, ask.level, ask.text, points, probe, only, ask.needs)
        return True


def _competencies(name: str) -> list[Competency]:
    found: list[Competency] = []
    head: list[str] = []
    fields: dict[str, str] = {}
    wordings = _Wordings("")

    def close() -> None:
        if not head:
            return
        ident, title, sectors = head
        cues = tuple((_words(cue), _weight(cue)) for cue in _split(fields["cues"], ","))
        tools = _split(fields.get("tools", ""), ",")
        found.append(
            Competency(ident, title, frozenset(sectors.split()), fields["about"], cues, tools, tuple(wordings.asks))
        )

    for number, line in _lines(name):
        if line.startswith("== "):
            close()
            head, fields = list(_split(line[3:], "|")), {}
            wordings = _Wordings(head[0])
        elif match := re.fullmatch(r"(about|cues|tools): (.+)", line):
            fields[match[1]] = match[2]
        elif match := re.fullmatch(r"([bsk])([1-5]) (.+)", line):
            wordings.start(match[1], match[2], match[3])
        elif not wordings.extend(line):
            raise BankError(f"{name}:{number} is not part of the bank's format")
    close()
    return found


def _generic() -> tuple[Ask, ...]:
    wordings = _Wordings("generic")
    for number, line in _lines("generic.txt"):
        match = re.fullmatch(r"([bsk])([1-5]) (np|base|ger) (.+)", line)
        if not match:
            raise BankError(f"generic.txt:{number} is not part of the bank's format")
        wordings.start(match[1], match[2], match[4], frozenset({match[3]}))
    return tuple(wordings.asks)


def _motivation() -> tuple[Ask, ...]:
    wordings = _Wordings("motivation")
    for number, line in _lines("motivation.txt"):
        if match := re.match(r"([1-5]) (?:(?:company|role|ger|people)\s+)*(?=[A-Z])", line):
            text = line[match.end() :]
            needs = {"role" if name == "a_role" else name for name, _ in SLOT.findall(text)}
            wordings.start("m", match[1], text, frozenset(needs))
        elif not wordings.extend(line):
            raise BankError(f"motivation.txt:{number} is not part of the bank's format")
    return tuple(wordings.asks)


def _sectors() -> tuple[Sector, ...]:
    sectors = []
    for number, line in _lines("sectors.txt"):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4:
            raise BankError(f"sectors.txt:{number} needs four columns")
        ident, title, text, people = parts
        words = [tuple(_words(word) for word in _split(column, ",")) for column in (title, text)]
        sectors.append(Sector(ident, words[0], words[1], _split(people, ",")))
    return tuple(sectors)


def _glossary() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = []
    for number, line in _lines("glossary.txt"):
        if " = " not in line:
            raise BankError(f"glossary.txt:{number} needs `stem = English`")
        stem, english = line.split(" = ", 1)
        pairs.append((_words(stem), english.strip()))
    return tuple(pairs)


@lru_cache(maxsize=1)
def bank() -> Bank:
    """The bank of this installation, read once."""
    special = {"generic.txt", "motivation.txt", "sectors.txt", "glossary.txt"}
    files = sorted(FOLDER.glob("*.txt"))
    competencies = tuple(c for file in files if file.name not in special for c in _competencies(file.name))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    generic, motivation = _generic(), _motivation()
    keys = [c.id for c in competencies] + [ask.key for c in competencies for ask in c.asks]
    keys += [ask.key for ask in (*generic, *motivation)]
    rows = {key: row for row, key in enumerate(keys)}
    if len(rows) != len(keys):
        raise BankError("two competencies of the bank share an id")
    return Bank(competencies, generic, motivation, _sectors(), _glossary(), digest.hexdigest()[:16], rows)


def compute_vectors() -> Vectors:
    """Encode the whole bank (about ten seconds); float16, shape (rows, 384)."""
    this = bank()
    texts = [c.about for c in this.competencies]
    asks = [ask for c in this.competencies for ask in c.asks] + [*this.generic, *this.motivation]
    texts += [SLOT.sub(lambda match: match[2] or "", ask.text) for ask in asks]
    return np.asarray(encoder().encode(texts), dtype=np.float32)


@lru_cache(maxsize=1)
def _vectors(version: str) -> Vectors:
    # Shipped rather than computed: ten seconds on a laptop would be the longest part of the first plan.
    path = FOLDER / "vectors.npz"
    if path.exists():
        with np.load(path) as stored:
            if str(stored["version"]) == version:
                return np.asarray(stored["vectors"], dtype=np.float32)
    return compute_vectors().astype(np.float16).astype(np.float32)


def write_vectors() -> Path:
    """Store the bank's vectors next to its texts; run after every change of a bank file."""
    path = FOLDER / "vectors.npz"
    np.savez_compressed(path, version=np.array(bank().version), vectors=compute_vectors().astype(np.float16))
    return path
