"""Every service of others that can do a port's work: what it is, what it is given, and what can be set up.

Data, no behaviour: the settings page, the consent screen, `doctor` and the adapters all read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LANGUAGE_MODEL, TEXT_TO_SPEECH, SPEECH_TO_TEXT, CLOUD_VIDEO = (
    "language_model",
    "text_to_speech",
    "speech_to_text",
    "cloud_video",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Work that a provider may be chosen for. `variable` chooses one from the environment."""

    id: str
    title: str
    variable: str
    embedded: str
    """Who does the work when nobody is chosen; what that means for the person is part of the words."""
    built_in: bool
    """Whether that is somebody of our own; else the work is left out."""
    personal: bool
    """Whether it is given what a candidate says or shows: then each of them is asked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting of a provider. `variable` is its name in the environment, which wins over the page."""

    name: str
    label: str
    variable: str
    kind: Literal["text", "url", "price"] = "text"
    default: str | None = None
    required: bool = False
    help: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A service of others. `key_variable` names its key in the environment; `package` is the maker's own client."""

    id: str
    title: str
    ports: tuple[str, ...]
    receives: dict[str, str]
    """By port: what is sent there, in words for a person."""
    key_variable: str
    key_required: bool = True
    fields: tuple[Field, ...] = ()
    package: str | None = None


PORTS = (
    Port(
        id=LANGUAGE_MODEL,
        title="Language model",
        variable="REHEARSAL_LANGUAGE_MODEL",
        embedded="None. Questions, grades and tips come from the built-in rules.",
        built_in=False,
        personal=True,
    ),
    Port(
        id=TEXT_TO_SPEECH,
        title="Interviewer's voice",
        variable="REHEARSAL_TEXT_TO_SPEECH",
        embedded="Kokoro, on this machine.",
        built_in=True,
        personal=False,
    ),
    Port(
        id=SPEECH_TO_TEXT,
        title="Transcript of answers",
        variable="REHEARSAL_SPEECH_TO_TEXT",
        embedded="Whisper base, on this machine.",
        built_in=True,
        personal=True,
    ),
    Port(
        id=CLOUD_VIDEO,
        title="Described video moments",
        variable="REHEARSAL_CLOUD_VIDEO",
        embedded="None. The picture is measured by MediaPipe, on this machine.",
        built_in=False,
        personal=True,
    ),
)

_ADDRESS = "Only for another address than the maker's own."
_PRICES = (
    "US dollars for a million tokens. Left empty, the list price we know is used; a model we do not know needs it."
)


def _prices(prefix: str) -> tuple[Field, ...]:
    return (
        Field(name="input_price", label="Price of input", variable=f"{prefix}_INPUT_PRICE", kind="price", help=_PRICES),
        Field(
            name="output_price", label="Price of output", variable=f"{prefix}_OUTPUT_PRICE", kind="price", help=_PRICES
        ),
    )


def _voice_fields(prefix: str, price: str) -> tuple[Field, ...]:
    return (
        Field(
            name="voices",
            label="Voices",
            variable=f"{prefix}_VOICES",
            help="Instead of ours: a built-in voice, an equals sign and its name there, with commas between.",
        ),
        Field(
            name="price",
            label="Price of text",
            variable=f"{prefix}_PRICE",
            kind="price",
            default=price,
            help="US dollars for a thousand characters. It depends on your plan.",
        ),
    )


_MODEL_RECEIVES = (
    "The posting and the questions. With the candidate's consent also the words of an answer, without names, schools "
    "and addresses."
)

