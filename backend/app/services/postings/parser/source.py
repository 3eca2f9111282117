"""What is being read, a posting or a résumé: the same bounds and errors for both, each in its own words."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import BadInput, TooLarge, UnsupportedMedia
from app.services.postings.parser.clean import normalise

MAX_TEXT_BYTES = 200_000  # a posting has 2 to 15 kB, a résumé 2 to 20 kB; the longest posting seen has 22 kB


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document. `code` begins its error codes, `name` is what a person calls it."""

    code: str
    name: str

    @property
    def paste(self) -> str:
        """The way out of every file that cannot be read."""
        return f"Copy the text of the {self.name} and paste it instead."

    def error(self, what: str) -> str:
        """A stable error code, such as `resume_empty`."""
        return f"{self.code}_{what}"


POSTING = Source("posting", "posting")
RESUME = Source("resume", "résumé")


def visible_text(text: str, source: Source) -> str:
    """Pasted text, normalised.

    Raises:
        BadInput: `..._empty`.
        TooLarge: `..._too_large` (200,000 bytes of UTF-8).
        UnsupportedMedia: `..._binary`.
    """
    if len(text) > MAX_TEXT_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise TooLarge(
            f"This text is longer than 200 kB, which is more than a {source.name} has.",
            code=source.error("too_large"),
            hint=f"Paste only the {source.name} itself, without the rest of the page.",
        )
    # Bytes read as text show as NUL, replacement and control characters; a stray one in a real paste is harmless.
    odd = sum(character in "\x00\ufffd" or (character < " " and character not in "\n\r\t\f\v") for character in text)
    if odd > 3 and odd > 0.02 * len(text):
        raise UnsupportedMedia(
            "This is a file's raw bytes, not text.",
            code=source.error("binary"),
            hint="Choose the file with the file button, or open it and copy its text.",
        )
    clean = normalise(text)
    if not any(map(str.isalnum, clean)):
        raise BadInput(
            "There is no text in this.", code=source.error("empty"), hint=f"Paste the text of the {source.name}."
        )
    return clean
