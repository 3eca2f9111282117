"""The whole job with every service of others, then with each of them failing in turn; and where their keys end up.

The services are stand-ins on this machine that check requests as their makers do; the program is started as a person
starts it. One key is given on the page, the others in the environment.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.responses import JSONResponse

from app.services.providers.stt.whisper import transcribe
from app.services.recordings import media as recordings
from app.supervisor import postgres
from tests.contract import elevenlabs_server, llm_server, twelvelabs_server
from tests.contract import transcription_server as listener
from tests.contract.faults import KEY, Vendor, serving
from tests.contract.s3_servers import ACCESS_KEY, SECRET_KEY
from tests.contract.s3_servers import running as storing
from tests.drills.client import Candidate
from tests.drills.conftest import POSTING
from tests.e2e import media
from tests.e2e.system import BACKEND, RunningSystem
from tests.flows.test_model_branch import scores

pytestmark = [pytest.mark.drill, pytest.mark.timeout(900)]

PROVIDERS = ["anthropic", "openai", "twelvelabs"]
MOMENT = {
    "definition": "content",
    "start_time": 6.0,
    "end_time": 9.0,
    "metadata": {"kind": "gives_example", "text": "Tells how they walked the route with a stopwatch."},
}


async def _broken(scope: Any, receive: Any, send: Any) -> None:
    """What every service answers that has a problem."""
    await JSONResponse({"error": "SECRET words"}, 503)(scope, receive, send)


@dataclass
class World:
    """The running program, the stand-ins by provider, and everything the program has said."""

    system: RunningSystem
    recording: Path
    vendors: dict[str, Vendor]
    model: llm_server.Vendor
    kept: twelvelabs_server.Store
    said: list[str] = field(default_factory=list)
    practised: int = 0

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.system.url)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self.candidate.call(method, path, **options)
        self.said.append(json.dumps(answer))
        return answer

    def practise(self) -> dict[str, Any]:
        """Plan, answer one question on camera and one by typing, and read the report."""
        interview = self.candidate.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="video")
        address = f"/interviews/{interview['id']}"
        agreed = {"recording": True, "voice": True, "presence": False, "providers": PROVIDERS}
        # Another pace each time, or the words of the last time would be played from the cache.
        self.practised += 1
        pace = round(1 + self.practised / 100, 2)
        self.ask("PATCH", address, json={"consent": agreed, "voice": VOICE, "speed": pace})
        first, second, _ = interview["questions"]
        takes = [self.candidate.record(first["id"], self.recording), self.candidate.type(second["id"], media.ANSWER)]
        for take in takes:
            self.candidate.wait_until_ended(take, timeout_s=400)
        report: dict[str, Any] = self.ask("GET", f"{address}/report")
        report["spoken"] = self.ask("GET", f"{address}/questions/{first['id']}/speech")
        return report

    def resume(self) -> None:
        """Nobody fails any more, and nobody is left alone: pressing Test ends a pause."""
        for provider in ("anthropic", "openai", "elevenlabs", "twelvelabs"):
            tested = self.ask("POST", f"/providers/{provider}/test")
            # The stand-in that listens knows one recording and refuses the tone of the test, which is an answer, too.
            assert tested["code"] == ("openai_refused" if provider == "openai" else None), tested


VOICE = "elevenlabs:EXAVITQu4vr4xnSDxMaL"


@pytest.fixture(scope="module")
def world(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("clouds")
    recording = folder / "answer.webm"
    media.write_recording(material, recording)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        apps = {
            "elevenlabs": elevenlabs_server.create(),
            "openai": listener.create(),
            "twelvelabs": twelvelabs_server.create(),
        }
        apps["openai"].state.recording = _known(recording, folder)
        apps["twelvelabs"].state.store = kept = twelvelabs_server.Store(moments=[MOMENT])
        vendors = {name: Vendor(app) for name, app in apps.items()}
        urls = {name: stack.enter_context(serving(vendor)) for name, vendor in vendors.items()}
        model = stack.enter_context(llm_server.serving())
        model.answer = lambda _, user: scores(user, 3) if '"dimensions"' in user else "{}"
        bucket = stack.enter_context(storing("nanio", folder / "s3"))
        bucket.make("takes")
        for name, value in {
            "REHEARSAL_LANGUAGE_MODEL": "anthropic",
            "ANTHROPIC_API_KEY": llm_server.KEY,
            "ANTHROPIC_BASE_URL": model.address("anthropic"),
            "REHEARSAL_SPEECH_TO_TEXT": "openai",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{urls['openai']}/v1",
            "REHEARSAL_CLOUD_VIDEO": "twelvelabs",
            "TWELVELABS_API_KEY": KEY,
            "REHEARSAL_TWELVELABS_BASE_URL": f"{urls['twelvelabs']}/v1.3",
            **bucket.settings("takes"),
        }.items():
            patch.setenv(name, value)
        with RunningSystem(folder / "d") as system:
            made = World(system, recording, vendors, model, kept)
            own = {"values": {"base_url": urls["elevenlabs"]}, "key": KEY}
            made.ask("PATCH", "/providers/elevenlabs", json=own)
            made.ask("PUT", "/providers/choices/text_to_speech", json={"provider": "elevenlabs"})
            made.ask("PUT", "/providers/budgets", json={"interview_usd": 5, "day_usd": 50})
            yield made


def _known(recording: Path, folder: Path) -> listener.Recording:
    """The sound as the program will cut it out of the recording, with the words the built-in listener hears in it."""
    copy, sound = folder / "copy", folder / "audio.wav"
    recordings.remux(recording, copy)
    recordings.extract_audio(copy, sound)
    audio = recordings.read_wav(sound)
    words = [
        (word.text, (word.start_ms or 0) / 1000, (word.end_ms or 0) / 1000)
        for word in transcribe(audio, ()).words
        if not word.filler
    ]
    return listener.Recording(audio, words)


def test_everybody_takes_part(world: World) -> None:
    report = world.practise()
    recorded, typed, _ = report["answers"]
    assert (report["spoken"]["provider"], report["spoken"]["fallback"]) == ("ElevenLabs", None)
    assert recorded["transcript"]["provenance"]["provider"] == "openai"
    assert "stopwatch" in " ".join(word["text"] for word in recorded["transcript"]["words"])
    for answer in (recorded, typed):
        told = answer["grade"]["provenance"]["model"]
        assert (told["provider"], told.get("fallback")) == ("anthropic", None)
        assert told["usable"] == 3
    assert [moment["kind"] for moment in recorded["observations"]["observations"]] == ["gives_example"]
    assert report["usage"]["cost_usd"] > 0
    assert {row["provider"] for row in report["usage"]["models"]} >= {"Anthropic", "OpenAI", "Twelve Labs"}
    assert world.model.problems == []


@pytest.mark.parametrize("failing", ["elevenlabs", "openai", "twelvelabs", "anthropic"])
def test_a_report_comes_when_one_of_them_fails(world: World, failing: str) -> None:
    apps = {name: vendor.app for name, vendor in world.vendors.items()}
    if failing == "anthropic":
        world.model.faults = ["503"] * 1000
    else:
        world.vendors[failing].app = _broken
    try:
        report = world.practise()
    finally:
        world.model.faults = []
        for name, app in apps.items():
            world.vendors[name].app = app
    recorded, typed, _ = report["answers"]
    assert report["summary"]["overall"] is not None
    assert [answer["grade"]["overall"] is not None for answer in (recorded, typed)] == [True, True]
    assert (report["spoken"]["fallback"] is not None) == (failing == "elevenlabs")
    assert report["spoken"]["state"] == "ready"
    heard = recorded["transcript"]["provenance"]
    if failing == "openai":
        assert heard["fallback"]["provider"] == "openai"
    else:
        assert heard["provider"] == "openai"
    model = typed["grade"]["provenance"]["model"]
    if failing == "anthropic":
        assert model["fallback"][0] in ("anthropic_busy", "provider_paused")
    else:
        assert model.get("fallback") is None
    video = next(stage for stage in recorded["stages"] if stage["name"] == "cloud_video")
    if failing == "twelvelabs":
        assert video["state"] == "failed"
        assert video["error"]["provider"] == "twelvelabs"
    else:
        assert video["state"] == "done"
    assert "SECRET" not in json.dumps(report)
    world.resume()


def test_no_key_is_anywhere(world: World) -> None:
    keys = [KEY, llm_server.KEY, SECRET_KEY]
    for path in ("/system", "/providers", "/openapi.json", "/interviews", "/postings"):
        world.ask("GET", path)
    texts = {"answers of the API": "\n".join(world.said)}
    for log in (world.system.data / "logs").iterdir():
        texts[log.name] = log.read_text(errors="replace")
    texts["output"] = world.system.output()
    with psycopg.connect(_database(world.system.data)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT row::text FROM "{table}" row').fetchall()
            texts[f"table {table}"] = "\n".join(text for (text,) in rows)
    for built in (BACKEND.parent / "frontend" / "dist").rglob("*.js"):
        texts[built.name] = built.read_text(encoding="utf-8")
    assert "provider_settings" in " ".join(texts)
    assert len(texts["table provider_settings"]) > 0
    found = [f"{place}: {key[:4]}..." for place, text in texts.items() for key in keys if key in text]
    assert found == []
    assert ACCESS_KEY not in texts["answers of the API"]


def test_nothing_is_left_at_the_video_service(world: World) -> None:
    world.ask("DELETE", "/data")
    deadline = time.monotonic() + 120
    while not world.kept.empty and time.monotonic() < deadline:
        time.sleep(0.2)
    assert world.kept.empty


def _database(data: Path) -> str:
    """Where the program's own PostgreSQL listens."""
    folder = data / "postgres"
    server = postgres.Postgres(
        data=folder, sockets=postgres._socket_folder(folder), program=Path(), user=None, group=None
    )
    return server.url()
