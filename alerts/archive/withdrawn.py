"""Takes a story out of a frozen edition, and puts a notice in its place.

A frozen document does not say where a story begins and ends, and a project may have a template of its own.
So the story is found by its links: its part of the document is the largest one that has no link of another
story and no heading of a section. What else repeats its words (subject, headline, the line below it, the
address for forwarding) loses them. Nothing of the title or of a sentence of the summary is left.
"""

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from lxml import etree

from alerts.domain.issue import Edition

_SHORTEST = 24  # characters of what is looked for within other words; shorter may be anybody's
_HEADINGS = ("h1", "h2")
_LEAVES = (
    "title",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "td",
    "th",
    "li",
    "div",
    "span",
    "a",
    "b",
    "strong",
    "em",
)
_ATTRIBUTES = ("alt", "title", "aria-label", "content", "summary")
_DOCTYPE = "<!DOCTYPE html>"
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+")
_MARKS = re.compile(r"[\u00ad\u200b-\u200f\u2060\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Gone:
    """A story that is taken out: the addresses of its links, its title and summary, and the notice that
    stands in its place, as HTML. `title` and `summary` are as the edition shows them."""

    links: Collection[str]
    title: str
    summary: str
    notice: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """What is looked for in the rest of the edition."""
        whole = [_plain(self.title), _plain(self.summary)]
        parts = [_plain(one) for one in _SENTENCE_END.split(self.summary)]
        return tuple(
            dict.fromkeys(p for p in (*whole, *parts) if len(p) >= _SHORTEST or p == whole[0])
        )


def without(
    edition: Edition, gone: Sequence[Gone], others: Collection[str], heading: str
) -> Edition:
    """The edition without these stories. `others` are the addresses of the stories that stay; `heading`
    replaces a subject or headline that repeats what is gone. Its plain text part is left out."""
    phrases = [phrase for one in gone for phrase in one.phrases if phrase]
    tree = etree.fromstring(edition.html, etree.HTMLParser())
    for one in gone:
        for number, part in enumerate(_parts(tree, one.links, frozenset(others) - set(one.links))):
            _replace(part, "" if number else one.notice)
    _sweep(tree, phrases, heading)
    document = etree.tostring(tree, method="html", encoding="unicode")
    return replace(
        edition,
        subject=heading if _says(edition.subject, phrases) else edition.subject,
        preheader="" if _says(edition.preheader, phrases) else edition.preheader,
        html=f"{_DOCTYPE}\n{document}",
        text="",
        articles=edition.articles - len(gone),
    )


def _parts(
    tree: etree._Element, links: Collection[str], others: Collection[str]
) -> Iterator[etree._Element]:
    """The parts of the document that are about a story, in order; none lies in another."""
    chosen: list[etree._Element] = []
    for link in tree.iter("a"):
        if link.get("href", "") not in links or any(
            part in link.iterancestors() for part in chosen
        ):
            continue
        part = link
        for above in link.iterancestors():
            if above.tag in ("body", "html") or _has_more(above, others):
                break
            part = above
        chosen.append(part)
    yield from chosen


def _has_more(part: etree._Element, others: Collection[str]) -> bool:
    """True where there is more than one story in it."""
    if any(link.get("href", "") in others for link in part.iter("a")):
        return True
    return next(part.iter("h1"), None) is not None or any(
        heading.get("id") for heading in part.iter("h2")
    )


def _replace(part: etree._Element, notice: str) -> None:
    """Replace what is in a part by the notice."""
    tail = part.tail
    for child in list(part):
        part.remove(child)
    part.text = None
    if part.tag in ("tr", "table", "tbody"):
        cell = etree.SubElement(part if part.tag == "tr" else etree.SubElement(part, "tr"), "td")
        cell.set("colspan", "9")
        part = cell
    elif part.tag == "a":
        part.attrib.clear()
        part.tag = "span"
    if notice:
        part.append(etree.fromstring(notice, etree.HTMLParser()).find("body")[0])
    part.tail = tail if part.tail is None else part.tail


def _sweep(tree: etree._Element, phrases: Sequence[str], heading: str) -> None:
    """Remove what repeats the words of a story elsewhere."""
    for element in tree.iter(*_LEAVES):
        if any(
            child.tag in _LEAVES[1:8] or child.tag == "table" for child in element.iterdescendants()
        ):
            continue
        if _says(" ".join(element.itertext()), phrases) or _says(
            "".join(element.itertext()), phrases
        ):
            for child in list(element):
                element.remove(child)
            element.text = heading if element.tag in ("title", *_HEADINGS) else None
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name in _ATTRIBUTES:
            if _says(element.get(name, ""), phrases):
                element.set(name, heading if name == "content" else "")
        if _says(unquote(element.get("href", "")), phrases):
            element.set("href", "#top")


def _says(text: str, phrases: Sequence[str]) -> bool:
    """True where the text has one of the phrases; a short one, such as “News”, must begin a subject or be
    all of the text, since it may stand in anybody's words."""
    said = _plain(text)
    return any(
        phrase in said
        if len(phrase) >= _SHORTEST
        else said == phrase or said.startswith(f"{phrase} ·")
        for phrase in phrases
    )


def _plain(text: str) -> str:
    """The text by which words are compared: without marks, with single blanks, in lower case."""
    words = _MARKS.sub("", html.unescape(text)).replace("+", " ").casefold()
    return " ".join(words.split())
