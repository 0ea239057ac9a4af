"""Feeds: RSS 0.9x to 2.0, RDF, Atom and CDF by feedparser; JSON Feed by `jsonfeed`.

Reads as much as possible of a broken feed, and at most `MOST_ENTRIES` entries.
"""

import re
from calendar import timegm
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from alerts.domain.article import Article, Image
from alerts.domain.confidence import FieldConfidence, likely
from alerts.domain.errors import InputError
from alerts.domain.printable import printable
from alerts.sources import jsonfeed
from alerts.sources.dates import in_address
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.feed_marks import marked
from alerts.sources.normalise import Intake, SourceContent, digest, image
from alerts.sources.parsed_feed import HARMLESS, best, fault_of
from alerts.sources.xml_limits import MOST_ENTRIES
from alerts.sources.xml_words import in_utf8
from alerts.text.field_labels import without_labels
from alerts.text.plain_text import first_image, plain, safe_url, tidy

_DATES = ("published", "updated", "created")
_BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError)
_CHANGED = (likely("published", "its entry has only the date of its last change"),)


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The articles of a feed; raises `InputError` if the document is not a feed."""
    notes: list[str] = []
    dropped = Dropped(intake.source.location)
    if jsonfeed.claims(document.body):
        found, own = jsonfeed.pairs(document, intake, dropped)
        pairs = marked(found, (document.url,))
    else:
        pairs, own = _xml_pairs(document, intake, notes, dropped)
    articles = _told_apart(pairs)
    without = sum(not article.url for article in articles)
    if without:
        notes.append(
            f"{intake.source.location}: {without} entries have no link, or nothing to show"
        )
    notes += dropped.notes()
    return SourceContent(tuple(articles), tuple(dropped.faults()), tuple(notes), own_address=own)


def _xml_pairs(
    document: Fetched, intake: Intake, notes: list[str], dropped: Dropped
) -> tuple[list[tuple[Article, str]], str]:
    """For each entry, the article and a text that distinguishes it; and the address that the feed gives
    as its own. Adds to `notes`."""
    document = in_utf8(document)
    parsed = best(document)
    place = intake.source.location
    if not parsed.get("version") and not parsed.entries:
        raise InputError(f"{place}: not a feed{fault_of(parsed)}; a web page has --kind page")
    if parsed.bozo and not isinstance(parsed.bozo_exception, HARMLESS):
        notes.append(f"{place}: broken XML, read as far as possible{fault_of(parsed)}")
    if len(parsed.entries) >= MOST_ENTRIES:
        notes.append(f"{place}: a long feed; only its first {MOST_ENTRIES} entries are read")
    site = safe_url(_text(parsed.feed, "link"), document.base) or safe_url(document.url)
    pairs = []
    for number, entry in enumerate(parsed.entries[:MOST_ENTRIES], 1):
        try:
            article = _article(entry, parsed, site, document.base or site, intake)
        except _BROKEN:
            dropped.item(number, f"“{printable(_text(entry, 'title'), 50)}” cannot be read")
            continue
        date = next(filter(None, (_text(entry, name) for name in _DATES)), "")
        if date and article.published is None:
            wrong = f"“{printable(date, 40)}” is no date that can be right; read without it"
            dropped.item_mended(number, wrong)
        pairs.append((article, _text(entry, "id")))
    own = _own_address(parsed.feed, document.base)
    return marked(pairs, (site, document.url, _text(parsed.feed, "id"))), own


def _own_address(of_feed: Any, base: str) -> str:
    """The link of the feed to itself: `self` of Atom, also within RSS."""
    links = (link for link in of_feed.get("links", ()) if link.get("rel") == "self")
    return next(filter(None, (safe_url(_text(link, "href"), base) for link in links)), "")


def _article(entry: Any, parsed: Any, site: str, base: str, intake: Intake) -> Article:
    atom = str(parsed.version).startswith("atom")
    title = _field(entry.get("title_detail"), atom, _text(entry, "title"))
    texts = [d for d in (entry.get("summary_detail"), *entry.get("content", ())) if d]
    summary = next((text for text in (_field(d, atom) for d in texts) if text), "")
    named = _text(entry.get("title_detail") or {}, "base")  # xml:base
    base = safe_url(named, base) or (base if atom else site or base)
    url = _link(entry, base)
    mark = _text(entry, "id") or f"{title}\n{summary}"
    whole = _text(parsed.feed, "language")
    spoken = (entry, entry.get("title_detail") or {}, texts[0] if texts else {})
    own = next((tag for part in spoken if (tag := _text(part, "language"))), "")
    published, doubts = _published(entry, url, intake, atom=atom)
    named_picture, first_picture = _images(entry, texts, base, "" if named or atom else url)
    if first_picture and not named_picture:
        doubts = (*doubts, likely("image", "its entry names none; the first in its text"))
    return intake.article(
        url=url or (site if title or summary else ""),
        fragment="" if url else digest(mark),
        title=title,
        summary=summary,
        language="" if own == whole else own,
        fallback_language=whole,
        published=published,
        image=named_picture or first_picture,
        author=plain(_author(entry, atom)),
        tags=[plain(_text(tag, "label") or _text(tag, "term")) for tag in entry.get("tags", ())],
        alternates=_alternates(entry, base),
        marks=list(_marks(entry, base)),
        site=plain(_text(parsed.feed, "title")),
        doubts=doubts,
    )


def _field(detail: Any, atom: bool, value: str = "") -> str:
    """The text of a title or summary. Atom says whether it is HTML; in RSS it is always HTML."""
    value = value or (_text(detail, "value") if detail else "")
    literal = atom and detail and detail.get("type") == "text/plain"
    return tidy(value) if literal else plain(without_labels(value))


def _author(entry: Any, atom: bool) -> str:
    """The first author's name; in RSS it is one string of any form, which feedparser may damage."""
    authors = dict.get(entry, "authors") or [{}]
    return (_text(authors[0], "name") if atom else "") or _text(entry, "author")


