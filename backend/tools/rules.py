"""The project's own rules, checked on the source.

- `select(` only in `repository.py`: every query a person can reach starts there, with its owner.
- every query on what belongs to somebody starts from its owner (ownership.py).
- `.commit(` only in `core/database.py`: a transaction ends with the request or the task, nowhere else.
- no secret, no path of somebody's machine and no host of a package registry in any file that is committed.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools import ownership

# Written in pieces so that this file does not find itself.
REGISTRY_HOSTS = ("pypi." + "org", "pythonhosted." + "org", "registry." + "npmjs", "deb.debian." + "org")
HOME_PATH = re.compile(r"(?<![\w.])/(?:home|Users)/[a-z][\w.-]*/|(?<![\w.])/root/\w|(?<![\w.])/work/(?:main|shared)\b")
SECRETS = re.compile(
    r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY|\bsk-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b"
    r"|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{50,}"
)
BINARY = frozenset({".png", ".jpg", ".woff2", ".wav", ".webm", ".mp4", ".pdf", ".docx", ".npz", ".gz", ".ico", ".vrm"})


def problems(root: Path) -> list[str]:
    """One line per violation: `path:line: sentence`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: list[str] = []
    sources: dict[str, str] = {}
    for name in filter(None, listed.split("\0")):
        path = root / name
        if not path.is_file() or path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}:{line}: {sentence}" for line, sentence in _text_problems(text)]
        if name.startswith("backend/app/") and path.suffix == ".py":
            found += [f"{name}:{line}: {sentence}" for line, sentence in code_problems(name, text)]
            sources[name] = text
    if sources:
        found += [f"{name}:{line}: {sentence}" for name, line, sentence in ownership.problems(sources)]
    return found


def _text_problems(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if any(host in line for host in REGISTRY_HOSTS):
            yield number, "the host of a package registry"
        if HOME_PATH.search(line):
            yield number, "a path of one machine"
        if SECRETS.search(line):
            yield number, "something that looks like a secret"


def code_problems(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Violations of the two database rules in one Python file."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        is_select = (isinstance(called, ast.Name) and called.id == "select") or (
            isinstance(called, ast.Attribute)
            and called.attr == "select"
            and isinstance(called.value, ast.Name)
            and called.value.id in {"sa", "sqlalchemy"}
        )
        if is_select and not name.endswith("/repository.py"):
            yield node.lineno, "select() outside repository.py"
        if isinstance(called, ast.Attribute) and called.attr == "commit" and not name.endswith("core/database.py"):
            yield node.lineno, ".commit() outside core/database.py"
