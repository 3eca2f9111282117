"""A recording at Twelve Labs, from consent to confirmed deletion. The service is a stand-in, the rest is real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.domain.answer import PresenceMeasures, PresenceSecond, Transcript, VoiceMeasures, Word
from app.models import LOCAL_OWNER, Interview, ProviderCopy, ProviderUsage, Stage
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.flow import cloud_video, copies, takes
from app.services.flow.stages import prepare
from app.services.privacy import erasure
from app.services.providers import usage
from app.utils.json import dump
from tests import world
from tests.contract import faults, twelvelabs_server
from tests.contract.faults import KEY, Vendor, serving
from tests.contract.twelvelabs_server import Store
from tests.flow_server import flow_server
from tests.recordings import begin, send
from tests.unit.media import clips

pytestmark = pytest.mark.services

ANSWER = "Last year our starter died before a large order. I rebuilt it and we delivered all 120 loaves on time."
SAID = [Word(text=word, start_ms=500 + 100 * n, end_ms=580 + 100 * n) for n, word in enumerate(ANSWER.split())]
LOOKS = [
    {"definition": "behaviour", "start_time": 1.0, "end_time": 3.0, "metadata": {"kind": "looks_away", "text": one}}
    for one in ("The speaker turns the head to the left.", "The speaker seems nervous.")
]
MOMENTS = [
    *LOOKS,
    {"definition": "behaviour", "start_time": 3.1, "end_time": 4.9, "metadata": {"kind": "reads", "text": "Reads."}},
    {"definition": "content", "start_time": 1.0, "end_time": 3.0, "metadata": {"kind": "states_result", "text": "120"}},
    {"definition": "content", "start_time": 90, "end_time": 95, "metadata": {"kind": "gives_example", "text": "x"}},
]


class Killed(BaseException):
    """The process of a worker ends here."""


@dataclass
class Place:
    """The stand-in as the tests use it."""

    vendor: Vendor
    app: Any

    @property
    def store(self) -> Store:
        kept: Store = self.app.state.store
        return kept

    def asked(self, method: str, path: str) -> int:
        """How often something was asked for."""
        return sum(one.method == method and one.path == f"/v1.3{path}" for one in self.vendor.seen)


@pytest.fixture(scope="module")
def _place() -> Iterator[tuple[Place, str]]:
    app = twelvelabs_server.create()
    vendor = Vendor(app)
    with serving(vendor) as url:
        yield Place(vendor, app), url


@pytest.fixture
def place(_place: tuple[Place, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Twelve Labs as new, chosen and set up."""
    one, url = _place
    one.vendor.forget()
    one.app.state.store = Store(moments=list(MOMENTS))
    monkeypatch.setenv("TWELVELABS_API_KEY", KEY)
    monkeypatch.setenv("REHEARSAL_CLOUD_VIDEO", "twelvelabs")
    monkeypatch.setenv("REHEARSAL_TWELVELABS_BASE_URL", f"{url}/v1.3")
    monkeypatch.setenv("TWELVELABS_BASE_URL", "http://127.0.0.1:9/v1.3")
    return one


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Five seconds of a grey wall with a hum."""
    path = tmp_path_factory.mktemp("clip") / "r.webm"
    return clips.record(path, picture=lambda _: clips.blank(), seconds=5, fps=4, sound=clips.tone(5)).read_bytes()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same, smaller than the service takes."""
    path, size = tmp_path_factory.mktemp("clip") / "s.webm", (320, 240)
    return clips.record(path, picture=lambda _: clips.blank(size), seconds=5, fps=4, sound=clips.tone(5)).read_bytes()


