"""One call of a language model for a flow: price, budget, adapter, retries, and what it really cost."""

from __future__ import annotations

import json

import structlog

from app.core import limits, ratelimit
from app.domain.errors import ProviderError
from app.models.provider import ModelTicketRow
from app.services.providers import calls, configuration, failures, usage
from app.services.providers.llm import anthropic, openai, prices
from app.services.providers.ports import Completion, LanguageModel, Prompt

log = structlog.get_logger()

ADAPTERS: dict[str, LanguageModel] = {
    "openai": openai.complete,
    "openai_compatible": openai.complete,
    "anthropic": anthropic.complete,
}
TIMEOUT_S, DEADLINE_S = 30.0, 40.0
# A token is never less than a byte of text; this is for what the services put around it (roles, the schema's rules).
OVERHEAD_TOKENS = 1_000
# After these the service has done no work. After a timeout or a broken answer nobody knows, so the reservation stays.
FREE = ("_key", "_rate", "_busy", "_unreachable", "_refused", "_too_large", "_not_installed")


async def complete(ticket: ModelTicketRow, prompt: Prompt) -> Completion:
    """A whole text of the ticket's provider, or ProviderError (also `budget_spent`, `provider_paused`), or TooMany."""
    if ticket.owner_id is not None:
        await ratelimit.take(limits.MODEL_CALLS, str(ticket.owner_id))
    ready = await configuration.required(ticket.provider)
    price = prices.of(ready)
    most = price.cost(_most_tokens(prompt), prompt.max_tokens)

    async def attempt() -> Completion:
        usage_id = await usage.reserve(
            ticket.provider,
            ready.values["model"],
            ticket.purpose,
            cost=most,
            interview_id=ticket.interview_id,
            ticket=ticket,
        )
        try:
            done = await ADAPTERS[ticket.provider](ready, prompt, timeout_s=TIMEOUT_S)
        except ProviderError as error:
            if error.code.endswith(FREE):
                await usage.settle(usage_id, cost=0)
            raise
        if done.input_tokens is not None and done.output_tokens is not None:
            cost = price.cost(done.input_tokens, done.output_tokens)
            if cost > most:
                log.warning("provider_cost_above_bound", provider=ticket.provider, model=ready.values["model"])
            await usage.settle(usage_id, cost=cost, input_tokens=done.input_tokens, output_tokens=done.output_tokens)
        return _whole(ticket.provider, done)

    return await calls.call(ticket.provider, ticket.purpose, attempt, deadline_s=DEADLINE_S)


def _most_tokens(prompt: Prompt) -> int:
    text = prompt.system + prompt.user + json.dumps(prompt.schema, ensure_ascii=False)
    return len(text.encode()) + OVERHEAD_TOKENS


def _whole(provider: str, done: Completion) -> Completion:
    if done.ended == "declined":
        raise failures.declined(provider)
    if done.ended != "stop":
        how = "a text that ends in the middle" if done.ended == "length" else "no text"
        # The same prompt at temperature 0 would end the same way.
        raise failures.garbled(provider, how, retryable=False)
    return done
