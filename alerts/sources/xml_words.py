"""XML of others: its faults in our words, and its octets where it declares a wrong charset."""

import re
from dataclasses import replace

from alerts.sources.document import Fetched
from alerts.text.decoding import charset_of, encoding_of, known, received

# What expat and libxml2 call a fault, by the first words that say so.
_FAULTS = (
    ("mismatched tag", "an element is closed that is not open, or not closed"),
    ("undefined entity", "an entity that XML does not know, such as &nbsp;"),
    ("not well-formed", "a character that may not stand there"),
    ("no element found", "it ends too early"),
    ("unclosed", "something is opened and never closed"),
    ("junk after document", "it goes on after its end"),
    ("duplicate attribute", "an attribute is given twice"),
    ("unbound prefix", "a prefix of a name that is declared nowhere"),
    ("xml or text declaration", "something stands before the declaration of XML"),
    ("xml declaration", "its first line is not the declaration of XML"),
    ("invalid character", "a character that XML forbids"),
    ("encoding", "its charset is not the one that it declares"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)


def xml_fault(words: str) -> str:
    """A parser's message in our words."""
    folded = words.casefold()
    return next((ours for theirs, ours in _FAULTS if theirs in folded), "it is no proper XML")


def in_utf8(document: Fetched) -> Fetched:
    """The document in UTF-8, where it declares another charset of one octet a character and is UTF-8,
    or declares UTF-8 and has stray octets; any other as it is."""
    body = document.body
    said = _DECLARED.search(body[:1000])
    named = known(charset_of(document.content_type))
    name = named or known(said[1].decode() if said else "utf-8")
    if body.isascii() or encoding_of(body)[0] != "utf-8":
        return document
    try:
        body.decode()
    except UnicodeDecodeError:
        if name != "utf-8":
            return document
    else:
        if name == "utf-8":
            return document
    text = received(body, name).encode("utf-8", "replace")
    if said:
        text = _DECLARED.sub(b'<?xml version="1.0" encoding="utf-8"', text, count=1)
    kind = document.content_type.partition(";")[0].strip() or "application/xml"
    return replace(document, body=text, content_type=f"{kind}; charset=utf-8")
