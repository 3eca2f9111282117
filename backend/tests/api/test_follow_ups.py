"""Follow-up questions over the API: asked once, at once or not at all, and gone with what they came from."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.domain.answer import Word
from app.models import Listening, OutboxJob, PreparedClip, QuestionRow, SpeechClip, Take
from app.services.flow import follow_ups, takes
from app.services.interviews import cast
from app.utils.json import dump
from tests import world
from tests.flow_server import flow_server
from tests.recordings import begin, send, wav

pytestmark = pytest.mark.services
# A story without its end.
OPEN = (
    "Last winter a whole batch of sourdough did not rise on a Saturday. I checked the starter and I saw that the "
    "fridge had been too cold overnight. I warmed the dough slowly and I baked flatbread from the rest, because people "
    "waited."
)
FULL = OPEN + " As a result we sold out by noon, and only 6 loaves of 80 were lost."
QUOTE = "I warmed the dough slowly and I baked flatbread from the rest, because people waited."


@pytest.fixture
def flows(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that speaks the flow protocol and runs the real rules; what it needs to load is not timed here."""
    monkeypatch.setattr(follow_ups, "ANSWER_S", 60.0)
    monkeypatch.setattr(follow_ups, "TYPED_S", 60.0)
    with flow_server() as url:
        object.__setattr__(settings, "langflow_url", url)
        yield url


async def answer(client: httpx.AsyncClient, question: object, text: str = OPEN) -> str:
    """A typed take."""
    response = await client.post(f"/api/questions/{question}/takes", json={"kind": "typed", "text": text})
    assert response.status_code == 201, response.text
    identity: str = response.json()["id"]
    return identity


async def ask(client: httpx.AsyncClient, take: object) -> dict[str, Any]:
    """What is asked after a take."""
    response = await client.post(f"/api/takes/{take}/follow-up")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def asked(client: httpx.AsyncClient, interview: UUID) -> list[dict[str, Any]]:
    """The questions of an interview."""
    questions: list[dict[str, Any]] = (await client.get(f"/api/interviews/{interview}")).json()["questions"]
    return questions


