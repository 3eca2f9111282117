"""SECURITY.md promises tests: every one of them exists."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from app.utils.paths import REPOSITORY

TEXT = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)
BROWSER = re.findall(r"`(frontend/[\w/.-]+\.spec\.ts): ([^`]+)`", TEXT)


@lru_cache
def names(path: Path) -> frozenset[str]:
    """Functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_there_are_promises() -> None:
    assert len(PYTHON) > 40
    assert len(BROWSER) >= 2
    # A name of another form would not be looked for.
    assert len(PYTHON) == TEXT.count("::")


@pytest.mark.parametrize(("file", "test"), sorted(set(PYTHON)))
def test_a_promised_test_exists(file: str, test: str) -> None:
    path = REPOSITORY / file if "/" in file else REPOSITORY / "backend" / "tests" / "security" / file
    assert test.startswith("test_")
    assert test in names(path)


@pytest.mark.parametrize(("file", "title"), sorted(set(BROWSER)))
def test_a_promised_browser_test_exists(file: str, title: str) -> None:
    assert f'test("{title}"' in (REPOSITORY / file).read_text(encoding="utf-8")
