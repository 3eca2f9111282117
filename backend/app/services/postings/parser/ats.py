"""Public job-board interfaces: which address answers for a posting's page, and its answer as a posting."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from lxml import etree

from app.domain.errors import BadInput
from app.domain.posting import Posting
from app.services.postings.parser.clean import normalise
from app.services.postings.parser.page import MAX_LOCATIONS, description_text, from_schema, schema_text
from app.services.postings.parser.text import PASTE, Known, compose, read

_SLUG = r"[A-Za-z0-9][\w.%~-]{0,79}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a board answers. `job` is the id to look for, `slug` the employer's name in the address."""

    board: str
    url: str
    job: str
    slug: str | None = None


def endpoints(url: str) -> tuple[Endpoint, ...]:
    """The public interfaces that answer for a posting's address, best first; empty for an unknown board."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        path, query = parts.path.rstrip("/"), parse_qs(parts.query)
    except ValueError:
        return ()
    if parts.scheme not in ("http", "https") or not host:
        return ()
    for pattern, build in _ROUTES:
        if match := pattern.fullmatch(host + path):
            made = build(match, query)
            if made is not None:
                return (made,)
    if (job := _number(query, "gh_jid")) and (name := _domain_name(host)):
        return (_greenhouse(name, job),)
    return ()


def embedded(body: bytes, url: str) -> tuple[Endpoint, ...]:
    """Boards that a company's own page draws a posting from, by the token in its source and the id in the address."""
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return ()
    source = body[:2_000_000].decode("utf-8", "ignore")
    if job := _number(query, "gh_jid"):
        found = re.findall(
            rf"greenhouse\.io/(?:embed/job_(?:board|app)(?:/js)?\?(?:[\w=&;]{{0,80}}&(?:amp;)?)?for=|"
            rf"v1/boards/)({_SLUG})",
            source,
        )
        return tuple(_greenhouse(board, job) for board in dict.fromkeys(found[:5]))
    if (job := (query.get("ashby_jid") or [""])[0]) and re.fullmatch(r"[0-9a-f-]{36}", job):
        found = re.findall(rf"jobs\.ashbyhq\.com/({_SLUG})", source)
        return tuple(_ashby(org, job) for org in dict.fromkeys(found[:5]) if org != "api")
    return ()


def _number(query: dict[str, list[str]], key: str) -> str | None:
    value = (query.get(key) or [""])[0]
    return value if re.fullmatch(r"\d{1,20}", value) else None


def _domain_name(host: str) -> str | None:
    """The registered name in a host, near enough to guess a board's token: `careers.acme.co.uk` is `acme`."""
    labels = [
        label
        for label in host.split(".")
        if label not in ("www", "careers", "jobs", "co", "com", "org", "net", "ac", "gov")
    ]
    if len(labels) < 1 or re.fullmatch(r"[\d.]+", host):
        return None
    name = labels[-2] if len(labels) >= 2 else labels[0]
    return name if re.fullmatch(r"[a-z0-9][a-z0-9-]{1,60}", name) else None


def _greenhouse(board: str, job: str, region: str = "") -> Endpoint:
    return Endpoint("greenhouse", f"https://boards-api.{region}greenhouse.io/v1/boards/{board}/jobs/{job}", job, board)


def _ashby(org: str, job: str) -> Endpoint:
    return Endpoint("ashby", f"https://api.ashbyhq.com/posting-api/job-board/{quote(unquote(org))}", job, unquote(org))


def _greenhouse_embed(match: re.Match[str], query: dict[str, list[str]]) -> Endpoint | None:
    board, job = (query.get("for") or [""])[0], _number(query, "token") or _number(query, "gh_jid")
    return _greenhouse(board, job, match["region"] or "") if job and re.fullmatch(_SLUG, board) else None


