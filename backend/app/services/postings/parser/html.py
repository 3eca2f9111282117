"""HTML to visible text: hidden nodes out, headings, paragraphs, list items and table rows on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree
from lxml import html as lxml_html

_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*(?:0?\.0+|"
    r"0)\s*(?:%|;|!|$)|font-size\s*:\s*(?:0|0?\.\d+)\s*(?:px|pt|em|rem|%|;|!|$)|font\s*:[^;]*\b0(?:px|pt|"
    r"em)?\s*/|"
    r"(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\s*\d{3,}|"
    r"clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|"
    r"circle\(\s*0)|(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)|"
    r"transform\s*:\s*(?:scale\(\s*0|translate\w*\(\s*-\s*\d{3,})|color\s*:\s*transparent|"
    r"content-visibility\s*:\s*hidden|-webkit-text-fill-color\s*:\s*transparent)",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|screen-reader-only|hidden|d-none|"
    r"is-hidden|invisible|a11y-hidden|offscreen)(?:\s|$)"
)
# "hidden md:block" is a narrow-screen rule of utility style sheets, not a way to hide.
_SHOWN_CLASS = re.compile(r"(?:sm|md|lg|xl|2xl|print|d-(?:sm|md|lg|xl)):?-?(?:block|flex|inline|grid|table|contents)")
_DROPPED_TAGS = """
script style template noscript head iframe object embed svg canvas audio video map select option datalist input
button textarea dialog meta link title
"""
_DROPPED = frozenset(_DROPPED_TAGS.split())
_BLOCKS_TAGS = """
address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2
h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCKS_TAGS.split())
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "dt", "legend"])
_PARSER = lxml_html.HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False, no_network=True
)


def tree(markup: str) -> Any | None:
    """The element tree of a page or fragment, None when there is nothing in it. Comments are gone."""
    if not markup.strip():
        return None
    try:
        return lxml_html.document_fromstring(markup.encode("utf-8", "ignore"), parser=_PARSER)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _white(colour: str) -> bool:
    value = colour.strip().lower().replace(" ", "")
    return value in ("white", "#fff", "#ffffff", "#fefefe", "rgb(255,255,255)", "rgba(255,255,255,1)")


def is_hidden(element: Any) -> bool:
    """Whether an element is out of sight by its attributes: hidden, aria-hidden, inline style, a well-known class."""
    attributes = element.attrib
    if "hidden" in attributes and attributes.get("hidden", "").lower() != "until-found":
        return True
    if attributes.get("aria-hidden", "").strip().lower() == "true" or attributes.get("type", "").lower() == "hidden":
        return True
    style = attributes.get("style", "")[:2000]
    if style:
        style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
        if _HIDING_STYLE.search(style):
            return True
        colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
        if colour:
            ink, paper = colour.group(1), background.group(1) if background else "white"
            # White letters may be legible on a dark ground set elsewhere; without one of their own they count.
            if (_white(ink) and (_white(paper) or not background)) or (
                background and ink.strip().lower() == paper.strip().lower()
            ):
                return True
    if attributes.get("color") and _white(attributes["color"]):
        return True
    names = attributes.get("class", "")
    return bool(_HIDING_CLASS.search(names)) and not _SHOWN_CLASS.search(names)


def remove_hidden(root: Any) -> int:
    """Take hidden elements out of the tree in place, keeping the text behind them. Returns how many went."""
    sheet = _hiding_selectors(root)
    gone = 0
    for element in list(root.iter(etree.Element)):
        if not isinstance(element.tag, str) or element is root or element.tag in ("body", "html", "head"):
            continue
        unseen = element.tag in _DROPPED or is_hidden(element) or _matches(element, sheet)
        if unseen and element.getparent() is not None:
            element.drop_tree()
            gone += 1
    return gone


def _hiding_selectors(root: Any) -> frozenset[str]:
    """Plain `.class` and `#id` selectors that the page's own style sheets hide outside any media query."""
    found: set[str] = set()
    for style in root.iter("style"):
        css = re.sub(r"/\*.*?\*/", "", (style.text or "")[:200_000], flags=re.DOTALL)
        css = re.sub(r"@media[^{]{0,200}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
        for rule in re.finditer(r"([^{}]{1,300})\{([^{}]{0,2000})\}", css):
            if _HIDING_STYLE.search(rule.group(2)):
                for selector in rule.group(1).split(","):
                    if re.fullmatch(r"[.#][\w-]{1,80}", selector.strip()):
                        found.add(selector.strip())
    return frozenset(found)


def _matches(element: Any, sheet: frozenset[str]) -> bool:
    if not sheet:
        return False
    if "#" + element.attrib.get("id", "") in sheet:
        return True
    return any("." + name in sheet for name in element.attrib.get("class", "").split())


def to_text(root: Any, *, skip: frozenset[str] = frozenset()) -> str:
    """Visible text of an element, with a "- " before list items and an empty line before headings.

    Walks without recursion, so the depth of the markup does not matter. `skip` are further tags to leave out. Hidden
    elements must have been removed before (`remove_hidden`).
    """
    out: list[str] = []
    dropped = _DROPPED | skip
    if root.tag in dropped:
        return ""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if not tag or tag in dropped:
                walker.skip_subtree()
                continue
            if tag == "table" and (lines := _person_specification(element)):
                out.append("\n" + "\n".join(lines) + "\n")
                walker.skip_subtree()
                continue
            if tag == "br":
                out.append("\n")
            elif tag in _HEADINGS or _is_title_paragraph(element, tag):
                out.append("\n\n")
            elif tag == "li":
                out.append("\n- ")
            elif tag == "p":
                out.append("\n\n" if not _inside_item(element) else " ")
            elif tag in ("td", "th"):
                out.append(" | " if element is not root and element.getprevious() is not None else "\n")
            elif tag in _BLOCKS:
                out.append("\n" if not _inside_item(element) or tag in ("ul", "ol") else " ")
            if element.text and tag != "pre":
                out.append(re.sub(r"\s+", " ", element.text))
            elif element.text:
                out.append(element.text)
        else:
            if tag and tag not in dropped:
                if tag in ("p", "ul", "ol") or tag in _HEADINGS:
                    out.append("\n" if not _inside_item(element) else " ")
                elif tag in _BLOCKS and tag not in ("td", "th", "li") and not _inside_item(element):
                    out.append("\n")
            if element is not root and element.tail:
                out.append(re.sub(r"\s+", " ", element.tail))
    return _clean("".join(out))


def _clean(text: str) -> str:
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.split("\n")]
    lines = ["" if line in ("-", "|", "- -") else re.sub(r"^- (?:[-–•·*▪] )+", "- ", line) for line in lines]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _inside_item(element: Any) -> bool:
    """Whether a block stands inside a list item or table cell, where it must not break the line."""
    parent = element.getparent()
    for _ in range(4):
        if parent is None:
            return False
        if parent.tag in ("li", "td", "th"):
            first = element.getprevious() is None
            return first or parent.tag != "li" or element.tag not in ("ul", "ol")
        parent = parent.getparent()
    return False


