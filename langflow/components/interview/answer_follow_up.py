"""Chooses the follow-up question to one answer, or none.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.messages import follow_up


class AnswerFollowUpComponent(Component):
    display_name = "Answer follow-up"
    description = "Chooses the follow-up question to one answer, or none."
    icon = "message-circle-question"
    name = "AnswerFollowUp"

    inputs = [MultilineInput(name="payload", display_name="Message", info="One JSON object.", required=True)]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    def run_message(self) -> Message:
        return Message(text=follow_up(self.payload))
