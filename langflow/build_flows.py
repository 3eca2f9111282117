#!/usr/bin/env python3
"""Write the flows as JSON that `lfx serve` and a Langflow server both load.

    langflow/.venv/bin/python langflow/build_flows.py            writes langflow/flows/*.json
    langflow/.venv/bin/python langflow/build_flows.py --check    exits 1 when the files are not what this code gives

The files hold the source of the components, so a change of a component means building again. Node and flow ids are
fixed and everything that differs from run to run is removed: the text is the same on every machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "components"), str(HERE.parent / "backend")]
os.environ.setdefault("DO_NOT_TRACK", "1")

from interview.answer_follow_up import AnswerFollowUpComponent  # noqa: E402
from interview.answer_grade import AnswerGradeComponent  # noqa: E402
from interview.answer_tips import AnswerTipsComponent  # noqa: E402
from interview.ask_model import AskModelComponent  # noqa: E402
from interview.check_model import CheckModelComponent  # noqa: E402
from interview.question_plan import QuestionPlanComponent  # noqa: E402
from lfx.components.input_output import ChatInput, ChatOutput  # noqa: E402
from lfx.graph import Graph  # noqa: E402

from app.services.model_branch import INSTRUCTIONS  # noqa: E402

NAMESPACE = uuid.UUID("5a0f5c52-3c6f-5b8e-9d63-9a1f4f0f7c11")


def checked(name: str, component: Any) -> Graph:
    """Message in -> rules -> language model -> check of the model -> message out.

    Without a ticket for a model in the message, the two in the middle hand on what the rules made.
    """
    start = ChatInput(_id="ChatInput-in")
    start.set(should_store_message=False)
    component.set(payload=start.message_response)  # the bound method makes the edge; a name would silently make none
    model = AskModelComponent(_id="AskModel-model")
    model.set(payload=component.run_message, instructions=INSTRUCTIONS[name])
    check = CheckModelComponent(_id="CheckModel-check")
    check.set(payload=model.run_message)
    end = ChatOutput(_id="ChatOutput-out")
    end.set(input_value=check.run_message, should_store_message=False)
    return Graph(start=start, end=end)


def deterministic(component: Any) -> Graph:
    """Message in -> rules -> message out: nobody is asked, because the answer has to come at once."""
    start = ChatInput(_id="ChatInput-in")
    start.set(should_store_message=False)
    component.set(payload=start.message_response)
    end = ChatOutput(_id="ChatOutput-out")
    end.set(input_value=component.run_message, should_store_message=False)
    return Graph(start=start, end=end)


FLOWS: dict[str, tuple[str, Callable[[], Graph]]] = {
    "question_generation": (
        "A structured posting in, the questions of an interview out.",
        lambda: checked("question_generation", QuestionPlanComponent(_id="QuestionPlan-plan")),
    ),
    "follow_up": (
        "A question and what was said to it in, the follow-up question or the reason for none out.",
        lambda: deterministic(AnswerFollowUpComponent(_id="AnswerFollowUp-choose")),
    ),
    "grading": (
        "A question and an answer in, a grade with evidence out.",
        lambda: checked("grading", AnswerGradeComponent(_id="AnswerGrade-grade")),
    ),
    "tips": (
        "A graded answer in, tips out.",
        lambda: checked("tips", AnswerTipsComponent(_id="AnswerTips-tips")),
    ),
}
# A name instead of a bound method would silently make no edge, so both are counted.
NODES = {"follow_up": 3}
NODES_CHECKED = 5
# A node is 320 wide and, with two fields, under 400 high in the editor.
COLUMN, ROW = 440, 420


def handle(value: dict[str, Any]) -> str:
    """Write a handle the way the Langflow editor encodes it."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).replace('"', "\u0153")


def identity(name: str) -> str:
    """The fixed id of a flow. A Langflow server neither imports nor deletes flows with ids of version 5."""
    return str(uuid.UUID(bytes=uuid.uuid5(NAMESPACE, name).bytes, version=4))


def columns_of(data: dict[str, Any]) -> dict[str, int]:
    """The column of each node: the longest way to it, so that every edge runs from left to right."""
    columns = {node["id"]: 0 for node in data["nodes"]}
    for _ in columns:
        for edge in data["edges"]:
            columns[edge["target"]] = max(columns[edge["target"]], columns[edge["source"]] + 1)
    return columns


def finish(flow: dict[str, Any], name: str) -> dict[str, Any]:
    """Add what `Graph.dump` leaves out (ids, positions, handles) and remove what changes from run to run."""
    data = flow["data"]
    columns = columns_of(data)
    data["nodes"].sort(key=lambda node: (columns[node["id"]], node["id"]))
    data["edges"].sort(key=lambda edge: (edge["source"], edge["target"]))
    wanted = NODES.get(name, NODES_CHECKED)
    if (len(data["nodes"]), len(data["edges"])) != (wanted, wanted - 1):
        raise SystemExit(f"{name}: {len(data['nodes'])} nodes and {len(data['edges'])} edges, not {wanted} in a line")
    flow |= {"id": identity(name), "tags": ["interview"], "last_tested_version": version("lfx")}
    for node in data["nodes"]:
        column = columns[node["id"]]
        beside = sorted(other for other, place in columns.items() if place == column)
        row = beside.index(node["id"]) - (len(beside) - 1) / 2  # about the middle line
        node.setdefault("type", "genericNode")
        node["position"] = {"x": COLUMN * column, "y": round(ROW * row)}
        node["data"]["node"]["lf_version"] = version("lfx")
        for field in node["data"]["node"]["template"].values():
            if isinstance(field, dict) and isinstance(field.get("value"), dict) and "timestamp" in field["value"]:
                field["value"] = ""  # an unset message input is dumped as an empty message with the time of the build
    for edge in data["edges"]:
        source, target = handle(edge["data"]["sourceHandle"]), handle(edge["data"]["targetHandle"])
        edge |= {"sourceHandle": source, "targetHandle": target, "animated": False, "className": ""}
        edge["id"] = f"reactflow__edge-{edge['source']}{source}-{edge['target']}{target}"
    data["viewport"] = {"x": 0, "y": 0, "zoom": 0.7}
    return flow


def render(name: str) -> str:
    """The text of flows/NAME.json."""
    description, build = FLOWS[name]
    flow = finish(build().dump(name=name, description=description, endpoint_name=name.replace("_", "-")), name)
    return json.dumps(flow, indent=1, sort_keys=True, default=str) + "\n"


def main() -> int:
    """Write the files, or compare them; returns the exit status."""
    parser = argparse.ArgumentParser(description="Build the flow JSON files.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    folder = HERE / "flows"
    folder.mkdir(exist_ok=True)
    stale = []
    for name in FLOWS:
        path, text = folder / f"{name}.json", render(name)
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    stale += [path.name for path in folder.glob("*.json") if path.stem not in FLOWS]
    if stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run langflow/.venv/bin/python langflow/build_flows.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