_Build = Callable[[re.Match[str], dict[str, list[str]]], Endpoint | None]
_ROUTES: tuple[tuple[re.Pattern[str], _Build], ...] = (
    (
        re.compile(
            r"(?:job-)?boards\.(?P<region>eu\.)?greenhouse\.io/(?P<board>(?!embed)[\w-]+)/jobs/(?P<job>\d{1,20})"
        ),
        lambda m, _: _greenhouse(m["board"], m["job"], m["region"] or ""),
    ),
    (re.compile(r"(?:job-)?boards\.(?P<region>eu\.)?greenhouse\.io/embed/job_app"), _greenhouse_embed),
    (
        re.compile(rf"jobs\.(?P<region>eu\.)?lever\.co/(?P<org>{_SLUG})/(?P<job>[0-9a-f-]{{36}})(?:/apply)?"),
        lambda m, _: Endpoint(
            "lever",
            f"https://api.{m['region'] or ''}lever.co/v0/postings/{m['org']}/{m['job']}",
            m["job"],
            unquote(m["org"]),
        ),
    ),
    (
        re.compile(r"jobs\.ashbyhq\.com/(?P<org>[^/]{1,100})/(?P<job>[0-9a-f-]{36})(?:/application)?"),
        lambda m, _: _ashby(m["org"], m["job"]),
    ),
    (
        re.compile(rf"apply\.workable\.com/(?P<org>{_SLUG})/j/(?P<job>[A-Za-z0-9]{{4,20}})(?:/apply)?"),
        lambda m, _: Endpoint(
            "workable", f"https://apply.workable.com/api/v1/widget/accounts/{m['org']}?details=true", m["job"], m["org"]
        ),
    ),
    (
        re.compile(
            r"(?P<org>(?!apply|www|jobs)[a-z0-9-]{1,60})\.workable\.com/(?:jobs/\d+|"
            r"j/(?P<job>[A-Za-z0-9]{4,20}))"
        ),
        lambda m, _: (
            Endpoint(
                "workable",
                f"https://apply.workable.com/api/v1/widget/accounts/{m['org']}?details=true",
                m["job"],
                m["org"],
            )
            if m["job"]
            else None
        ),
    ),
    (
        re.compile(rf"(?:jobs|careers)\.smartrecruiters\.com/(?P<org>{_SLUG})/(?P<job>\d{{6,20}})(?:-.*)?"),
        lambda m, _: Endpoint(
            "smartrecruiters",
            f"https://api.smartrecruiters.com/v1/companies/{m['org']}/postings/{m['job']}",
            m["job"],
            m["org"],
        ),
    ),
    (
        re.compile(r"(?P<org>[a-z0-9-]{1,60})\.recruitee\.com/(?:\w\w/)?o/(?P<job>[\w-]{1,200})"),
        lambda m, _: Endpoint("recruitee", f"https://{m['org']}.recruitee.com/api/offers", m["job"], m["org"]),
    ),
    (
        re.compile(
            r"(?P<host>(?P<org>[a-z0-9-]{1,60})(?:\.(?:na|eu))?\.teamtailor\.com)/(?:\w\w(?:-\w\w)?/)?jobs/(?P<"
            r"job>\d{1,20})(?:-.*)?"
        ),
        lambda m, _: Endpoint("teamtailor", f"https://{m['host']}/jobs.json", m["job"], m["org"]),
    ),
    (
        re.compile(
            r"(?P<host>(?P<org>[a-z0-9_-]{1,60})\.(?:wd\d{1,4}\.)?myworkdayjobs(?:-impl)?\.com)/(?:[a-z]{2}-[A-"
            r"Z]{2}/)?(?P<site>[\w-]{1,80})(?P<job>/(?:job|details)/.{1,400}?)(?:/apply(?:/.*)?)?"
        ),
        lambda m, _: Endpoint(
            "workday",
            f"https://{m['host']}/wday/cxs/{m['org']}/{m['site']}{m['job'].replace('/details/', '/job/', 1)}",
            m["job"].rsplit("_", 1)[-1],
            m["org"],
        ),
    ),
    (
        re.compile(
            r"(?P<host>(?P<org>[a-z0-9-]{1,60})\.pinpointhq\.com)/(?:\w\w(?:-\w\w)?/)?(?:jobs|"
            r"postings)/(?P<job>[\w-]{1,80})"
        ),
        lambda m, _: Endpoint("pinpoint", f"https://{m['host']}/postings.json", m["job"], m["org"]),
    ),
    (
        re.compile(
            r"(?P<host>(?P<org>[a-z0-9-]{1,60})\.jobs\.personio\.(?:de|com|es|fr|it|nl|at|"
            r"ch))/job/(?P<job>\d{1,20})"
        ),
        lambda m, _: Endpoint("personio", f"https://{m['host']}/xml", m["job"], m["org"]),
    ),
)


