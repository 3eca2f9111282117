"""The voices to choose from: the built-in ones, and for each of them one like it at every voice service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import BadInput, ProviderError
from app.services.providers.catalog import title

KOKORO = "kokoro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice to choose: its `id` in our program, a plain label, the English it speaks (`en-us`, `en-gb`).

    `provider` says who speaks; `stands_for` is the built-in voice that takes over, and that an interviewer of the cast
    has by itself.
    """

    id: str
    label: str
    language: str
    provider: str = KOKORO
    stands_for: str | None = None

    @property
    def name(self) -> str:
        """What the service calls it."""
        return self.id.partition(":")[2] or self.id


EMBEDDED: dict[str, Voice] = {
    voice.id: voice
    for voice in (
        Voice(id="af_heart", label="Heart, American", language="en-us"),
        Voice(id="am_michael", label="Michael, American", language="en-us"),
        Voice(id="bf_emma", label="Emma, British", language="en-gb"),
        Voice(id="bm_george", label="George, British", language="en-gb"),
        Voice(id="af_bella", label="Bella, American", language="en-us"),
        Voice(id="am_fenrir", label="Fenrir, American", language="en-us"),
        Voice(id="bf_isabella", label="Isabella, British", language="en-gb"),
        Voice(id="bm_fable", label="Fable, British", language="en-gb"),
    )
}

# Public voices that every account has (ElevenLabs: its premade voices; Azure: neural voices of en-US and en-GB, which
# give visemes), chosen by accent and pitch to be like the built-in voice. An operator may name others.
DEFAULTS: dict[str, dict[str, tuple[str, str]]] = {
    "elevenlabs": {
        "af_heart": ("EXAVITQu4vr4xnSDxMaL", "Sarah"),
        "am_michael": ("nPczCjzI2devNBz1zQrb", "Brian"),
        "bf_emma": ("Xb7hH8MSUJpSbSDYk0k2", "Alice"),
        "bm_george": ("JBFqnCBsd6RMkjVDRZzb", "George"),
        "af_bella": ("XrExE9yKIg1WjnnlVkGX", "Matilda"),
        "am_fenrir": ("cjVigY5qzO86Huf0OWal", "Eric"),
        "bf_isabella": ("pFZP5JQG7iQjIQuC4Bku", "Lily"),
        "bm_fable": ("onwK4e9ZLuTAKqWW03F9", "Daniel"),
    },
    "azure_speech": {
        "af_heart": ("en-US-AvaNeural", "Ava"),
        "am_michael": ("en-US-AndrewNeural", "Andrew"),
        "bf_emma": ("en-GB-SoniaNeural", "Sonia"),
        "bm_george": ("en-GB-RyanNeural", "Ryan"),
        "af_bella": ("en-US-EmmaNeural", "Emma"),
        "am_fenrir": ("en-US-BrianNeural", "Brian"),
        "bf_isabella": ("en-GB-LibbyNeural", "Libby"),
        "bm_fable": ("en-GB-ThomasNeural", "Thomas"),
    },
}
NAMES = {
    "elevenlabs": re.compile(r"[A-Za-z0-9]{20}"),
    "azure_speech": re.compile(r"[a-z]{2,3}-[A-Z]{2}-[A-Za-z0-9]{2,40}"),
}


def of_provider(provider: str, values: Mapping[str, str]) -> tuple[Voice, ...]:
    """The voices of a service, one for each built-in voice, in the same order.

    `values` are the provider's settings; `voices` among them replaces defaults: `af_heart=NAME, bm_george=NAME`.
    Raises ProviderError (`<provider>_voices`) when that cannot be read.
    """
    own = _own(provider, values.get("voices", ""))
    out = []
    for embedded in EMBEDDED.values():
        name, label = DEFAULTS[provider][embedded.id]
        if embedded.id in own:
            name, label = own[embedded.id], f"Your own for {embedded.label.split(',')[0]}"
        accent = embedded.label.split(", ")[1]
        out.append(
            Voice(
                id=f"{provider}:{name}",
                label=f"{label}, {accent}",
                language=embedded.language,
                provider=provider,
                stands_for=embedded.id,
            )
        )
    return tuple({voice.id: voice for voice in reversed(out)}.values())[::-1]


def _own(provider: str, setting: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in setting.split(",") if pair.strip()]
    own = {twin.strip(): name.strip() for twin, _, name in pairs}
    if not own.keys() <= EMBEDDED.keys() or not all(NAMES[provider].fullmatch(name) for name in own.values()):
        raise ProviderError(
            provider,
            f"The voices set for {title(provider)} cannot be read.",
            retryable=False,
            code=f"{provider}_voices",
            hint="Write a built-in voice, an equals sign and the name there, with commas between.",
        )
    return own


def unknown_voice() -> BadInput:
    """The error for a voice that does not exist."""
    return BadInput("This voice does not exist.", code="speech_voice_unknown", hint="Choose one of the list.")


def speaker(provider: str) -> str:
    """The name of who speaks, for a person."""
    return "Kokoro" if provider == KOKORO else title(provider)


def embedded_twin(voice: str) -> str:
    """The built-in voice for a voice that is not offered any more; itself when it is one."""
    provider, _, name = voice.partition(":")
    if voice in EMBEDDED:
        return voice
    return next((twin for twin, one in DEFAULTS.get(provider, {}).items() if one[0] == name), next(iter(EMBEDDED)))
