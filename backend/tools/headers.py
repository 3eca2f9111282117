"""The headers of static files, from those of the API: `python -m tools.headers` writes deploy/nginx/headers.conf."""

from __future__ import annotations

from pathlib import Path

from app.api.middleware import security_headers

FILE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "headers.conf"
HEAD = (
    "# Written by `python -m tools.headers` (backend) from app/api/middleware.py, where the API has its headers from.\n"
)
# start.sh puts the origin of the recordings here, or nothing.
ORIGIN = "@MEDIA_ORIGIN@"


def text() -> str:
    """What the file has to be."""
    lines = [HEAD]
    for name, value in security_headers(ORIGIN).items():
        lines.append(f'add_header {name} "{value.replace(f" {ORIGIN}", ORIGIN)}" always;\n')
    return "".join([*lines, "add_header Strict-Transport-Security $transport_security always;\n"])


def stale() -> str:
    """A sentence when the file differs, else empty."""
    same = FILE.is_file() and FILE.read_text(encoding="utf-8") == text()
    return "" if same else "deploy/nginx/headers.conf is not what the API sends: cd backend && python -m tools.headers"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
