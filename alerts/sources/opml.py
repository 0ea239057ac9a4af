"""OPML: a list of feeds, as feed readers export it. Expands no entities and fetches nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from alerts.errors import InputError
from alerts.markup import safe_url, tidy


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list; `url` is "" where `written` is no web address."""

    line: int
    written: str
    url: str


def outlines(document: bytes, name: str) -> Iterator[Outline]:
    """Every outline with an xmlUrl, however deeply nested; raises `InputError` for what is no OPML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InputError(f"{name}: not an OPML file: {tidy(str(fault))}") from fault
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise InputError(f"{name}: not an OPML file: it does not begin with <opml>")
    for element in root.iter("outline"):
        fields = {key.lower(): value for key, value in element.attrib.items()}
        if "xmlurl" in fields:
            written = fields["xmlurl"]
            yield Outline(element.sourceline or 0, tidy(written)[:200], safe_url(written))
