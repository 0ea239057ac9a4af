"""An HTML part, parsed as mail programs parse it, and its tags as written, which the parser repairs.

Elements are lxml's. Comments are left out, and with them what only Outlook reads; `conditionals` has
those. Any text is parsed without failing, but only its first `LONGEST` characters.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from alerts.domain.printable import printable
from alerts.lint.place import Place
from alerts.lint.style import Declaration, Sheet, read_attribute, read_sheet

Element = Any  # lxml has no types
LONGEST = 300_000  # characters; three times what Gmail shows

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/><]*)((?:[^>"'<]++|"[^"]*"|'[^']*')*)>""")
_RAW = re.compile(r"<(script|style|title|textarea)\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+)))?""")
_INVISIBLE = {"head", "script", "style", "title", "template", "noscript", "textarea", "object"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "code", "em", "font", "i", "mark", "small", "span", "strong", "u"),
}
_FILLER = "\u00a0\u00ad\u034f\u200b\u200c\u200d\u200e\u200f\u2007\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as written: attributes in order, with repeated ones; `line` from 1."""

    name: str
    closing: bool
    attributes: tuple[tuple[str, str], ...]
    line: int
    at: int


class HtmlPage:
    """An HTML document."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.source = html[:LONGEST].replace("\0", "\ufffd")
        octets = self.source.encode("utf-8", "replace")
        parser = etree.HTMLParser(
            encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
        )
        self._places: dict[Element, Place] = {}
        self.root: Element | None = etree.fromstring(octets, parser) if octets.strip() else None

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All elements in document order."""
        return tuple(self.root.iter(etree.Element)) if self.root is not None else ()

    @cached_property
    def depth(self) -> int:
        """How deep the elements are nested."""
        depths: dict[Element | None, int] = {None: 0}
        for element in self.elements:
            depths[element] = depths.get(element.getparent(), 0) + 1
        return max(depths.values())

    def named(self, *names: str) -> Iterator[Element]:
        """The elements of those names, in document order."""
        return (element for element in self.elements if element.tag in names)

    @cached_property
    def body(self) -> Element | None:
        """The body element."""
        return next(self.named("body"), None)

    @property
    def language(self) -> str:
        """The `lang` of the document, or ""."""
        return attribute(self.root, "lang") if self.root is not None else ""

    @cached_property
    def sheets(self) -> tuple[tuple[Sheet, int], ...]:
        """The style sheets, each with the number of the line before its first line."""
        return tuple(
            (read_sheet(element.text or ""), max(0, (element.sourceline or 1) - 1))
            for element in self.named("style")
        )

    @cached_property
    def style_length(self) -> int:
        """The characters of all `<style>` elements together."""
        return sum(len(element.text or "") for element in self.named("style"))

    @cached_property
    def comments(self) -> tuple[tuple[str, int], ...]:
        """The text of each comment, and its position in the source."""
        return tuple((found[1], found.start()) for found in _COMMENT.finditer(self.source))

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tags as written, without those in comments, scripts and style sheets."""
        bare = _COMMENT.sub(_blank, self.source)
        bare = _without_raw(bare)
        return tuple(self._tag(found) for found in _TAG.finditer(bare))

    def _tag(self, found: re.Match[str]) -> Tag:
        attributes = tuple(
            (name.lower(), double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(found[3])
        )
        line = self.line_at(found.start())
        return Tag(found[2].lower(), bool(found[1]), attributes, line, found.start())

    def line_at(self, position: int) -> int:
        """The line, from 1, of a position in the source."""
        return bisect_right(self._starts, position)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.source))]

    @cached_property
    def words(self) -> str:
        """All text that can be visible, on one line."""
        return " ".join("".join(self._texts(self.body)).split()) if self.body is not None else ""

    def _texts(self, top: Element) -> Iterator[str]:
        for event, element in etree.iterwalk(top, events=("start", "end")):
            edge = "" if element.tag in _INLINE else " "
            if event == "end":
                yield f"{edge}{element.tail or ''}"
            elif element.tag not in _INVISIBLE:
                yield f"{edge}{element.text or ''}"

    def place(self, element: Element) -> Place:
        """Where an element is: its line, and a short description."""
        if element not in self._places:
            self._places[element] = Place("html", element.sourceline or 0, described(element))
        return self._places[element]


def _without_raw(source: str) -> str:
    """The source with the content of scripts, style sheets and titles replaced by spaces."""
    lower, pieces, position = source.lower(), [], 0
    while opening := _RAW.search(source, position):
        end = lower.find(f"</{opening[1].lower()}", opening.end())
        end = len(source) if end < 0 else end
        pieces += [source[position : opening.end()], _blanked(source[opening.end() : end])]
        position = end
    return "".join([*pieces, source[position:]])


def _blank(found: re.Match[str]) -> str:
    return _blanked(found[0])


def _blanked(text: str) -> str:
    """Spaces of the same length, with the same line breaks."""
    return re.sub(r"[^\n]", " ", text)


def attribute(element: Element, name: str) -> str:
    """The attribute's value without surrounding space, or ""."""
    return (element.get(name) or "").strip()


def styles(element: Element) -> tuple[Declaration, ...]:
    """The declarations of its style attribute."""
    return read_attribute(element.get("style") or "")


def text_of(element: Element) -> str:
    """The text in an element, on one line, without the invisible characters that pad a preheader."""
    text = "".join(piece for piece in element.itertext())
    return " ".join(text.translate(dict.fromkeys(map(ord, _FILLER), " ")).split())


def name_of(element: Element) -> str:
    """The accessible name: aria-label, else text with the alt of images, else title."""
    label = attribute(element, "aria-label")
    if label:
        return label
    pieces = [element.text or ""]
    for inner in element.iterdescendants(etree.Element):
        pieces += [
            attribute(inner, "alt") if inner.tag == "img" else inner.text or "",
            inner.tail or "",
        ]
    text = "".join(pieces).translate(dict.fromkeys(map(ord, _FILLER), " "))
    return " ".join(text.split()) or attribute(element, "title")


def described(element: Element) -> str:
    """A short description: the tag, as in `<a class="more">`, and the first words."""
    mark = next((f' {key}="{shortened(attribute(element, key), 40)}"' for key in ("id", "class", "src")
                 if attribute(element, key)), "")  # fmt: skip
    words = "" if element.tag in ("html", "body", "table", "style") else _beginning(element)
    return f"<{element.tag}{mark}>" + (f" “{shortened(words, 40)}”" if words else "")


def _beginning(element: Element) -> str:
    """The first words of its text, read without collecting all of it."""
    words = ""
    for piece in element.itertext():
        words += piece
        if len(words) > 200:
            break
    return " ".join(words.split())


def shortened(text: str, length: int) -> str:
    """`text`, or its beginning and “…”; printable."""
    return printable(text, length)
