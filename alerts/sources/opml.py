"""OPML: a list of feeds, as feed readers export it. Expands no entities and fetches nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.xml_limits import with_numbers
from alerts.sources.xml_words import in_utf8, xml_fault
from alerts.text.decoding import received
from alerts.text.plain_text import plain, safe_url, tidy

_LONGEST_NAME = 100
_XML_URL = re.compile(r"xmlurl\s*=\s*[\"']([^\"'<>]{1,2000})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list; `url` is "" where `written` is no web address.

    `folders` are those it lies in, from the outermost on, and its categories; `language` is "" or
    what the list says, in lower case.
    """

    line: int
    written: str
    url: str
    folders: tuple[str, ...] = ()
    language: str = ""


def outlines(document: bytes, name: str) -> Iterator[Outline]:
    """Every outline with an xmlUrl, however deeply nested; raises `InputError` if it is not OPML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    octets = with_numbers(in_utf8(Fetched("", "", document.lstrip())).body)
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InputError(f"{name}: not an OPML file: {xml_fault(str(fault))}") from fault
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise InputError(f"{name}: not an OPML file: it does not begin with <opml>")
    before = document[: len(document) - len(document.lstrip())].count(b"\n")
    found: set[str] = set()
    for element in root.iter("{*}outline", "{*}Outline", "{*}OUTLINE"):
        fields = _fields(element)
        if "xmlurl" in fields:
            found.add(tidy(fields["xmlurl"]))
            yield Outline(
                (element.sourceline or 0) + before,
                tidy(fields["xmlurl"])[:200],
                safe_url(fields["xmlurl"]),
                _folders(element, fields.get("category", "")),
                tidy(fields.get("language", "")).lower().replace("_", "-"),
            )

    if parser.error_log:
        yield from _lost(octets, before, found)


def _lost(octets: bytes, before: int, found: set[str]) -> Iterator[Outline]:
    """The feeds of a broken list that its parser has passed over, without their folders."""
    for number, line in enumerate(received(octets).split("\n"), before + 1):
        for written in _XML_URL.findall(line):
            address = tidy(plain(written))
            if address and address not in found:
                found.add(address)
                yield Outline(number, address[:200], safe_url(address))


def _fields(element: Any) -> dict[str, str]:
    return {key.lower(): value for key, value in element.attrib.items()}


def _folders(element: Any, categories: str) -> tuple[str, ...]:
    """The names of the folders around a feed, and its categories: “/News/Law,Housing” is three."""
    around = [_fields(above) for above in element.iterancestors("outline")]
    names = [above.get("text") or above.get("title") or "" for above in reversed(around)]
    names += categories.replace("/", ",").split(",")
    cleaned = (tidy(name)[:_LONGEST_NAME] for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))