def read_answer(endpoint: Endpoint, body: bytes, *, source_url: str | None = None) -> Posting:
    """The posting in a board's answer.

    Raises:
        BadInput: `posting_not_on_board` when the answer does not hold this job, `posting_board_format` when it has
            another form than this board's answers have.
    """
    try:
        job = _find(endpoint, body)
        if job is None:
            raise BadInput(
                "This job is no longer on its board.", code="posting_not_on_board", hint=f"Check the address. {PASTE}"
            )
        known, text = _READERS[endpoint.board](job)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, etree.LxmlError) as error:
        raise BadInput(
            "The board answered in a form that cannot be read.", code="posting_board_format", hint=PASTE
        ) from error
    if not text.strip():
        raise BadInput("The board's answer holds no description of the job.", code="posting_board_format", hint=PASTE)
    if known.company is None and endpoint.slug:
        name, source = _spelled(endpoint.slug, text)
        known = Known(
            title=known.title,
            company=name,
            locations=known.locations,
            remote=known.remote,
            language=known.language,
            source=known.source,
        )
        whole, header = compose(known, text)
        posting = read(whole, known=known, source_url=source_url, trusted=True, header=header)
        posting.sources["company"] = source
        return posting
    whole, header = compose(known, text)
    return read(whole, known=known, source_url=source_url, trusted=True, header=header)


def _spelled(slug: str, text: str) -> tuple[str, str]:
    """The employer's name as the text writes it ("Feeding America" for `feedingamerica`), else the slug itself."""
    letters = re.sub(r"[^a-z0-9]", "", slug.lower())
    if 3 <= len(letters) <= 40:
        pattern = r"[\s.&'-]{0,2}".join(map(re.escape, letters))
        found = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
        if found and any(map(str.isupper, found.group())):
            return " ".join(found.group().split()), "text"
    words = re.sub(r"[-_]+", " ", slug).strip()
    return (words.title() if words.islower() else words), "address"


def _find(endpoint: Endpoint, body: bytes) -> Any:
    if endpoint.board == "personio":
        return _personio_position(endpoint, body)
    data = json.loads(body)
    if endpoint.board in ("greenhouse", "lever", "smartrecruiters", "workday"):
        if isinstance(data, dict) and isinstance(data.get("jobPostingInfo"), dict):
            return data
        if (
            isinstance(data, dict)
            and any(key in data for key in ("content", "text", "jobAd", "title", "name"))
            and not isinstance(data.get("content"), list)
        ):
            return data
        rows = data if isinstance(data, list) else data.get("jobs") or data.get("content") or []
    else:
        rows = next(
            (
                data[key]
                for key in ("jobs", "offers", "items", "data")
                if isinstance(data, dict) and isinstance(data.get(key), list)
            ),
            data,
        )
    same = [row for row in rows if isinstance(row, dict) and _is_job(endpoint, row)]
    if not same:
        return None
    if endpoint.board == "workable" and len(same) > 1:
        # One row per place, all with the same short code.
        return {
            **same[0],
            "locations": [place for row in same for place in (row.get("locations") or [row])],
            "board_name": data.get("name"),
        }
    return {**same[0], "board_name": data.get("name")} if endpoint.board == "workable" else same[0]


def _is_job(endpoint: Endpoint, row: dict[str, Any]) -> bool:
    wanted = endpoint.job.lower()
    if endpoint.board == "teamtailor":
        return bool(re.search(rf"/jobs/{re.escape(wanted)}(?:\D|\Z)", str(row.get("url") or row.get("id") or "")))
    keys = ("id", "uuid", "shortcode", "slug", "guid", "jobAdId")
    if any(str(row.get(key) or "").lower() == wanted for key in keys):
        return True
    return any(
        str(row.get(key) or "").rstrip("/").lower().endswith("/" + wanted)
        for key in ("url", "path", "jobUrl", "absolute_url", "hostedUrl", "careers_url")
    )


