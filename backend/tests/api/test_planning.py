"""From a posting to spoken questions, and their events, over the API."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.api.events import stream
from app.core.database import transaction
from app.core.events import changed
from app.domain.speech import SpeechTrack
from app.models import LOCAL_OWNER, PostingRow, SpeechClip
from app.services.interviews import service as interviews
from app.services.outbox.files import delete_files
from app.services.providers import storage
from app.services.speech import service as speech
from app.utils.json import dump
from tests import world
from tests.flow_server import flow_server

pytestmark = pytest.mark.services


@pytest.fixture
def flows(settings: Any) -> Any:
    """A server that speaks the flow protocol and runs the real rules."""
    with flow_server() as url:
        object.__setattr__(settings, "langflow_url", url)
        yield url


async def posted(client: httpx.AsyncClient) -> dict[str, Any]:
    """A posting read from text."""
    response = await client.post("/api/postings", json={"text": world.TEXT})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_text_becomes_a_posting_with_quotes(client: httpx.AsyncClient) -> None:
    body = await posted(client)
    posting = body["posting"]
    assert posting["requirements"]
    assert all(item["quote"] in posting["text"] for item in posting["requirements"])
    assert (await client.get(f"/api/postings/{body['id']}")).json() == body
    assert [item["id"] for item in (await client.get("/api/postings")).json()] == [body["id"]]


async def test_a_file_becomes_the_same_posting(client: httpx.AsyncClient) -> None:
    files = {"file": ("whatever.bin", world.TEXT.encode())}
    body = (await client.post("/api/postings/file", files=files)).json()
    assert body["source"] == "file"
    assert body["posting"]["title"] == (await posted(client))["posting"]["title"]


BAD = {
    "empty": {"text": ""},
    "blank": {"text": " \n\t "},
    "no posting": {"text": "The cat sat on the mat and looked at the rain for a while."},
    "binary": {"text": "\x01\x02\x03\x04" * 200},
    "loopback": {"url": "http://127.0.0.1/job"},
    "metadata": {"url": "http://169.254.169.254/latest"},
    "a file": {"url": "file:///etc/passwd"},
    "both": {"text": "a", "url": "http://localhost"},
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_posting_is_said_and_not_stored(client: httpx.AsyncClient, name: str) -> None:
    response = await client.post("/api/postings", json=BAD[name])
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]
    assert await world.count(PostingRow) == 0


async def test_the_user_corrects_a_posting(client: httpx.AsyncClient) -> None:
    body = await posted(client)
    first = body["posting"]["requirements"][0]
    changes = {
        "company": "Hill Street Bakery Ltd",
        "requirements": [
            {"id": first["id"], "text": "Sourdough for two years", "weight": "must"},
            {"text": "Works alone at night", "weight": "nice"},
        ],
    }
    edited = (await client.patch(f"/api/postings/{body['id']}", json=changes)).json()["posting"]
    assert (edited["company"], edited["title"]) == ("Hill Street Bakery Ltd", body["posting"]["title"])
    kept, added = edited["requirements"]
    assert (kept["id"], kept["text"], kept["quote"]) == (first["id"], "Sourdough for two years", first["quote"])
    assert (added["text"], added["start"]) == ("Works alone at night", None)


async def test_the_same_seed_plans_the_same_questions(client: httpx.AsyncClient, flows: str) -> None:
    posting = (await posted(client))["id"]
    plans = [(await client.post("/api/interviews", json={"posting_id": posting, "count": 4})).json() for _ in range(2)]
    texts = [[item["question"]["text"] for item in plan["questions"]] for plan in plans]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) == 4
    assert (await client.get("/api/postings")).json()[0]["interviews"] == 2


async def test_a_line_no_question_is_made_for_is_named_with_its_reason(client: httpx.AsyncClient, flows: str) -> None:
    text = f"{world.TEXT}- A valid passport and the right to work in the UK\n"
    posting = (await client.post("/api/postings", json={"text": text})).json()
    papers = [item["id"] for item in posting["posting"]["requirements"] if "passport" in item["text"]]
    body = {"posting_id": posting["id"], "count": 3, "mode": "typed"}
    interview = (await client.post("/api/interviews", json=body)).json()
    assert interview["not_asked"] == dict.fromkeys(papers, "not_for_an_interview") != {}


async def test_a_swap_gives_a_question_not_seen_before(client: httpx.AsyncClient, flows: str) -> None:
    posting = (await posted(client))["id"]
    plan = (await client.post("/api/interviews", json={"posting_id": posting, "count": 3})).json()
    seen = [item["question"]["text"] for item in plan["questions"]]
    target = plan["questions"][1]["id"]
    for _ in range(3):
        body = (await client.post(f"/api/interviews/{plan['id']}/questions/{target}/swap")).json()
        texts = [item["question"]["text"] for item in body["questions"]]
        assert [texts[0], texts[2]] == [seen[0], seen[2]]
        assert texts[1] not in seen
        assert body["questions"][1]["id"] == target
        seen.append(texts[1])


async def test_swaps_at_once_do_not_bring_the_same_question_twice(
    client: httpx.AsyncClient, flows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting = (await posted(client))["id"]
    plan = (await client.post("/api/interviews", json={"posting_id": posting, "count": 3})).json()
    find, found, both = interviews.another, [], asyncio.Event()

    async def another(*args: Any) -> Any:
        """As it is, but the first two have both found something before either puts it in its place."""
        question = await find(*args)
        found.append(question.text)
        if len(found) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 30)
        return question

    monkeypatch.setattr(interviews, "another", another)
    # For the same question both find the same one.
    address = f"/api/interviews/{plan['id']}/questions/{plan['questions'][1]['id']}/swap"
    answers = await asyncio.gather(client.post(address), client.post(address))
    assert [answer.status_code for answer in answers] == [200] * 2
    assert found[0] == found[1]
    last = (await client.get(f"/api/interviews/{plan['id']}")).json()["questions"][1]["question"]["text"]
    assert len(found) == 3
    assert last == found[2] not in (found[0], plan["questions"][1]["question"]["text"])


async def test_deleting_a_posting_deletes_its_interviews(client: httpx.AsyncClient) -> None:
    interview, _, posting = await world.interview()
    assert (await client.delete(f"/api/postings/{posting}")).status_code == 204
    assert (await client.get(f"/api/interviews/{interview}")).status_code == 404


async def test_audio_is_served_once_it_is_there(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    address = f"/api/interviews/{interview}/questions/{questions[0]}/speech"
    before = (await client.get(address)).json()
    assert (before["state"], before["url"], before["track"]) == ("preparing", None, None)
    async with transaction() as session:
        key = (await speech.repository.of_question(session, LOCAL_OWNER, interview, questions[0]))[1].key  # type: ignore[index]
        clip = await session.get_one(SpeechClip, key)
        clip.state, clip.track = "ready", dump(SpeechTrack(duration_s=1.0, cues=(), words=()))
    await storage.put_bytes(clip.object_key, b"RIFF the sound")
    after = (await client.get(address)).json()
    audio = await client.get(after["url"], headers={"Range": "bytes=0-3"})
    assert (audio.status_code, audio.content) == (206, b"RIFF")
    assert "immutable" in audio.headers["cache-control"]
    await client.delete(f"/api/interviews/{interview}")
    await world.run_jobs()
    assert (await client.get(after["url"])).status_code == 404
    with pytest.raises(Exception, match="not there"):
        await storage.describe(clip.object_key)


@pytest.mark.models
async def test_a_question_is_spoken(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    address = f"/api/interviews/{interview}/questions/{questions[1]}/speech"
    async with transaction() as session:
        found = await speech.repository.of_question(session, LOCAL_OWNER, interview, questions[1])
    assert found is not None
    await speech.synthesise(found[1].key)
    body = (await client.get(address)).json()
    assert (body["state"], body["error"]) == ("ready", None)
    assert [word["text"] for word in body["track"]["words"]] == found[1].text.split()
    assert (await client.get(body["url"])).content[:4] == b"RIFF"


async def test_events_tell_changes_and_end_with_the_interview(settings: Any, client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    events = stream(LOCAL_OWNER, interview)
    first = json.loads((await anext(events)).data)
    assert (first["interview_id"], first["stages_total"]) == (str(interview), 0)
    await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "Words."})
    second = json.loads((await anext(events)).data)
    assert second["stages_total"] == 7
    await _unchanged(interview)
    await client.delete(f"/api/interviews/{interview}")
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_events_come_without_the_queue_too(
    settings: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core import events as core_events

    monkeypatch.setattr(core_events, "LOOK_AGAIN_S", 0.2)
    interview, questions, _ = await world.interview()
    object.__setattr__(settings, "redis_url", "redis://127.0.0.1:9/0")
    events = stream(LOCAL_OWNER, interview)
    await anext(events)
    await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "Words."})
    assert json.loads((await anext(events)).data)["stages_total"] == 7
    await events.aclose()


async def _unchanged(interview: UUID) -> None:
    async with transaction() as session:
        changed(session, interview)
        delete_files(session, "takes/none/")


async def test_nobody_waits_for_a_connection_while_questions_are_thought_of(
    client: httpx.AsyncClient, settings: Any
) -> None:
    seen: list[int] = []

    def look(name: str, reply: str) -> str:
        if name == "question_generation":
            seen.append(asyncio.run_coroutine_threadsafe(world.open_transactions(), loop).result(20))
        return reply

    loop = asyncio.get_running_loop()
    with flow_server(look) as url:
        object.__setattr__(settings, "langflow_url", url)
        posting = await posted(client)
        response = await client.post("/api/interviews", json={"posting_id": posting["id"], "count": 3})
    assert response.status_code == 201, response.text
    assert seen == [0]
