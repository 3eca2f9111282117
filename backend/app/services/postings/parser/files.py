"""The text of a file, recognised by its content: PDF, DOCX, HTML or plain text. The name is only a hint."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docx
import pypdf
from charset_normalizer import from_bytes
from docx.table import Table
from docx.text.paragraph import Paragraph

from app.domain.errors import BadInput, TooLarge, UnsupportedMedia
from app.services.postings.parser.html import specification_lines
from app.services.postings.parser.source import MAX_TEXT_BYTES, Source

MAX_FILE_BYTES = 2_000_000
MAX_PDF_PAGES = 30
MAX_PDF_CONTENT_BYTES = 2_000_000  # drawing instructions of all pages; a page of text has 5 to 50 kB, a plan 1 MB
MAX_DOCX_BYTES = 20_000_000  # unpacked; a 30-page posting with pictures has 5 MB
MAX_DOCX_ENTRIES = 2_000
_TEXT_ENOUGH = 3 * MAX_TEXT_BYTES

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file holds: plain text, or the markup of a page."""

    text: str
    html: bool = False


def read_file(data: bytes, filename: str | None, source: Source) -> FileText:
    """The text of a file.

    Args:
        data: the file, at most 2 MB.
        filename: what the person called it; used only to tell HTML from text when the content leaves it open.
        source: what it is, for codes and messages.

    Raises:
        BadInput: `..._empty`, `..._pdf_encrypted`, `..._pdf_no_text`, `..._pdf_unreadable`, `..._docx_unreadable`, each
            beginning with the source's code.
        TooLarge: `..._too_large` (2 MB, 30 pages, unpacked size).
        UnsupportedMedia: `..._file_type`.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge("This file is larger than 2 MB.", code=source.error("too_large"), hint=source.paste)
    if not data.strip(b"\x00 \t\r\n"):
        raise BadInput("This file is empty.", code=source.error("empty"), hint=source.paste)
    head = data[:1024]
    if b"%PDF-" in head:
        return FileText(_pdf_text(data, source))
    if head.startswith(b"PK\x03\x04"):
        return FileText(_docx_text(data, source))
    if kind := _foreign(head):
        raise UnsupportedMedia(
            f"This is {kind}, which cannot be read here.",
            code=source.error("file_type"),
            hint=f"Save it as PDF, DOCX or TXT. {source.paste}",
        )
    text = _decode(data, source)
    if head.lstrip().startswith(b"{\\rtf"):
        raise UnsupportedMedia(
            "This is an RTF file, which cannot be read here.",
            code=source.error("file_type"),
            hint=f"Save it as DOCX or TXT. {source.paste}",
        )
    return FileText(text, html=_is_html(text, filename))


def _foreign(head: bytes) -> str | None:
    """The name of a common format that is not supported, by its first bytes."""
    for magic, name in (
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"\xd0\xcf\x11\xe0", "an old Word file (.doc)"),
        (b"\x1f\x8b", "a compressed file"),
        (b"Rar!", "a compressed file"),
        (b"7z\xbc\xaf", "a compressed file"),
        (b"\x7fELF", "a program"),
        (b"MZ\x90", "a program"),
        (b"OggS", "a recording"),
        (b"ID3", "a recording"),
        (b"\x1aE\xdf\xa3", "a recording"),
    ):
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "a picture or recording"
    if head.startswith(b"RIFF"):
        return "a picture or recording"
    return None


def _decode(data: bytes, source: Source) -> str:
    """Text of a file: byte order mark, then UTF-8, then UTF-16 by its zero bytes, then the likeliest 8-bit set."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    sample = data[:4000]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) >= 20 and zeros.count(0) > 0.6 * len(zeros):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    odd = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if odd > 0.02 * len(sample):
        raise UnsupportedMedia(
            "This file holds no readable text.",
            code=source.error("file_type"),
            hint=f"Use PDF, DOCX, HTML or TXT. {source.paste}",
        )
    # cp1252 is what Windows editors write; others only when they make clearly better sense (Czech, Polish).
    best = from_bytes(data[:50_000], cp_isolation=["cp1252", "cp1250", "iso8859_2", "cp1251"]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return data.decode(encoding, "replace")


def _is_html(text: str, filename: str | None) -> bool:
    head = text[:3000].lstrip("\ufeff \t\r\n").lower()
    if re.match(r"(?:<!doctype html|<html|<head|<body|<!--|<\?xml[^>]{0,100}>\s*<(?:!doctype html|html))", head):
        return True
    named = bool(filename) and str(filename).lower().endswith((".html", ".htm", ".xhtml"))
    tags = len(
        re.findall(r"</?(?:p|div|ul|li|h[1-6]|br|strong|span|table|body)\b[^>]{0,200}>", text[:20_000], re.IGNORECASE)
    )
    return tags >= (1 if named else 6)


def _unreadable_pdf(source: Source) -> BadInput:
    return BadInput(
        "This PDF is damaged and cannot be read.",
        code=source.error("pdf_unreadable"),
        hint=f"Open it and save it again. {source.paste}",
    )


def _pdf_text(data: bytes, source: Source) -> str:
    # pypdf raises its own errors for most damage and any of Python's for the rest; all mean the same to a person.
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        encrypted = reader.is_encrypted
        if encrypted and not reader.decrypt(""):
            raise BadInput(
                "This PDF is locked with a password.",
                code=source.error("pdf_encrypted"),
                hint=f"Save it without the password. {source.paste}",
            )
        count = len(reader.pages)
    except BadInput:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise _unreadable_pdf(source) from error
    if count > MAX_PDF_PAGES:
        raise TooLarge(
            f"This PDF has more than {MAX_PDF_PAGES} pages.",
            code=source.error("too_large"),
            hint=f"Use only the pages of the {source.name}. {source.paste}",
        )
    if count == 0:
        raise _unreadable_pdf(source)
    pages: list[str] = []
    failed = 0
    size = 0
    drawn = 0
    for number in range(count):
        try:
            page = reader.pages[number]
            contents = page.get_contents()
            drawn += len(contents.get_data()) if contents is not None else 0
            if drawn > MAX_PDF_CONTENT_BYTES:
                break
            text = page.extract_text() or ""
        except MemoryError:
            raise
        except Exception:
            failed += 1
            continue
        pages.append(text)
        size += len(text)
        if size > _TEXT_ENOUGH:
            break
    if drawn > MAX_PDF_CONTENT_BYTES:
        raise TooLarge(
            f"The pages of this PDF hold more than a {source.name} has.",
            code=source.error("too_large"),
            hint=source.paste,
        )
    text = _joined(pages)
    if not any(map(str.isalpha, text)):
        if failed:
            raise _unreadable_pdf(source)
        raise BadInput(
            "This PDF holds pictures of text, not text.", code=source.error("pdf_no_text"), hint=source.paste
        )
    return text


def _joined(pages: list[str]) -> str:
    """Pages in one text: running headers, footers and page numbers out, words broken at line ends whole again."""
    edges: dict[str, int] = {}
    lists = [page.split("\n") for page in pages]
    for lines in lists:
        filled = [line.strip() for line in lines if line.strip()]
        for line in {*filled[:2], *filled[-2:]}:
            edges[re.sub(r"\d+", "#", line)] = edges.get(re.sub(r"\d+", "#", line), 0) + 1
    repeated = {line for line, times in edges.items() if times >= 2 and times >= 0.6 * len(pages) and len(line) < 100}
    kept: list[str] = []
    for lines in lists:
        for line in lines:
            bare = line.strip()
            if re.fullmatch(r"(?:page\s*)?\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?", bare, re.IGNORECASE) and len(pages) > 1:
                continue
            if re.sub(r"\d+", "#", bare) in repeated:
                continue
            kept.append(line.rstrip())
    return re.sub(r"(?<=[a-z]{2})[\u2010-]\n(?=[a-z]{2})", "", "\n".join(kept).replace("\u00ad\n", ""))


def _unreadable_docx(source: Source) -> BadInput:
    return BadInput(
        "This Word file is damaged and cannot be read.",
        code=source.error("docx_unreadable"),
        hint=f"Open it and save it again. {source.paste}",
    )


def _docx_text(data: bytes, source: Source) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MAX_DOCX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_DOCX_BYTES:
                raise TooLarge(
                    "This file unpacks to more than 20 MB.", code=source.error("too_large"), hint=source.paste
                )
            if "word/document.xml" not in names:
                raise UnsupportedMedia(
                    "This is a packed file, not a Word document.",
                    code=source.error("file_type"),
                    hint=f"Use PDF, DOCX, HTML or TXT. {source.paste}",
                )
            safe = _repacked(archive, entries, source)
        document = docx.Document(safe)
        lines = list(_docx_lines(document))
    except BadInput:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise _unreadable_docx(source) from error
    text = "\n".join(lines)
    if not any(map(str.isalpha, text)):
        raise BadInput("This Word file holds no text.", code=source.error("empty"), hint=source.paste)
    return text


def _repacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], source: Source) -> io.BytesIO:
    """The same archive with every entry read under a cap: a declared size may lie, and macros and pictures stay out."""
    out = io.BytesIO()
    left = MAX_DOCX_BYTES
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as safe:
        for entry in entries:
            if entry.is_dir() or not entry.filename.lower().endswith((".xml", ".rels")):
                content = b""
            else:
                with archive.open(entry) as handle:
                    content = handle.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise TooLarge(
                        "This file unpacks to more than 20 MB.", code=source.error("too_large"), hint=source.paste
                    )
                if entry.filename == "[Content_Types].xml":
                    # python-docx opens documents, not templates and macro documents, which differ in this word only.
                    content = re.sub(
                        rb"application/vnd\.(?:ms-word\.(?:document|template)\.macroEnabled|"
                        rb"openxmlformats-officedocument\.wordprocessingml\.template)\.?(?:12|main\+xml|"
                        rb"main)?\+?(?:xml)?",
                        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                        content,
                    )
            safe.writestr(entry.filename, content)
    out.seek(0)
    return out


