"""The smallest real call of each provider, for the button of the settings page and `doctor --live`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.domain.errors import ProviderError
from app.services.providers import calls, configuration
from app.services.providers.catalog import BY_ID, CLOUD_VIDEO, LANGUAGE_MODEL, SPEECH_TO_TEXT, TEXT_TO_SPEECH
from app.services.providers.configuration import Configured

DEADLINE_S = 30.0
SENTENCE = "Hello, this is a test."
# A hummed second: every listener takes it, and nobody's voice is sent for a test.
TONE_HZ, TONE_S = 220.0, 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What came back. `detail` is a sentence for a person; `code` that of the error, None when it works."""

    ok: bool
    detail: str
    code: str | None
    hint: str | None
    seconds: float


async def check(provider: str) -> Checked:
    """Make the smallest call for every work the provider is chosen for (or, chosen for none, for its first one).

    It costs less than a cent and counts towards the budget of the day. Never raises for what the provider does.
    """
    began = time.monotonic()
    chosen = [port for port, (who, _) in (await configuration.choices()).items() if who == provider]
    try:
        service = await configuration.required(provider)
        await calls.resume(provider)
        said = [await TRIES[port](service) for port in chosen or BY_ID[provider].ports[:1]]
    except ProviderError as error:
        return Checked(False, error.message, error.code, error.hint, round(time.monotonic() - began, 2))
    return Checked(True, " ".join(said), None, None, round(time.monotonic() - began, 2))


async def _model(service: Configured) -> str:
    from app.services.providers import usage
    from app.services.providers.llm import gateway, prices
    from app.services.providers.ports import Prompt

    schema = {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    }
    system = "This is a test of the connection. Reply with JSON that fits the schema."
    prompt = Prompt(system=system, user="Are you ready?", schema_name="test", schema=schema, max_tokens=200)
    price, model = prices.of(service), service.values["model"]
    reserved = await usage.reserve(service.id, model, "test", cost=price.cost(1_500, 200), interview_id=None)
    attempt = partial(gateway.ADAPTERS[service.id], service, prompt, timeout_s=DEADLINE_S)
    try:
        done = await calls.call(service.id, "test", attempt, deadline_s=DEADLINE_S, attempts=1)
    except ProviderError as error:
        if error.code.endswith(gateway.FREE):
            await usage.settle(reserved, cost=0)
        raise
    tokens = {"input_tokens": done.input_tokens or 0, "output_tokens": done.output_tokens or 0}
    await usage.settle(reserved, cost=price.cost(*tokens.values()), **tokens)
    return f"{done.model} answered."


async def _voice(service: Configured) -> str:
    from app.services.providers.tts import cloud
    from app.services.providers.tts.voices import of_provider

    voice = of_provider(service.id, service.values)[0]
    _, track = await cloud.speak(SENTENCE, voice, 1.0)
    return f"{voice.label} spoke for {track.duration_s:.1f} seconds."


async def _listener(service: Configured) -> str:
    from app.services.providers.ports import SAMPLE_RATE
    from app.services.providers.stt import openai

    time_s = np.arange(round(TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    await openai.hear((0.1 * np.sin(2 * np.pi * TONE_HZ * time_s)).astype(np.float32), service, timeout_s=DEADLINE_S)
    return f"{service.values['transcription_model']} listened."


async def _video(service: Configured) -> str:
    from app.services.providers.video.twelvelabs import TwelveLabs

    attempt = partial(TwelveLabs(service).find_assets, "rehearsal-test")
    await calls.call(service.id, "test", attempt, deadline_s=DEADLINE_S, attempts=1)
    return "The key is accepted."


TRIES: dict[str, Callable[[Configured], Awaitable[str]]] = {
    LANGUAGE_MODEL: _model,
    TEXT_TO_SPEECH: _voice,
    SPEECH_TO_TEXT: _listener,
    CLOUD_VIDEO: _video,
}
