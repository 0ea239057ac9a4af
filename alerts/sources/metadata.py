"""What a web page says of itself: OpenGraph, JSON-LD, Dublin Core, plain HTML and its links.

Promises plain text and absolute http(s) addresses, whatever the page wrote. Looks at no text of the
page and fetches nothing.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from alerts.canonical import same_site
from alerts.markup import plain, safe_url, tidy
from alerts.model import Image
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Intake, image

_MOST_LD = 200  # objects of JSON-LD that are looked at
_ARTICLES = re.compile(
    r"(?:\w*Article|\w*Posting|Report|WebPage|Event|Book|Dataset|PublicationIssue)"
)


class Metadata:
    """What a page says of itself, by lower-case name; JSON-LD fields are named “ld:field”."""

    def __init__(self, tree: Any) -> None:
        self._values: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
            self._add(name.strip().lower(), meta.get("content"))
        for thing in linked_data(tree):
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
        return next((text for name in names for v in self.all(name) if (text := said(v))), "")

    def raw(self, *names: str) -> list[str]:
        """All values of these names as they stand: addresses and dates."""
        return [value.strip() for name in names for value in self.all(name)]


def said(value: str) -> str:
    """A value as text. Many sites escape it once too often; what would show a “<” then is left."""
    text = plain(value)
    return tidy(value) if "<" in text else text


def linked_data(tree: Any) -> Iterator[dict[str, Any]]:
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


def bodies(tree: Any) -> Iterator[str]:
    """The texts of articles that the page carries as data beside what it shows."""
    for thing in linked_data(tree):
        if isinstance(text := thing.get("articleBody"), str):
            yield text


def canonical_address(tree: Any, document: Fetched) -> str:
    """rel=canonical or og:url, if it is on the site that served the page."""
    for address in _named_addresses(tree):
        url = safe_url(address, document.base)
        if url and same_site(url, document.url):
            return url
    return ""


def own_address(tree: Any) -> str:
    """What a page saved as a file says its address is."""
    return next((url for address in _named_addresses(tree) if (url := safe_url(address))), "")


def _named_addresses(tree: Any) -> list[str]:
    named: list[str] = tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    named += tree.xpath("//meta[@property='og:url']/@content")
    return named


def alternates(tree: Any, base: str) -> dict[str, str]:
    """The translations that a page names, by language (rel=alternate hreflang)."""
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        language, rel = link.get("hreflang") or "", (link.get("rel") or "").lower().split()
        if "alternate" in rel and language and not link.get("type"):
            url = safe_url(link.get("href") or "", base)
            if url and language.lower() != "x-default":
                found.setdefault(language, url)
    return found


def language(tree: Any, meta: Metadata) -> str:
    declared = [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    declared += tree.xpath("/html/@*[local-name()='lang'] | /html/body/@lang")
    declared += meta.raw(
        "og:locale", "ld:inlanguage", "dc.language", "dcterms.language", "language"
    )
    declared += tree.xpath("//meta[translate(@http-equiv,'CLU','clu')='content-language']/@content")
    return next((value for value in declared if value and value.strip()), "")


def published(meta: Metadata, tree: Any, found: str, intake: Intake) -> datetime | None:
    named = meta.raw("article:published_time", "og:published_time", "ld:datepublished",
                     "datepublished", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
                     "dcterms.created", "citation_publication_date", "date", "ld:datecreated",
                     "article:modified_time", "ld:datemodified")  # fmt: skip
    named += tree.xpath("//article//time/@datetime | //time[@pubdate]/@datetime")
    named.append(found)
    return next((moment for text in named if (moment := intake.moment(text))), None)


def picture(meta: Metadata, base: str) -> Image | None:
    alt = meta.first("og:image:alt", "twitter:image:alt")
    named = meta.raw("og:image:secure_url", "og:image", "og:image:url", "twitter:image",
                     "twitter:image:src", "ld:image", "ld:thumbnailurl")  # fmt: skip
    return next((found for url in named if (found := image(url, base, alt))), None)
