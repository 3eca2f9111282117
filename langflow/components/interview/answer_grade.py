"""Grades one answer by the rubric, with evidence for every score.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.messages import grading


class AnswerGradeComponent(Component):
    display_name = "Answer grade"
    description = "Grades one answer by the rubric, with evidence for every score."
    icon = "clipboard-check"
    name = "AnswerGrade"

    inputs = [MultilineInput(name="payload", display_name="Message", info="One JSON object.", required=True)]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    def run_message(self) -> Message:
        return Message(text=grading(self.payload))
