"""Feeds: RSS 0.9x to 2.0, RDF, Atom and CDF by feedparser; JSON Feed by `jsonfeed`.

Promises to read what can be read of a broken feed, and to open nothing: feedparser takes even bytes
for a file name (mail-rules trap G), so it is only ever given a stream. Takes at most
`MOST_ENTRIES` entries.
"""

import io
import re
from calendar import timegm
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

from alerts.errors import InputError
from alerts.markup import first_image, plain, safe_url, tidy
from alerts.model import Article, Image
from alerts.sources import jsonfeed
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake, digest, image
from alerts.sources.trim import MOST_ENTRIES, repaired, trimmed

_LOOSE = 200_000  # octets of a broken feed that feedparser's own repair is given


def read(document: Fetched, intake: Intake) -> Found:
    """The articles of a feed; raises `InputError` where the document is no feed."""
    notes: list[str] = []
    if jsonfeed.claims(document.body):
        pairs = list(jsonfeed.pairs(document, intake))
    else:
        pairs = _xml_pairs(document, intake, notes)
    articles = _told_apart(pairs)
    without = sum(not article.url for article in articles)
    if without:
        notes.append(
            f"{intake.source.location}: {without} entries have no link, or nothing to show"
        )
    return Found(tuple(articles), notes=tuple(notes))


def _xml_pairs(document: Fetched, intake: Intake, notes: list[str]) -> list[tuple[Article, str]]:
    """(article, what tells it from its siblings) for each entry; adds to `notes`."""
    parsed = _best(document)
    place = intake.source.location
    if not parsed.get("version") and not parsed.entries:
        raise InputError(f"{place}: not a feed{_why(parsed)}; a web page has --kind page")
    if parsed.bozo and not isinstance(parsed.bozo_exception, _HARMLESS):
        notes.append(f"{place}: broken XML, read as far as possible{_why(parsed)}")
    if len(parsed.entries) >= MOST_ENTRIES:
        notes.append(
            f"{place}: a long feed; no more than its first {MOST_ENTRIES} entries are taken"
        )
    site = safe_url(_text(parsed.feed, "link"), document.base) or safe_url(document.url)
    pairs = []
    for entry in parsed.entries[:MOST_ENTRIES]:
        article = _article(entry, parsed, site, document.base or site, intake)
        pairs.append((article, _text(entry, "id")))
    return pairs


def _best(document: Fetched) -> Any:
    """What feedparser makes of the document, or if it is broken and that is more, of its repair.

    feedparser's own reader of broken XML is slow, so it gets short documents only.
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
    """What feedparser makes of those octets."""
    headers = {"content-type": document.content_type, "content-location": document.base}
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={name: value for name, value in headers.items() if value},
        sanitize_html=False,  # `plain` does better, and on everything
        resolve_relative_uris=False,
    )


_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


def _why(parsed: Any) -> str:
    """What the XML parser said, with its line, where it said something."""
    fault = parsed.get("bozo_exception")
    line = fault.getLineNumber() if hasattr(fault, "getLineNumber") else None
    return f" (line {line}: {tidy(fault.getMessage())})" if line else ""


def _article(entry: Any, parsed: Any, site: str, base: str, intake: Intake) -> Article:
    atom = str(parsed.version).startswith("atom")
    title = _field(entry.get("title_detail"), atom, _text(entry, "title"))
    texts = [d for d in (entry.get("summary_detail"), *entry.get("content", ())) if d]
    summary = next((text for text in (_field(d, atom) for d in texts) if text), "")
    url = _link(entry, base)
    mark = _text(entry, "id") or f"{title}\n{summary}"
    whole = _text(parsed.feed, "language")
    spoken = (entry, entry.get("title_detail") or {}, texts[0] if texts else {})
    own = next((tag for part in spoken if (tag := _text(part, "language"))), "")
    return intake.article(
        url=url or (site if title or summary else ""),
        fragment="" if url else digest(mark),
        title=title,
        summary=summary,
        language="" if own == whole else own,
        fallback_language=whole,
        published=_published(entry, intake),
        image=_image(entry, texts, base),
        author=plain(_author(entry, atom)),
        tags=[plain(_text(tag, "label") or _text(tag, "term")) for tag in entry.get("tags", ())],
        alternates=_alternates(entry, base),
    )


def _field(detail: Any, atom: bool, value: str = "") -> str:
    """The text of a title or summary. Atom says whether it is HTML; RSS means HTML throughout."""
    value = value or (_text(detail, "value") if detail else "")
    literal = atom and detail and detail.get("type") == "text/plain"
    return tidy(value) if literal else plain(value)


def _author(entry: Any, atom: bool) -> str:
    """The first author's name; RSS has one string of any shape, which feedparser may mangle."""
    authors = dict.get(entry, "authors") or [{}]
    return (_text(authors[0], "name") if atom else "") or _text(entry, "author")


