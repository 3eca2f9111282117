"""A web page as a posting: its own job data first, then known layouts, then the main text."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import extruct
import trafilatura
from lxml import etree
from w3lib.encoding import html_to_unicode

from app.domain.errors import BadInput, TooLarge
from app.domain.posting import Posting
from app.services.postings.parser import html
from app.services.postings.parser.clean import normalise
from app.services.postings.parser.items import find_items
from app.services.postings.parser.source import MAX_TEXT_BYTES
from app.services.postings.parser.text import PASTE, Known, compose, read

MAX_PAGE_BYTES = 2_000_000
MAX_LOCATIONS = 10  # one real page lists 251 countries in its job data
_MOST_ELEMENTS = 100_000
_MAX_ELEMENTS = 20_000  # trafilatura takes more than linear time; real pages have 500 to 5,000
_MIN_VISIBLE_WORDS = 60  # below that a page holds no posting: cookie banners and menus have 20 to 50
_NOWHERE = frozenset(
    {
        "anywhere",
        "remote",
        "worldwide",
        "global",
        "n/a",
        "na",
        "none",
        "telecommute",
        "work from home",
        "various",
        "multiple locations",
    }
)
_BOARDS = re.compile(
    r"(?:linkedin|indeed|glassdoor|reed|totaljobs|monster|jobs\.cz|startupjobs|stepstone|seek|ziprecruiter|"
    r"cv-library|remoteok|remote ok|greenhouse|lever|ashby|workable|adzuna|jooble|jobvite|"
    r"smartrecruiters)(?:\.\w+){0,2}",
    re.IGNORECASE,
)
_DESCRIPTIONS = (
    "//*[@itemprop='description']",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' show-more-less-html__markup ')]",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' description__text ')]",
    "//*[@id='jobDescriptionText' or @id='job-description' or @id='jobdescription' or @id='job_description'"
    " or @id='JobDescription' or @id='vacancy-description']",
    "//*[@data-testid='jobDescriptionText' or @data-automation='jobAdDetails' or @data-qa='job-description'"
    " or @data-automation-id='jobPostingDescription' or @data-ui='job-description' or @data-test='jobDescri"
    "ption']",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' job-description ') or contains(concat(' ', n"
    "ormalize-space(@class), ' '), ' job__description ') or contains(concat(' ', normalize-space(@class), '"
    " '), ' jobDescription ') or contains(concat(' ', normalize-space(@class), ' '), ' job-details ') or co"
    "ntains(concat(' ', normalize-space(@class), ' '), ' vacancy-description ') or contains(concat(' ', nor"
    "malize-space(@class), ' '), ' posting-page ') or contains(concat(' ', normalize-space(@class), ' '), '"
    " job-post ')]",
)
_LOGIN_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|authwall|uas/login|auth|sso|account/login|checkpoint)\b", re.IGNORECASE
)
_LOGIN_TITLE = re.compile(
    r"^\W*(?:log ?in|sign ?in|sign up|join linkedin|security verification|authwall|access denied|just a moment|"
    r"attention required|are you a (?:human|robot)|verify)\b",
    re.IGNORECASE,
)
_LOGIN_TEXT = re.compile(
    r"\b(?:sign in|log ?in|join now|create an? account|forgot(?:ten)? (?:your )?password|"
    r"verify (?:that )?you are (?:a )?human|please (?:log|sign) ?in|captcha)\b",
    re.IGNORECASE,
)
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|requires?|turn on|need|without) (?:\w+ )?javascript|javascript (?:is )?(?:required|disabled|"
    r"must be enabled)",
    re.IGNORECASE,
)

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def parse_page(body: bytes, *, url: str, content_type: str | None) -> Posting:
    """A fetched or saved HTML page as a posting.

    Args:
        body: the page, at most 2 MB.
        url: where it came from; kept in the posting, never requested here.
        content_type: the HTTP header, for the character set.

    Raises:
        BadInput: `posting_login_wall`, `posting_script_only`, `posting_not_a_posting`.
        TooLarge: `posting_too_large`.
    """
    if len(body) > MAX_PAGE_BYTES:
        raise TooLarge("This page is larger than 2 MB.", code="posting_too_large", hint=PASTE)
    markup = html_to_unicode(content_type, body)[1].replace("\x00", "")
    root = html.tree(markup)
    if root is None:
        raise _script_only()
    if sum(1 for _ in islice(root.iter(), _MOST_ELEMENTS)) >= _MOST_ELEMENTS:
        raise TooLarge("This page has more parts than a posting has.", code="posting_too_large", hint=PASTE)
    source_url = url or None
    meta = _Meta(root)
    wall = (
        meta.password_field
        or bool(_LOGIN_PATH.search(urlsplit(url).path))
        or bool(_LOGIN_TITLE.match(meta.title or ""))
    )

    for known, text in _own_data(markup, root):
        if len(text.split()) >= 20:
            return _read(known, text, source_url, trusted=True)

    hidden_free = html.tree(markup)
    assert hidden_free is not None
    html.remove_hidden(hidden_free)
    linked = _linkedin(hidden_free)
    nuxt = _nuxt(markup)
    known = linked or nuxt or Known(title=meta.job_title, company=meta.company, source="page")
    visible = html.to_text(hidden_free, skip=frozenset({"nav", "footer", "aside"}))
    words = len(visible.split())
    best = _best_text(hidden_free, visible)
    problem: BadInput | None = None
    if best and (words >= _MIN_VISIBLE_WORDS or linked) and not (wall and len(find_items(best).items) < 3):
        try:
            return _read(known, best, source_url, trusted=linked is not None)
        except BadInput as error:
            problem = error
    if wall or (len(_LOGIN_TEXT.findall(visible)) >= 2 and words < 400):
        raise BadInput(
            "This page shows the posting only to people who are signed in.",
            code="posting_login_wall",
            hint=f"Sign in in your browser. {PASTE}",
        )
    if (
        problem is None
        or (words < 2 * _MIN_VISIBLE_WORDS and "<script" in markup.lower())
        or (_NEEDS_SCRIPT.search(markup) and words < 250)
    ):
        raise _script_only()
    if problem.code == "posting_not_a_posting":
        raise BadInput(
            "This page does not look like a job posting.",
            code="posting_not_a_posting",
            hint=f"Check the address. {PASTE}",
        )
    raise problem


def _script_only() -> BadInput:
    return BadInput(
        "This page is empty until a program in it runs, so there is nothing to read.",
        code="posting_script_only",
        hint=PASTE,
    )


def _read(known: Known, text: str, source_url: str | None, *, trusted: bool) -> Posting:
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise TooLarge("The text of this page is longer than 200 kB.", code="posting_too_large", hint=PASTE)
    whole, header = compose(known, text)
    return read(whole, known=known, source_url=source_url, trusted=trusted, header=header)


class _Meta:
    """What the page's head says about itself."""

    def __init__(self, root: Any) -> None:
        self.title = _line(root.findtext(".//title"))
        properties: dict[str, str] = {}
        for element in root.iter("meta"):
            key = (element.get("property") or element.get("name") or "").lower()
            if key and element.get("content"):
                properties.setdefault(key, element.get("content"))
        self.og_title = _line(properties.get("og:title"))
        self.description = _line(properties.get("og:description") or properties.get("description"))
        site = _line(properties.get("og:site_name"))
        self.password_field = any((element.get("type") or "").lower() == "password" for element in root.iter("input"))
        heading = next(
            (text for element in root.iter("h1") if (text := _line(element.text_content())) and len(text) < 120), None
        )
        self.job_title: str | None = None
        self.company: str | None = None
        shown = heading or self.og_title or self.title
        for line in (self.og_title, self.title):
            # "Harbour Bread hiring Night Baker in Hull | LinkedIn", "Night Baker at Harbour Bread"
            if line and (
                match := re.match(r"(.{2,60}?) (?:is )?hiring (.{3,80}?)(?: in (.{2,60}?))?(?:\s*[|–-].*)?\Z", line)
            ):
                self.company, shown = match.group(1), match.group(2)
                break
            if line and heading and heading.lower() in line.lower():
                rest = line[line.lower().index(heading.lower()) + len(heading) :]
                if match := re.match(r"\s*(?:\bat\b|@|[|·–—-])\s+(.{2,60}?)(?:\s+[|·–—-]\s+.*)?\Z", rest):
                    self.company = match.group(1).strip()
                    break
        self.job_title = shown
        if self.company is None and site and not _BOARDS.fullmatch(site):
            self.company = site
        if self.company and (_BOARDS.fullmatch(self.company) or self.company == self.job_title):
            self.company = None


