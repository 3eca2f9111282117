"""`index.html` of an export: what was asked and said, for any browser, without a server. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

from app.models.interview import Interview
from app.models.posting import PostingRow
from app.models.privacy import ConsentEntry
from app.models.take import Take

STYLE = (
    "body{max-width:46rem;margin:3rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif;color:#22252e;"
    "background:#faf8f4}h1,h2,h3,h4{line-height:1.25}h2{margin-top:4rem;border-top:1px solid #ccc;padding-top:1.5rem}"
    "video,audio,img{max-width:100%}blockquote{margin-left:0;padding-left:1rem;border-left:4px solid #e6c84f}"
    "table{border-spacing:1rem 0}td{vertical-align:top}.hush{color:#5c6070}"
    "pre{white-space:pre-wrap;font:inherit;background:#fff;padding:1rem}"
)


def head(made_at: datetime) -> str:
    """The beginning of the page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rehearsal: your data</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>Your data at Rehearsal</h1>"
        f"<p>Exported on {_when(made_at)}. The same, with every number, is in <code>data.json</code>; "
        "<code>index.json</code> lists the recordings with their sha256. Nothing here needs a connection.</p>"
    )


def posting(row: PostingRow) -> str:
    """A posting as it was pasted, and what a résumé showed of it."""
    data = row.posting
    title = data.get("title") or "A posting without a title"
    company = f", {data['company']}" if data.get("company") else ""
    shown = ""
    if row.resume:
        lines = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in dict.fromkeys(_quotes(row.resume)))
        shown = f"<h3>Lines kept of your résumé</h3>{lines}" if lines else ""
    text = escape(str(data.get("text") or ""))
    return (
        f"<h2>{escape(str(title) + company)}</h2><p class=hush>Added on {_when(row.created_at)}.</p>"
        f"<details><summary>The posting</summary><pre>{text}</pre></details>{shown}"
    )


def _quotes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "quote" and isinstance(item, str) and item:
                yield item
            else:
                yield from _quotes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _quotes(item)


def interview(row: Interview, media: Mapping[tuple[UUID, str], str]) -> Iterator[str]:
    """An interview with its answers."""
    yield f"<h3>Interview of {_when(row.created_at)}</h3>"
    for place, question in enumerate(row.questions, start=1):
        yield f"<h4>{place}. {escape(str(question.question['text']))}</h4>"
        if not question.takes:
            yield "<p class=hush>Not answered.</p>"
        for take in question.takes:
            yield _answer(take, media)


def _answer(take: Take, media: Mapping[tuple[UUID, str], str]) -> str:
    made = {stage.name: stage.result for stage in take.stages if stage.state == "done" and stage.result is not None}
    recording, still = media.get((take.id, "recording")), media.get((take.id, "still"))
    parts = [f"<p class=hush>Answer {take.number}, {_when(take.completed_at or take.created_at)}.</p>"]
    if recording:
        kind = "video" if (take.media_type or "").startswith("video") else "audio"
        poster = f' poster="{still}"' if still and kind == "video" else ""
        parts.append(f'<{kind} controls preload="none" src="{recording}"{poster}></{kind}>')
    elif upload := media.get((take.id, "upload")):
        parts.append(f'<p><a href="{upload}">The recording as it was sent</a>; it had not been read yet.</p>')
    said = take.text or " ".join(str(word["text"]) for word in (made.get("transcript") or {}).get("words", []))
    if said:
        parts.append(f"<p>{escape(said)}</p>")
    if grade := made.get("grade"):
        parts.append(_grade(grade))
    if tips := [f"{tip['text']} {tip.get('do_next') or ''}" for tip in made.get("tips", [])]:
        items = "".join(f"<li>{escape(tip)}</li>" for tip in tips)
        parts.append(f"<p>What to change first:</p><ul>{items}</ul>")
    return "".join(parts)


def _grade(grade: dict[str, Any]) -> str:
    overall = grade.get("overall")
    whole = f"{overall} of 5" if overall is not None else escape(str(grade.get("not_graded") or "Not graded."))
    rows = "".join(
        f"<tr><td>{escape(str(row['name']))}<td>{row['score']}<td>{escape(str(row['why']))}"
        for row in grade.get("dimensions", [])
        if row.get("score") is not None
    )
    return f"<p>Overall: {whole}</p><table>{rows}</table>"


def foot(entries: Sequence[ConsentEntry]) -> str:
    """What was agreed to and withdrawn, and the end of the page."""
    rows = "".join(
        f"<tr><td>{_when(entry.created_at)}<td>{escape(entry.kind)}<td>{'given' if entry.granted else 'withdrawn'}"
        f"<td>{'for one interview' if entry.interview_id else 'for all'}"
        for entry in entries
    )
    said = f"<table>{rows}</table>" if rows else "<p>Nothing so far.</p>"
    return f"<h2>What you agreed to</h2>{said}</body></html>\n"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
