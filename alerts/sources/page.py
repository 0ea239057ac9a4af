"""Web pages: one page is one article, by what it says of itself and, failing that, by its text.

Reads OpenGraph, JSON-LD, Dublin Core and plain HTML metadata; trafilatura finds the main text, and
a title, date or author that nothing else gives. Promises not to fetch anything. Does not follow
links: a page is one article.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as markup_tree

from alerts.errors import InputError
from alerts.markup import plain, safe_url, tidy
from alerts.model import Image
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake, image

_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_MOST_ELEMENTS = 30_000  # of a page whose text is looked for; few real ones have 5,000
_MOST_LD = 200  # objects of JSON-LD that are looked at
_ARTICLES = re.compile(
    r"(?:\w*Article|\w*Posting|Report|WebPage|Event|Book|Dataset|PublicationIssue)"
)


def read(document: Fetched, intake: Intake) -> Found:
    """The one article of a page; raises `InputError` where there is none."""
    place = intake.source.location
    tree = _tree(document, place)
    meta = _Metadata(tree)
    address = _canonical(tree, document) or safe_url(document.url) or _own_address(tree)
    extracted = _extracted(tree, document.url)
    title = meta.first("og:title", "ld:headline", "twitter:title", "dc.title", "dcterms.title")
    title = title or _said(extracted.get("title") or "") or _text_of(tree, "//h1", "//title")
    text = tidy(extracted.get("text") or "").removeprefix(title).lstrip()
    summary = meta.first("og:description", "ld:description", "description", "dc.description",
                         "dcterms.description", "dcterms.abstract", "twitter:description")  # fmt: skip
    if not title or not (text or summary):
        raise InputError(f"{place}: no article found in this page")
    article = intake.article(
        url=address,
        title=title,
        summary=summary or text,
        fallback_language=_language(tree, meta),
        published=_published(meta, tree, extracted, intake),
        image=_picture(meta, document.base),
        author=meta.first("og:site_name", "ld:publisher", "dc.publisher", "dcterms.publisher")
        or _said(extracted.get("sitename") or ""),
        tags=[
            *map(_said, meta.all("article:tag")),
            *meta.first("keywords", "ld:keywords").split(","),
        ],
    )
    return Found((article,), notes=_hints(tree, document, place))


def _tree(document: Fetched, place: str) -> Any:
    """The page as a tree; the charset is HTTP's, else the page's own, else what UTF-8 makes of it."""
    named = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", document.content_type, re.IGNORECASE)
    for encoding in (named[1] if named else None, _declared(document.body), "utf-8"):
        try:
            text = document.body.decode(encoding, "replace") if encoding else ""
        except LookupError:
            continue
        if text.strip("\ufeff \t\r\n\0"):
            break
    else:
        raise InputError(f"{place}: the page is empty")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff").replace("\0", ""))
    try:
        tree = markup_tree.document_fromstring(text, parser=markup_tree.HTMLParser(encoding=None))
    except (etree.ParserError, ValueError) as fault:
        raise InputError(f"{place}: not a web page") from fault
    return tree


def _declared(body: bytes) -> str | None:
    """The charset in the page's own first lines."""
    found = re.search(
        rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", body[:4096], re.IGNORECASE
    )
    if found:
        return found[1].decode("ascii", "replace")
    try:
        body.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return None


class _Metadata:
    """What a page says of itself, by lower-case name; JSON-LD fields are named “ld:field”."""

    def __init__(self, tree: Any) -> None:
        self._values: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
            self._add(name.strip().lower(), meta.get("content"))
        for thing in _linked_data(tree):
            for field, value in thing.items():
                for one in value if isinstance(value, list) else [value]:
                    inner = one.get("name") or one.get("url") if isinstance(one, dict) else one
                    self._add(f"ld:{field.lower()}", inner)

    def _add(self, name: str, value: object) -> None:
        if name and isinstance(value, str) and value.strip():
            self._values.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        """Every value of that name, in the page's order."""
        return self._values.get(name, [])

    def first(self, *names: str) -> str:
        """The first value, as text, of the first of these names that has one."""
        return next((text for name in names for v in self.all(name) if (text := _said(v))), "")

    def raw(self, *names: str) -> list[str]:
        """All values of these names as they stand: addresses and dates."""
        return [value.strip() for name in names for value in self.all(name)]