def _line(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join(normalise(unescape(value)).split())
    return text or None


def _own_data(markup: str, root: Any) -> Iterator[tuple[Known, str]]:
    """JobPosting objects in JSON-LD, then microdata, the one with the longest description first."""
    if "JobPosting" not in markup:
        return
    try:
        data = extruct.extract(markup, syntaxes=["json-ld", "microdata"], errors="log", uniform=False)
    except Exception:  # extruct promises to log, but lets some of lxml's and json's errors through on broken pages
        return
    for syntax, source in (("json-ld", "json-ld"), ("microdata", "microdata")):
        jobs = sorted(_jobs(data.get(syntax, [])), key=lambda job: -len(str(job.get("description") or "")))
        for job in jobs[:3]:
            known = from_schema(job, source=source)
            if syntax == "microdata":
                nodes = root.xpath("//*[@itemprop='description']")
                if nodes:
                    html.remove_hidden(nodes[0])
                    yield known, html.to_text(nodes[0])
                    continue
            yield known, schema_text(job)


def _jobs(data: Any) -> Iterator[dict[str, Any]]:
    """Every JobPosting in a tree of lists and dicts, without recursion."""
    stack, steps = [data], 0
    while stack and steps < 50_000:
        steps += 1
        value = stack.pop()
        if isinstance(value, dict):
            kinds = value.get("@type") or value.get("type") or ""
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(name, str) and name.rsplit("/", 1)[-1] == "JobPosting" for name in names):
                properties = value.get("properties")
                yield properties if isinstance(properties, dict) else value
                continue
            stack.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def schema_text(job: dict[str, Any]) -> str:
    """The description of a schema.org JobPosting as text, with its further text fields under headings of their own."""
    parts = [description_text(job.get("description"))]
    lowered = parts[0].lower()
    for key, heading in (
        ("responsibilities", "Responsibilities"),
        ("qualifications", "Qualifications"),
        ("experienceRequirements", "Experience"),
        ("educationRequirements", "Education"),
        ("skills", "Skills"),
    ):
        text = description_text(job.get(key))
        if text and text.lower()[:80] not in lowered and len(text.split()) >= 2:
            lines = [line for line in text.split("\n") if line.strip()]
            body = text if len(lines) > 1 else f"- {lines[0]}"
            parts.append(f"{heading}\n{body}")
    return "\n\n".join(part for part in parts if part)


