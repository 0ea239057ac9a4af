"""Trims XML before feedparser parses it, which would take minutes and gigabytes for XML bombs.

Guarantees a document of at most `MOST_ENTRIES` entries, elements and depth within limits, with balanced
tags (rule X4); and repairs broken XML by libxml2, which keeps entries that feedparser drops, in time
linear in its length. Expands no entity. Expat and libxml2 do the work in C.
"""

import re
from html.entities import name2codepoint
from xml.parsers import expat

from lxml import etree

MOST_ENTRIES = 1000
_MOST_ELEMENTS = 200_000
_LONGEST_BROKEN = 3_000_000  # octets of a broken document that are repaired
_MOST_ATTRIBUTES = 100  # octets of one element; feedparser takes quadratic time
_DEEPEST = 200
_ENTRIES = frozenset({"item", "entry"})
_AMPERSAND = re.compile(rb"&(?:([A-Za-z]+[0-9]*);|(?!#\w+;))")
_CODES = {**name2codepoint, "apos": ord("'")}


def trimmed(body: bytes) -> bytes | None:
    """The document, cut where it exceeds a limit; None where it is not well-formed up to that point."""
    scan = _Scan()
    try:
        scan.parser.Parse(body, True)
    except _Beyond:
        return body[: scan.cut] + scan.ending()
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return body


def repaired(body: bytes, encoding: str = "") -> bytes | None:
    """Broken XML with its tags balanced as libxml2 guesses, in UTF-8; None where nothing is left."""
    try:
        parser = etree.XMLParser(
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            encoding=encoding or None,
        )
        root = etree.fromstring(with_numbers(body[:_LONGEST_BROKEN]), parser)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    if root is None:
        return None
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return bytes(etree.tostring(root, encoding="utf-8"))


class _Beyond(Exception):
    """The document exceeds a limit here; not an error."""


class _Scan:
    """Counts entries, elements and depth as expat meets them."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._open: list[str] = []
        self._entries = self._elements = self.cut = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parts = name.split(" ")  # local | namespace, local | namespace, local, prefix
        local = parts[1] if len(parts) > 1 else name
        self._entries += local in _ENTRIES
        self._elements += 1
        if (
            self._entries > MOST_ENTRIES
            or self._elements > _MOST_ELEMENTS
            or len(attributes) > _MOST_ATTRIBUTES
            or len(self._open) >= _DEEPEST
        ):
            self.cut = self.parser.CurrentByteIndex  # expat itself reads on to the end
            raise _Beyond
        self._open.append(f"{parts[2]}:{local}" if len(parts) > 2 else local)

    def _end(self, name: str) -> None:
        self._open.pop()

    def ending(self) -> bytes:
        """The end tags of the elements that are still open."""
        return "".join(f"</{name}>" for name in reversed(self._open)).encode()


def with_numbers(body: bytes) -> bytes:
    """The document with entities that every parser of XML knows."""
    return _AMPERSAND.sub(_numbered, body)


def _numbered(reference: re.Match[bytes]) -> bytes:
    """Replace HTML entities such as &nbsp; that XML lacks by numbers (&#160;), and a bare & by &#38;.

    XML's own entities are replaced too, because libxml2 drops them after an error.
    """
    name = reference[1]
    code = ord("&") if name is None else _CODES.get(name.decode())
    return reference[0] if code is None else b"&#%d;" % code
