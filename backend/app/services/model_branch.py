"""The model branch of the flows: a component that asks the language model, and one that checks what it said.

Between the components travels the deterministic result with the message it was made from. Without a ticket in the
message both hand on what they get. Neither raises: whatever goes wrong, the deterministic result comes out and says so.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from app.domain.grade import Grade, Tip
from app.domain.model import Ask, ModelTicket, Replies, Reply
from app.domain.question import QuestionSet
from app.services.grading.rubric import kind_of, second_reader, tip_words
from app.services.interviews.planner import second_writer
from app.services.messages import GradeMessage, PlanMessage, TipsMessage
from app.utils.json import digest, dump, load

log = logging.getLogger(__name__)

# What a component asks with: body of a chat completion and ticket in; content and model, or code and message, out.
Post = Callable[[dict[str, Any], str], Awaitable[dict[str, str | None]]]
# All calls of one flow together; what has come by then is used.
DEADLINE_S = {"grading": 80.0, "tips": 40.0, "question_generation": 40.0}
LATE = Reply(code="model_timeout", message="It did not answer in time.")


class _Branch(Protocol):
    """One flow's part: what to ask first and again, and the result after the check."""

    seed: int

    def first(self, instructions: str) -> Ask | tuple[str, str]: ...
    def again(self, instructions: str, replies: Sequence[Reply]) -> Ask | None: ...
    def result(self, replies: Replies) -> Any: ...


class _Grading:
    instructions = second_reader.INSTRUCTIONS

    def __init__(self, message: dict[str, Any], data: Any) -> None:
        self.message, self.grade = load(GradeMessage, message), load(Grade, data)
        self.sentences = second_reader.numbered(self.message.question, self.message.transcript)
        self.seed = 0

    def first(self, instructions: str) -> Ask | tuple[str, str]:
        stopped = second_reader.closed(self.grade, self.sentences)
        return stopped or second_reader.ask(self.message.question, self.sentences, self.grade, instructions)

    def again(self, instructions: str, replies: Sequence[Reply]) -> Ask | None:
        far = second_reader.far(self.message.question, self.sentences, self.grade, replies)
        return second_reader.ask(self.message.question, self.sentences, self.grade, instructions, far) if far else None

    def result(self, replies: Replies) -> Any:
        return second_reader.reconcile(self.message.question, self.message.transcript, self.grade, replies)


class _Tips:
    instructions = tip_words.INSTRUCTIONS

    def __init__(self, message: dict[str, Any], data: Any) -> None:
        self.message, self.tips = load(TipsMessage, message), load(tuple[Tip, ...], data)
        self.sentences = second_reader.numbered(self.message.question, self.message.transcript)
        self.seed = 0

    def first(self, instructions: str) -> Ask | tuple[str, str]:
        return tip_words.ask(self.message.question, self.sentences, self.message.grade, self.tips, instructions)

    def again(self, instructions: str, replies: Sequence[Reply]) -> Ask | None:
        del instructions, replies
        return None

    def result(self, replies: Replies) -> Any:
        return list(tip_words.reconcile(self.sentences, self.tips, replies))


class _Questions:
    instructions = second_writer.INSTRUCTIONS

    def __init__(self, message: dict[str, Any], data: Any) -> None:
        self.message, self.planned = load(PlanMessage, message), load(QuestionSet, data)
        self.seed = self.message.seed

    def first(self, instructions: str) -> Ask | tuple[str, str]:
        return second_writer.ask(self.message.posting, self.planned, self.message.keep, instructions)

    def again(self, instructions: str, replies: Sequence[Reply]) -> Ask | None:
        del instructions, replies
        return None

    def result(self, replies: Replies) -> Any:
        message = self.message
        return second_writer.reconcile(message.posting, self.planned, message.keep, message.exclude, replies, kind_of)


_BRANCHES: dict[str, type[_Grading] | type[_Tips] | type[_Questions]] = {
    "grading": _Grading,
    "tips": _Tips,
    "question_generation": _Questions,
}
INSTRUCTIONS = {name: branch.instructions for name, branch in _BRANCHES.items()}


