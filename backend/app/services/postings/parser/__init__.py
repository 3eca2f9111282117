"""From pasted text, a file, a page or a board's JSON to a structured posting. Pure: no network, no database."""
