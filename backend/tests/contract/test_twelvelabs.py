"""The official client of Twelve Labs against a stand-in that checks every request."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.domain.errors import ProviderError
from app.services.analysis.observations import SEGMENTS
from app.services.providers.configuration import Configured
from app.services.providers.ports import CloudVideo, Described
from app.services.providers.video import twelvelabs as adapter
from app.services.providers.video.twelvelabs import TwelveLabs
from tests.contract import faults, twelvelabs_server
from tests.contract.faults import KEY, Fault, Vendor, serving
from tests.contract.twelvelabs_server import Store
from tests.unit.media import clips

LABEL = "rehearsal-0123456789abcdef"
WAITS_S = 0.3
TURNS = {
    "definition": "behaviour",
    "start_time": 1.0,
    "end_time": 3.5,
    "metadata": {"kind": "looks_away", "text": "The speaker turns the head to the left."},
}


@dataclass(frozen=True)
class Service:
    """The stand-in and the adapter that talks to it."""

    vendor: Vendor
    app: Any
    video: TwelveLabs

    @property
    def store(self) -> Store:
        kept: Store = self.app.state.store
        return kept

    def requests(self) -> list[tuple[str, str]]:
        """What was asked so far."""
        return [(one.method, one.path) for one in self.vendor.seen]


@pytest.fixture(scope="module")
def _service() -> Iterator[Service]:
    app = twelvelabs_server.create()
    vendor = Vendor(app)
    with serving(vendor) as url:
        values = {"model": "pegasus1.5", "base_url": f"{url}/v1.3/"}
        yield Service(vendor, app, TwelveLabs(Configured("twelvelabs", values, SecretStr(KEY))))


@pytest.fixture
def service(_service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Twelve Labs as new, in an environment that points its client elsewhere."""
    monkeypatch.setenv("TWELVELABS_BASE_URL", "http://127.0.0.1:9/v1.3")
    _service.vendor.forget()
    _service.app.state.store = Store()
    return _service


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of a grey wall."""
    return clips.record(tmp_path_factory.mktemp("clip") / "r.webm", picture=lambda _: clips.blank(), seconds=5, fps=5)


async def stored(service: Service, recording: Path) -> str:
    """A recording that can be used there."""
    asset = await service.video.upload(recording, "video/webm", LABEL)
    service.store.assets[asset]["polls"] = 0
    assert await service.video.asset_state(asset) == "ready"
    return asset


async def begun(service: Service, recording: Path) -> tuple[str, str]:
    """A description that was begun: (asset, task)."""
    asset = await stored(service, recording)
    return asset, await service.video.describe(asset, SEGMENTS, LABEL)


async def ready(service: Service, recording: Path) -> Described:
    """A description that has come to its end."""
    service.store.task_polls = 0
    _, task = await begun(service, recording)
    return await service.video.described(task)


def test_it_is_a_cloud_video(service: Service) -> None:
    port: CloudVideo = service.video
    assert port is service.video


async def test_a_recording_is_sent_with_all_its_fields_and_once(service: Service, recording: Path) -> None:
    asset = await service.video.upload(recording, "video/webm", LABEL)
    (seen,) = service.vendor.seen
    assert (seen.method, seen.path, seen.headers["x-api-key"]) == ("POST", "/v1.3/assets", KEY)
    kept = service.store.assets[asset]
    assert (kept["filename"], kept["file_type"], kept["seen"][:2]) == (f"{LABEL}.webm", "video/webm", (640, 480))
    assert recording.read_bytes() in seen.body
    for wanted in (b'name="method"\r\n\r\ndirect', b'name="enable_hls"\r\n\r\nfalse'):
        assert wanted in seen.body


async def test_a_description_is_asked_for_as_the_service_wants_it(service: Service, recording: Path) -> None:
    _, task = await begun(service, recording)
    seen = service.vendor.seen[-1]
    assert seen.headers["idempotency-key"] == LABEL
    body = seen.json()
    assert body["custom_id"] == LABEL
    assert [one["id"] for one in body["response_format"]["segment_definitions"]] == ["behaviour", "content"]
    kinds = body["response_format"]["segment_definitions"][0]["fields"][0]
    assert kinds["enum"] == ["looks_away", "reads", "hand_to_face", "gestures", "leaves_frame"]
    assert "prompt" not in body
    # The same again is the same description.
    assert await service.video.describe(body["video"]["asset_id"], SEGMENTS, LABEL) == task
    assert len(service.store.tasks) == 1


async def test_the_whole_way(service: Service, recording: Path) -> None:
    video = service.video
    service.store.moments = [TURNS]
    asset = await video.upload(recording, "video/webm", LABEL)
    assert [await video.asset_state(asset) for _ in range(2)] == ["working", "ready"]
    task = await video.describe(asset, SEGMENTS, LABEL)
    assert (await video.described(task)).state == "working"
    found = await video.described(task)
    assert (found.state, found.input_tokens, found.output_tokens) == ("ready", 4_000, 120)
    (segment,) = found.segments
    assert (segment.kind, segment.start_s, segment.end_s) == ("looks_away", 1.0, 3.5)
    assert await video.find_assets(LABEL) == [asset]
    assert await video.find_tasks(asset, LABEL) == [task]
    assert not await video.task_gone(task)
    assert await video.delete_task(task)
    assert await video.delete_asset(asset)
    assert await video.task_gone(task)
    assert await video.asset_gone(asset)
    # Deleting what is not there is no error.
    assert await video.delete_task(task)
    assert await video.delete_asset(asset)
    assert service.store.empty


async def test_a_description_at_work_is_stopped_before_it_is_deleted(service: Service, recording: Path) -> None:
    service.store.ends = "never"
    _, task = await begun(service, recording)
    await service.video.described(task)
    assert await service.video.delete_task(task)
    assert service.requests()[-3:] == [
        ("DELETE", f"/v1.3/analyze/tasks/{task}"),
        ("POST", f"/v1.3/analyze/tasks/{task}/cancel"),
        ("DELETE", f"/v1.3/analyze/tasks/{task}"),
    ]
    assert service.store.tasks == {}


@pytest.mark.parametrize("flat", [False, True])
async def test_what_cannot_be_deleted_now_is_said(service: Service, recording: Path, flat: bool) -> None:
    asset, task = await begun(service, recording)
    service.store.held, service.store.flat_tasks = 3, flat
    assert not await service.video.delete_task(task)
    assert not await service.video.delete_asset(asset)
    assert await service.video.delete_task(task)
    assert await service.video.delete_asset(asset)


async def test_another_name_is_not_found(service: Service, recording: Path) -> None:
    asset, _ = await begun(service, recording)
    assert await service.video.find_assets("rehearsal-fedcba") == []
    assert await service.video.find_tasks(asset, "rehearsal-fedcba") == []


async def test_a_recording_that_cannot_be_read_there(service: Service, tmp_path: Path) -> None:
    broken = tmp_path / "r.webm"
    broken.write_bytes(b"\x1a\x45\xdf\xa3 and nothing behind it")
    asset = await service.video.upload(broken, "video/webm", LABEL)
    assert [await service.video.asset_state(asset) for _ in range(2)] == ["working", "failed"]


@pytest.mark.parametrize("ends", ["failed", "canceled"])
async def test_a_description_that_fails(service: Service, recording: Path, ends: str) -> None:
    service.store.ends = ends
    assert (await ready(service, recording)).state == "failed"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[1]",
        "null",
        '{"behaviour": null}',
        '{"behaviour": [{}]}',
        json.dumps({"behaviour": [TURNS | {"start_time": "1.0"}]}),
        json.dumps({"behaviour": [TURNS | {"end_time": True}]}),
        json.dumps({"behaviour": [TURNS | {"metadata": {"kind": "looks_away"}}]}),
        json.dumps({"behaviour": [TURNS | {"metadata": {"kind": 3, "text": "x"}}]}),
        json.dumps({"behaviour": [TURNS]})[:-4],
        "[" * 100_000,
    ],
)
async def test_a_result_of_another_form_is_no_result(service: Service, recording: Path, data: str) -> None:
    service.store.data = data
    with pytest.raises(ProviderError) as error:
        await ready(service, recording)
    assert (error.value.code, error.value.retryable) == ("twelvelabs_garbled", True)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_a_result_that_was_cut_off_is_no_result(service: Service, recording: Path, reason: str) -> None:
    service.store.moments, service.store.finish_reason = [TURNS], reason
    with pytest.raises(ProviderError) as error:
        await ready(service, recording)
    assert error.value.code == "twelvelabs_garbled"


async def test_a_state_nobody_knows_is_no_answer(service: Service, recording: Path) -> None:
    service.store.ends = "paused"
    with pytest.raises(ProviderError) as error:
        await ready(service, recording)
    assert error.value.code == "twelvelabs_garbled"


FLAT = {"code": "parameter_invalid", "message": "The speaker said: my password is swordfish."}
NESTED = {"error": FLAT}
FAULTS: list[tuple[Fault, str, bool, float | None]] = [
    *((faults.status(400, body), "refused", False, None) for body in (FLAT, NESTED, b"")),
    *((faults.status(401, body), "key", False, None) for body in (FLAT, NESTED, b"", b"<html>")),
    (faults.status(403, NESTED), "key", False, None),
    *((faults.status(404, body), "refused", False, None) for body in (FLAT, NESTED, b"<html>")),
    *((faults.status(409, body), "refused", False, None) for body in (FLAT, NESTED)),
    (faults.status(413, b""), "too_large", False, None),
    (faults.status(422, FLAT), "refused", False, None),
    (faults.status(429, b"", retry_after="7"), "rate", True, 7.0),
    (faults.status(429, b""), "rate", True, None),
    (faults.status(429, b"", retry_after="0"), "rate", True, 0.0),
    (faults.status(500, b"Internal Server Error"), "busy", True, None),
    (faults.status(500, NESTED), "busy", True, None),
    (faults.status(503, b"", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "busy", True, 0.0),
    (Fault(status=307, headers={"location": "http://127.0.0.1:9/"}), "refused", False, None),
    (faults.garbage(), "garbled", True, None),
    (faults.web_page(), "garbled", True, None),
    (faults.truncated(), "garbled", True, None),
    (faults.cut_off(), "garbled", True, None),
    (faults.cut_off(0.01), "garbled", True, None),
    (faults.status(200, b""), "garbled", True, None),
    (faults.status(200, b"[]"), "garbled", True, None),
    (faults.status(200, {}), "garbled", True, None),
    (faults.status(200, {"_id": "../../x", "task_id": 5, "status": "open"}), "garbled", True, None),
    (faults.slow(WAITS_S * 3), "timeout", True, None),
    (faults.stalled(WAITS_S * 3), "timeout", True, None),
]
Ask = Callable[[TwelveLabs, Path], Awaitable[Any]]
ASKS: dict[str, Ask] = {
    "upload": lambda video, path: video.upload(path, "video/webm", LABEL),
    "asset": lambda video, _: video.asset_state("asset001"),
    "describe": lambda video, _: video.describe("asset001", SEGMENTS, LABEL),
    "described": lambda video, _: video.described("task002"),
    "cancel": lambda video, _: video.cancel_task("task002"),
}


def kept() -> Store:
    """A service with a recording that can be used and a description at work."""
    asset = {"_id": "asset001", "status": "ready", "filename": f"{LABEL}.webm", "polls": 0, "seen": (640, 480, 5.0)}
    task = {"task_id": "task002", "custom_id": LABEL, "status": "queued", "created_at": twelvelabs_server.WHEN}
    more = {"asset": "asset001", "polls": 9, "body": {}}
    return Store(assets={"asset001": asset | {"created_at": twelvelabs_server.WHEN}}, tasks={"task002": task | more})


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "after_s"),
    FAULTS,
    ids=lambda value: str(value.status or "") if isinstance(value, Fault) else str(value),
)
async def test_every_failure_has_its_name_and_is_tried_once(
    service: Service,
    recording: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    code: str,
    retryable: bool,
    after_s: float | None,
) -> None:
    if code == "timeout":
        monkeypatch.setattr(adapter, "ASK_S", WAITS_S)
        monkeypatch.setattr(adapter, "UPLOAD_S", WAITS_S)
    for name, ask in ASKS.items():
        if name == "cancel" and fault.status in (404, 409) and fault.body[:1] == b"{":
            continue  # a task that has ended or is gone need not be stopped
        service.app.state.store = kept()
        service.vendor.forget()
        service.vendor.next(fault)
        with pytest.raises(ProviderError) as caught:
            await ask(service.video, recording)
        error = caught.value
        assert (error.provider, error.code) == ("twelvelabs", f"twelvelabs_{code}"), name
        assert (error.retryable, error.retry_after_s) == (retryable, after_s), name
        assert len(service.vendor.seen) == 1, name
        assert KEY not in f"{error!r} {error.hint} {error.__cause__!r}"
        assert "swordfish" not in f"{error!r} {error.hint}"


async def test_the_codes_of_the_service_are_said(service: Service) -> None:
    service.vendor.next(faults.status(400, NESTED))
    with pytest.raises(ProviderError) as error:
        await service.video.asset_state("asset001")
    assert error.value.hint == "It says: parameter_invalid."


async def test_only_the_service_itself_confirms_a_deletion(service: Service, recording: Path) -> None:
    asset, task = await begun(service, recording)
    for gone, identity in ((service.video.asset_gone, asset), (service.video.task_gone, task)):
        service.vendor.next(faults.status(404, b"<html>Not here</html>"))
        with pytest.raises(ProviderError) as error:
            await gone(identity)
        assert error.value.code == "twelvelabs_refused"


async def test_nobody_is_there(service: Service) -> None:
    values = {"model": "pegasus1.5", "base_url": "http://127.0.0.1:9/v1.3"}
    with pytest.raises(ProviderError) as error:
        await TwelveLabs(Configured("twelvelabs", values, SecretStr(KEY))).asset_state("asset001")
    assert (error.value.code, error.value.retryable) == ("twelvelabs_unreachable", True)


async def test_without_a_good_key_nothing_is_done(service: Service, recording: Path) -> None:
    values = service.video.service.values
    with pytest.raises(ProviderError) as error:
        await TwelveLabs(Configured("twelvelabs", values, SecretStr("another-key"))).upload(recording, "", LABEL)
    assert error.value.code == "twelvelabs_key"
    assert service.store.empty


async def test_without_the_makers_client(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "twelvelabs.base_client", None)
    with pytest.raises(ProviderError) as error:
        await service.video.asset_state("asset001")
    assert (error.value.code, error.value.hint) == ("twelvelabs_not_installed", "Run `make cloud`.")


async def test_a_request_can_be_cancelled(service: Service) -> None:
    service.vendor.next(faults.slow(2))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(WAITS_S):
            await service.video.asset_state("asset001")
