"""What is asked of a language model in the flows, and what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.utils.json import dump


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTicket:
    """The right to ask the chosen language model for one purpose. `ticket` is opaque: whoever gave it knows what for.

    `title` names the provider to a person; `replicates` is how often the same thing is asked.
    """

    ticket: str
    provider: str
    title: str
    replicates: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a model: the rules (`system`), the data (`user`), the shape of the reply and its longest."""

    system: str
    user: str
    name: str
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: `content` as the model gave it, or None and the `code` and `message` of what went wrong."""

    content: str | None = None
    model: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a result says about a language model (`provenance.model`).

    Of `replicates` replies `usable` had the right shape. They gave `given` scores (or texts), of which `kept` passed
    the checks; `rejected` counts the rest by the rule they broke. By dimension: `spread` of the replies, `flags`
    (`low_confidence`, `far_apart`) and `scores` of the rules, of the model, and shown. `fallback` (code, sentence):
    why the rules' result stands alone; `not_asked`: why nothing was sent.
    """

    provider: str
    title: str
    model: str | None
    prompt_sha256: str | None
    replicates: int = 0
    usable: int = 0
    given: int = 0
    kept: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    fallback: tuple[str, str] | None = None
    not_asked: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """All replies to one question; `again` are those to the second look at what was far from the rules.

    `not_asked` is the code and the sentence of why the model was not asked.
    """

    provider: str
    title: str
    prompt_sha256: str | None = None
    first: tuple[Reply, ...] = ()
    again: tuple[Reply, ...] = ()
    not_asked: tuple[str, str] | None = None

    @property
    def model(self) -> str | None:
        """The model that replied, by the name it gives itself."""
        return next((reply.model for reply in self.first if reply.model), None)

    def reason(self) -> tuple[str, str]:
        """Why there is nothing to use: what went wrong most often, else replies of another shape."""
        failed = [(reply.code, reply.message or "") for reply in self.first if reply.content is None and reply.code]
        if not failed:
            return "reply_unusable", "What it replied does not have the shape that was asked for."
        return min(Counter(failed).items(), key=lambda found: (-found[1], found[0]))[0]

    def told(self, **found: Any) -> dict[str, Any]:
        """`provenance.model` as JSON; `found` are fields of `Told`."""
        told = Told(
            provider=self.provider,
            title=self.title,
            model=self.model,
            prompt_sha256=self.prompt_sha256,
            replicates=len(self.first),
            **found,
        )
        return dict(dump(told))
