"""PDF and Word files made in memory."""

from __future__ import annotations

import io
import zlib

import docx


def pdf_of(text: str, *, content: bytes | None = None, compress: bool = True) -> bytes:
    """A one-page PDF with each line of `text` on a line of its own (Helvetica, WinAnsi)."""
    if content is None:
        lines = []
        for line in text.split("\n"):
            escaped = (
                line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            )
            lines.append(b"(" + escaped + b") Tj T*")
        content = b"BT /F1 10 Tf 12 TL 50 800 Td\n" + b"\n".join(lines) + b"\nET"
    stream = zlib.compress(content) if compress else content
    kind = b"/Filter /FlateDecode " if compress else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Cont"
        b"ents 5 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< " + kind + b"/Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(str(number).encode() + b" 0 obj\n" + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n")
    out.writelines(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out.write(b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n" + str(start).encode() + b"\n%%EOF")
    return out.getvalue()


def docx_of(text: str) -> bytes:
    """A Word file: "- " lines in the bullet style, the rest as plain paragraphs."""
    document = docx.Document()
    for line in text.split("\n"):
        if line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        else:
            document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