def _line(value: Any) -> str | None:
    text = " ".join(normalise(value).split()) if isinstance(value, str) else ""
    return text or None


def _unique(values: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_LOCATIONS]


def _remote_word(places: tuple[str, ...]) -> bool | None:
    return True if places and all(re.search(r"\bremote\b", place, re.IGNORECASE) for place in places) else None


def _workplace(value: Any) -> bool | None:
    word = str(value or "").lower().replace("_", "-").replace(" ", "-")
    return True if word in ("remote", "fully-remote") else False if word in ("on-site", "onsite") else None


def _read_greenhouse(job: dict[str, Any]) -> tuple[Known, str]:
    places = _unique(iter([_line((job.get("location") or {}).get("name"))]))
    return Known(
        title=_line(job.get("title")),
        company=_line(job.get("company_name")),
        locations=places,
        remote=_remote_word(places),
        source="greenhouse",
    ), description_text(job.get("content"))


def _read_lever(job: dict[str, Any]) -> tuple[Known, str]:
    categories = job.get("categories") or {}
    places = _unique(_line(place) for place in [categories.get("location"), *(categories.get("allLocations") or [])])
    parts = [description_text(job.get("description") or job.get("descriptionPlain"))]
    for block in job.get("lists") or []:
        body = description_text(f"<ul>{block.get('content') or ''}</ul>")
        parts.append(f"{_line(block.get('text')) or ''}\n{body}")
    parts.append(description_text(job.get("additional") or job.get("additionalPlain")))
    return Known(
        title=_line(job.get("text")), locations=places, remote=_workplace(job.get("workplaceType")), source="lever"
    ), "\n\n".join(part for part in parts if part.strip())


def _read_ashby(job: dict[str, Any]) -> tuple[Known, str]:
    places = _unique(
        _line(place)
        for place in [
            job.get("location"),
            *(second.get("location") for second in job.get("secondaryLocations") or [] if isinstance(second, dict)),
        ]
    )
    remote = _workplace(job.get("workplaceType"))
    if remote is None and job.get("isRemote") is True and str(job.get("workplaceType") or "").lower() != "hybrid":
        remote = True
    return Known(title=_line(job.get("title")), locations=places, remote=remote, source="ashby"), description_text(
        job.get("descriptionHtml") or job.get("descriptionPlain")
    )


def _read_workable(job: dict[str, Any]) -> tuple[Known, str]:
    rows = [place for place in job.get("locations") or [job] if isinstance(place, dict) and not place.get("hidden")]
    places = _unique(
        _line(
            ", ".join(
                dict.fromkeys(str(place[key]) for key in ("city", "region", "state", "country") if place.get(key))
            )
        )
        for place in rows
    )
    parts = [description_text(job.get("description"))]
    for key, heading in (("requirements", "Requirements"), ("benefits", "Benefits")):
        if text := description_text(job.get(key)):
            parts.append(f"{heading}\n{text}")
    remote = (
        True
        if job.get("telecommuting") is True and str(job.get("workplace_type") or "remote").lower() == "remote"
        else None
    )
    return Known(
        title=_line(job.get("title")),
        company=_line(job.get("board_name")),
        locations=places,
        remote=remote,
        source="workable",
    ), "\n\n".join(part for part in parts if part)


def _read_smartrecruiters(job: dict[str, Any]) -> tuple[Known, str]:
    place = job.get("location") or {}
    full = _line(place.get("fullLocation")) or _line(
        ", ".join(str(place[key]) for key in ("city", "region", "country") if place.get(key))
    )
    sections = (job.get("jobAd") or {}).get("sections") or {}
    parts: list[str] = []
    for key, heading in (
        ("companyDescription", "Company description"),
        ("jobDescription", "Job description"),
        ("qualifications", "Qualifications"),
        ("additionalInformation", "Additional information"),
    ):
        section = sections.get(key) or {}
        if text := description_text(section.get("text")):
            parts.append(f"{_line(section.get('title')) or heading}\n{text}")
    remote = True if place.get("remote") is True and not place.get("hybrid") else None
    return Known(
        title=_line(job.get("name")),
        company=_line((job.get("company") or {}).get("name")),
        locations=(full,) if full else (),
        remote=remote,
        source="smartrecruiters",
    ), "\n\n".join(parts)


