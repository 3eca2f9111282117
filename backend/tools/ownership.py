"""Who may see a row is decided in one place: every query on a table with an owner starts from the owner.

A table has an owner when its class is `Owned`, or when a foreign key ties it to one that has. A function that queries
such a table must either build on `owned_by(...)`, or compare an `owner_id` with what it was given as `owner` or
`owner_id`. The rest is listed here by name: functions that work on ids which such a query, or a job of the worker, has
given. They are out of the reach of routes, because nothing in `app/api` may import a repository.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

QUERIES = frozenset({"select", "update", "delete", "insert", "get", "get_one"})
OWNERS = frozenset({"owner", "owner_id"})

# "module:function" below app/services. Keep it short: a new entry needs a reason that holds for every caller.
WITHOUT_OWNER = frozenset({
    # Who somebody is comes out of these; there is no owner yet.
    "accounts.repository:sign_in",
    "accounts.repository:seen",
    "accounts.repository:sweep",
    # The worker: its job names the take or the stage, for whomever it is.
    "analysis.repository:context",
    "analysis.repository:drop_upload",
    "analysis.repository:expired",
    "analysis.repository:interview_of",
    "analysis.repository:lock_take",
    "analysis.repository:longest_untaken",
    "analysis.repository:name_of",
    "analysis.repository:release",
    "analysis.repository:renew_lease",
    "analysis.repository:set_take",
    "analysis.repository:stages",
    "analysis.repository:take_lease",
    "interviews.repository:question_of_take",
    # Whose turn it is: it compares all owners, and gives a worker the id of a stage.
    "analysis.repository:next_in_turn",
    # The operations page and /metrics: counts, and ids with codes of what failed; for administrators alone.
    "operations.repository:stage_counts",
    "operations.repository:listening_counts",
    "operations.repository:_troubles",
    "operations.repository:stage",
    # The worker that makes an export: its job names the export.
    "privacy.repository:lease_export",
    "privacy.repository:set_export",
    "privacy.repository:due_exports",
    "privacy.repository:old_exports",
    # What is older than it may be, of everybody.
    "recordings.repository:_old",
    "providers.repository:due_copy",
    "recordings.repository:arrived",
    "recordings.repository:deserted",
    "recordings.repository:expired_uploads",
    "recordings.repository:keep_ear",
    "recordings.repository:listening",
    "recordings.repository:take_ear",
    "recordings.repository:upload_of",
    "recordings.repository:with_old_media",
    "speech.repository:interviews_using",
    "speech.repository:remove_unused",
    # Tickets of the gateway: whoever shows one is a flow, never a person.
    "providers.repository:drop_tickets",
    "providers.repository:ticket",
    # Their callers have found the take or the question through its owner in the same transaction, and locked it.
    "flow.takes:_analyse",
    "recordings.repository:begin_listening",
    "recordings.repository:newest",
    "speech.repository:set_ahead",
})  # fmt: skip


def owned_tables(models: Iterable[str]) -> frozenset[str]:
    """Names of the classes with an owner, from the source of all modules in `app/models`."""
    classes = [node for text in models for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    tables = {_table(node): node.name for node in classes if _table(node)}
    owned = {node.name for node in classes if "Owned" in {ast.unparse(base) for base in node.bases}}
    while True:
        more = {node.name for node in classes if _table(node) and any(tables.get(to) in owned for to in _foreign(node))}
        if more <= owned:
            return frozenset(owned)
        owned |= more


def _table(node: ast.ClassDef) -> str | None:
    for line in node.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__tablename__":
            return str(ast.literal_eval(line.value))
    return None


def _foreign(node: ast.ClassDef) -> Iterator[str]:
    """The tables whose row takes the rows of this one with it when it goes."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "ForeignKey" and "CASCADE" in ast.unparse(call):
            yield str(ast.literal_eval(call.args[0])).partition(".")[0]


def problems(sources: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """(path, line, sentence) of every violation in the sources below `backend/app`, by path."""
    owned = owned_tables(text for path, text in sources.items() if "/models/" in path)
    used = set()
    for path, text in sources.items():
        tree = ast.parse(text)
        if "/app/api/" in path:
            yield from ((path, line, "a route imports a repository") for line in _repositories(tree))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            queried = sorted({name for call in _queries(function) for name in _names(call) & owned})
            if not queried or _starts_from_owner(function):
                continue
            listed = f"{path.partition('app/services/')[2].removesuffix('.py').replace('/', '.')}:{function.name}"
            used.add(listed)
            if listed not in WITHOUT_OWNER:
                yield path, function.lineno, f"{function.name} queries {', '.join(queried)} without its owner"
    for listed in sorted(WITHOUT_OWNER - used):
        yield "backend/tools/ownership.py", 1, f"{listed} is listed and needs not be"


def _repositories(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if any(f"{module}.{name}".endswith(".repository") or module.endswith(".repository") for name in names):
            yield getattr(node, "lineno", 0)


def _queries(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args and _called(node) in QUERIES:
            yield node


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _names(call: ast.Call) -> set[str]:
    return {node.id for part in call.args for node in ast.walk(part) if isinstance(node, ast.Name)}


def _starts_from_owner(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]} & OWNERS
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _called(node) == "owned_by" and _names(node) & given:
            return True
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "owner_id":
            compared = {part.id for part in node.comparators if isinstance(part, ast.Name)}
            if compared & given and all(isinstance(operator, ast.Eq) for operator in node.ops):
                return True
    return False