def _is_title_paragraph(element: Any, tag: str) -> bool:
    """`<p><strong>Requirements</strong></p>` is a heading in all but name."""
    if tag not in ("p", "div") or len(element) == 0 or (element.text or "").strip():
        return False
    first = element[0]
    return (
        first.tag in ("b", "strong", "u")
        and len(element) == 1
        and not (first.tail or "").strip()
        and len(first.text_content()) < 90
    )


def _person_specification(table: Any) -> list[str] | None:
    rows = [
        [
            " ".join(to_text(cell).split("\n")) if not _cell_items(cell) else "\n".join(_cell_items(cell))
            for cell in row.iter("td", "th")
        ]
        for row in list(table.iter("tr"))[:200]
        if not any(ancestor.tag == "table" and ancestor is not table for ancestor in row.iterancestors())
    ]
    return specification_lines(rows)


def _cell_items(cell: Any) -> list[str]:
    items = [" ".join(item.text_content().split()) for item in cell.iter("li")]
    if items:
        return [item for item in items if item]
    parts = [part.strip() for part in to_text_of_cell(cell).split("\n")]
    return [part for part in parts if part] if len(parts) > 1 else []


def to_text_of_cell(cell: Any) -> str:
    """Lines of a table cell, broken where the page breaks them."""
    pieces: list[str] = [cell.text or ""]
    for child in cell.iterdescendants():
        if isinstance(child.tag, str) and child.tag in ("br", "p", "div"):
            pieces.append("\n")
        pieces.append((child.text or "") if isinstance(child.tag, str) and child.tag not in _DROPPED else "")
        pieces.append(child.tail or "")
    return "".join(pieces)


_ESSENTIAL = re.compile(r"\W*(?:essential|required|must have)s?\b.{0,20}", re.IGNORECASE)
_DESIRABLE = re.compile(r"\W*(?:desirable|preferred|nice to have)s?\b.{0,20}", re.IGNORECASE)


def specification_lines(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """A person specification with an "Essential" and a "Desirable" column as two headed lists; None for other tables.

    Public-sector postings in Britain put their criteria into such a table, or mark each row with E or D.
    """
    for index, row in enumerate(rows[:4]):
        essential = [at for at, cell in enumerate(row) if _ESSENTIAL.fullmatch(cell.strip())]
        desirable = [at for at, cell in enumerate(row) if _DESIRABLE.fullmatch(cell.strip())]
        if len(essential) != 1 or len(desirable) != 1:
            continue
        lists: dict[int, list[str]] = {essential[0]: [], desirable[0]: []}
        for line in rows[index + 1 :]:
            for at, kept in lists.items():
                cell = line[at].strip() if at < len(line) else ""
                mark = re.fullmatch(r"(?:x|✓|✔|☑|●|•|yes|y|e|d)", cell, re.IGNORECASE)
                text = line[0].strip() if mark and at != 0 else "" if mark else cell
                kept += [
                    re.sub(r"^[•·▪*–-]\s*", "", part).strip() for part in text.split("\n") if len(part.strip()) > 1
                ]
        return [
            "",
            "Essential",
            *(f"- {item}" for item in lists[essential[0]]),
            "",
            "Desirable",
            *(f"- {item}" for item in lists[desirable[0]]),
        ]
    marked = [
        row
        for row in rows
        if len(row) >= 2 and re.fullmatch(r"\W*(?:E|D|Essential|Desirable)\W*", row[-1].strip(), re.IGNORECASE)
    ]
    if len(marked) >= 3 and len(marked) >= 0.6 * len(rows):

        def items(letter: str) -> list[str]:
            return [
                f"- {row[-2].strip()}"
                for row in marked
                if row[-1].strip(" ()*.").upper().startswith(letter) and len(row[-2].strip()) > 2
            ]

        return ["", "Essential", *items("E"), "", "Desirable", *items("D")]
    return None


def fragment_text(markup: str) -> str:
    """Visible text of an HTML fragment, such as the description a board's interface gives."""
    root = tree(markup)
    if root is None:
        return ""
    remove_hidden(root)
    return to_text(root)