def description_text(value: Any) -> str:
    """Text of a description that may be HTML, escaped HTML, plain text, or a list of them."""
    if isinstance(value, list):
        return "\n".join(f"- {line}" for item in value[:100] if (line := description_text(item)))
    if isinstance(value, dict):
        value = value.get("description") or value.get("name") or value.get("text") or value.get("value") or ""
    if not isinstance(value, str):
        return ""
    for _ in range(2):
        if "&lt;" in value or "&amp;" in value:
            value = unescape(value)
    if re.search(r"<(?:/?[a-zA-Z]|!--)", value):
        text = html.fragment_text(value.replace("\x00", ""))
        # Some boards mix real line breaks with a few inline tags.
        if text.count("\n") == 0 and value.count("\n") > 3:
            text = html.fragment_text(re.sub(r"\n+", "<br>", value))
        return normalise(text)
    return normalise(unescape(value))


def from_schema(job: dict[str, Any], *, source: str) -> Known:
    """Title, employer, places and remote work of a schema.org JobPosting; any field may be a string, object or list."""
    locations, anywhere = _places(job.get("jobLocation"))
    remote = str(job.get("jobLocationType") or "").upper() == "TELECOMMUTE" or anywhere
    language = job.get("inLanguage")
    return Known(
        title=_name(job.get("title")) or _name(job.get("name")),
        company=_name(job.get("hiringOrganization")),
        locations=tuple(locations),
        remote=True if remote else None,
        language=language if isinstance(language, str) else None,
        source=source,
    )


def _name(value: Any) -> str | None:
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            inner = value.get("properties", value)
            value = inner.get("name") or inner.get("legalName") if isinstance(inner, dict) else None
    line = _line(value)
    if line and re.search(r"<\w+[^>]*>", line):
        line = _line(re.sub(r"<[^>]{0,300}>", " ", line))
    return line[:200] if line else None