def _docx_lines(document: Any) -> Iterator[str]:
    seen: set[str] = set()
    for section in list(document.sections)[:3]:
        for paragraph in section.header.paragraphs:
            line = _visible(paragraph).strip()
            if line and line not in seen and not re.fullmatch(r"(?:page\s*)?\d{0,3}", line, re.IGNORECASE):
                seen.add(line)
                yield line
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield from _paragraph_lines(block)
        elif isinstance(block, Table):
            yield ""
            yield from _table_lines(block)
            yield ""
    for box in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}txbxContent"):
        for paragraph in box.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):
            line = "".join(
                paragraph.itertext("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
            ).strip()
            if line and line not in seen:
                seen.add(line)
                yield line


def _visible(paragraph: Any) -> str:
    """A paragraph's text without runs that Word hides: hidden, white, or under two points."""
    parts: list[str] = []
    for piece in paragraph.iter_inner_content():
        runs = piece.runs if hasattr(piece, "runs") else [piece]
        for run in runs:
            font = run.font
            colour = font.color.rgb if font.color is not None and font.color.type is not None else None
            if font.hidden or str(colour) == "FFFFFF" or (font.size is not None and font.size.pt < 2):
                continue
            parts.append(run.text)
    return "".join(parts)


def _paragraph_lines(paragraph: Any) -> Iterator[str]:
    text = _visible(paragraph)
    if not text.strip():
        yield ""
        return
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    if style.lower().startswith(("heading", "title")):
        yield ""
        yield text.strip()
    elif numbered or style.lower().startswith("list"):
        yield "- " + " ".join(text.split())
    else:
        yield from text.split("\n")


def _table_lines(table: Any) -> Iterator[str]:
    rows: list[list[str]] = []
    for row in table.rows[:300]:
        cells: list[str] = []
        last = None
        for cell in row.cells:
            if cell._tc is last:
                continue
            last = cell._tc
            cells.append(
                "\n".join(line for paragraph in cell.paragraphs for line in _paragraph_lines(paragraph) if line)
            )
        rows.append(cells)
    listed = specification_lines(rows)
    if listed is not None:
        yield from listed
        return
    for cells in rows:
        filled = [cell for cell in cells if cell.strip()]
        if (
            len(filled) == 2
            and "\n" not in filled[0]
            and len(filled[0].split()) <= 6
            and "\n" not in filled[1]
            and len(filled[1].split()) <= 12
        ):
            yield f"{filled[0].strip().rstrip(':')}: {filled[1].strip()}"
        else:
            for cell in filled:
                yield from cell.split("\n")