@pytest.mark.usefixtures("flows")
async def test_what_is_missing_is_asked_for_right_after_the_question(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    take = await answer(client, questions[0])
    found = await ask(client, take)
    assert (found["reason"], found["question"]["question"]["text"]) == ("result", "What came of it in the end?")
    parent, follow_up, other = await asked(client, interview)
    assert [one["id"] for one in (parent, follow_up, other)] == [
        str(questions[0]),
        found["question"]["id"],
        str(questions[1]),
    ]
    for same in ("kind", "competency", "requirement_ids", "key_points"):
        assert follow_up["question"][same] == parent["question"][same]
    assert (follow_up["question"]["follows"], follow_up["question"]["probe"]) == (parent["id"], None)
    assert await ask(client, take) == found
    assert len(await asked(client, interview)) == 3
    async with transaction() as session:
        row = await session.get_one(QuestionRow, UUID(follow_up["id"]))
        clip = await session.get_one(SpeechClip, row.speech_key)
    assert clip.text == "One more thing about that. What came of it in the end?"


@pytest.mark.usefixtures("flows")
async def test_two_requests_at_once_make_one_follow_up(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    take = await answer(client, questions[0])
    replies = await asyncio.gather(*(ask(client, take) for _ in range(4)))
    assert len({reply["question"]["id"] for reply in replies}) == 1
    assert len(await asked(client, interview)) == 3


@pytest.mark.usefixtures("flows")
@pytest.mark.parametrize(("text", "reason"), [(FULL, "complete"), ("I don't know.", "no_answer")])
async def test_nothing_is_asked_where_nothing_is_missing_or_nothing_was_said(
    client: httpx.AsyncClient, text: str, reason: str
) -> None:
    interview, questions, _ = await world.interview()
    found = await ask(client, await answer(client, questions[0], text))
    assert (found["question"], found["reason"]) == (None, reason)
    assert found["why"].endswith(".")
    assert len(await asked(client, interview)) == 2


@pytest.mark.usefixtures("flows")
async def test_it_can_be_switched_off(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    changed = await client.patch(f"/api/interviews/{interview}", json={"follow_ups": False})
    assert changed.json()["settings"]["follow_ups"] is False
    take = await answer(client, questions[0])
    assert (await ask(client, take))["reason"] == "off"
    await client.patch(f"/api/interviews/{interview}", json={"follow_ups": True})
    assert (await ask(client, take))["reason"] == "result"


@pytest.mark.usefixtures("flows")
async def test_one_for_each_question_and_none_for_a_follow_up(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    first = await answer(client, questions[0])
    follow_up = (await ask(client, first))["question"]["id"]
    short = await answer(client, follow_up, "We sold out.")
    assert (await ask(client, short))["reason"] == "follow_up"
    again = await answer(client, questions[0])
    assert (await ask(client, again))["reason"] == "asked"
    assert (await ask(client, first))["question"]["id"] == follow_up
    assert len(await asked(client, interview)) == 3


@pytest.mark.usefixtures("flows")
async def test_answering_again_drops_a_follow_up_nobody_answered(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    first = await answer(client, questions[0])
    follow_up = (await ask(client, first))["question"]["id"]
    # A recording of it that was never finished is no answer.
    await begin(client, follow_up, None)
    again = await answer(client, questions[0], FULL)
    assert [one["id"] for one in await asked(client, interview)] == [str(one) for one in questions]
    assert (await ask(client, again))["reason"] == "complete"
    assert (await ask(client, first))["question"] is None
    await world.run_jobs()


@pytest.mark.usefixtures("flows")
async def test_deleting_goes_all_the_way(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    first = await answer(client, questions[0])
    await ask(client, first)
    await client.delete(f"/api/takes/{first}")
    assert len(await asked(client, interview)) == 2
    follow_up = (await ask(client, await answer(client, questions[0])))["question"]["id"]
    answered = await answer(client, follow_up, "We sold out by noon.")
    response = await client.delete(f"/api/interviews/{interview}/questions/{questions[0]}")
    assert [one["id"] for one in response.json()["questions"]] == [str(questions[1])]
    assert (await client.get(f"/api/takes/{answered}")).status_code == 404


@pytest.mark.usefixtures("flows")
async def test_the_plan_knows_only_its_own_questions(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    follow_up = (await ask(client, await answer(client, questions[0])))["question"]["id"]
    order = await client.put(f"/api/interviews/{interview}/order", json={"ids": [str(questions[1]), str(questions[0])]})
    assert [one["id"] for one in order.json()["questions"]] == [str(questions[1]), str(questions[0]), follow_up]
    edit = await client.patch(f"/api/interviews/{interview}/questions/{follow_up}", json={"text": "And then?"})
    assert edit.status_code == 409
    shown = (await client.get(f"/api/interviews/{interview}")).json()
    assert shown["progress"] == {"asked": 2, "answered": 1, "finished": 0}
    spoken = (await client.get(f"/api/interviews/{interview}/questions/{follow_up}/speech")).json()
    assert spoken["state"] == "preparing"


@pytest.mark.usefixtures("flows")
async def test_the_report_says_why_and_quotes_only_what_stands_in_the_transcript(client: httpx.AsyncClient) -> None:
    from app.services.grading.rubric import typed_transcript

    interview, questions, _ = await world.interview()
    take = await answer(client, questions[0])
    follow_up = (await ask(client, take))["question"]["id"]

    async def note() -> Any:
        answers = (await client.get(f"/api/interviews/{interview}/report")).json()["answers"]
        assert [one["follow_up"] for one in answers if one["question_id"] != follow_up] == [None, None]
        return next(one["follow_up"] for one in answers if one["question_id"] == follow_up)

    why = "Your answer stopped before it said what came of it."
    assert await note() == {"why": why, "quote": None}
    for text, quote in ((OPEN.upper(), QUOTE), (OPEN.replace("flatbread", "cake"), None)):
        async with transaction() as session:
            rows = {row.name: row for row in (await world.stages(take)).values()}
            row = await session.merge(rows["transcript"])
            row.state, row.result = "done", dump(typed_transcript(text))
        assert await note() == {"why": why, "quote": quote}


async def recorded(client: httpx.AsyncClient, question: object, state: str | None, text: str = OPEN) -> str:
    """A finished voice take, of which as much has been understood as `state` says."""
    data = wav()
    take, address = await begin(client, question, len(data))
    await send(client, address, 0, data)
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    words = [dump(Word(text=word, start_ms=k * 300, end_ms=k * 300 + 200)) for k, word in enumerate(text.split())]
    async with transaction() as session:
        row = await session.get_one(Listening, UUID(take))
        row.state, row.words = state or "listening", words
    return take


async def speak_ahead(state: str) -> None:
    """Bring the clips that were prepared for follow-ups into a state."""
    async with transaction() as session:
        ahead = select(PreparedClip.speech_key)
        await session.execute(update(SpeechClip).where(SpeechClip.key.in_(ahead)).values(state=state))


@pytest.mark.usefixtures("flows")
@pytest.mark.parametrize(("clips", "reason"), [("ready", "result"), ("failed", "result"), ("preparing", "unprepared")])
async def test_after_a_recording_only_what_was_spoken_ahead_is_asked(
    client: httpx.AsyncClient, clips: str, reason: str
) -> None:
    interview, questions, _ = await world.interview()
    await client.patch(f"/api/interviews/{interview}", json={"style": "warm"})
    await speak_ahead(clips)
    found = await ask(client, await recorded(client, questions[0], "done"))
    assert found["reason"] == reason
    if reason == "result":
        # What could not be spoken is tried again, as for every question.
        assert found["question"]["speech"]["state"] == ("ready" if clips == "ready" else "preparing")
        async with transaction() as session:
            take = (await session.scalars(select(Take))).one()
        assert take.follow_up is not None
        assert take.follow_up["quote"] == QUOTE
        assert take.follow_up["start_ms"] < take.follow_up["end_ms"]


@pytest.mark.usefixtures("flows")
@pytest.mark.parametrize("state", ["listening", "stopped"])
async def test_who_was_not_understood_in_time_is_not_made_to_wait(
    client: httpx.AsyncClient, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "HEARD_S", 0.2)
    _, questions, _ = await world.interview()
    take = await recorded(client, questions[0], state)
    assert await ask(client, take) == {"question": None, "reason": "late", "why": follow_ups.WHY["late"]}
    # Understanding it later changes nothing any more.
    async with transaction() as session:
        await session.execute(update(Listening).values(state="done"))
    assert (await ask(client, take))["reason"] == "late"


async def test_a_flow_server_that_is_away_means_no_follow_up(client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview()
    take = await answer(client, questions[0])
    assert (await ask(client, take))["reason"] == "unreachable"


@pytest.mark.parametrize(
    ("old", "new"),
    [('"reason": "', '"reason": "mood_'), ('"text": "', '"ask": "'), ('"quote": "', '"quote": "I shouted ')],
)
async def test_a_follow_up_that_an_edited_flow_makes_up_is_not_asked(
    client: httpx.AsyncClient, settings: Any, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setattr(follow_ups, "ANSWER_S", 60.0)
    _, questions, _ = await world.interview()
    with flow_server(lambda _, text: text.replace(old, new)) as url:
        object.__setattr__(settings, "langflow_url", url)
        found = await ask(client, await answer(client, questions[0]))
    assert (found["question"], found["reason"]) == (None, "unreachable")


async def test_before_the_take_is_complete_nothing_can_be_asked(client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview()
    take, _ = await begin(client, questions[0], None)
    response = await client.post(f"/api/takes/{take}/follow-up")
    assert (response.status_code, response.json()["error"]) == (409, "take_incomplete")


async def test_clips_are_spoken_ahead_after_everything_else_and_kept(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    await client.patch(f"/api/interviews/{interview}", json={"style": "challenging"})

    async def ahead() -> dict[str, int]:
        async with transaction() as session:
            jobs = {str(job.args[1]): job.urgency for job in (await session.scalars(select(OutboxJob))).all()}
            keys = select(PreparedClip.speech_key)
            clips = (await session.scalars(select(SpeechClip).where(SpeechClip.key.in_(keys)))).all()
        return {clip.text: jobs[clip.key] for clip in clips}

    said = await ahead()
    assert set(said.values()) == {9}
    assert cast.follow_up("What came of it in the end?", "challenging") in said
    await client.patch(f"/api/interviews/{interview}", json={"mode": "typed"})
    assert await ahead() == {}


@pytest.mark.usefixtures("flows")
async def test_a_follow_up_is_graded_but_has_no_tips_of_its_own(client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview()
    follow_up = (await ask(client, await answer(client, questions[0])))["question"]["id"]
    rows = await world.stages(await answer(client, follow_up, "We sold out by noon."))
    assert {name: row.state for name, row in rows.items()} == {
        "media": "skipped",
        "transcript": "queued",
        "voice": "skipped",
        "presence": "skipped",
        "cloud_video": "skipped",
        "grade": "waiting",
        "tips": "skipped",
    }
    assert rows["tips"].reason == takes.FOLLOWS
