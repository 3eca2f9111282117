"""What commands read: postings, answers and recordings."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import BadInput
from app.domain.posting import Posting

if TYPE_CHECKING:
    from app.services.postings.parser.resume import Resume

# A typed answer of the web is at most this long as well.
ANSWER_CHARACTERS = 20_000


def tell(text: str) -> None:
    """One line of progress on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def read_posting(source: str) -> Posting:
    """A structured posting from a file, an http(s) address, or `-` for standard input. Raises BadInput."""
    from app.services.postings.parser.document import parse_document

    if source.startswith(("http://", "https://")):
        from app.services.postings.fetcher import fetch_posting

        return asyncio.run(fetch_posting(source))
    if source == "-":
        return parse_document(sys.stdin.buffer.read(), None)
    return parse_document(read_file(Path(source)), Path(source).name)


def read_resume(source: str) -> Resume:
    """What may be read of a résumé, from a file or `-`. Raises BadInput."""
    from app.services.postings.parser.resume import read_resume_file

    path, today = Path(source), datetime.now(UTC).date()
    if source == "-":
        return read_resume_file(sys.stdin.buffer.read(), None, today)
    return read_resume_file(read_file(path), path.name, today)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises BadInput saying what is wrong with the path."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"The file {path} does not exist.", code="file_missing") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a folder, not a file.", code="file_is_folder") from None
    except OSError as error:
        raise BadInput(f"The file {path} cannot be read: {error.strerror}.", code="file_unreadable") from None


def read_answer(source: str) -> str:
    """The text of a typed answer from a file or `-`. Raises BadInput when it is not text or too long."""
    data = sys.stdin.buffer.read() if source == "-" else read_file(Path(source))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The answer is not text in UTF-8.", code="answer_not_text") from None
    if len(text) > ANSWER_CHARACTERS:
        raise BadInput(f"The answer has more than {ANSWER_CHARACTERS} characters.", code="answer_too_long")
    return text
