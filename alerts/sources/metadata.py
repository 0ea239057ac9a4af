"""The metadata of a web page: OpenGraph, JSON-LD, Dublin Core, plain HTML and its links.

Guarantees plain text and absolute http(s) URLs, whatever the page contains. Does not read the text of
the page, and fetches nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from alerts.domain.article import Image
from alerts.sources.document import Fetched
from alerts.sources.normalise import image
from alerts.text.lazy_pictures import picture_address
from alerts.text.plain_text import plain, safe_url, tidy
from alerts.text.urls import same_site

_MOST_LD = 200  # objects of JSON-LD that are looked at
_WRAPPED = re.compile(r"^\s*(?:<!--\s*)?(?:/[/*]\s*)?<!\[CDATA\[(?:\s*\*/)?|"
                      r"^\s*<!--|(?:/[/*]\s*)?\]\]>(?:\s*\*/)?\s*(?:-->)?;?\s*$|-->\s*$")  # fmt: skip
_SMALL = re.compile(r"\d{1,2}(?:px)?")
_ASIDE = frozenset({"nav", "aside", "footer", "form"})
_DECORATION = re.compile(
    r"(?:^|[\s/_-])(?:logo|icon|avatar|emoji|gravatar|sprite|badge|button)s?\b", re.IGNORECASE
)
_ARTICLES = re.compile(
    r"(?:\w*Article|\w*Posting|Report|WebPage|Event|Book|Dataset|PublicationIssue)"
)


class Metadata:
    """The metadata of a page, by lower-case name; JSON-LD fields are named “ld:field”."""

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
        return next(
            (text for name in names for v in self.all(name) if (text := plain_value(v))), ""
        )

    def raw(self, *names: str) -> list[str]:
        """All values of these names without changes: URLs and dates."""
        return [value.strip() for name in names for value in self.all(name)]


def plain_value(value: str) -> str:
    """A value as plain text. Many sites escape it twice; then it is unescaped twice."""
    text = plain(value)
    return tidy(value) if "<" in text else text


def linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects that describe an article."""
    waiting: list[Any] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            try:
                waiting.append(json.loads(_WRAPPED.sub("", script.text or ""), strict=False))
            except (ValueError, RecursionError):
                continue  # many pages have broken JSON-LD beside good metadata
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
    """The texts of articles that the page holds as data (JSON-LD `articleBody`)."""
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
    """The URL that a page saved as a file gives for itself."""
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


def marks(tree: Any, meta: Metadata, base: str) -> Iterator[str]:
    """What a page is known by besides its address: its short link, a DOI, an ISBN."""
    for address in tree.xpath("//link[contains(concat(' ', @rel, ' '), ' shortlink ')]/@href"):
        if url := safe_url(address, base):
            yield f"short:{url}"
    for value in meta.raw(
        "citation_doi", "dc.identifier", "dcterms.identifier", "prism.doi", "doi"
    ):
        yield f"doi:{value}"
    for value in meta.raw("citation_isbn", "book:isbn", "books:isbn", "ld:isbn"):
        yield f"isbn:{value}"


def language(tree: Any, meta: Metadata) -> str:
    declared = [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    declared += tree.xpath("/html/@*[local-name()='lang'] | /html/body/@lang")
    declared += meta.raw(
        "og:locale", "ld:inlanguage", "dc.language", "dcterms.language", "language"
    )
    declared += tree.xpath("//meta[translate(@http-equiv,'CLU','clu')='content-language']/@content")
    return next((value for value in declared if value and value.strip()), "")


def named_picture(meta: Metadata, base: str) -> Image | None:
    """The picture that the page names."""
    alt = meta.first("og:image:alt", "twitter:image:alt")
    named = meta.raw("og:image:secure_url", "og:image", "og:image:url", "twitter:image",
                     "twitter:image:src", "ld:image", "ld:thumbnailurl")  # fmt: skip
    found = (image(url, base, alt) for url in named)
    return next(filter(None, found), None)


def first_picture(tree: Any, base: str) -> Image | None:
    """The first picture in the article of a page."""
    return next(filter(None, _shown(tree, base)), None)


def _shown(tree: Any, base: str) -> Iterator[Image | None]:
    """The pictures in the article of a page, but for small ones and those of its surroundings."""
    places = tree.xpath("//article | //main | //*[@role='main']")[:1]
    for element in (one for place in places for one in place.iter("img")):
        around = {str(ancestor.tag) for ancestor in element.iterancestors()}
        small = any(_SMALL.fullmatch(element.get(side) or "") for side in ("width", "height"))
        named = f"{element.get('class') or ''} {element.get('src') or ''}"
        if not small and not around & _ASIDE and not _DECORATION.search(named):
            yield image(picture_address(element.attrib), base, element.get("alt") or "")
