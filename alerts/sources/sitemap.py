"""Sitemaps (sitemaps.org) and their news extension, as XML or gzipped: addresses with their dates. Pure."""

import io
import zlib
from typing import Any

from lxml import etree

from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.mapped import MappedPage, Sitemap
from alerts.text.plain_text import safe_url, tidy

_MOST = 50_000  # addresses of one file, as the protocol says
_LONGEST = 60_000_000  # octets unpacked; the protocol allows 50 MB
_GZIP = b"\x1f\x8b"


def parsed(document: Fetched, place: str) -> Sitemap:
    """The sitemap; of a broken one what comes before the fault. Raises `InputError`."""
    body = _unpacked(document.body, place)
    root, pages = "", []
    try:
        steps = etree.iterparse(
            io.BytesIO(body.lstrip()),
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
        )
        for event, element in steps:
            name = _name(element)
            if not root and event == "start":
                root = name
                if root not in ("urlset", "sitemapindex"):
                    break
            if event == "end" and name in ("url", "sitemap"):
                pages.append(_page(element, document.base))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                if len(pages) >= _MOST:
                    break
    except etree.XMLSyntaxError:
        root = root if pages else ""
    if root not in ("urlset", "sitemapindex"):
        raise InputError(f"{place}: not a sitemap; a feed has --kind feed, a page --kind listing")
    return Sitemap(root == "sitemapindex", tuple(page for page in pages if page.url))


def _unpacked(body: bytes, place: str) -> bytes:
    """The octets; of a gzipped file those that it holds, up to a limit. Raises `InputError`."""
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        octets = unpacker.decompress(body, _LONGEST)
    except zlib.error as fault:
        raise InputError(f"{place}: a damaged gzip file") from fault
    if unpacker.unconsumed_tail:
        raise InputError(f"{place}: a sitemap of more than {_LONGEST} octets")
    return octets


def _page(element: Any, base: str) -> MappedPage:
    said: dict[str, str] = {}
    for part in element.iter():
        if isinstance(part.tag, str) and part.text:
            said.setdefault(_name(part), tidy(part.text)[:2000])
    return MappedPage(
        safe_url(said.get("loc", ""), base),
        said.get("lastmod", ""),
        said.get("publication_date", ""),
        said.get("title", ""),
    )


def _name(element: Any) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