def _link(entry: Any, base: str) -> str:
    """Where the entry leads: its link, else a page that it names, else its enclosure.

    Of several alternates it is the one in no other language than the entry's own.
    """
    links = entry.get("links", ())
    pages = [link for link in links if link.get("rel") == "alternate"]
    own = _text(entry.get("title_detail") or {}, "language")
    named = [
        _text(link, "href")
        for link in pages
        if len(pages) > 1 and _text(link, "hreflang") in ("", own)
    ]
    named.append(_text(entry, "link"))
    named += [_text(link, "href") for rel in ("alternate", "via", "enclosure") for link in links
              if link.get("rel") == rel]  # fmt: skip
    found = (safe_url(url, _base(entry, base)) for url in named if url)
    return next((url for url in found if url), "")


def _alternates(entry: Any, base: str) -> dict[str, str]:
    """The same entry in other languages, by language (RFC 4287 §4.2.7.4)."""
    return {
        _text(link, "hreflang"): safe_url(_text(link, "href"), _base(entry, base))
        for link in entry.get("links", ())
        if link.get("rel") == "alternate" and _text(link, "hreflang")
    }


def _base(entry: Any, base: str) -> str:
    return _text(entry.get("title_detail") or {}, "base") or base


def _published(entry: Any, intake: Intake) -> datetime | None:
    """The first date of the entry that can be understood, in UTC."""
    for name in ("published", "updated", "created"):
        text = _text(entry, name)
        if moment := intake.moment(text):
            return moment
        found = dict.get(entry, f"{name}_parsed")
        if found and _other_calendar(text):
            try:
                return datetime.fromtimestamp(timegm(found), UTC)
            except (ValueError, OverflowError):
                continue
    return None


def _other_calendar(text: str) -> bool:
    """True for what feedparser alone knows: Greek, Hungarian and Korean dates, weeks and ordinals.

    Of the shapes that we read ourselves it makes days that are none: month 13 is next January.
    """
    return (
        not text.isascii()
        or re.fullmatch(r"\d{4}-?(?:W\d\d|\d{3}).*|-.*|\d{4}(?:-\d\d)?", text) is not None
    )


def _image(entry: Any, texts: list[Any], base: str) -> Image | None:
    """A picture that the entry names, else the first in its text."""
    named = [m.get("url") for m in entry.get("media_content", ()) if _shows(m, "url")]
    named += [m.get("url") for m in entry.get("media_thumbnail", ())]
    named += [
        link.get("href")
        for link in entry.get("links", ())
        if link.get("rel") == "enclosure" and _shows(link, "href")
    ]
    named.append(_text(entry.get("image") or {}, "href"))
    pictures = (image(url, base) for url in named if isinstance(url, str) and url)
    inline = (first_image(_text(text, "value"), _text(text, "base") or base) for text in texts)
    return next((found for found in (*pictures, *inline) if found), None)


def _shows(media: Any, key: str) -> bool:
    """True where an enclosure or media:content is a picture by its type, or failing that its name."""
    kind = _text(media, "medium") or _text(media, "type")
    return kind.startswith("image") or (not kind and _is_picture(_text(media, key)))


def _is_picture(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"))


def _text(table: Any, name: str) -> str:
    value = dict.get(table, name)  # feedparser's own get warns, and maps names to others
    return value if isinstance(value, str) else ""


def _told_apart(pairs: Iterable[tuple[Article, str]]) -> list[Article]:
    """The articles; those of one address and language but different titles get a fragment each.

    Feeds of changes link every entry to one page; without this they would be one article.
    """
    groups: dict[tuple[str, str], list[tuple[Article, str]]] = defaultdict(list)
    for article, mark in pairs:
        groups[article.url, article.language].append((article, mark))
    articles = []
    for (url, _), group in groups.items():
        if not url or len({article.title for article, _ in group}) == 1:
            articles += [article for article, _ in (group[:1] if url else group)]
            continue
        articles += [
            replace(article, url=f"{url}#{digest(mark or article.title)}")
            for article, mark in group
        ]
    return articles
