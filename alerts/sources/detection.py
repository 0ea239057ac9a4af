"""The kind of a source by where it is, the first octets of its document, its media type and its
name."""

from pathlib import Path

from alerts.domain.article import SourceKind
from alerts.sources import ris
from alerts.sources.document import Fetched
from alerts.sources.locations import is_imap
from alerts.sources.mailbox_files import is_maildir
from alerts.sources.wordpress_site import is_posts

_FEED_MARKS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")
_CSL_MARKS = (b'"issued"', b'"container-title"', b'"citation-key"', b'"date-parts"')
_START, _PDF_START = 4096, 1024


def _is_packed_map(start: bytes, location: str) -> bool:
    return start.startswith(b"\x1f\x8b") and location.lower().endswith(".xml.gz")


def _is_references(start: bytes, kind: str, location: str) -> bool:
    if "research-info-systems" in kind or "citationstyles" in kind or ris.claims(start.upper()):
        return True
    if location.lower().endswith(".ris"):
        return True
    if start.startswith(b"["):
        return b'"rendered"' not in start
    return (
        start.startswith(b"{")
        and b"jsonfeed.org" not in start
        and any(mark in start for mark in _CSL_MARKS)
    )


def kind_by_place(location: str, path: Path | None) -> SourceKind | None:
    """The kind of a source that is no single document: a mailbox, a folder; None for all others."""
    if is_imap(location) or (path is not None and is_maildir(path)):
        return SourceKind.MAILBOX
    return SourceKind.FOLDER if path is not None and path.is_dir() else None


def is_pdf(document: Fetched) -> bool:
    """True for a PDF file, by its mark; something may stand before it."""
    return b"%PDF-" in document.body[:_PDF_START]


def kind_by_octets(document: Fetched, location: str) -> SourceKind | None:
    """The kind of a document; None for a web page, which may be a listing. What nobody knows is tried
    as a feed."""
    kind = document.content_type.partition(";")[0].strip().lower()
    start = (
        document.body[:_START].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    )
    if is_pdf(document):
        return SourceKind.PDF
    if start.startswith(b"begin:vcalendar") or kind == "text/calendar":
        return SourceKind.CALENDAR
    if b"<urlset" in start or b"<sitemapindex" in start or _is_packed_map(start, location):
        return SourceKind.SITEMAP
    if is_posts(location) or (start.startswith(b"[") and b'"rendered"' in start):
        return SourceKind.WORDPRESS
    if _is_references(start, kind, location):
        return SourceKind.REFERENCES
    if start.startswith((b"{", b"[")) or any(mark in start for mark in _FEED_MARKS):
        return SourceKind.FEED
    if kind == "text/csv" or location.lower().endswith((".csv", ".tsv")):
        return SourceKind.TABLE
    html = b"<!doctype html" in start or b"<html" in start
    if not html and kind not in ("text/html", "application/xhtml+xml"):
        return SourceKind.FEED
    return None
