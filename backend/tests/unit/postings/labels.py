"""The labelled postings: every line begins with what a careful reader says it is.

T title, C company, L location, M must, N nice, D duty, . none of these; then "|" and the line as it stands. A
wrapped line repeats the letter of its beginning. Written for these tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("labelled")
WEIGHTS = {"M": "must", "N": "nice", "D": "duty"}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Labelled:
    name: str
    text: str
    lines: tuple[Line, ...]


def load_all() -> list[Labelled]:
    """Every labelled posting, with the offsets of its lines."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        lines: list[Line] = []
        text = ""
        for raw in path.read_text().splitlines():
            label, body = raw[0], raw[2:]
            lines.append(Line(label, len(text), len(text) + len(body)))
            text += body + "\n"
        found.append(Labelled(path.stem, text, tuple(lines)))
    return found
