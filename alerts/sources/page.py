"""Web pages: one page is one article, by what it says of itself and, failing that, by its text.

What the page says (`metadata`) comes before what its text shows (`body`). Promises not to fetch
anything. Does not follow links: that is `listing`'s business.
"""

import re
from itertools import islice
from typing import Any

from lxml import etree
from lxml import html as markup_tree

from alerts.errors import InputError
from alerts.markup import safe_url, tidy
from alerts.model import Article
from alerts.sentences import completed
from alerts.sources import body, metadata
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake
from alerts.sources.metadata import Metadata, said

_MOST_TAGS = 200_000  # of a page; beyond them its tree would take gigabytes
FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")


def read(document: Fetched, intake: Intake) -> Found:
    """The one article of a page; raises `InputError` where there is none."""
    place = intake.source.location
    tree = page_tree(document, place)
    return Found((article(tree, document, intake),), notes=_hints(tree, document, place))


def article(tree: Any, document: Fetched, intake: Intake) -> Article:
    """What that page is about; raises `InputError` where it is no article."""
    place = intake.source.location
    meta = Metadata(tree)
    address = (
        metadata.canonical_address(tree, document)
        or safe_url(document.url)
        or metadata.own_address(tree)
    )
    content = body.content(tree, document.url, metadata.bodies(tree))
    title = meta.first("og:title", "ld:headline", "twitter:title", "dc.title", "dcterms.title")
    title = title or said(content.title) or _text_of(tree, "//h1", "//title")
    summary = meta.first("og:description", "ld:description", "description", "dc.description",
                         "dcterms.description", "dcterms.abstract", "twitter:description")  # fmt: skip
    text = content.text.removeprefix(title).lstrip()
    if not title or not (text or summary):
        raise InputError(f"{place}: no article found in this page")
    site = meta.first("og:site_name", "ld:publisher", "dc.publisher", "dcterms.publisher")
    site = site or said(content.site)
    return intake.article(
        url=address,
        title=_without(site, title),
        summary=completed(summary, tidy(text)),
        text=text,
        fallback_language=metadata.language(tree, meta),
        published=metadata.published(meta, tree, content.date, intake),
        image=metadata.picture(meta, document.base),
        author=site,
        tags=[
            *map(said, meta.all("article:tag")),
            *meta.first("keywords", "ld:keywords").split(","),
        ],
        alternates=metadata.alternates(tree, document.base),
    )


def _without(site: str, title: str) -> str:
    """The title without the name of its site behind it: “The news | The Site”."""
    if not site:
        return title
    found = re.fullmatch(rf"(.+?)\s*[|–—·»:-]\s*{re.escape(site)}", title, re.IGNORECASE)
    return found[1] if found else title


def page_tree(document: Fetched, place: str) -> Any:
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
    if (beyond := next(islice(re.finditer("<", text), _MOST_TAGS, None), None)) is not None:
        text = text[: beyond.start()]
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff").replace("\0", ""))
    try:
        parser = markup_tree.HTMLParser(encoding=None, remove_comments=True, remove_pis=True)
        tree = markup_tree.document_fromstring(text, parser=parser)
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


def _text_of(tree: Any, *paths: str) -> str:
    found = (tidy(element.text_content()) for path in paths for element in tree.xpath(path))
    return next((text for text in found if text), "")


def _hints(tree: Any, document: Fetched, place: str) -> tuple[str, ...]:
    """What else the page offers: its feeds."""
    feeds = (
        safe_url(link.get("href") or "", document.base)
        for link in tree.iter("link")
        if (link.get("type") or "").lower() in FEEDS[:3] and "alternate" in (link.get("rel") or "")
    )
    found = next((url for url in feeds if url), "")
    return (f"{place}: read as one page; it also has a feed: {found}",) if found else ()