def _places(value: Any) -> tuple[list[str], bool]:
    found: list[str] = []
    anywhere = False
    for place in (value if isinstance(value, list) else [value])[:300]:
        if isinstance(place, dict):
            place = place.get("properties", place)
            address = place.get("address", place) if isinstance(place, dict) else place
        else:
            address = place
        if isinstance(address, list):
            address = address[0] if address else None
        if isinstance(address, dict):
            inner = address.get("properties", address)
            parts = [_name(inner.get(key)) for key in ("addressLocality", "addressRegion", "addressCountry")]
            if not any(parts):
                parts = [_name(inner.get("name"))]
        else:
            parts = [_line(address)]
        kept: list[str] = []
        for part in parts:
            if part and part.lower() in _NOWHERE:
                anywhere = True
            elif part and part not in kept:
                kept.append(part)
        text = ", ".join(kept)
        if text and text not in found and len(found) < MAX_LOCATIONS:
            found.append(text)
    return found, anywhere


def _linkedin(root: Any) -> Known | None:
    def first(*names: str) -> str | None:
        for name in names:
            for element in root.xpath(f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"):
                if text := _line(element.text_content()):
                    return text
        return None

    title = first("topcard__title", "top-card-layout__title")
    if not title or not root.xpath(
        "//*[contains(@class, 'show-more-less-html') or contains(@class, 'description__text')]"
    ):
        return None
    place = first("topcard__flavor--bullet")
    return Known(
        title=title,
        company=first("topcard__org-name-link", "topcard__flavor"),
        locations=(place,) if place else (),
        source="linkedin",
    )


def _nuxt(markup: str) -> Known | None:
    """Title and employer in the flat state array of a Nuxt page, where numbers inside objects are indexes into it."""
    match = re.search(r"<script[^>]{0,300}id=[\"']__NUXT_DATA__[\"'][^>]{0,300}>", markup)
    if not match:
        return None
    end = markup.find("</script>", match.end())
    try:
        state = json.loads(markup[match.end() : end])
    except (ValueError, RecursionError):
        return None
    if not isinstance(state, list):
        return None

    def at(index: Any) -> Any:
        return (
            state[index] if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(state) else None
        )

    def text(value: Any) -> str | None:
        if isinstance(value, dict):
            for key in ("name", "title", "cs", "en", "label"):
                if key in value and (found := _line(at(value[key]))):
                    return found
        return _line(value) if isinstance(value, str) else None

    for item in state[:20_000]:
        if not isinstance(item, dict):
            continue
        employer = next(
            (
                text(at(item[key]))
                for key in ("company", "employer", "organization", "startup", "hiringOrganization")
                if key in item
            ),
            None,
        )
        title = next((text(at(item[key])) for key in ("name", "title", "position", "jobTitle") if key in item), None)
        if employer and title:
            places = next((at(item[key]) for key in ("location", "locations", "city") if key in item), None)
            if isinstance(places, list):
                names = [text(at(place)) for place in places[:MAX_LOCATIONS]]
            else:
                names = [text(places)]
            return Known(title=title, company=employer, locations=tuple(name for name in names if name), source="nuxt")
    return None


def _best_text(root: Any, visible: str) -> str:
    """The reading of the page that finds most demands, the more specific one when two find about as many."""
    candidates: list[str] = []
    named = False
    for path in _DESCRIPTIONS:
        nodes = root.xpath(path)
        if nodes:
            candidates.append(html.to_text(max(nodes[:20], key=lambda node: len(node.text_content()))))
            named = True
            break
    if len(visible) < 2 * MAX_TEXT_BYTES and sum(1 for _ in islice(root.iter(), _MAX_ELEMENTS)) < _MAX_ELEMENTS:
        candidates.append(_main_text(root))
    for tag in ("main", "article"):
        for node in list(root.iter(tag))[:1]:
            candidates.append(html.to_text(node, skip=frozenset({"nav", "footer", "aside"})))
    candidates.append(visible)
    if named and (own := normalise(candidates[0])) and len(find_items(own).items) >= 2:
        return own
    usable = [normalise(text)[:MAX_TEXT_BYTES] for text in candidates if len(text.split()) >= 25]
    if not usable:
        return ""
    counts = [len(find_items(text).items) for text in usable]
    return next(text for text, count in zip(usable, counts, strict=True) if count >= 0.75 * max(counts))


def _main_text(root: Any) -> str:
    """What trafilatura takes for the main content, with its lists kept as lists."""
    try:
        extracted = trafilatura.extract(
            etree.tostring(root, encoding="unicode", method="html"),
            output_format="html",
            favor_recall=True,
            include_comments=False,
            include_formatting=True,
            deduplicate=False,
        )
    except Exception:  # a broken page must not decide: the other readings remain
        return ""
    return html.fragment_text(extracted) if extracted else ""
