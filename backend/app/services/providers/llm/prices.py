"""What a call of a language model costs. Prices are data with a date; an operator's own win."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.services.providers.configuration import Configured

# Third-party copies of the makers' lists, seen on this day; the makers' own pages were not. Where copies differ, the
# highest. By the beginning of the model's name, the longest that fits; US dollars for a million tokens (in, out).
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SEEN = "2026-11-26"
LIST: dict[str, tuple[float, float]] = {
    "gpt-4.1": (2.00, 8.00),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-4.1-nano": (0.10, 0.40),
    "gpt-4o": (2.50, 10.00),
    "gpt-4o-mini": (0.15, 0.60),
    "claude-haiku-4-5": (1.00, 5.00),
    "claude-sonnet-4-5": (3.00, 15.00),
    "claude-opus-4-5": (15.00, 75.00),
}


@dataclass(frozen=True, slots=True)
class Price:
    """Millionths of a US dollar a token. `assumed`: nobody knows this model's price, so it is the highest we know."""

    input: float
    output: float
    assumed: bool = False

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """Millionths of a US dollar, rounded up."""
        return math.ceil(input_tokens * self.input + output_tokens * self.output)


def of(ready: Configured) -> Price:
    """The price of the configured model: the settings' where both are set, the list's, or the highest of the list."""
    own = ready.values.get("input_price"), ready.values.get("output_price")
    if own[0] is not None and own[1] is not None:
        return Price(float(own[0]), float(own[1]))
    model = ready.values["model"]
    if ready.id == "openai_compatible" and urlsplit(ready.values["base_url"]).hostname in LOOPBACK:
        return Price(0.0, 0.0)  # a server on one's own machine sends no bill
    # A server of somebody else may call its model anything: its name says nothing about its price.
    known = [name for name in LIST if model == name or model.startswith(f"{name}-")] if _is_maker(ready) else []
    if known:
        return Price(*LIST[max(known, key=len)])
    return Price(max(price for price, _ in LIST.values()), max(price for _, price in LIST.values()), assumed=True)


def _is_maker(ready: Configured) -> bool:
    return ready.id in ("openai", "anthropic")
