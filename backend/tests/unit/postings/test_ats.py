"""Job boards: which address answers, and its answer as a posting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.errors import BadInput
from app.domain.posting import Posting
from app.services.postings.parser.ats import embedded, endpoints, read_answer
from tests.unit.postings.test_page import DESCRIPTION, QUOTES

UUID = "90fb3621-899e-4b59-925d-25080ec91e18"
ADDRESSES = {
    "https://boards.greenhouse.io/acme/jobs/123": "https://boards-api.greenhouse.io/v1/boards/acme/jobs/123",
    "https://job-boards.greenhouse.io/acme/jobs/123?gh_src=x": "https://boards-api.greenhouse.io/v1/boards/acme/jobs/123",
    "https://job-boards.eu.greenhouse.io/acme/jobs/123": "https://boards-api.eu.greenhouse.io/v1/boards/acme/jobs/123",
    "https://boards.greenhouse.io/embed/job_app?for=acme&token=123": "https://boards-api.greenhouse.io/v1/boards/acme/jobs/123",
    "https://www.acme.com/careers/baker?gh_jid=123": "https://boards-api.greenhouse.io/v1/boards/acme/jobs/123",
    "https://careers.acme.co.uk/?gh_jid=123": "https://boards-api.greenhouse.io/v1/boards/acme/jobs/123",
    f"https://jobs.lever.co/acme/{UUID}/apply": f"https://api.lever.co/v0/postings/acme/{UUID}",
    f"https://jobs.eu.lever.co/acme/{UUID}": f"https://api.eu.lever.co/v0/postings/acme/{UUID}",
    f"https://jobs.ashbyhq.com/Acme%20Bread/{UUID}": "https://api.ashbyhq.com/posting-api/job-board/Acme%20Bread",
    "https://apply.workable.com/acme/j/DD136DD7E7/": "https://apply.workable.com/api/v1/widget/accounts/acme?details=true",
    "https://jobs.smartrecruiters.com/Acme/743999671674844-baker": "https://api.smartrecruiters.com/v1/companies/Acme/postings/743999671674844",
    "https://acme.recruitee.com/o/night-baker": "https://acme.recruitee.com/api/offers",
    "https://acme.teamtailor.com/jobs/123-night-baker": "https://acme.teamtailor.com/jobs.json",
    "https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Hull/Baker_R1": "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/job/Hull/Baker_R1",
    "https://acme.pinpointhq.com/en/postings/abc-1": "https://acme.pinpointhq.com/postings.json",
    "https://acme.jobs.personio.de/job/123?language=en": "https://acme.jobs.personio.de/xml",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_of_boards(address: str) -> None:
    assert [endpoint.url for endpoint in endpoints(address)] == [ADDRESSES[address]]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.acme.com/careers",
        "ftp://boards.greenhouse.io/acme/jobs/1",
        "https://boards.greenhouse.io/acme",
        "https://evil.example/boards.greenhouse.io/acme/jobs/1",
        "https://boards.greenhouse.io.evil.example/acme/jobs/1",
        "http://[::1",
        "",
        "https://127.0.0.1/?gh_jid=1",
        "https://jobs.lever.co/../../x",
    ],
)
def test_other_addresses_have_none(address: str) -> None:
    assert endpoints(address) == ()


def test_boards_inside_a_company_page() -> None:
    source = b'<script src="https://boards.greenhouse.io/embed/job_board/js?for=harbourbread"></script>'
    assert [endpoint.url for endpoint in embedded(source, "https://acme.com/jobs?gh_jid=77")] == [
        "https://boards-api.greenhouse.io/v1/boards/harbourbread/jobs/77"
    ]
    assert embedded(source, "https://acme.com/jobs") == ()
    ashby = b"fetch('https://jobs.ashbyhq.com/harbour')"
    assert embedded(ashby, f"https://acme.com/jobs?ashby_jid={UUID}")[0].url.endswith("/job-board/harbour")


def personio() -> str:
    parts = "".join(
        f"<jobDescription><name>{name}</name><value><![CDATA[{value}]]></value></jobDescription>"
        for name, value in (
            ("Your tasks", "<ul><li>Mix and shape sourdough</li><li>Fire the deck oven</li></ul>"),
            (
                "Your profile",
                "<ul><li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li></ul>",
            ),
        )
    )
    return (
        f"<?xml version='1.0'?><workzag-jobs><position><id>9</id></position><position><id>123</id><subcompany>H"
        f"arbour Bread</subcompany><office>Hull</office><name>Night Baker</name><jobDescriptions>{parts}</jobDe"
        f"scriptions></position></workzag-jobs>"
    )


ESCAPED = DESCRIPTION.replace("<", "&lt;").replace(">", "&gt;")
HALF = DESCRIPTION.index("<p><strong>What you need")
ANSWERS: dict[str, tuple[str, object]] = {
    "greenhouse": (
        "https://boards.greenhouse.io/harbourbread/jobs/123",
        {"title": "Night Baker ", "company_name": "Harbour Bread ", "location": {"name": "Hull"}, "content": ESCAPED},
    ),
    "lever": (
        f"https://jobs.lever.co/harbourbread/{UUID}",
        {
            "text": "Night Baker",
            "categories": {"location": "Hull", "allLocations": ["Hull", "Leeds"]},
            "workplaceType": "on-site",
            "descriptionPlain": "Harbour Bread bakes for forty shops.",
            "lists": [
                {"text": "What you'll do", "content": "<li>Mix and shape sourdough</li><li>Fire the deck oven</li>"},
                {
                    "text": "What you need",
                    "content": "<li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li>",
                },
            ],
        },
    ),
    "ashby": (
        f"https://jobs.ashbyhq.com/harbourbread/{UUID}",
        {
            "jobs": [
                {"id": "other", "title": "x"},
                {
                    "id": UUID,
                    "title": "Night Baker ",
                    "location": "Hull",
                    "secondaryLocations": [{"location": "Leeds"}],
                    "isRemote": False,
                    "descriptionHtml": DESCRIPTION,
                },
            ]
        },
    ),
    "workable": (
        "https://apply.workable.com/harbour/j/DD136DD7E7",
        {
            "name": "Harbour Bread",
            "jobs": [
                {
                    "shortcode": "DD136DD7E7",
                    "title": "Night Baker",
                    "city": "Hull",
                    "country": "UK",
                    "description": DESCRIPTION,
                },
                {
                    "shortcode": "DD136DD7E7",
                    "title": "Night Baker",
                    "city": "Leeds",
                    "country": "UK",
                    "description": DESCRIPTION,
                },
            ],
        },
    ),
    "smartrecruiters": (
        "https://jobs.smartrecruiters.com/Harbour/743999671674844-x",
        {
            "name": "Night Baker",
            "company": {"name": "Harbour Bread"},
            "location": {"fullLocation": "Hull, UK"},
            "jobAd": {
                "sections": {
                    "companyDescription": {"title": "Company Description", "text": "<p>We manage ovens.</p>"},
                    "jobDescription": {"title": "Job Description", "text": DESCRIPTION[:HALF]},
                    "qualifications": {"title": "Qualifications", "text": DESCRIPTION[HALF:]},
                }
            },
        },
    ),
    "recruitee": (
        "https://harbour.recruitee.com/o/night-baker",
        {
            "offers": [
                {
                    "slug": "night-baker",
                    "title": "Night Baker",
                    "company_name": "Harbour Bread",
                    "location": "Hull",
                    "description": DESCRIPTION[:HALF],
                    "requirements": (
                        "<ul><li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li></ul>"
                    ),
                }
            ]
        },
    ),
    "teamtailor": (
        "https://harbourbread.teamtailor.com/jobs/123-night-baker",
        {
            "items": [
                {"url": "https://harbourbread.teamtailor.com/jobs/1234-other"},
                {
                    "url": "https://harbourbread.teamtailor.com/jobs/123-night-baker",
                    "_jobposting": {
                        "@type": "JobPosting",
                        "title": "Night Baker",
                        "description": DESCRIPTION,
                        "jobLocation": [{"address": {"addressLocality": "Hull"}}],
                    },
                },
            ]
        },
    ),
    "workday": (
        "https://harbour.wd5.myworkdayjobs.com/Careers/job/Hull/Baker_R1",
        {
            "jobPostingInfo": {
                "title": "Night Baker",
                "location": "Hull",
                "additionalLocations": ["Leeds"],
                "jobDescription": DESCRIPTION,
            },
            "hiringOrganization": {"name": "Harbour Bread"},
        },
    ),
    "pinpoint": (
        "https://harbourbread.pinpointhq.com/en/postings/abc-1",
        {
            "data": [
                {
                    "id": "abc-1",
                    "title": "Night Baker",
                    "location": {"name": "Hull"},
                    "description": "<p>Harbour Bread bakes.</p>",
                    "key_responsibilities_header": "What you will do",
                    "key_responsibilities": "<ul><li>Mix and shape sourdough</li><li>Fire the deck oven</li></ul>",
                    "skills_knowledge_expertise": (
                        "<ul><li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li></ul>"
                    ),
                    "benefits_header": "Benefits",
                    "benefits": "<ul><li>A loaf a day</li></ul>",
                }
            ]
        },
    ),
    "personio": ("https://harbour.jobs.personio.de/job/123", personio()),
}


def answer(name: str) -> Posting:
    url, data = ANSWERS[name]
    (endpoint,) = endpoints(url)
    assert endpoint.board == name
    body = data if isinstance(data, str) else json.dumps(data)
    return read_answer(endpoint, body.encode(), source_url=url)


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_of_every_board(name: str) -> None:
    posting = answer(name)
    assert posting.title == "Night Baker"
    assert posting.company == "Harbour Bread"
    assert posting.locations[0].startswith("Hull")
    assert [item.quote for item in posting.requirements] == QUOTES
    assert [item.weight.value for item in posting.requirements] == ["duty", "duty", "must", "must"]
    assert posting.sources["title"] == name
    assert posting.source_url == ANSWERS[name][0]


def test_places_are_merged_and_on_site_is_known() -> None:
    assert answer("workable").locations == ("Hull, UK", "Leeds, UK")
    assert answer("lever").locations == ("Hull", "Leeds")
    assert answer("lever").remote is False


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[1, 2]",
        b'{"jobs": null}',
        b'{"jobs": [1]}',
        b"<html>",
        b'{"title": 7, "content": 8}',
        b"[" * 100_000,
        b'{"content": {"a": 1}}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("name", ANSWERS)
def test_other_answers_are_refused(name: str, body: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_answer(endpoints(ANSWERS[name][0])[0], body)
    assert caught.value.code in ("posting_not_on_board", "posting_board_format")


def test_entities_of_an_xml_answer_are_not_followed() -> None:
    bomb = (
        personio()
        .replace("<workzag-jobs>", "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><workzag-jobs>", 1)
        .replace("Harbour Bread", "&f;")
    )
    try:
        posting = read_answer(endpoints(ANSWERS["personio"][0])[0], bomb.encode())
    except BadInput:
        return
    assert "root:" not in posting.text


DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "postings"
CAPTURES = {
    "ashby__careerkit_ashby.json": ("https://jobs.ashbyhq.com/HighlightTA/{}", "jobs", "id"),
    "greenhouse__careerkit_greenhouse.json": ("https://job-boards.greenhouse.io/amplitude/jobs/{}", "jobs", "id"),
    "pinpoint__careerkit_pinpoint.json": ("https://acme.pinpointhq.com/en/postings/{}", "data", "id"),
}


@pytest.mark.skipif(not (DATA / "manifest.json").exists(), reason="the captured answers are not on this machine")
@pytest.mark.parametrize("name", CAPTURES)
def test_captured_answers_give_what_their_manifest_says(name: str) -> None:
    address, rows, key = CAPTURES[name]
    files = {entry["file"]: entry for entry in json.loads((DATA / "manifest.json").read_text())["files"]}
    body = (DATA / name).read_bytes()
    for row, expected in zip(json.loads(body)[rows], files[name]["expected"]["jobs"], strict=True):
        posting = read_answer(endpoints(address.format(row[key]))[0], body)
        assert posting.title == expected["title"]
        assert (posting.company or "").lower() == expected["company"].lower()
        assert posting.location == expected["location"]
        assert posting.requirements