def _read_recruitee(job: dict[str, Any]) -> tuple[Known, str]:
    rows = [row for row in job.get("locations") or [] if isinstance(row, dict)]
    places = _unique(
        _line(value)
        for value in [
            job.get("location"),
            *(", ".join(str(row[key]) for key in ("city", "country") if row.get(key)) for row in rows),
        ]
    )
    parts = [description_text(job.get("description"))]
    if text := description_text(job.get("requirements")):
        parts.append(f"Requirements\n{text}")
    remote = (
        True
        if job.get("remote") is True and not job.get("hybrid")
        else False
        if job.get("on_site") is True and not job.get("hybrid")
        else None
    )
    return Known(
        title=_line(job.get("title")),
        company=_line(job.get("company_name")),
        locations=places,
        remote=remote,
        source="recruitee",
    ), "\n\n".join(part for part in parts if part)


def _read_teamtailor(job: dict[str, Any]) -> tuple[Known, str]:
    schema = job.get("_jobposting")
    if not isinstance(schema, dict):
        schema = {"title": job.get("title"), "description": job.get("content_html") or job.get("content_text")}
    known = from_schema(schema, source="teamtailor")
    return known, schema_text(schema) or description_text(job.get("content_html"))


def _read_workday(job: dict[str, Any]) -> tuple[Known, str]:
    info = job["jobPostingInfo"]
    places = _unique(_line(place) for place in [info.get("location"), *(info.get("additionalLocations") or [])])
    company = _line((job.get("hiringOrganization") or {}).get("name"))
    return Known(
        title=_line(info.get("title")),
        company=company,
        locations=places,
        remote=_workplace(info.get("remoteType")),
        source="workday",
    ), description_text(info.get("jobDescription"))


def _read_pinpoint(job: dict[str, Any]) -> tuple[Known, str]:
    place = _line((job.get("location") or {}).get("name"))
    parts = [description_text(job.get("description"))]
    for key, heading in (
        ("key_responsibilities", "Key responsibilities"),
        ("skills_knowledge_expertise", "Skills, knowledge and expertise"),
        ("benefits", "Benefits"),
    ):
        if text := description_text(job.get(key)):
            parts.append(f"{_line(job.get(key + '_header')) or heading}\n{text}")
    return Known(
        title=_line(job.get("title")),
        locations=(place,) if place else (),
        remote=_workplace(job.get("workplace_type")),
        source="pinpoint",
    ), "\n\n".join(part for part in parts if part)


def _personio_position(endpoint: Endpoint, body: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    root = etree.fromstring(body, parser=parser)
    return next(
        (position for position in root.iter("position") if (position.findtext("id") or "").strip() == endpoint.job),
        None,
    )


def _read_personio(position: Any) -> tuple[Known, str]:
    places = _unique(
        _line(element.text) for element in [*position.findall("office"), *position.findall("additionalOffices/office")]
    )
    parts = []
    for part in position.findall("jobDescriptions/jobDescription"):
        text = description_text(part.findtext("value") or "")
        if text:
            parts.append(f"{_line(part.findtext('name')) or ''}\n{text}".strip())
    return Known(
        title=_line(position.findtext("name")),
        company=_line(position.findtext("subcompany")),
        locations=places,
        remote=_remote_word(places),
        source="personio",
    ), "\n\n".join(parts)


_READERS: dict[str, Callable[[Any], tuple[Known, str]]] = {
    "greenhouse": _read_greenhouse,
    "lever": _read_lever,
    "ashby": _read_ashby,
    "workable": _read_workable,
    "smartrecruiters": _read_smartrecruiters,
    "recruitee": _read_recruitee,
    "teamtailor": _read_teamtailor,
    "workday": _read_workday,
    "pinpoint": _read_pinpoint,
    "personio": _read_personio,
}
