"""The words of an old issue: HTML of any kind becomes headings, paragraphs, lists and links, no more.

No attribute and no element of the document reaches the page: what is read is text, and the elements are
written anew. No script, style, form, frame or picture, so no tracking pixel either. The parser builds no
tree; its time is linear in the length of the document, whatever is nested in it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree
from markupsafe import Markup

from alerts.archive.imported.personal import Reader
from alerts.text.plain_text import tidy

LONGEST = 5_000_000  # characters of a document that are read
_MOST_BLOCKS = 20_000
_MOST_RUNS = 2_000  # of one look, in a block
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
_KINDS = {**_HEADINGS, "li": "li", "blockquote": "blockquote"}
_BREAKS = frozenset(
    {
        *("address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul", *_KINDS),
    }
)
_UNREAD = frozenset(
    {
        *("applet", "audio", "button", "canvas", "embed", "form", "frameset", "iframe", "input"),
        *("map", "math", "noembed", "noframes", "noscript", "object", "option", "script", "select"),
        *("style", "svg", "template", "textarea", "title", "video", "xmp"),
    }
)
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE
)
_DATED = re.compile(
    r"(?:article:published_time|date|dc\.date|dcterms\.(?:date|created|issued)|datepublished|publish_date)",
    re.IGNORECASE,
)
_STRONG, _STRESSED = ("b", "strong"), ("em", "i")


@dataclass(slots=True)
class _Run:
    """Text with one look within a block."""

    text: str
    link: str
    strong: bool
    stressed: bool


@dataclass(slots=True)
class OldWords:
    """What was read of a document: its title, the language and the dates that it names, and its blocks."""

    title: str = ""
    language: str = ""
    dates: list[str] = field(default_factory=list)
    blocks: list[tuple[str, list[_Run]]] = field(default_factory=list)

    def shown(self, reader: Reader) -> tuple[str, str]:
        """The words for everybody, as HTML and as text."""
        html: list[str] = []
        lines: list[str] = []
        listing = False
        for kind, runs in self.blocks:
            plain = " ".join("".join(run.text for run in runs).split())
            if reader.about_one(plain, [run.link for run in runs if run.link]):
                continue
            inside, text = _inside(runs, reader)
            if not text:
                continue
            if listing != (kind == "li"):
                html.append("</ul>" if listing else "<ul>")
                listing = kind == "li"
            html.append(f"<{kind}>{inside}</{kind}>")
            lines.append(text)
        if listing:
            html.append("</ul>")
        return "\n".join(html), "\n".join(lines)


def _inside(runs: Iterable[_Run], reader: Reader) -> tuple[Markup, str]:
    """The inside of a block as HTML, and as text on one line."""
    made: list[str] = []
    said: list[str] = []
    for run in runs:
        words = reader.words(run.text)
        lead = " " if words[:1].isspace() else ""
        tail = " " if words[-1:].isspace() else ""
        words = tidy(words)
        if not words:
            made.append(lead)
            said.append(lead)
            continue
        piece = Markup("{}").format(words)
        link = reader.link(run.link) if run.link else ""
        piece = Markup("<strong>{}</strong>").format(piece) if run.strong else piece
        piece = Markup("<em>{}</em>").format(piece) if run.stressed else piece
        piece = Markup('<a href="{}" rel="nofollow">{}</a>').format(link, piece) if link else piece
        made.append(lead + piece + tail)
        said.append(lead + words + tail)
    html = re.sub(r" {2,}", " ", "".join(made)).strip()
    return Markup(html), " ".join("".join(said).split())  # noqa: S704


class _Reading:
    """A target for libxml2's parser."""

    def __init__(self) -> None:
        self.found = OldWords()
        self._open: list[str] = []
        self._hidden = 0  # the depth at which what is not shown begins
        self._links: list[str] = []
        self._runs: list[_Run] = []
        self._title = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._note(tag, attributes)
        self._open.append(tag)
        if self._hidden:
            return
        if tag in _UNREAD or _is_invisible(attributes):
            self._hidden = len(self._open)
        elif tag in _BREAKS:
            self._flush()
        elif tag == "br":
            self.data("\n")
        elif tag == "img" and self._links and not self._runs:
            self.data(attributes.get("alt") or "")
        if tag == "a":
            self._links.append((attributes.get("href") or "").strip())

    def _note(self, tag: str, attributes: dict[str, str]) -> None:
        found = self.found
        if tag == "html" and not found.language:
            found.language = attributes.get("lang") or attributes.get("xml:lang") or ""
        elif tag == "meta":
            name = (
                attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            )
            if _DATED.fullmatch(name or ""):
                found.dates.append(attributes.get("content") or "")
        elif tag == "time":
            found.dates.append(attributes.get("datetime") or "")

    def end(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            return
        if not self._hidden and tag in _BREAKS:
            self._flush()
        if self._hidden == len(self._open):
            self._hidden = 0
        self._open.pop()
        if tag == "a" and self._links and not self._hidden:
            self._links.pop()

    def data(self, text: str) -> None:
        if self._open and self._open[-1] == "title" and len(self.found.title) < 500:
            self.found.title += text
        if self._hidden:
            return
        link = self._links[-1] if self._links else ""
        near = self._open[-40:]
        look = (any(one in near for one in _STRONG), any(one in near for one in _STRESSED))
        last = self._runs[-1] if self._runs else None
        if last and (last.link, last.strong, last.stressed) == (link, *look):
            last.text += text
        elif len(self._runs) < _MOST_RUNS:
            self._runs.append(_Run(text, link, *look))

    def _flush(self) -> None:
        """End a block."""
        runs, self._runs = self._runs, []
        if len(self.found.blocks) < _MOST_BLOCKS and any(run.text.strip() for run in runs):
            kind = next((_KINDS[one] for one in reversed(self._open[-40:]) if one in _KINDS), "p")
            self.found.blocks.append((kind, runs))

    def comment(self, text: str) -> None:
        """Comments are not text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are processing instructions."""

    def close(self) -> OldWords:
        self._flush()
        return self.found


def _is_invisible(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or bool(_INVISIBLE.search(attributes.get("style") or ""))


def read_html(document: str) -> OldWords:
    """The words of an HTML document."""
    octets = document[:LONGEST].replace("\0", "").encode("utf-8", "replace")
    if not octets.strip():
        return OldWords()
    reading = _Reading()
    parser = etree.HTMLParser(target=reading, encoding="utf-8", huge_tree=True)
    parser.feed(octets)
    found: OldWords = parser.close()
    return found


def read_text(text: str) -> OldWords:
    """The words of a plain text: its paragraphs."""
    found = OldWords()
    for paragraph in _paragraphs(text[:LONGEST]):
        found.blocks.append(("p", [_Run(paragraph, "", False, False)]))
    return found


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text)[:_MOST_BLOCKS]:
        if paragraph.strip():
            yield paragraph
