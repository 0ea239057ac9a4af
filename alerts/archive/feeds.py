"""Issues of one language as Atom (RFC 4287) and JSON Feed 1.1, and the archive as a site map.

An entry is an issue: its subject, its preheader, its corrections, and its articles as a list of links.
URLs are absolute. The same issues give the same bytes.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from markupsafe import Markup

from alerts.archive.xml_parts import ATOM, LANG, child, document, written
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, Past
from alerts.editions.correction import ShownCorrection

NEWEST = 24  # issues in a feed: two years
_MAP, _XHTML = (
    "http://www.sitemaps.org/schemas/sitemap/0.9",
    "http://www.w3.org/1999/xhtml",
)


@dataclass(frozen=True, slots=True)
class LanguageFeed:
    """The metadata of a feed."""

    settings: Settings
    language: str

    @property
    def base(self) -> str:
        """The base URL of the pages."""
        return self.settings.web.public_url

    def at(self, feed_format: str) -> str:
        """The URL of the feed in that format, `atom` or `json`."""
        return f"{self.base}/archive/feed.{self.language}.{feed_format}"

    @property
    def home(self) -> str:
        """The URL of the archive in the feed's language."""
        return f"{self.base}/archive/{self.language}"


Entries = Sequence[tuple[Past, Sequence[ArchivedArticle], Sequence[ShownCorrection]]]


def atom(about: LanguageFeed, entries: Entries) -> bytes:
    """The feed as Atom."""
    alert = about.settings.alert
    feed = Xml.Element("feed", {"xmlns": ATOM, LANG: about.language})
    child(feed, "id", about.at("atom"))
    child(feed, "title", alert.name)
    child(
        feed,
        "updated",
        written(max(map(_updated, entries), default=datetime(1970, 1, 1, tzinfo=UTC))),
    )
    child(child(feed, "author"), "name", alert.organisation)
    child(feed, "link", rel="self", type="application/atom+xml", href=about.at("atom"))
    child(feed, "link", rel="alternate", type="text/html", href=about.home)
    for one in entries:
        past = one[0]
        entry = child(feed, "entry")
        address = f"{about.base}/{past.path}"
        child(entry, "id", address)
        child(entry, "title", past.subject)
        child(entry, "updated", written(_updated(one)))
        child(entry, "published", written(past.at))
        child(
            entry, "link", rel="alternate", type="text/html", href=address, hreflang=past.language
        )
        child(entry, "summary", past.preheader)
        child(entry, "content", _content(*one), type="html")
    return document(feed)


def json_feed(about: LanguageFeed, entries: Entries) -> bytes:
    """The feed as JSON Feed 1.1."""
    alert = about.settings.alert
    items = [
        {
            "id": f"{about.base}/{past.path}",
            "url": f"{about.base}/{past.path}",
            "title": past.subject,
            "summary": past.preheader,
            "content_html": _content(past, pieces, corrections),
            "date_published": written(past.at),
            **({"date_modified": written(_updated(one))} if corrections else {}),
            "language": past.language,
        }
        for one in entries
        for past, pieces, corrections in (one,)
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": alert.name,
        "home_page_url": about.home,
        "feed_url": about.at("json"),
        "language": about.language,
        "authors": [{"name": alert.organisation}],
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def site_map(base_url: str, pasts: Iterable[Past]) -> bytes:
    """Every page of the archive (sitemaps.org), each with its other languages."""
    base = base_url.rstrip("/")
    urls = Xml.Element("urlset", {"xmlns": _MAP, "xmlns:xhtml": _XHTML})
    child(child(urls, "url"), "loc", f"{base}/archive")
    months: dict[str, list[Past]] = {}
    for past in pasts:
        months.setdefault(past.key or str(past.month), []).append(past)
    for editions in months.values():
        for past in editions:
            url = child(urls, "url")
            child(url, "loc", f"{base}/{past.path}")
            child(url, "lastmod", written(past.at))
            for other in editions:
                facts = {"rel": "alternate", "hreflang": other.language}
                child(url, "xhtml:link", **facts, href=f"{base}/{other.path}")
    return document(urls)


def robots(base_url: str, map_at: str = "sitemap.xml") -> bytes:
    """`robots.txt`: allows the archive, and names the site map."""
    closed = "".join(f"Disallow: /{name}/\n" for name in ("confirm", "preferences", "unsubscribe"))
    return f"User-agent: *\n{closed}\nSitemap: {base_url.rstrip('/')}/{map_at}\n".encode()


def _updated(entry: tuple[Past, Sequence[ArchivedArticle], Sequence[ShownCorrection]]) -> datetime:
    """When an entry changed last: its newest correction comes first."""
    past, _, corrections = entry
    return max((past.at, *(one.at for one in corrections)))


def _content(
    past: Past, pieces: Sequence[ArchivedArticle], corrections: Sequence[ShownCorrection]
) -> str:
    """An issue as HTML; of one without articles its preheader."""
    shown = _list(pieces) if pieces else Markup("<p>{}</p>").format(past.preheader)
    return _corrected(corrections) + shown


def _corrected(corrections: Iterable[ShownCorrection]) -> str:
    """Corrections as HTML, before the articles."""
    return "".join(
        Markup("<div><p><strong>{}</strong></p><div{}>{}</div></div>").format(
            one.heading, one.mark, one.html
        )
        for one in corrections
    )


def _list(pieces: Iterable[ArchivedArticle]) -> str:
    """Articles as HTML."""
    lines = [
        Markup("<li><a href='{}'>{}</a>{}</li>").format(
            piece.url, piece.title, f": {piece.summary}" if piece.summary else ""
        )
        for piece in pieces
    ]
    return f"<ul>{''.join(lines)}</ul>"
