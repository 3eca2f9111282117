"""Takes: typed and recorded, finished, refused, deleted, expired; the report they end in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from app.core.database import transaction
from app.models import Take, Upload
from app.services.analysis import pipeline
from app.services.flow.stages import hotwords, prepare
from app.services.grading import service as grading
from app.services.recordings import service
from tests import recordings, world
from tests.flow_server import flow_server
from tests.recordings import TUS, begin, send

pytestmark = pytest.mark.services
ANSWER = (
    "Last year our sourdough starter died two days before a large order. I rebuilt it from a dried backup, fed it "
    "every four hours, and tested the rise each time. We delivered all 120 loaves on time."
)


@pytest.fixture
async def question(settings: Any) -> UUID:
    """A question to answer."""
    _, questions, _ = await world.interview()
    return questions[0]


@pytest.fixture
def flows(settings: Any) -> Any:
    """A server that speaks the flow protocol and runs the real rules."""
    with flow_server() as url:
        object.__setattr__(settings, "langflow_url", url)
        yield url


async def analyse(take_id: str) -> None:
    """Do all stages, as the workers do."""
    while queued := [row for row in (await world.stages(take_id)).values() if row.state == "queued"]:
        for row in queued:
            await pipeline.run(row.id, prepare)


async def uploaded(client: httpx.AsyncClient, question: UUID, data: bytes, kind: str = "voice") -> tuple[str, str]:
    """A take whose recording has arrived."""
    take, address = await begin(client, question, len(data), kind)
    assert (await send(client, address, 0, data)).status_code == 204
    return take, address


async def test_a_typed_answer_is_graded_with_its_own_words(client: httpx.AsyncClient, flows: str) -> None:
    interview, questions, _ = await world.interview()
    body = {"kind": "typed", "text": ANSWER}
    take = (await client.post(f"/api/questions/{questions[0]}/takes", json=body)).json()
    assert (take["state"], take["counts"], take["text"]) == ("complete", True, ANSWER)
    await analyse(take["id"])
    report = (await client.get(f"/api/interviews/{interview}/report")).json()
    answered, unanswered = report["answers"]
    assert " ".join(word["text"] for word in answered["transcript"]["words"]) == ANSWER
    assert 1 <= answered["grade"]["overall"] <= 5
    quotes = [item["quote"] for row in answered["grade"]["dimensions"] for item in row["evidence"] if item["quote"]]
    assert quotes
    assert all(quote in ANSWER for quote in quotes)
    assert (answered["voice"], answered["presence"]) == (None, None)
    assert {stage["name"]: stage["state"] for stage in answered["stages"]} == {
        "media": "skipped",
        "transcript": "done",
        "voice": "skipped",
        "presence": "skipped",
        "cloud_video": "skipped",
        "grade": "done",
        "tips": "done",
    }
    assert (unanswered["take"], unanswered["grade"]) == (None, None)
    assert report["interview"]["progress"] == {"asked": 2, "answered": 1, "finished": 1}
    assert report["summary"]["graded"] == 1
    progress = (await client.get(f"/api/interviews/{interview}/progress")).json()
    assert (progress["complete"], progress["stages_done"], progress["stages_total"]) == (True, 7, 7)
    assert (await client.get("/api/interviews")).json()[0]["overall"] == report["summary"]["overall"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"dimensions"', '"rows"'),
        ('"status": "scored"', '"status": "guessed"'),
        ('"quote": "', '"quote": "I never said '),
        ('"overall": ', '"overall": 9'),
    ],
)
async def test_what_an_edited_flow_makes_up_is_not_stored(
    client: httpx.AsyncClient, settings: Any, question: UUID, old: str, new: str
) -> None:
    def edit(name: str, text: str) -> str:
        assert old in text
        return text.replace(old, new)

    with flow_server(edit) as url:
        object.__setattr__(settings, "langflow_url", url)
        body = {"kind": "typed", "text": ANSWER}
        take = (await client.post(f"/api/questions/{question}/takes", json=body)).json()
        await analyse(take["id"])
    stages = await world.stages(take["id"])
    assert (stages["grade"].state, stages["grade"].result) == ("failed", None)
    assert stages["grade"].error["code"] == "langflow_result_unfit"
    assert "I never said" not in str(stages["grade"].error)
    assert stages["tips"].result is None


async def test_the_newest_take_counts_and_the_old_one_stays(client: httpx.AsyncClient, question: UUID) -> None:
    address = f"/api/questions/{question}/takes"
    first = (await client.post(address, json={"kind": "typed", "text": "One."})).json()
    second = (await client.post(address, json={"kind": "typed", "text": "Two."})).json()
    assert (first["number"], second["number"]) == (1, 2)
    assert (await client.get(f"/api/takes/{first['id']}")).json()["counts"] is False
    begun = (await client.post(address, json={"kind": "voice"})).json()
    assert (begun["state"], begun["counts"]) == ("recording", False)
    assert (await client.delete(f"/api/takes/{second['id']}")).status_code == 204
    assert (await client.get(f"/api/takes/{first['id']}")).json()["counts"] is True


@pytest.mark.parametrize(
    "body", [{"kind": "typed"}, {"kind": "typed", "text": "  "}, {"kind": "video", "text": "Words."}, {"kind": "smell"}]
)
async def test_a_take_that_makes_no_sense(client: httpx.AsyncClient, question: UUID, body: dict[str, str]) -> None:
    assert (await client.post(f"/api/questions/{question}/takes", json=body)).status_code == 422


async def test_nothing_is_recorded_without_consent(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    consent = {"recording": False, "voice": False, "presence": False}
    await client.patch(f"/api/interviews/{interview}", json={"consent": consent})
    response = await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "video"})
    assert (response.status_code, response.json()["error"]) == (409, "consent_missing")


async def test_what_was_not_agreed_to_is_not_measured(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    consent = {"recording": True, "voice": False, "presence": True}
    await client.patch(f"/api/interviews/{interview}", json={"consent": consent})
    take, _ = await uploaded(client, questions[0], recordings.wav())
    body = (await client.post(f"/api/takes/{take}/finish", json={})).json()
    shown = {stage["name"]: (stage["state"], stage["reason"]) for stage in body["stages"]}
    assert shown["voice"] == ("skipped", "You have not agreed to it.")
    assert shown["presence"] == ("skipped", "There is no picture.")
    assert shown["media"] == ("queued", None)


async def test_nobody_waits_for_a_connection_while_a_recording_is_looked_at(
    client: httpx.AsyncClient, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    check = service.check_media

    async def look(upload: Upload) -> int:
        seen.append(await world.open_transactions())
        return await check(upload)

    monkeypatch.setattr(service, "check_media", look)
    take, _ = await uploaded(client, question, recordings.wav())
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    assert seen == [0]


async def test_a_recording_replaced_while_it_is_looked_at_is_not_taken_for_the_other(
    client: httpx.AsyncClient, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = service.check_media

    async def replace(upload: Upload) -> int:
        length = await check(upload)
        monkeypatch.setattr(service, "check_media", check)
        await client.delete(f"/api/uploads/{upload.id}", headers=TUS)
        other = recordings.wav(2.0)
        headers = TUS | recordings.metadata(take) | {"Upload-Length": str(len(other))}
        address = (await client.post("/api/uploads", headers=headers)).headers["location"]
        await send(client, address, 0, other)
        return length

    monkeypatch.setattr(service, "check_media", replace)
    take, _ = await uploaded(client, question, recordings.wav())
    response = await client.post(f"/api/takes/{take}/finish", json={})
    assert (response.status_code, response.json()["error"]) == (409, "upload_replaced")
    assert (await client.post(f"/api/takes/{take}/finish", json={})).json()["duration_ms"] == 2000


async def test_finish_twice_is_once(client: httpx.AsyncClient, question: UUID) -> None:
    take, address = await uploaded(client, question, recordings.wav(1.5))
    first = (await client.post(f"/api/takes/{take}/finish", json={"duration_ms": 9000})).json()
    second = (await client.post(f"/api/takes/{take}/finish", json={})).json()
    assert (first["state"], first["duration_ms"], first["upload"]) == ("complete", 1500, None)
    assert second["completed_at"] == first["completed_at"]
    assert (await send(client, address, 0, b"more")).json()["error"] == "take_complete"
    assert (await client.delete(address, headers=TUS)).json()["error"] == "take_complete"


async def test_the_media_stage_keeps_the_sound_and_forgets_the_upload(
    client: httpx.AsyncClient, question: UUID, settings: Any
) -> None:
    take, address = await uploaded(client, question, recordings.wav(1.5))
    await client.post(f"/api/takes/{take}/finish", json={})
    await pipeline.run((await world.stages(take))["media"].id, prepare)
    body = (await client.get(f"/api/takes/{take}")).json()
    assert (body["duration_ms"], body["media_type"], body["poster_url"]) == (1500, "audio/wav", None)
    assert (await client.get(body["media_url"])).content[:4] == b"RIFF"
    assert (await client.head(address, headers=TUS)).status_code == 404
    await world.run_jobs()
    names = sorted(path.name for path in (settings.data / "storage").rglob("*") if path.is_file())
    assert names == ["audio.wav", "recording.wav"]
    assert list((settings.data / "work").iterdir()) == []


UNUSABLE = {
    "cut in the header": (recordings.wav()[:40], 415),
    "a few bytes": (b"RIFF", 415),
    "no sound at all": (recordings.wav(0), 415),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_recording_that_cannot_be_used_is_thrown_away(
    client: httpx.AsyncClient, question: UUID, settings: Any, name: str
) -> None:
    data, status = UNUSABLE[name]
    take, address = await uploaded(client, question, data)
    response = await client.post(f"/api/takes/{take}/finish", json={})
    assert response.status_code == status
    assert response.json()["error"].startswith("media_")
    assert (await client.head(address, headers=TUS)).status_code == 404
    assert (await client.get(f"/api/takes/{take}")).json()["state"] == "recording"
    await world.run_jobs()
    assert [path for path in (settings.data / "storage").rglob("*") if path.is_file()] == []


async def test_two_hours_are_too_long(client: httpx.AsyncClient, question: UUID, settings: Any) -> None:
    take, _ = await uploaded(client, question, recordings.flac(7200))
    response = await client.post(f"/api/takes/{take}/finish", json={})
    assert (response.status_code, response.json()["error"]) == (413, "media_too_long")
    await world.run_jobs()
    assert [path for path in (settings.data / "storage").rglob("*") if path.is_file()] == []


async def test_recordings_expire(client: httpx.AsyncClient, question: UUID, settings: Any) -> None:
    take, _ = await uploaded(client, question, recordings.wav())
    await client.post(f"/api/takes/{take}/finish", json={})
    await pipeline.run((await world.stages(take))["media"].id, prepare)
    old = datetime.now(UTC) - timedelta(days=settings.retention_days, minutes=1)
    async with transaction() as session:
        await session.execute(update(Take).values(completed_at=old))
    async with transaction() as session:
        await service.expire(session)
    await world.run_jobs()
    assert (await client.get(f"/api/takes/{take}/media")).status_code == 404
    assert [path for path in (settings.data / "storage").rglob("*") if path.is_file()] == []


async def test_deleting_everything_deletes_the_files(client: httpx.AsyncClient, question: UUID, settings: Any) -> None:
    take, _ = await uploaded(client, question, recordings.wav())
    await client.post(f"/api/takes/{take}/finish", json={})
    await pipeline.run((await world.stages(take))["media"].id, prepare)
    assert (await client.delete("/api/data")).status_code == 204
    await world.run_jobs()
    assert [path for path in (settings.data / "storage").rglob("*") if path.is_file()] == []
    assert (await client.get("/api/postings")).json() == []


async def test_what_a_killed_process_left_is_cleared(settings: Any) -> None:
    import os

    for name, age_s in (("old", 2 * service.WORKSHOP_S), ("new", 0)):
        folder: Path = settings.data / "work" / name
        folder.mkdir(parents=True)
        (folder / "upload").write_bytes(b"somebody's recording")
        moment = datetime.now(UTC).timestamp() - age_s
        os.utime(folder, (moment, moment))
    service.clear_workshop()
    assert [path.name for path in (settings.data / "work").iterdir()] == ["new"]


def test_hot_words_are_few_and_of_the_question_first() -> None:
    words = hotwords(world.posting(), {"requirement_ids": ["r2"]})
    assert words == ["Rondo", "sourdough"]


async def test_grade_and_tips_come_from_the_flows(flows: str) -> None:
    from app.services.grading.rubric import make_tips, typed_transcript
    from app.utils.json import dump, load

    question = world.questions()[0]
    transcript = typed_transcript(ANSWER)
    grade = await grading.grade(dump(question), dump(transcript), None, None)
    tips = await grading.tips(dump(question), dump(transcript), grade)
    from app.domain.grade import Grade

    assert tips == [dump(tip) for tip in make_tips(question, transcript, load(Grade, grade))]
