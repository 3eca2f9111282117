"""Services of others: who does which work, how they are set up, what they cost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from app.api.schemas.common import In, Out

SetBy = Literal["environment", "page"]
Usd = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Value = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class PortOut(Out):
    """Work that a provider may be chosen for."""

    id: str
    title: str
    embedded: str = Field(description="Who does it when nobody is chosen.")
    built_in: bool = Field(description="Somebody does it when nobody is chosen; else it is left out.")
    personal: bool = Field(description="It is given what a candidate says or shows: each of them is asked first.")
    chosen: str | None = Field(description="A provider id; None for the embedded one.")
    chosen_by: SetBy
    variable: str
    providers: list[str]


class FieldOut(Out):
    """A setting of a provider; `value` is None while the default holds."""

    name: str
    label: str
    kind: Literal["text", "url", "price"]
    help: str | None
    required: bool
    default: str | None
    value: str | None
    set_by: SetBy | None
    variable: str


class KeyOut(Out):
    """Whether there is a key. The key itself never leaves the server."""

    set_by: SetBy | None
    variable: str
    required: bool


class ProviderErrorOut(Out):
    """A failed call, newest first."""

    at: datetime
    purpose: str
    code: str
    message: str


class ProviderState(Out):
    """How the last calls went."""

    paused_s: int = Field(description="Seconds for which it is left alone after failures; 0: it is used.")
    answered_at: datetime | None
    errors: list[ProviderErrorOut]


class ProviderSetup(Out):
    """One provider as it is set up."""

    id: str
    title: str
    receives: dict[str, str] = Field(description="By kind of work: what is sent there.")
    key: KeyOut
    fields: list[FieldOut]
    missing: list[str] = Field(description="What has to be set before it can be used.")
    installed: bool = Field(description="Its maker's client is installed (`make cloud`).")
    stored: int = Field(description="Things stored there now; what is not used any more is being deleted.")
    state: ProviderState | None = Field(description="None while the queue does not answer.")


class BudgetsOut(Out):
    """Limits and what today (UTC) has cost, reservations included, in US dollars."""

    interview_usd: float
    day_usd: float
    spent_today_usd: float


class ProviderSettingsOut(Out):
    """Everything about services of others."""

    ports: list[PortOut]
    providers: list[ProviderSetup]
    budgets: BudgetsOut


class ChoiceIn(In):
    """Who does the work; None for the embedded one."""

    provider: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None


class ProviderEdit(In):
    """Settings to change; None goes back to the default. `key` replaces the key, `forget_key` deletes it."""

    values: dict[Annotated[str, StringConstraints(max_length=40)], Value | None] = Field({}, max_length=20)
    key: SecretStr | None = Field(None, max_length=1000)
    forget_key: bool = False


class BudgetsIn(In):
    """New limits in US dollars."""

    interview_usd: Usd
    day_usd: Usd


class UsageOfModel(Out):
    """Calls of one model for one interview."""

    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class UsageOut(Out):
    """What an interview has cost at services of others."""

    models: list[UsageOfModel]
    cost_usd: float
    budget_usd: float
    estimated: bool = Field(description="A call has not ended yet: its upper bound is counted.")


class CheckedOut(Out):
    """What the smallest real call gave."""

    ok: bool
    detail: str
    code: str | None
    hint: str | None
    seconds: float
