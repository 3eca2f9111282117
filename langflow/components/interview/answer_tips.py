"""Makes tips for one graded answer, most valuable first.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.messages import tips


class AnswerTipsComponent(Component):
    display_name = "Answer tips"
    description = "Makes tips for one graded answer, most valuable first."
    icon = "lightbulb"
    name = "AnswerTips"

    inputs = [MultilineInput(name="payload", display_name="Message", info="One JSON object.", required=True)]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    def run_message(self) -> Message:
        return Message(text=tips(self.payload))
