"""A file as a posting, recognised by its content: PDF, DOCX, HTML or plain text."""

from __future__ import annotations

from dataclasses import replace

from app.domain.posting import Posting
from app.services.postings.parser.files import read_file
from app.services.postings.parser.page import parse_page
from app.services.postings.parser.source import POSTING
from app.services.postings.parser.text import parse_text


def parse_document(data: bytes, filename: str | None) -> Posting:
    """A file as a posting.

    Args:
        data: the file, at most 2 MB.
        filename: what the person called it; used only to tell HTML from text when the content leaves it open.

    Raises:
        BadInput, TooLarge, UnsupportedMedia: the codes of `read_file`, `parse_text` and `parse_page`.
    """
    found = read_file(data, filename, POSTING)
    if found.html:
        return parse_page(found.text.encode(), url="", content_type="text/html; charset=utf-8")
    return parse_text(found.text)


def parse_fetched(body: bytes, page_type: str | None, filename: str, *, url: str) -> Posting:
    """What an address gave: a page when its Content-Type is given, otherwise a file. Raises as `parse_document`."""
    if page_type is not None:
        return parse_page(body, url=url, content_type=page_type)
    return replace(parse_document(body, filename), source_url=url)
