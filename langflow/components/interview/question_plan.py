"""Plans the questions of an interview from a structured posting.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.messages import question_generation


class QuestionPlanComponent(Component):
    display_name = "Question plan"
    description = "Plans the questions of an interview from a structured posting."
    icon = "list-checks"
    name = "QuestionPlan"

    inputs = [MultilineInput(name="payload", display_name="Message", info="One JSON object.", required=True)]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    def run_message(self) -> Message:
        return Message(text=question_generation(self.payload))
