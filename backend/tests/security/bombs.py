"""Files made to take memory, time or disk: small to send, huge to read."""

from __future__ import annotations

import io
import zipfile
import zlib
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'officeDocument" Target="word/document.xml"/></Relationships>'
)
WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'


def docx(document: bytes) -> bytes:
    """A Word file around this document.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", document)
    return out.getvalue()


@lru_cache
def docx_zip_bomb() -> bytes:
    """600 MB of spaces in 600 kB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(b" " * (1 << 20))
    return out.getvalue()


def docx_entities() -> bytes:
    """A billion laughs: ten entities, each ten times the one before."""
    lines = [b'<!ENTITY a0 "laugh ">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 10)]
    text = b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    return docx(b'<?xml version="1.0"?><!DOCTYPE x [' + b"".join(lines) + b"]>" + WORD + text)


def docx_deep() -> bytes:
    """Two hundred thousand tables, each inside the other."""
    open_, close = b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>"
    return docx(WORD + open_ * 200_000 + close * 200_000 + b"</w:body></w:document>")


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects; the first is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(str(number).encode() + b" 0 obj\n" + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def _twice(size: int) -> bytes:
    """`size` bytes of nothing, compressed twice: a kilobyte for each megabyte squared."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    return zlib.compress(once, 9)


@lru_cache
def pdf_stream_bomb() -> bytes:
    """A page whose drawing unpacks twice, to 1 GB."""
    content = _twice(1 << 30)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    head = f"<< /Length {len(content)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode()
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, head + content + b"\nendstream"])


def pdf_recursive() -> bytes:
    """Pages that are their own children, in a tree whose branches all lead to it again."""
    kids = b"<< /Type /Pages /Kids [" + b"2 0 R " * 20 + b"] /Count 1000000000 >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", kids])


def html_deep() -> bytes:
    """A hundred and fifty thousand elements, each inside the other."""
    return b"<!doctype html><html><body>" + b"<div>" * 150_000 + b"Baker wanted" + b"</div>" * 150_000


def html_wide() -> bytes:
    """Two megabytes of unclosed formatting, which a browser's rules open again in each paragraph."""
    return b"<!doctype html><html><body>" + b"<b><i><u><a href=x><p>" * 90_000 + b"Baker wanted"


def webm(path: Path, *, width: int, height: int, seconds: int = 1) -> bytes:
    """A small recording whose head is then made to claim this size, and its pictures where they can."""
    with av.open(str(path), "w", format="webm") as out:
        video = out.add_stream("libvpx", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = out.add_stream("libopus", rate=48000, layout="mono")
        for number in range(10 * seconds):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(video.encode(frame))
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.float32), format="flt", layout="mono")
        sound.sample_rate, sound.pts = 48000, 0
        out.mux(audio.encode(sound))
        for stream in (video, audio):
            out.mux(stream.encode(None))
    data = path.read_bytes()
    if width < 1 << 14:  # as far as the pictures of VP8 themselves can go
        truth = b"\x9d\x01\x2a\x40\x00\x30\x00"
        assert truth in data
        data = data.replace(truth, truth[:3] + width.to_bytes(2, "little") + height.to_bytes(2, "little"))
    # PixelWidth (0xB0) and PixelHeight (0xBA) of Matroska; a container may claim more than the codec can.
    small = b"\xb0\x81\x40\xba\x81\x30"
    assert small in data
    large = b"\xb0\x84" + width.to_bytes(4, "big") + b"\xba\x84" + height.to_bytes(4, "big")
    return _grown(data, small, large)


def _grown(data: bytes, old: bytes, new: bytes) -> bytes:
    """Replace, and make the sizes of the Matroska elements around it fit: Video, TrackEntry, Tracks."""
    at, more = data.index(old), len(new) - len(old)
    out = bytearray(data)
    out[at : at + len(old)] = new
    for identity in (b"\xe0", b"\xae", b"\x16\x54\xae\x6b"):
        place = out.rindex(identity, 0, at)
        first = place + len(identity)
        length = 8 - out[first].bit_length() + 1
        size = int.from_bytes(out[first : first + length], "big") & ((1 << (7 * length)) - 1)
        out[first : first + length] = ((1 << (7 * length)) | (size + more)).to_bytes(length, "big")
    return bytes(out)


def wav_of_many_channels() -> bytes:
    """Ten kilobytes that say they are 65,535 channels at 4 GHz."""
    fmt = b"fmt " + (16).to_bytes(4, "little") + (1).to_bytes(2, "little") + b"\xff\xff" + b"\xff\xff\xff\xff"
    fmt += b"\xff\xff\xff\xff" + b"\xff\xff" + (16).to_bytes(2, "little")
    body = b"WAVE" + fmt + b"data" + (0x7FFFFFF0).to_bytes(4, "little") + bytes(10_000)
    return b"RIFF" + (len(body)).to_bytes(4, "little") + body


def many_streams() -> bytes:
    """A Matroska file of 20,000 tracks."""

    def element(identity: bytes, content: bytes) -> bytes:
        return identity + (1 << 56 | len(content)).to_bytes(8, "big") + content

    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    tracks = b"".join(
        element(
            b"\xae",
            element(b"\xd7", (number % 120 + 1).to_bytes(1, "big"))
            + element(b"\x73\xc5", number.to_bytes(4, "big"))
            + element(b"\x83", b"\x02")
            + element(b"\x86", b"A_OPUS")
            + element(b"\xe1", element(b"\xb5", b"\x47\x3b\x80\x00") + element(b"\x9f", b"\xff")),
        )
        for number in range(20_000)
    )
    return head + element(b"\x18\x53\x80\x67", element(b"\x16\x54\xae\x6b", tracks))
