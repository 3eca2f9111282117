"""Checks what the language model said against the rules of evidence, and bounds it.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.model_branch import reconcile


class CheckModelComponent(Component):
    display_name = "Check of the model"
    description = "Keeps what has evidence, bounds it, and else keeps the result of the rules."
    icon = "scale"
    name = "CheckModel"

    inputs = [MultilineInput(name="payload", display_name="Message", info="Result and replies.", required=True)]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    def run_message(self) -> Message:
        return Message(text=reconcile(self.payload))
