"""Asks the chosen language model about the result before it, through the back end, which keeps the key.

The text of this file is embedded in the flow JSON: run `langflow/build_flows.py` after a change.
"""

from lfx.custom.custom_component.component import Component
from lfx.io import MultilineInput, Output
from lfx.schema.message import Message

from app.services.model_branch import ask_model
from app.services.providers.llm.client import post


class AskModelComponent(Component):
    display_name = "Language model"
    description = "Asks the chosen language model, when the message has a ticket for one; else hands the message on."
    icon = "brain"
    name = "AskModel"

    inputs = [
        MultilineInput(name="payload", display_name="Message", info="The result of the rules.", required=True),
        MultilineInput(
            name="instructions",
            display_name="Instructions",
            info="The rules the model gets. The rubric, the data and the shape of the reply are added to them.",
        ),
    ]
    outputs = [Output(display_name="Result", name="result", method="run_message", types=["Message"])]

    async def run_message(self) -> Message:
        return Message(text=await ask_model(self.payload, self.instructions, post))
