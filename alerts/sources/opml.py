"""OPML: a list of feeds, as feed readers export it. Expands no entities and fetches nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from alerts.errors import InputError
from alerts.markup import safe_url, tidy

_LONGEST_NAME = 100


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
    """Every outline with an xmlUrl, however deeply nested; raises `InputError` for what is no OPML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InputError(f"{name}: not an OPML file: {tidy(str(fault))}") from fault
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise InputError(f"{name}: not an OPML file: it does not begin with <opml>")
    for element in root.iter("outline"):
        fields = _fields(element)
        if "xmlurl" in fields:
            yield Outline(
                element.sourceline or 0,
                tidy(fields["xmlurl"])[:200],
                safe_url(fields["xmlurl"]),
                _folders(element, fields.get("category", "")),
                tidy(fields.get("language", "")).lower().replace("_", "-"),
            )


def _fields(element: Any) -> dict[str, str]:
    return {key.lower(): value for key, value in element.attrib.items()}


def _folders(element: Any, categories: str) -> tuple[str, ...]:
    """The names of the folders around a feed, and its categories: “/News/Law,Housing” is three."""
    around = [_fields(above) for above in element.iterancestors("outline")]
    names = [above.get("text") or above.get("title") or "" for above in reversed(around)]
    names += categories.replace("/", ",").split(",")
    cleaned = (tidy(name)[:_LONGEST_NAME] for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))
