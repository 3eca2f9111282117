"""Interviews and their questions."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import Interview, PreparedClip, SpeechClip
from tests import world

pytestmark = pytest.mark.services


async def test_read(client: httpx.AsyncClient) -> None:
    interview, questions, posting = await world.interview()
    body = (await client.get(f"/api/interviews/{interview}")).json()
    assert body["posting"]["id"] == str(posting)
    assert [item["id"] for item in body["questions"]] == [str(question) for question in questions]
    assert [item["question"]["id"] for item in body["questions"]] == [str(question) for question in questions]
    assert body["coverage"] == {"must_total": 2, "must_covered": 2, "uncovered": []}
    assert body["progress"] == {"asked": 2, "answered": 0, "finished": 0}
    assert body["questions"][0]["speech"] == {"state": "preparing", "url": None}


async def test_list_is_newest_first(client: httpx.AsyncClient) -> None:
    first, _, _ = await world.interview()
    second, _, _ = await world.interview()
    body = (await client.get("/api/interviews")).json()
    assert [item["id"] for item in body] == [str(second), str(first)]
    assert body[0]["overall"] is None


async def test_settings_change_and_the_rest_stays(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    consent = {"recording": True, "voice": False, "presence": False, "providers": []}
    response = await client.patch(f"/api/interviews/{interview}", json={"mode": "typed", "consent": consent})
    assert response.status_code == 200
    settings = response.json()["settings"]
    assert (settings["mode"], settings["consent"], settings["voice"]) == ("typed", consent, "af_heart")


async def test_another_voice_is_another_clip(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    address = f"/api/interviews/{interview}/questions/{questions[0]}/speech"
    assert (await client.get(address)).json()["voice"] == "af_heart"
    assert (await client.patch(f"/api/interviews/{interview}", json={"voice": "bf_emma"})).status_code == 200
    assert (await client.get(address)).json()["voice"] == "bf_emma"


async def test_a_manner_changes_what_is_said_and_never_what_is_asked(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    address = f"/api/interviews/{interview}"
    neutral = (await client.patch(address, json={"style": "neutral"})).json()
    warm = (await client.patch(address, json={"style": "warm", "interviewer": "omar"})).json()
    assert (warm["settings"]["style"], warm["settings"]["interviewer"]) == ("warm", "omar")
    assert [one["question"] for one in warm["questions"]] == [one["question"] for one in neutral["questions"]]
    async with transaction() as session:
        clips = (await session.scalars(select(SpeechClip))).all()
        ahead = (await session.scalars(select(PreparedClip.speech_key))).all()
    said = {clip.text: clip.speed for clip in clips if clip.key not in ahead}
    assert {clip.text.partition(". ")[0] for clip in clips if clip.key in ahead} == {"Thank you"}
    assert sorted(said) == sorted(
        [
            f"Hello, I'm Omar. Thank you for making the time. Let's begin. {warm['questions'][0]['question']['text']}",
            f"Thank you. We have come to the last one. {warm['questions'][1]['question']['text']}",
            "That was my last question. Thank you for your time. Your report is on its way.",
        ]
    )
    assert set(said.values()) == {0.96}
    closing = (await client.get(f"{address}/closing")).json()
    assert closing["state"] == "preparing"


async def test_what_is_said_follows_the_order_of_the_questions(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    await client.put(f"/api/interviews/{interview}/order", json={"ids": [str(one) for one in reversed(questions)]})
    async with transaction() as session:
        said = [clip.text for clip in (await session.scalars(select(SpeechClip))).all()]
    assert [text for text in said if text.startswith("Hello")] == [
        f"Hello, I'm Maya. Let's begin. {world.questions()[1].text}"
    ]


async def test_an_interviewer_who_does_not_exist_is_refused(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    response = await client.patch(f"/api/interviews/{interview}", json={"interviewer": "nobody"})
    assert (response.status_code, response.json()["error"]) == (422, "interviewer_unknown")
    assert (await client.get(f"/api/interviews/{interview}")).json()["settings"]["interviewer"] == "maya"


async def test_a_voice_that_does_not_exist_is_refused(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    response = await client.patch(f"/api/interviews/{interview}", json={"voice": "zz_nobody"})
    assert (response.status_code, response.json()["error"]) == (422, "speech_voice_unknown")
    assert (await client.get(f"/api/interviews/{interview}")).json()["settings"]["voice"] == "af_heart"


async def test_own_question_is_added_reworded_and_removed(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    base = f"/api/interviews/{interview}/questions"
    added = await client.post(base, json={"text": "Why do you bake?", "kind": "motivation"})
    assert added.status_code == 201
    own = added.json()["questions"][-1]
    assert (own["own"], own["position"], own["question"]["quote"]) == (True, 2, None)
    reworded = await client.patch(f"{base}/{own['id']}", json={"text": "What made you a baker?"})
    assert reworded.json()["questions"][-1]["question"]["text"] == "What made you a baker?"
    removed = await client.delete(f"{base}/{own['id']}")
    assert len(removed.json()["questions"]) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Why do you want to bake for us?", "motivation"),
        ("What would you do if the oven failed at five in the morning?", "situational"),
        ("Tell me about a time a batch went wrong.", "behavioural"),
        ("How do you feed a starter?", "knowledge"),
    ],
)
async def test_without_a_kind_the_wording_tells(client: httpx.AsyncClient, text: str, kind: str) -> None:
    interview, _, _ = await world.interview()
    added = await client.post(f"/api/interviews/{interview}/questions", json={"text": text})
    assert added.json()["questions"][-1]["question"]["kind"] == kind


async def test_removing_a_question_shows_in_the_coverage(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    body = (await client.delete(f"/api/interviews/{interview}/questions/{questions[1]}")).json()
    assert body["coverage"] == {"must_total": 2, "must_covered": 1, "uncovered": ["r2"]}


async def test_the_last_question_stays(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    await client.delete(f"/api/interviews/{interview}/questions/{questions[0]}")
    response = await client.delete(f"/api/interviews/{interview}/questions/{questions[1]}")
    assert (response.status_code, response.json()["error"]) == (409, "last_question")


async def test_at_most_fifteen_questions(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    statuses = [
        (await client.post(f"/api/interviews/{interview}/questions", json={"text": f"Why {n}?", "kind": "motivation"}))
        for n in range(14)
    ]
    assert [response.status_code for response in statuses] == [201] * 13 + [409]
    assert statuses[-1].json()["error"] == "questions_full"


async def test_order(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    ids = [str(question) for question in reversed(questions)]
    body = (await client.put(f"/api/interviews/{interview}/order", json={"ids": ids})).json()
    assert [item["id"] for item in body["questions"]] == ids


@pytest.mark.parametrize("wrong", ["missing", "twice", "foreign"])
async def test_an_order_must_name_each_question_once(client: httpx.AsyncClient, wrong: str) -> None:
    interview, (first, second), _ = await world.interview()
    ids = {"missing": [first], "twice": [first, second, second], "foreign": [first, uuid4()]}[wrong]
    response = await client.put(f"/api/interviews/{interview}/order", json={"ids": [str(item) for item in ids]})
    assert (response.status_code, response.json()["error"]) == (422, "order_incomplete")


async def test_an_answered_question_stays_as_it_was_asked(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "I threw it away."})
    base = f"/api/interviews/{interview}/questions/{questions[0]}"
    reworded = await client.patch(base, json={"text": "Something else entirely?"})
    swapped = await client.post(f"{base}/swap")
    assert [r.json()["error"] for r in (reworded, swapped)] == ["question_answered"] * 2


async def test_finish_twice_keeps_the_first_time(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    first = (await client.post(f"/api/interviews/{interview}/finish")).json()["finished_at"]
    again = (await client.post(f"/api/interviews/{interview}/finish")).json()["finished_at"]
    assert first is not None
    assert first == again


async def test_delete(client: httpx.AsyncClient) -> None:
    interview, questions, _ = await world.interview()
    take = await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "Words."})
    assert (await client.delete(f"/api/interviews/{interview}")).status_code == 204
    assert (await client.get(f"/api/interviews/{interview}")).status_code == 404
    assert (await client.get(f"/api/takes/{take.json()['id']}")).status_code == 404
    assert await world.count(Interview) == 0


async def test_planning_without_the_flow_server_says_so_and_stores_nothing(client: httpx.AsyncClient) -> None:
    _, _, posting = await world.interview()
    response = await client.post("/api/interviews", json={"posting_id": str(posting)})
    assert response.status_code == 502
    assert response.json()["error"].startswith("langflow")
    assert await world.count(Interview) == 1