async def ask_model(text: str, instructions: str, post: Post) -> str:
    """Add the model's replies to a deterministic result. `instructions` are the rules it gets, as edited in the flow.

    The first reply is awaited alone: when it fails, the others are not asked for.
    """
    envelope = _open(text)
    if envelope is None:
        return text
    ticket = load(ModelTicket, envelope["message"]["model"])
    replies = Replies(provider=ticket.provider, title=ticket.title)
    try:
        branch = _BRANCHES[envelope["flow"]](envelope["message"], envelope["data"])
        replies = await _ask(branch, ticket, instructions.strip() or branch.instructions, post, envelope["flow"])
    except Exception as error:
        replies = _broken(ticket, error)
    return json.dumps(envelope | {"replies": dump(replies)}, ensure_ascii=False)


async def _ask(branch: _Branch, ticket: ModelTicket, instructions: str, post: Post, flow: str) -> Replies:
    wanted = branch.first(instructions)
    if not isinstance(wanted, Ask):
        return Replies(provider=ticket.provider, title=ticket.title, not_asked=wanted)
    first, again = [LATE] * ticket.replicates, [LATE] * ticket.replicates

    async def one(into: list[Reply], place: int, ask: Ask, seed: int) -> None:
        into[place] = Reply(**await post(_body(ask, seed), ticket.ticket))

    looked_again = False
    with suppress(TimeoutError):
        async with asyncio.timeout(DEADLINE_S[flow]):
            await one(first, 0, wanted, branch.seed)
            if first[0].content is None:
                first = first[:1]
            else:
                rest = range(1, ticket.replicates)
                await asyncio.gather(*(one(first, k, wanted, branch.seed + k) for k in rest))
            second = branch.again(instructions, first)
            if second is not None:
                looked_again = True
                seeds = branch.seed + ticket.replicates
                await asyncio.gather(*(one(again, k, second, seeds + k) for k in range(ticket.replicates)))
    return Replies(
        provider=ticket.provider,
        title=ticket.title,
        prompt_sha256=digest([wanted.system, dict(wanted.schema), wanted.max_tokens]),
        first=tuple(first),
        again=tuple(again) if looked_again else (),
    )


def _body(ask: Ask, seed: int) -> dict[str, Any]:
    schema = {"name": ask.name, "strict": True, "schema": dict(ask.schema)}
    return {
        "messages": [{"role": "system", "content": ask.system}, {"role": "user", "content": ask.user}],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "temperature": 0,
        "seed": seed % 2**31,
        "max_tokens": ask.max_tokens,
    }


def reconcile(text: str) -> str:
    """Check the replies against the rules of evidence; what comes out has the shape of a result without a model."""
    envelope = _open(text)
    if envelope is None or "replies" not in envelope:
        return text
    ticket = load(ModelTicket, envelope["message"]["model"])
    data = envelope["data"]
    try:
        branch = _BRANCHES[envelope["flow"]](envelope["message"], data)
        data = dump(branch.result(load(Replies, envelope["replies"])))
    except Exception as error:
        told = _broken(ticket, error)
        data = _with_told(data, told.told(fallback=told.reason()))
    return json.dumps({"ok": True, "data": data}, ensure_ascii=False)


def _with_told(data: Any, model: dict[str, Any]) -> Any:
    if isinstance(data, list):
        return [_with_told(one, model) for one in data]
    return data | {"provenance": data["provenance"] | {"model": model}}


def _open(text: str) -> dict[str, Any] | None:
    """The message between the components; None when there is nothing to do for a model."""
    envelope = json.loads(text)
    return envelope if envelope.get("ok") is True and "message" in envelope else None


def _broken(ticket: ModelTicket, error: Exception) -> Replies:
    # The text of an unknown error may quote the answer: only its type and place are logged.
    log.error("model branch failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    failed = Reply(code="flow_failed", message="The flow failed on what it should read or ask.")
    return Replies(provider=ticket.provider, title=ticket.title, first=(failed,))
