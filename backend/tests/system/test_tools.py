"""The lint rules and the closing line of `make test`: a check that cannot fail is worse than none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import ownership, rules
from tools.run_tests import Count, count


@pytest.mark.parametrize(
    ("name", "code", "sentences"),
    [
        ("backend/app/services/x/service.py", "rows = select(Take)", ["select() outside repository.py"]),
        ("backend/app/services/x/service.py", "rows = sa.select(Take)", ["select() outside repository.py"]),
        ("backend/app/services/x/repository.py", "rows = select(Take)", []),
        ("backend/app/services/x/service.py", "box.select(1)", []),
        ("backend/app/services/x/service.py", "await session.commit()", [".commit() outside core/database.py"]),
        ("backend/app/core/database.py", "await session.commit()", []),
    ],
)
def test_database_rules(name: str, code: str, sentences: list[str]) -> None:
    found = [sentence for _, sentence in rules.code_problems(name, code.replace("await ", ""))]
    assert found == sentences


MODELS = """
class Owned: ...
class Take(Owned, Base):
    __tablename__ = "takes"
class Stage(Row, Base):
    __tablename__ = "stages"
    take_id = mapped_column(ForeignKey("takes.id", ondelete="CASCADE"))
class Price(Row, Base):
    __tablename__ = "prices"
"""


@pytest.mark.parametrize(
    ("code", "tables"),
    [
        ("def f(session, owner): return owned_by(owner, Take).where(Take.id == 1)", None),
        ("def f(session, owner): return delete(Take).where(Take.owner_id == owner)", None),
        ("def f(session, owner_id): return select(Stage).where(owned_by(owner_id, Take).exists())", None),
        ("def f(session): return select(Price)", None),
        ("def f(session, take_id): return select(Take).where(Take.id == take_id)", "Take"),
        ("def f(session, take_id): return select(func.count(Take.id))", "Take"),
        ("async def f(session, take_id): return await session.get(Take, take_id)", "Take"),
        ("def f(session, take_id): return update(Stage).where(Stage.take_id == take_id)", "Stage"),
        # An owner that is given and not used, one that comes from elsewhere, everybody but the owner.
        ("def f(session, owner): return select(Take)", "Take"),
        ("def f(session): return select(Take).join(owned_by(LOCAL, Take).subquery())", "Take"),
        ("def f(session): return select(Take).where(Take.owner_id == Take.other_id)", "Take"),
        ("def f(session, owner): return delete(Take).where(Take.owner_id != owner)", "Take"),
    ],
)
def test_queries_start_from_the_owner(monkeypatch: pytest.MonkeyPatch, code: str, tables: str | None) -> None:
    monkeypatch.setattr(ownership, "WITHOUT_OWNER", frozenset())
    sources = {"backend/app/models/x.py": MODELS, "backend/app/services/x/repository.py": code}
    found = [sentence for _, _, sentence in ownership.problems(sources)]
    assert found == ([f"f queries {tables} without its owner"] if tables else [])


def test_what_is_listed_is_allowed_and_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "WITHOUT_OWNER", frozenset({"x.repository:f", "x.repository:gone"}))
    code = "def f(session): return select(Take)"
    sources = {"backend/app/models/x.py": MODELS, "backend/app/services/x/repository.py": code}
    found = [sentence for _, _, sentence in ownership.problems(sources)]
    assert found == ["x.repository:gone is listed and needs not be"]


@pytest.mark.parametrize(
    "code",
    ["from app.services.flow import repository", "from app.models.repository import owned_by", "import a.repository"],
)
def test_routes_ask_services(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(ownership, "WITHOUT_OWNER", frozenset())
    found = list(ownership.problems({"backend/app/api/routes/x.py": code}))
    assert found == [("backend/app/api/routes/x.py", 1, "a route imports a repository")]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("see " + "pypi." + "org/simple", "the host of a package registry"),
        ("path = '/home" + "/anna/rehearsal'", "a path of one machine"),
        ("path = '/Users" + "/anna/rehearsal'", "a path of one machine"),
        ("key = 'sk-" + "a" * 30 + "'", "something that looks like a secret"),
        ("-----BEGIN " + "PRIVATE KEY-----", "something that looks like a secret"),
    ],
)
def test_texts_that_must_not_be_committed(tmp_path: Path, line: str, sentence: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "notes.md").write_text(f"first\n{line}\n")
    assert rules.problems(tmp_path) == [f"notes.md:2: {sentence}"]


def test_a_clean_tree_has_no_problems(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "notes.md").write_text("the api/home/page and /usr/bin/env are fine; ask-someone too\n")
    assert rules.problems(tmp_path) == []


CASES = {
    "good": '<testcase name="a"/>',
    "bad": '<testcase name="b"><failure>no</failure></testcase>',
    "error": '<testcase name="c"><error>no</error></testcase>',
    "skip": '<testcase name="d"><skipped/></testcase>',
}


@pytest.mark.parametrize(
    ("cases", "status", "expected"),
    [
        (("good", "good", "skip"), 0, Count(2, 0, 1)),
        (("good", "bad", "error"), 1, Count(1, 2, 0)),
        (("good",), 1, Count(1, 1, 0)),
        ((), 0, Count(0, 1, 0)),
        (("skip",), 0, Count(0, 1, 1)),
        (("bad",), 0, Count(0, 1, 0)),
    ],
)
def test_counting_is_honest(tmp_path: Path, cases: tuple[str, ...], status: int, expected: Count) -> None:
    report = tmp_path / "r.xml"
    body = "".join(CASES[case] for case in cases)
    report.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
    assert count(report, status) == expected


def test_a_suite_that_never_reported_is_a_failure(tmp_path: Path) -> None:
    assert count(tmp_path / "none.xml", 0) == Count(0, 1, 0)