def worker(row: Stage, scratch: str) -> Task:
    """The real computation of media and cloud_video, small ones of the others."""
    task = prepare(row, scratch)
    seconds = tuple(
        PresenceSecond(t=t, face=1.0, camera=0.0 if 1 <= t < 3 else 1.0, lids_lowered=0.0, hands=0) for t in range(5)
    )
    given = {
        "transcript": Transcript(words=tuple(SAID), duration_ms=5_000),
        "voice": VoiceMeasures(duration_ms=5_000, speech_ms=2_000),
        "presence": PresenceMeasures(duration_ms=5_000, timeline=seconds),
    }
    if row.name not in given:
        return task

    async def compute() -> Outcome:
        return Outcome(dump(given[row.name]))

    return Task(task.input_hash, compute, scratch)


@dataclass
class Answer:
    """A recorded answer whose media have been read; the other stages wait."""

    interview: UUID
    posting: UUID
    question: UUID
    take: UUID

    async def stage(self, name: str = "cloud_video") -> Stage:
        return (await world.stages(self.take))[name]

    async def run(self, name: str = "cloud_video") -> Stage:
        """One step, as a worker does it; the stage after it."""
        await pipeline.run((await self.stage(name)).id, worker)
        return await self.stage(name)

    async def until(self, *states: str) -> Stage:
        """Steps until the stage is in one of the states, or has a task."""
        for _ in range(12):
            row = await self.run()
            if row.state in states or ("task" in states and "task" in (row.progress or {})):
                return row
        raise AssertionError(f"still {row.state}")

    async def died(self) -> None:
        """What is left of a killed worker: a lease that runs out, found by the sweep."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        async with transaction() as session:
            await session.execute(update(Stage).where(Stage.state == "running").values(lease_until=past))
        await pipeline.sweep()

    async def waited(self, seconds: float) -> None:
        """Let time pass for the stage."""
        row = await self.stage()
        since = (datetime.fromisoformat(row.progress["since"]) - timedelta(seconds=seconds)).isoformat()
        async with transaction() as session:
            changed = update(Stage).where(Stage.id == row.id).values(progress=row.progress | {"since": since})
            await session.execute(changed)


async def answered(
    client: httpx.AsyncClient, clip: bytes, *, kind: str = "video", providers: tuple[str, ...] = ("twelvelabs",)
) -> Answer:
    """Record an answer, finish it, read its media."""
    interview, questions, posting = await world.interview()
    agreed = {"recording": True, "voice": True, "presence": True, "providers": list(providers)}
    await client.patch(f"/api/interviews/{interview}", json={"consent": agreed})
    take, address = await begin(client, questions[0], len(clip), kind)
    assert (await send(client, address, 0, clip)).status_code == 204
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    answer = Answer(interview, posting, questions[0], UUID(take))
    assert (await answer.run("media")).state == "done"
    return answer


@pytest.fixture
async def answer(place: Place, client: httpx.AsyncClient, clip: bytes) -> Answer:
    """An answer that may be sent to Twelve Labs."""
    return await answered(client, clip)


async def rows() -> list[ProviderCopy]:
    """All that is known to be stored somewhere."""
    async with transaction() as session:
        return list((await session.scalars(select(ProviderCopy).order_by(ProviderCopy.created_at))).all())


async def hours_pass(hours: float = 2) -> None:
    """Let time pass for the copies."""
    ago = timedelta(hours=hours)
    async with transaction() as session:
        moved = {"created_at": ProviderCopy.created_at - ago, "delete_after": ProviderCopy.delete_after - ago}
        await session.execute(update(ProviderCopy).values(moved))


async def cleaned(place: Place) -> None:
    """The deletions come to an end, and nothing is left there."""
    for _ in range(6):
        await copies.delete_due()
        await hours_pass()
    assert place.store.empty, (place.store.assets, place.store.tasks)
    assert all(row.deleted_at for row in await rows())


async def test_from_the_recording_to_the_report(
    client: httpx.AsyncClient, place: Place, answer: Answer, settings: Any
) -> None:
    with flow_server() as url:
        object.__setattr__(settings, "langflow_url", url)
        assert (await answer.run()).state == "queued"
        # Nobody waits for it: everything else comes to its end meanwhile.
        for name in ("transcript", "presence", "voice", "grade", "tips"):
            assert (await answer.run(name)).state == "done"
    before = (await client.get(f"/api/interviews/{answer.interview}/report")).json()
    assert (before["answers"][0]["observations"], before["answers"][0]["copies"]) == (None, "stored")
    assert before["summary"]["graded"] == 1
    row = await answer.until("done")
    assert "nervous" not in json.dumps(row.result)
    await cleaned(place)
    report = (await client.get(f"/api/interviews/{answer.interview}/report")).json()
    shown = report["answers"][0]
    assert [(one["kind"], one["checked"], one["start_ms"]) for one in shown["observations"]["observations"]] == [
        ("looks_away", "agrees", 1000),
        ("states_result", "agrees", 1000),
    ]
    assert shown["observations"]["dropped"] == {"personal": 1, "outside": 1, "towards_camera": 1}
    assert shown["observations"]["agreeing"] == {"towards_camera": 1}
    assert shown["observations"]["provenance"]["model"] == "pegasus1.5"
    assert shown["copies"] == "deleted"
    assert shown["grade"] == before["answers"][0]["grade"]
    assert shown["presence"] == before["answers"][0]["presence"]
    cost = (await client.get(f"/api/interviews/{answer.interview}/usage")).json()
    assert (cost["models"][0]["output_tokens"], cost["estimated"]) == (120, False)
    # Two kinds of segments for five seconds, and 120 tokens, at the prices of the catalogue.
    assert cost["cost_usd"] == pytest.approx(2 * 5 / 60 * 0.0292 + 120 * 7.5 / 1e6, rel=0.02)


async def test_waiting_holds_no_worker_and_uses_up_no_attempts(place: Place, answer: Answer) -> None:
    place.store.ends = "never"
    for _ in range(6):
        row = await answer.run()
        assert (row.state, row.attempt, row.lease_token) == ("queued", 0, None)
        assert row.due_at is not None
        assert row.due_at > datetime.now(UTC) + timedelta(seconds=3)
    await world.forget("cloud")  # its worker has had them
    await pipeline.sweep()
    assert await world.sent("cloud") == 0  # it is not time yet
    async with transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Stage).where(Stage.id == row.id).values(due_at=past, queued_at=past))
    await pipeline.sweep()
    assert await world.sent("cloud") == 1


async def test_a_small_recording_is_sent_as_a_larger_copy(
    place: Place, client: httpx.AsyncClient, small: bytes
) -> None:
    answer = await answered(client, small)
    assert (await answer.until("done")).state == "done"
    assert place.store.uploads == 1
    asset = next(iter(place.store.assets.values()))
    assert (asset["seen"][:2], asset["file_type"]) == ((480, 360), "video/x-matroska")
    await cleaned(place)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("choice", "No service is chosen for it."),
        ("consent", "You have not agreed to Twelve Labs."),
        ("key", "Twelve Labs is chosen but not set up."),
        ("picture", "There is no picture."),
        ("another", "REHEARSAL_CLOUD_VIDEO names no provider for this."),
    ],
)
async def test_nothing_is_sent_without(
    place: Place, client: httpx.AsyncClient, clip: bytes, monkeypatch: pytest.MonkeyPatch, missing: str, reason: str
) -> None:
    if missing == "choice":
        monkeypatch.delenv("REHEARSAL_CLOUD_VIDEO")
    if missing == "key":
        monkeypatch.delenv("TWELVELABS_API_KEY")
    if missing == "another":
        monkeypatch.setenv("REHEARSAL_CLOUD_VIDEO", "openai")
    answer = await answered(
        client,
        clip,
        kind="voice" if missing == "picture" else "video",
        providers=() if missing == "consent" else ("twelvelabs",),
    )
    row = await answer.stage()
    assert (row.state, row.reason) == ("skipped", reason)
    assert place.vendor.seen == []
    assert await rows() == []


async def test_a_typed_answer_has_none(place: Place, client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview()
    body = {"kind": "typed", "text": ANSWER}
    shown = (await client.post(f"/api/questions/{questions[0]}/takes", json=body)).json()["stages"]
    assert {one["name"]: one["reason"] for one in shown}["cloud_video"] == "A typed answer has none."


async def test_what_turns_out_not_to_fit_is_said(place: Place, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.services.recordings import cloud_copy

    monkeypatch.setattr(cloud_copy, "SHORTEST_MS", 6_000)
    row = await answer.run()
    assert (row.state, row.reason) == ("skipped", "The recording is shorter than 6 seconds.")
    assert place.vendor.seen == []


async def test_a_budget_that_is_spent(place: Place, answer: Answer) -> None:
    await usage.set_budgets(usage.Budgets(interview=10, day=5_000_000))
    row = await answer.run()
    assert (row.state, row.reason) == ("skipped", "The budget of this interview does not allow another call.")
    assert place.vendor.seen == []


async def test_consent_taken_back_on_the_way(place: Place, client: httpx.AsyncClient, answer: Answer) -> None:
    await answer.until("task")
    agreed = {"recording": True, "voice": True, "presence": True, "providers": []}
    await client.patch(f"/api/interviews/{answer.interview}", json={"consent": agreed})
    row = await answer.run()
    assert (row.state, row.reason) == ("skipped", "You have not agreed to Twelve Labs.")
    await cleaned(place)


async def test_several_workers_send_it_once(place: Place, answer: Answer) -> None:
    await asyncio.gather(*(answer.run() for _ in range(4)))
    assert place.store.uploads == 1
    await answer.until("task")
    await asyncio.gather(*(answer.run() for _ in range(4)))
    await answer.until("done")
    assert len(place.store.keys) == 1
    await cleaned(place)


@pytest.mark.parametrize("where", ["sent", "named", "begun", "begun and named", "described"])
async def test_a_worker_killed_between_two_steps_leaves_no_copy(
    place: Place, answer: Answer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    async def end(*_: Any) -> Any:
        raise Killed

    if where in ("begun", "begun and named"):
        while not place.store.assets or next(iter(place.store.assets.values()))["polls"] > 0:
            await answer.run()
    if where == "described":
        await answer.until("task")
        place.store.task_polls = 0
        for task in place.store.tasks.values():
            task["polls"] = 0
    with monkeypatch.context() as patch:
        if where in ("sent", "begun"):
            patch.setattr(copies, "named", end)
        else:
            patch.setattr(pipeline.repository, "release", end)
        with suppress(Killed):
            for _ in range(4):
                await pipeline.run((await answer.stage()).id, worker)
            raise AssertionError("nobody was killed")
    await answer.died()
    assert (await answer.stage()).state == "queued"
    row = await answer.until("done")
    assert len((row.result or {})["moments"]) == 3
    assert len(place.store.tasks) == 1
    await cleaned(place)


async def test_an_answer_to_an_upload_that_never_arrived(place: Place, answer: Answer) -> None:
    place.vendor.next(faults.cut_off(path="/v1.3/assets"))
    row = await answer.run()
    assert (row.state, row.attempt) == ("queued", 1)
    assert len(place.store.assets) == 1
    await answer.until("done")
    assert place.store.uploads == 2
    assert (await rows())[0].remote_id is None
    await cleaned(place)
    assert (await rows())[0].remote_id == "asset001"


async def test_an_upload_that_never_happened_is_forgotten_after_a_while(place: Place, answer: Answer) -> None:
    place.vendor.next(*(faults.status(401, path="/v1.3/assets") for _ in range(1)))
    row = await answer.run()
    assert (row.state, (row.error or {})["code"]) == ("failed", "twelvelabs_key")
    await copies.delete_due()
    (copy,) = await rows()
    assert (copy.deleted_at, copy.attempts) == (None, 1)  # it might still be on its way
    await hours_pass()
    await copies.delete_due()
    assert (await rows())[0].deleted_at is not None


@pytest.mark.parametrize(
    ("fault", "after_s"),
    [
        (faults.status(429, b"", retry_after="90", path="/v1.3/a"), 85),
        (faults.status(503, b"", path="/v1.3/a"), 3),
        (faults.garbage(path="/v1.3/a"), 3),
        (faults.cut_off(path="/v1.3/a"), 3),
    ],
)
async def test_trouble_on_the_way_is_waited_out(
    place: Place, answer: Answer, fault: faults.Fault, after_s: float
) -> None:
    await answer.until("task")
    place.vendor.next(fault)
    row = await answer.run()
    assert (row.state, row.attempt) == ("queued", 0)
    assert row.due_at is not None
    assert row.due_at > datetime.now(UTC) + timedelta(seconds=after_s)
    await answer.until("done")
    await cleaned(place)


async def test_a_pause_is_waited_out(place: Place, answer: Answer) -> None:
    await answer.until("task")
    place.vendor.next(*(faults.status(500, path="/v1.3/analyze") for _ in range(5)))
    for _ in range(7):
        assert (await answer.run()).state == "queued"
    assert place.vendor.faults == []
    async with transaction() as session:
        assert (await session.scalars(select(Stage.error).where(Stage.name == "cloud_video"))).one() is None


@pytest.mark.parametrize("ends", ["failed", "canceled", "length", "asset"])
async def test_a_description_that_fails_is_said_and_deleted(
    place: Place, client: httpx.AsyncClient, answer: Answer, ends: str
) -> None:
    if ends == "asset":
        place.store.asset_fails = True
    elif ends == "length":
        place.store.finish_reason = "length"
    else:
        place.store.ends = ends
    if ends == "length":
        await answer.until("task")
        await answer.run()
        await answer.waited(cloud_video.DEADLINE_S)
    row = await answer.until("failed")
    wanted = "twelvelabs_garbled" if ends == "length" else "twelvelabs_failed"
    assert ((row.error or {})["code"], (row.error or {})["provider"]) == (wanted, "twelvelabs")
    await cleaned(place)
    place.app.state.store = Store(moments=list(MOMENTS))
    await client.post(f"/api/takes/{answer.take}/retry", json={"stage": "cloud_video"})
    assert (await answer.until("done")).error is None
    await cleaned(place)


async def test_one_that_never_ends_is_given_up(place: Place, client: httpx.AsyncClient, answer: Answer) -> None:
    place.store.ends = "never"
    await answer.until("task")
    await answer.run()
    await answer.waited(cloud_video.DEADLINE_S + 1)
    row = await answer.run()
    assert (row.state, (row.error or {})["code"]) == ("failed", "twelvelabs_timeout")
    async with transaction() as session:
        (paid,) = (await session.scalars(select(ProviderUsage))).all()
    assert paid.settled
    assert paid.cost > 0  # it may have to be paid all the same
    await cleaned(place)


DELETIONS = ["take", "question", "interview", "posting", "everything"]


@pytest.mark.parametrize("what", DELETIONS)
async def test_deleted_while_it_is_described(
    place: Place, client: httpx.AsyncClient, answer: Answer, what: str
) -> None:
    place.store.ends, place.store.held = "never", 3
    await answer.until("task")
    stage = (await answer.run()).id
    path = {
        "take": f"/api/takes/{answer.take}",
        "question": f"/api/interviews/{answer.interview}/questions/{answer.question}",
        "interview": f"/api/interviews/{answer.interview}",
        "posting": f"/api/postings/{answer.posting}",
        "everything": "/api/data",
    }[what]
    assert (await client.delete(path)).is_success
    await pipeline.run(stage, worker)  # a step that was on its way finds nothing to do
    stored = {one["id"]: one["stored"] for one in (await client.get("/api/providers")).json()["providers"]}
    assert stored["twelvelabs"] == 2
    # At work: the first tries are refused with 409.
    await copies.delete_due()
    assert not place.store.empty
    assert all(row.deleted_at is None and row.attempts == 1 for row in await rows())
    await cleaned(place)
    stored = {one["id"]: one["stored"] for one in (await client.get("/api/providers")).json()["providers"]}
    assert stored["twelvelabs"] == 0


async def test_deleted_while_it_is_being_sent(place: Place, answer: Answer) -> None:
    stage = (await answer.stage()).id
    place.vendor.next(faults.slow(1.0, path="/v1.3/assets"))
    sending = asyncio.create_task(pipeline.run(stage, worker))
    while not place.asked("POST", "/assets"):
        await asyncio.sleep(0.02)
    async with transaction() as session:
        await takes.delete(session, LOCAL_OWNER, answer.take)
    await copies.delete_due()
    assert (await rows())[0].deleted_at is None  # not found is not gone: it may still arrive
    await sending
    assert len(place.store.assets) == 1
    await cleaned(place)


async def test_deleted_before_it_is_sent(place: Place, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    download = cloud_video.storage.download

    async def slowly(key: str, path: Path) -> None:
        await download(key, path)
        async with transaction() as session:
            await erasure.erase_owner(session, LOCAL_OWNER)

    monkeypatch.setattr(cloud_video.storage, "download", slowly)
    await pipeline.run((await answer.stage()).id, worker)
    assert place.vendor.seen == []
    assert await rows() == []
    assert await world.count(Interview) == 0


async def test_a_deletion_is_tried_ever_more_rarely_until_it_is_confirmed(place: Place, answer: Answer) -> None:
    await answer.until("done")
    for expected in (15, 30):
        place.vendor.next(*(faults.status(503, path="/v1.3/") for _ in range(2)))
        await copies.delete_due()
        for row in await rows():
            assert row.deleted_at is None
            assert row.delete_after is not None
            wait = (row.delete_after - datetime.now(UTC)).total_seconds()
            assert wait == pytest.approx(expected, abs=8)
        asked = len(place.vendor.seen)
        await copies.delete_due()
        assert len(place.vendor.seen) == asked  # not before its time
        await hours_pass(0.02)
    await cleaned(place)


async def test_what_a_proxy_says_confirms_nothing(place: Place, answer: Answer) -> None:
    await answer.until("done")
    page = faults.Fault(status=404, headers={"content-type": "text/html"}, body=b"<h1>404</h1>", path="/v1.3/")
    place.vendor.next(page, page)
    await copies.delete_due()
    assert all(row.deleted_at is None for row in await rows())
    assert not place.store.empty
    await cleaned(place)


async def test_a_deletion_without_a_key_waits_for_one(
    place: Place, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answer.until("done")
    with monkeypatch.context() as patch:
        patch.delenv("TWELVELABS_API_KEY")
        await copies.delete_due()
    assert all(row.deleted_at is None for row in await rows())
    await hours_pass()
    await cleaned(place)


async def test_several_cleaners_do_not_meet(place: Place, answer: Answer) -> None:
    await answer.until("done")
    await asyncio.gather(*(copies.delete_due() for _ in range(4)))
    assert place.store.empty
    assert (place.asked("DELETE", "/assets/asset001"), [row.attempts for row in await rows()]) == (1, [1, 1])


async def test_what_was_deleted_long_ago_is_forgotten(place: Place, answer: Answer) -> None:
    await answer.until("done")
    await cleaned(place)
    async with transaction() as session:
        await copies.forget(session)
    assert len(await rows()) == 2
    async with transaction() as session:
        await session.execute(update(ProviderCopy).values(deleted_at=datetime.now(UTC) - timedelta(days=31)))
        await copies.forget(session)
    assert await rows() == []