def _link(entry: Any, base: str) -> str:
    """The URL of the entry: its link, else a page that it names, else its enclosure.

    Of several alternate links, the one in the entry's own language is taken.
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
    found = (safe_url(url, base) for url in named if url)
    return next((url for url in found if url), "")


def _alternates(entry: Any, base: str) -> dict[str, str]:
    """URLs of the same entry in other languages, by language (RFC 4287 §4.2.7.4)."""
    return {
        _text(link, "hreflang"): safe_url(_text(link, "href"), base)
        for link in entry.get("links", ())
        if link.get("rel") == "alternate" and _text(link, "hreflang")
    }


def _marks(entry: Any, base: str) -> Iterator[str]:
    """What an entry says that it is known by, besides its guid."""
    for name in ("prism_doi", "dc_identifier", "citation_doi"):
        if text := _text(entry, name):
            yield f"doi:{text}"
    if isbn := _text(entry, "prism_isbn"):
        yield f"isbn:{isbn}"
    for link in entry.get("links", ()):
        if link.get("rel") == "shortlink":
            yield f"short:{safe_url(_text(link, 'href'), base)}"


def _published(
    entry: Any, url: str, intake: Intake, *, atom: bool
) -> tuple[datetime | None, tuple[FieldConfidence, ...]]:
    """The first date of the entry that can be parsed, in UTC; of one without dates, that in its address;
    with the doubts about it."""
    for name in _DATES:
        text = _text(entry, name)
        doubts = _CHANGED if atom and name == "updated" else ()
        if moment := intake.moment(text):
            return moment, (*doubts, *intake.zone_doubts(text))
        found = dict.get(entry, f"{name}_parsed")
        if found and _other_calendar(text):
            try:
                return datetime.fromtimestamp(timegm(found), UTC), doubts
            except (ValueError, OverflowError):
                continue
    if any(_text(entry, name) for name in _DATES) or not (at := intake.moment(in_address(url))):
        return None, ()
    return at, (likely("published", "its entry has none; the day in its address"),)


def _other_calendar(text: str) -> bool:
    """True for the date forms that only feedparser parses: Greek, Hungarian, Korean, weeks, ordinals.

    Its results for other forms are not used, because it accepts impossible dates: month 13 becomes the
    next January.
    """
    return (
        not text.isascii()
        or re.fullmatch(r"\d{4}-?(?:W\d\d|\d{3}).*|-.*|\d{4}(?:-\d\d)?", text) is not None
    )


def _images(
    entry: Any, texts: list[Any], base: str, page: str = ""
) -> tuple[Image | None, Image | None]:
    """The picture that the entry names, and the first in its text; relative ones there are relative to
    its `page`, or to the base that the text itself names."""
    named = [m.get("url") for m in entry.get("media_content", ()) if _shows(m, "url")]
    named += [m.get("url") for m in entry.get("media_thumbnail", ())]
    named += [
        link.get("href")
        for link in entry.get("links", ())
        if link.get("rel") == "enclosure" and _shows(link, "href")
    ]
    named.append(_text(entry.get("image") or {}, "href"))
    pictures = (image(url, base) for url in named if isinstance(url, str) and url)
    inline = (
        first_image(_text(text, "value"), page or _text(text, "base") or base) for text in texts
    )
    return next(filter(None, pictures), None), next(filter(None, inline), None)


def _shows(media: Any, key: str) -> bool:
    """True where an enclosure or media:content is a picture by its type or, without a type, by its
    name."""
    kind = _text(media, "medium") or _text(media, "type")
    return kind.startswith("image") or (not kind and _is_picture(_text(media, key)))


def _is_picture(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"))


def _text(table: Any, name: str) -> str:
    value = dict.get(table, name)  # feedparser's own `get` warns and replaces names
    return value if isinstance(value, str) else ""


def _told_apart(pairs: Iterable[tuple[Article, str]]) -> list[Article]:
    """The articles; those with the same URL and language but different titles get different fragments.

    Some feeds link every entry to the same page; without this, all entries would become one article.
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
