"""Web pages: one page is one article, from its metadata, or else from its text.

`metadata` takes precedence over `main_text`. Fetches nothing and follows no links; listings do that.
"""

import re
from itertools import islice
from typing import Any

from lxml import etree
from lxml import html as markup_tree

from alerts.domain.article import Article
from alerts.domain.confidence import guess_of
from alerts.domain.errors import InputError
from alerts.sources import main_text as body
from alerts.sources import metadata
from alerts.sources.document import Fetched
from alerts.sources.metadata import Metadata, plain_value
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.page_dates import published
from alerts.sources.page_name import title_doubt
from alerts.text.decoding import charset_of, known, received
from alerts.text.plain_text import safe_url, tidy
from alerts.text.sentences import completed

_MOST_TAGS = 200_000  # octets; the tree of a larger page would take gigabytes
_HEADLINE = 15  # characters of a heading that is not the name of a site or section
_DIVIDED = re.compile(r"[|–—·»:-]\s+\S.*|\S.*\s+[|–—·»-]")
FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The one article of a page; raises `InputError` where there is none."""
    place = intake.source.location
    tree = page_tree(document, place)
    return SourceContent((article(tree, document, intake),), notes=_hints(tree, document, place))


def article(tree: Any, document: Fetched, intake: Intake) -> Article:
    """The article of a page; raises `InputError` where it has none."""
    place = intake.source.location
    meta = Metadata(tree)
    address = (
        metadata.canonical_address(tree, document)
        or safe_url(document.url)
        or metadata.own_address(tree)
    )
    content = body.content(tree, document.url, metadata.bodies(tree), metadata.language(tree, meta))
    title = meta.first("og:title", "citation_title", "ld:headline", "twitter:title", "dc.title",
                       "dcterms.title", "eprints.title", "bepress_citation_title")  # fmt: skip
    doubts = list(content.doubts)
    if not title:
        doubts.append(title_doubt(tree, document.url))
        title = plain_value(content.title) or _text_of(tree, "//h1", "//title")
    summary = meta.first("og:description", "ld:description", "description", "dc.description",
                         "dcterms.description", "dcterms.abstract", "twitter:description",
                         "citation_abstract", "dc.description.abstract", "eprints.abstract")  # fmt: skip
    text = content.text.removeprefix(title).lstrip()
    if not title or not (text or summary):
        raise InputError(f"{place}: no article found in this page")
    site = meta.first("og:site_name", "citation_journal_title", "prism.publicationname", "ld:publisher",
                      "citation_publisher", "citation_technical_report_institution", "dc.publisher",
                      "dcterms.publisher")  # fmt: skip
    site = site or plain_value(content.site)
    dated = published(meta, tree, address, content.date, intake)
    if (shown := metadata.named_picture(meta, document.base)) is None:
        shown = metadata.first_picture(tree, document.base)
        doubts.append(guess_of("image", "its page names none; the first in its article"))
    return intake.article(
        url=address,
        title=_headline(_without(site, title), tree),
        summary=completed(summary, tidy(text)),
        text=text,
        fallback_language=metadata.language(tree, meta),
        published=dated.moment,
        image=shown,
        author=site,
        tags=[
            *map(plain_value, meta.all("article:tag")),
            *re.split("[,;]", meta.first("keywords", "ld:keywords", "citation_keywords")),
        ],
        alternates=metadata.alternates(tree, document.base),
        marks=metadata.marks(tree, meta, document.base),
        doubts=(*doubts, *dated.doubts),
    )


def _headline(title: str, tree: Any) -> str:
    """The title without the name of a section before or behind it: its page shows the rest as a heading."""
    shown = (tidy(one.text_content()) for one in tree.iter("h1"))
    for heading in (one for one in shown if len(one) >= _HEADLINE):
        before, found, behind = title.partition(heading)
        rest = before.strip() or behind.strip()
        if found and bool(before.strip()) != bool(behind.strip()) and _DIVIDED.fullmatch(rest):
            return heading
    return title


def _without(site: str, title: str) -> str:
    """The title without the name of its site behind it: “The news | The Site”."""
    if not site:
        return title
    found = re.fullmatch(rf"(.+?)\s*[|–—·»:-]\s*{re.escape(site)}", title, re.IGNORECASE)
    return found[1] if found else title


def page_tree(document: Fetched, place: str) -> Any:
    """The page as a tree. HTTP may name its charset, else the page itself; neither is always right."""
    named = charset_of(document.content_type)
    text = received(document.body, named if known(named) else _declared(document.body))
    if not text.strip("\ufeff \t\r\n\0"):
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


def _declared(body: bytes) -> str:
    """The charset in the page's own first lines."""
    found = re.search(
        rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", body[:4096], re.IGNORECASE
    )
    return found[1].decode("ascii", "replace") if found else ""


def _text_of(tree: Any, *paths: str) -> str:
    found = (tidy(element.text_content()) for path in paths for element in tree.xpath(path))
    return next((text for text in found if text), "")


def _hints(tree: Any, document: Fetched, place: str) -> tuple[str, ...]:
    """Notes about the page: its feeds."""
    feeds = (
        safe_url(link.get("href") or "", document.base)
        for link in tree.iter("link")
        if (link.get("type") or "").lower() in FEEDS[:3] and "alternate" in (link.get("rel") or "")
    )
    found = next((url for url in feeds if url), "")
    return (f"{place}: read as one page; it also has a feed: {found}",) if found else ()