def _said(value: str) -> str:
    """A value as text. Many sites escape it once too often; what would show a “<” then is left."""
    text = plain(value)
    return tidy(value) if "<" in text else text


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects that describe an article."""
    waiting: list[Any] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            try:
                waiting.append(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue  # many pages carry broken JSON-LD beside good metadata
    for _ in range(_MOST_LD):
        if not waiting:
            return
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing
        elif isinstance(thing, dict):
            graph = thing.get("@graph")
            waiting += graph if isinstance(graph, list) else []
            kinds = thing.get("@type")
            if any(isinstance(k, str) and _ARTICLES.fullmatch(k)
                   for k in (kinds if isinstance(kinds, list) else [kinds])):  # fmt: skip
                yield thing


def _extracted(tree: Any, url: str) -> dict[str, Any]:
    """Main text, title, date and site name as trafilatura sees them; nothing of a page so large
    that it would take minutes (mail-rules X4)."""
    if next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None:
        return {}
    import trafilatura  # costs 300 ms; feeds and folders never need it

    found = trafilatura.bare_extraction(
        tree, url=url or None, with_metadata=True, include_comments=False, include_tables=False
    )
    return found if isinstance(found, dict) else found.as_dict() if found else {}


def _canonical(tree: Any, document: Fetched) -> str:
    """rel=canonical or og:url, if it is on the site that served the page."""
    for address in _named_addresses(tree):
        url = safe_url(address, document.base)
        if url and _site(url) == _site(document.url):
            return url
    return ""


def _own_address(tree: Any) -> str:
    """What a page saved as a file says its address is."""
    return next((url for address in _named_addresses(tree) if (url := safe_url(address))), "")


def _named_addresses(tree: Any) -> list[str]:
    named: list[str] = tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    named += tree.xpath("//meta[@property='og:url']/@content")
    return named


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")


def _text_of(tree: Any, *paths: str) -> str:
    found = (tidy(element.text_content()) for path in paths for element in tree.xpath(path))
    return next((text for text in found if text), "")


def _language(tree: Any, meta: _Metadata) -> str:
    declared = [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    declared += tree.xpath("/html/@*[local-name()='lang'] | /html/body/@lang")
    declared += meta.raw(
        "og:locale", "ld:inlanguage", "dc.language", "dcterms.language", "language"
    )
    declared += tree.xpath("//meta[translate(@http-equiv,'CLU','clu')='content-language']/@content")
    return next((value for value in declared if value and value.strip()), "")


def _published(
    meta: _Metadata, tree: Any, extracted: dict[str, Any], intake: Intake
) -> datetime | None:
    named = meta.raw("article:published_time", "og:published_time", "ld:datepublished",
                     "datepublished", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
                     "dcterms.created", "citation_publication_date", "date", "ld:datecreated",
                     "article:modified_time", "ld:datemodified")  # fmt: skip
    named += tree.xpath("//article//time/@datetime | //time[@pubdate]/@datetime")
    named.append(str(extracted.get("date") or ""))
    return next((moment for text in named if (moment := intake.moment(text))), None)


def _picture(meta: _Metadata, base: str) -> Image | None:
    alt = meta.first("og:image:alt", "twitter:image:alt")
    named = meta.raw("og:image:secure_url", "og:image", "og:image:url", "twitter:image",
                     "twitter:image:src", "ld:image", "ld:thumbnailurl")  # fmt: skip
    return next((found for url in named if (found := image(url, base, alt))), None)


def _hints(tree: Any, document: Fetched, place: str) -> tuple[str, ...]:
    """What else the page offers: its feeds."""
    feeds = (
        safe_url(link.get("href") or "", document.base)
        for link in tree.iter("link")
        if (link.get("type") or "").lower() in _FEEDS and "alternate" in (link.get("rel") or "")
    )
    found = next((url for url in feeds if url), "")
    return (f"{place}: read as one page; it also has a feed: {found}",) if found else ()
