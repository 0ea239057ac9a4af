"""A feed as feedparser reads it, also where its XML is broken.

Opens no file or URL: feedparser would take even bytes for a file name (trap G), so it is always given a
stream.
"""

import io
from dataclasses import replace
from typing import Any

import feedparser

from alerts.sources.document import Fetched
from alerts.sources.xml_limits import repaired, trimmed
from alerts.sources.xml_words import xml_fault

_LOOSE = 200_000  # octets; longer broken feeds are not given to feedparser's own repair


def best(document: Fetched) -> Any:
    """The document as parsed by feedparser; if it is broken, the repaired form if that has more
    entries.

    feedparser's own reader of broken XML is slow, so it is only given short documents.
    """
    whole = trimmed(document.body)
    if whole is not None and b"<!ENTITY" not in whole:
        return _parsed(whole, document)
    loose = _parsed(document.body[:_LOOSE], document)
    mended = repaired(document.body, loose.get("encoding") or "")
    mended = trimmed(mended) if mended is not None else None
    if mended is not None:
        strict = _parsed(mended, replace(document, content_type="application/xml; charset=utf-8"))
        if len(strict.entries) > len(loose.entries):
            loose.entries, loose.feed, loose.version = strict.entries, strict.feed, strict.version
    return loose


def _parsed(body: bytes, document: Fetched) -> Any:
    """The result of feedparser for these octets."""
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": document.content_type} if document.content_type else {},
        sanitize_html=False,  # `plain` removes markup later, from every field
        resolve_relative_uris=False,
    )


HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


def fault_of(parsed: Any) -> str:
    """Where the XML is broken and how, if it is."""
    fault = parsed.get("bozo_exception")
    line = fault.getLineNumber() if hasattr(fault, "getLineNumber") else None
    return f" (line {line}: {xml_fault(fault.getMessage())})" if line else ""
