"""Files: recognised by content, read with their structure, refused with a reason."""

from __future__ import annotations

import io

import docx
import pypdf
import pytest
from docx.shared import Pt, RGBColor

from app.domain.errors import BadInput
from app.domain.posting import Weight
from app.services.postings.parser.document import parse_document
from tests.unit.postings.files import docx_of, pdf_of

TEXT = """Coded Welder
Harbour Steel Ltd, Hull

Duties
- Weld pipe in the workshop and on site
- Read isometric drawings

Requirements
- TIG welding to BS EN ISO 9606-1
- Own transport
"""
QUOTES = [
    "Weld pipe in the workshop and on site",
    "Read isometric drawings",
    "TIG welding to BS EN ISO 9606-1",
    "Own transport",
]


def code(data: bytes, name: str | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        parse_document(data, name)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        pdf_of(TEXT),
        docx_of(TEXT),
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("cp1252"),
        (
            "<html><body><h1>Coded Welder</h1><p>Harbour Steel Ltd, Hull</p>"
            + "<p>Our yard mends boats of every size and age, in steel and in aluminium, for owners all along"
            " the coast from the river mouth to the cape, and it has done so for sixty years.</p>"
            * 2
            + "<h2>Duties</h2><ul><li>"
            + "</li><li>".join(QUOTES[:2])
            + "</li></ul><h2>Requirements</h2><ul><li>"
            + "</li><li>".join(QUOTES[2:])
            + "</li></ul></body></html>"
        ).encode(),
    ],
    ids=["pdf", "docx", "utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "html"],
)
@pytest.mark.parametrize("name", [None, "posting.pdf", "posting.txt", "x.docx"])
def test_content_decides_and_not_the_name(data: bytes, name: str | None) -> None:
    posting = parse_document(data, name)
    assert posting.title == "Coded Welder"
    assert [item.quote for item in posting.requirements] == QUOTES
    assert [item.weight for item in posting.requirements] == [Weight.DUTY, Weight.DUTY, Weight.MUST, Weight.MUST]


def test_old_encodings_keep_their_letters() -> None:
    text = (
        "Kuchař\nRestaurace U Řeky\n\nPožadujeme\n- výuční list v oboru kuchař a praxe\n- zdravotní průkaz a sp"
        "olehlivost\n\nNabízíme\n- obědy zdarma a příspěvek\n"
    )
    posting = parse_document(text.encode("cp1250"), "x.txt")
    assert "Kuchař" in posting.text
    assert "café’s" in parse_document((TEXT + "- The café’s rules").encode("cp1252"), None).text


def test_pdf_refusals() -> None:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(pdf_of(TEXT)))
    writer.encrypt("secret", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    assert code(locked.getvalue()) == "posting_pdf_encrypted"
    open_writer = pypdf.PdfWriter()
    open_writer.append(io.BytesIO(pdf_of(TEXT)))
    open_writer.encrypt("", owner_password="owner", algorithm="AES-256")
    unlocked = io.BytesIO()
    open_writer.write(unlocked)
    assert parse_document(unlocked.getvalue(), None).title == "Coded Welder"
    blank = pypdf.PdfWriter()
    blank.add_blank_page(595, 842)
    empty = io.BytesIO()
    blank.write(empty)
    assert code(empty.getvalue()) == "posting_pdf_no_text"
    assert code(b"%PDF-1.7\nnothing of the kind") == "posting_pdf_unreadable"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "posting_empty"),
        (b" \n\x00", "posting_empty"),
        (b"x" * 2_000_001, "posting_too_large"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "posting_file_type"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "posting_file_type"),
        (b"PK\x03\x04 but no zip", "posting_docx_unreadable"),
        (bytes(range(256)) * 8, "posting_file_type"),
        (b"{\\rtf1\\ansi Welder}", "posting_file_type"),
        (b"\x00\x00\x00\x18ftypmp42", "posting_file_type"),
    ],
)
def test_refusals(data: bytes, expected: str) -> None:
    assert code(data, "posting.pdf") == expected


def test_word_tables_headers_and_hidden_runs() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Harbour Steel Ltd"
    document.add_heading("Coded Welder", 1)
    paragraph = document.add_paragraph("Experience of cranes", style="List Bullet")
    for text, style in (("unicorns", "hidden"), ("ghosts", "white"), ("dwarfs", "small")):
        run = paragraph.add_run(f" and {text}")
        run.font.hidden = style == "hidden"
        if style == "white":
            run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        if style == "small":
            run.font.size = Pt(1)
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate(
        [
            ("Criteria", "Essential", "Desirable"),
            ("Skills", "TIG welding\nReading drawings", "MIG welding"),
            ("Other", "Own transport", ""),
        ]
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    out = io.BytesIO()
    document.save(out)
    posting = parse_document(out.getvalue(), "x.docx")
    assert posting.title == "Coded Welder"
    found = {item.quote: item.weight.value for item in posting.requirements}
    assert found == {
        "Experience of cranes": "must",
        "TIG welding": "must",
        "Reading drawings": "must",
        "Own transport": "must",
        "MIG welding": "nice",
    }
    assert not any(word in posting.text for word in ("unicorns", "ghosts", "dwarfs"))


def test_pages_lose_their_running_header_and_numbers() -> None:
    writer = pypdf.PdfWriter()
    for number, part in enumerate(TEXT.split("\n\n"), start=1):
        writer.append(io.BytesIO(pdf_of(f"Harbour Steel recruitment pack\n{part}\nPage {number} of 3")))
    out = io.BytesIO()
    writer.write(out)
    posting = parse_document(out.getvalue(), None)
    assert "recruitment pack" not in posting.text
    assert "Page 2" not in posting.text
    assert [item.quote for item in posting.requirements] == QUOTES
