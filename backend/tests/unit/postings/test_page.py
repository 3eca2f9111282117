"""Pages: their own job data, known layouts, general text, hidden text, and pages that hold no posting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.errors import BadInput
from app.domain.posting import Posting, Weight
from app.services.postings.parser.html import fragment_text
from app.services.postings.parser.page import parse_page

DESCRIPTION = (
    "<p>Harbour Bread bakes for forty shops along the coast, from one brick building by the dock.</p><h3>Wh"
    "at you'll do</h3>"
    "<ul><li>Mix and shape sourdough</li><li>Fire the deck oven</li></ul><p><strong>What you need</strong></p>"
    "<ul><li>Two years in a production bakery</li><li>Level 2 food hygiene certificate</li></ul><h3>We offe"
    "r</h3><ul><li>A loaf a day</li></ul>"
)
QUOTES = [
    "Mix and shape sourdough",
    "Fire the deck oven",
    "Two years in a production bakery",
    "Level 2 food hygiene certificate",
]


def page(markup: str, url: str = "https://jobs.example/1") -> Posting:
    return parse_page(markup.encode(), url=url, content_type="text/html; charset=utf-8")


def code(markup: str, url: str = "https://jobs.example/1") -> str:
    with pytest.raises(BadInput) as caught:
        page(markup, url)
    assert caught.value.hint
    assert "paste" in caught.value.hint.lower()
    return caught.value.code


def json_ld(**fields: object) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": "Night Baker",
        "description": DESCRIPTION,
        **fields,
    }
    script = json.dumps(data).replace("</", "<\\/")
    return f'<html><head><script type="application/ld+json">{script}</script></head><body><nav>Menu</nav></body></html>'


class TestJobData:
    def test_reads_the_object(self) -> None:
        posting = page(
            json_ld(
                hiringOrganization={"name": "Harbour Bread"},
                jobLocation={"address": {"addressLocality": "Hull", "addressCountry": "GB"}},
            )
        )
        assert (posting.title, posting.company, posting.location) == ("Night Baker", "Harbour Bread", "Hull, GB")
        assert posting.sources["title"] == "json-ld"
        assert [item.quote for item in posting.requirements] == QUOTES
        assert [item.weight for item in posting.requirements] == [Weight.DUTY] * 2 + [Weight.MUST] * 2
        assert all(posting.text.find(words) >= 0 for words in posting.quotes.values())

    @pytest.mark.parametrize(
        ("organization", "company"),
        [
            ("Harbour Bread", "Harbour Bread"),
            ([{"name": " Harbour  Bread "}], "Harbour Bread"),
            ({}, None),
            (None, None),
            (7, None),
        ],
    )
    def test_organisation_in_any_form(self, organization: object, company: str | None) -> None:
        assert page(json_ld(hiringOrganization=organization)).company == company

    def test_anywhere_is_remote_and_no_place(self) -> None:
        anywhere = {
            "address": {"addressLocality": "Anywhere", "addressRegion": "Anywhere", "addressCountry": "Anywhere"}
        }
        posting = page(json_ld(jobLocation=[anywhere]))
        assert posting.remote is True
        assert posting.locations == ()

    def test_many_places_are_capped(self) -> None:
        places = [{"address": {"addressCountry": f"Country {number}"}} for number in range(251)]
        assert len(page(json_ld(jobLocation=places)).locations) == 10

    def test_in_a_graph_with_type_lists_and_escaped_html(self) -> None:
        escaped = DESCRIPTION.replace("<", "&lt;").replace(">", "&gt;")
        data = {
            "@graph": [
                {"@type": "WebPage"},
                [{"@type": ["Thing", "JobPosting"], "title": "Night Baker", "description": escaped}],
            ]
        }
        posting = page(f'<script type="application/ld+json">{json.dumps(data)}</script>')
        assert [item.quote for item in posting.requirements] == QUOTES

    def test_microdata(self) -> None:
        posting = page(
            f'<html><body><div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Night Baker</h1>'
            f'<span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization"><b it'
            f'emprop="name">Harbour Bread</b></span>'
            f'<div itemprop="description">{DESCRIPTION}</div></div></body></html>'
        )
        assert (posting.title, posting.company) == ("Night Baker", "Harbour Bread")
        assert [item.quote for item in posting.requirements] == QUOTES

    def test_broken_data_falls_back_to_the_page(self) -> None:
        posting = page(
            f'<html><head><title>Night Baker</title><script type="application/ld+json">{{"@type": "JobPosti'
            f'ng", </script></head><body><main><h1>Night Baker</h1>{DESCRIPTION * 2}</main></body></html>'
        )
        assert posting.title == "Night Baker"
        assert [item.quote for item in posting.requirements] == QUOTES


class TestLayouts:
    def test_linkedin(self) -> None:
        posting = page(
            '<h1 class="top-card-layout__title topcard__title">Night Baker</h1><a class="topcard__org-name-'
            'link">Harbour Bread</a>'
            '<span class="topcard__flavor topcard__flavor--bullet">Hull, England</span>'
            f'<div class="description__text"><div class="show-more-less-html__markup">{DESCRIPTION}</div></'
            f"div><section><h2>Similar jobs</h2><ul><li>Manage a shop in Leeds</li></ul></section>"
        )
        assert (posting.title, posting.company, posting.location) == ("Night Baker", "Harbour Bread", "Hull, England")
        assert [item.quote for item in posting.requirements] == QUOTES

    def test_nuxt_state(self) -> None:
        state = [
            {"job": 1},
            {"name": 2, "company": 3, "locations": 5},
            "Night Baker",
            {"name": 4},
            "Harbour Bread",
            [6],
            {"name": 7},
            "Hull",
        ]
        posting = page(
            f'<html><body><script type="application/json" id="__NUXT_DATA__">{json.dumps(state)}</script><m'
            f"ain>{DESCRIPTION * 2}</main></body></html>"
        )
        assert (posting.title, posting.company, posting.location) == ("Night Baker", "Harbour Bread", "Hull")

    def test_general_page_without_menus(self) -> None:
        posting = page(
            '<html><head><title>Night Baker | Harbour Bread</title><meta property="og:site_name" content="H'
            'arbour Bread"></head><body><nav><ul><li>Manage cookies</li>'
            f"<li>Order online</li></ul></nav><article><h1>Night Baker</h1>{DESCRIPTION}<p>Apply by Friday."
            f" The building is warm and the tea is strong, and the last of us goes home at ten.</p></articl"
            f"e>"
            "<footer><ul><li>Read our privacy notice</li></ul></footer></body></html>"
        )
        assert (posting.title, posting.company) == ("Night Baker", "Harbour Bread")
        assert [item.quote for item in posting.requirements] == QUOTES


HIDDEN = [
    '<span style="display:none">{}</span>',
    '<p style="visibility: hidden">{}</p>',
    "<div hidden>{}</div>",
    '<span style="font-size:0px">{}</span>',
    '<i style="position:absolute; left:-9999px">{}</i>',
    '<div aria-hidden="true">{}</div>',
    '<b style="opacity:0">{}</b>',
    '<span style="color:#fff">{}</span>',
    '<span style="color:white;background:#ffffff">{}</span>',
    "<!-- {} -->",
    '<p class="sr-only">{}</p>',
    "<template>{}</template>",
    "<noscript>{}</noscript>",
    '<span style="text-indent:-5000px">{}</span>',
    '<font color="white">{}</font>',
    '<li class="ghost">{}</li>',
    '<span style="font-size: 0.1px">{}</span>',
    '<div style="height:0;overflow:hidden">{}</div>',
    '<p style="/* x */display : none !important">{}</p>',
    "<textarea>{}</textarea>",
]


@pytest.mark.parametrize("wrap", HIDDEN)
@pytest.mark.parametrize("inside_data", [True, False])
def test_hidden_text_is_gone_and_the_rest_stays(wrap: str, inside_data: bool) -> None:
    secret = wrap.format("Experience of unicorns is required")
    body = DESCRIPTION.replace("</ul>", f"</ul>{secret} seen", 1)
    if inside_data and "ghost" in wrap:
        body = "<style>.ghost{display:none}</style>" + body
    markup = (
        json_ld(description=body)
        if inside_data
        else (
            f"<html><head><style>.ghost {{ display: none }}</style></head><body><main><h1>Night Baker</h1>"
            f"{body * 2}</main></body></html>"
        )
    )
    posting = page(markup)
    assert "unicorn" not in posting.text
    assert QUOTES[2] in [item.quote for item in posting.requirements]


def test_tail_of_a_hidden_element_stays() -> None:
    assert fragment_text('<p>a <span style="display:none">x</span>b</p>') == "a b"


def test_lists_headings_and_tables_keep_their_lines() -> None:
    text = fragment_text(
        "<h2>Duties</h2><ul><li><p>One</p></li><li>Two <b>bold</b><ul><li>Inner</li></ul></li></ul><p>x<br>"
        "y</p><div>z</div>"
        "<table><tr><th>Criteria</th><th>Essential</th><th>Desirable</th></tr><tr><td>Skills</td><td><ul><l"
        "i>Knead</li><li>Lift</li></ul></td><td>Score</td></tr></table>"
    )
    lines = [line for line in text.split("\n") if line]
    assert lines == [
        "Duties",
        "- One",
        "- Two bold",
        "- Inner",
        "x",
        "y",
        "z",
        "Essential",
        "- Knead",
        "- Lift",
        "Desirable",
        "- Score",
    ]


class TestNoPosting:
    def test_login_walls(self) -> None:
        form = "<form><input type=email><input type=password><button>Sign in</button></form>"
        assert (
            code(
                f"<html><head><title>Sign in</title></head><body><h1>Welcome back</h1>{form}<p>Forgot passw"
                f"ord? Join now.</p></body></html>"
            )
            == "posting_login_wall"
        )
        assert (
            code("<html><body><p>Join now to see this job. Sign in. New here? Create an account.</p></body></html>")
            == "posting_login_wall"
        )
        assert (
            code("<html><body><p>Continue with your account.</p></body></html>", "https://jobs.example/authwall?next=1")
            == "posting_login_wall"
        )

    @pytest.mark.parametrize(
        "markup",
        [
            "",
            "   ",
            "<html></html>",
            "<html><body><div id=root></div><script src=/app.js></script></body></html>",
            "<html><head><title>Night Baker</title><meta property='og:title' content='Night Baker'></head><"
            "body><div id=app></div><script>var a=1</script><noscript>You need to enable JavaScript to run "
            "this app.</noscript></body></html>",
        ],
    )
    def test_empty_and_script_drawn_pages(self, markup: str) -> None:
        assert code(markup) == "posting_script_only"

    def test_another_kind_of_page(self) -> None:
        story = (
            "<p>The council voted nine to four on Tuesday to rebuild the fish dock, a plan that has divided"
            " the town for ten years and more.</p>" * 12
        )
        assert (
            code(
                f"<html><head><title>News</title></head><body><article><h1>Harbour plan approved</h1>"
                f"{story}</article></body></html>"
            )
            == "posting_not_a_posting"
        )


DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "postings"


@pytest.mark.skipif(not (DATA / "manifest.json").exists(), reason="the captured pages are not on this machine")
def test_captured_pages_give_what_their_manifest_says() -> None:
    read = 0
    refused: list[tuple[str, bool]] = []
    for entry in json.loads((DATA / "manifest.json").read_text())["files"]:
        if entry["kind"] != "html":
            continue
        expected = entry["expected"]["jobs"][0]
        try:
            posting = parse_page(
                (DATA / entry["file"]).read_bytes(), url="https://jobs.example/1", content_type="text/html"
            )
        except BadInput as refusal:
            refused.append((refusal.code, "note" in expected))  # the manifest knows that a script draws the body
            continue
        assert posting.title == expected["title"]
        assert posting.company == expected["company"]
        read += 1
    assert read >= 2
    assert set(refused) == {("posting_script_only", True)}