# Model names are those the makers' own clients list (cloud.md: SDK versions); pinned ones where there are, so that the
# same input meets the same model.
PROVIDERS = (
    Provider(
        id="openai",
        title="OpenAI",
        ports=(LANGUAGE_MODEL, SPEECH_TO_TEXT),
        receives={LANGUAGE_MODEL: _MODEL_RECEIVES, SPEECH_TO_TEXT: "The sound of an answer, with consent."},
        key_variable="OPENAI_API_KEY",
        fields=(
            Field(name="model", label="Model", variable="OPENAI_MODEL", default="gpt-4.1-mini-2025-04-14"),
            Field(
                name="transcription_model",
                label="Model for transcripts",
                variable="OPENAI_TRANSCRIPTION_MODEL",
                default="whisper-1",
                help="It has to give the times of words.",
            ),
            Field(
                name="transcription_price",
                label="Price of a minute",
                variable="OPENAI_TRANSCRIPTION_PRICE",
                kind="price",
                default="0.006",
                help="US dollars for a minute of sound.",
            ),
            Field(name="base_url", label="Address", variable="OPENAI_BASE_URL", kind="url", help=_ADDRESS),
            *_prices("OPENAI"),
        ),
        package="openai",
    ),
    Provider(
        id="anthropic",
        title="Anthropic",
        ports=(LANGUAGE_MODEL,),
        receives={LANGUAGE_MODEL: _MODEL_RECEIVES},
        key_variable="ANTHROPIC_API_KEY",
        fields=(
            Field(name="model", label="Model", variable="ANTHROPIC_MODEL", default="claude-haiku-4-5-20251001"),
            Field(name="base_url", label="Address", variable="ANTHROPIC_BASE_URL", kind="url", help=_ADDRESS),
            *_prices("ANTHROPIC"),
        ),
        package="anthropic",
    ),
    Provider(
        id="openai_compatible",
        title="OpenAI-compatible server",
        ports=(LANGUAGE_MODEL,),
        receives={LANGUAGE_MODEL: _MODEL_RECEIVES},
        key_variable="REHEARSAL_COMPATIBLE_API_KEY",
        key_required=False,
        fields=(
            Field(
                name="base_url",
                label="Address",
                variable="REHEARSAL_COMPATIBLE_BASE_URL",
                kind="url",
                required=True,
                help="Ollama, vLLM, llama.cpp or another, for example http://127.0.0.1:11434/v1.",
            ),
            Field(name="model", label="Model", variable="REHEARSAL_COMPATIBLE_MODEL", required=True),
            *_prices("REHEARSAL_COMPATIBLE"),
        ),
        package="openai",
    ),
    Provider(
        id="elevenlabs",
        title="ElevenLabs",
        ports=(TEXT_TO_SPEECH,),
        receives={TEXT_TO_SPEECH: "The texts of the questions."},
        key_variable="ELEVENLABS_API_KEY",
        fields=(
            Field(name="model", label="Model", variable="ELEVENLABS_MODEL", default="eleven_multilingual_v2"),
            Field(name="base_url", label="Address", variable="ELEVENLABS_BASE_URL", kind="url", help=_ADDRESS),
            *_voice_fields("ELEVENLABS", "0.30"),
        ),
        package="elevenlabs",
    ),
    Provider(
        id="azure_speech",
        title="Azure Speech",
        ports=(TEXT_TO_SPEECH,),
        receives={TEXT_TO_SPEECH: "The texts of the questions."},
        key_variable="AZURE_SPEECH_KEY",
        fields=(
            Field(name="region", label="Region", variable="AZURE_SPEECH_REGION", help="For example westeurope."),
            Field(
                name="host",
                label="Host",
                variable="AZURE_SPEECH_HOST",
                kind="url",
                help="Instead of a region, for a container or a private endpoint.",
            ),
            *_voice_fields("AZURE_SPEECH", "0.016"),
        ),
        package="azure-cognitiveservices-speech",
    ),
    Provider(
        id="twelvelabs",
        title="Twelve Labs",
        ports=(CLOUD_VIDEO,),
        receives={CLOUD_VIDEO: "The recording of an answer, picture and sound, with consent. Deleted there after use."},
        key_variable="TWELVELABS_API_KEY",
        fields=(
            Field(name="model", label="Model", variable="TWELVELABS_MODEL", default="pegasus1.5"),
            # Prices of a third party's page, 2026-08, not verified; see docs/providers.md.
            Field(
                name="minute_price",
                label="Price of a minute",
                variable="TWELVELABS_MINUTE_PRICE",
                kind="price",
                default="0.0292",
                help="US dollars for a minute of video and one kind of segment; two kinds are asked for.",
            ),
            Field(
                name="output_price",
                label="Price of output",
                variable="TWELVELABS_OUTPUT_PRICE",
                kind="price",
                default="7.5",
                help="US dollars for a million tokens.",
            ),
            Field(
                name="base_url", label="Address", variable="REHEARSAL_TWELVELABS_BASE_URL", kind="url", help=_ADDRESS
            ),
        ),
        package="twelvelabs",
    ),
)
BY_ID = {provider.id: provider for provider in PROVIDERS}
PORTS_BY_ID = {port.id: port for port in PORTS}


def title(provider: str) -> str:
    """The name to say to a person; what is not in the catalogue names itself."""
    return BY_ID[provider].title if provider in BY_ID else provider
