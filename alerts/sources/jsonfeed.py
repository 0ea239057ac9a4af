"""JSON Feed, versions 1 and 1.1 (jsonfeed.org), which feedparser does not read.

Guarantees: the usable fields of each item are read, whatever its other fields contain.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from alerts.domain.article import Article
from alerts.domain.confidence import FieldConfidence, likely
from alerts.domain.errors import InputError
from alerts.domain.printable import printable
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.json_items import salvaged
from alerts.sources.normalise import Intake, digest, image
from alerts.sources.xml_limits import MOST_ENTRIES
from alerts.text.decoding import charset_of, received
from alerts.text.field_labels import without_labels
from alerts.text.plain_text import first_image, plain, safe_url, tidy

_ITEMS = re.compile(r'"items"\s*:\s*\[')


def claims(body: bytes) -> bool:
    """True where the document can only be JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def pairs(
    document: Fetched, intake: Intake, dropped: Dropped
) -> tuple[list[tuple[Article, str]], str]:
    """For each item, the article and a text that distinguishes it, as `feed` does for XML; and the
    address that the feed gives as its own (`feed_url`).

    Raises `InputError` where the document is not a JSON Feed.
    """
    place = intake.source.location
    text = received(document.body, charset_of(document.content_type)).replace("\0", "")
    try:
        feed = json.loads(text, strict=False)
    except json.JSONDecodeError as fault:
        feed = _salvaged(text, dropped)
        if not feed["items"]:
            raise InputError(f"{place}, line {fault.lineno}: broken JSON") from fault
    except RecursionError as fault:
        raise InputError(f"{place}: not a JSON Feed: nested too deeply") from fault
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise InputError(f"{place}: not a JSON Feed: it has no list of “items”")
    site = safe_url(_text(feed, "home_page_url"), document.base) or safe_url(document.url)
    found = []
    for number, item in enumerate(feed["items"][:MOST_ENTRIES], 1):
        if not isinstance(item, dict):
            dropped.item(number, "it is no object")
            continue
        article = _article(item, feed, site, document, intake)
        date = _text(item, "date_published") or _text(item, "date_modified")
        if date and article.published is None:
            wrong = f"“{printable(date, 40)}” is no date that can be right; read without it"
            dropped.item_mended(number, wrong)
        found.append((article, str(item.get("id", ""))))
    return found, safe_url(_text(feed, "feed_url"), document.base)


def _salvaged(text: str, dropped: Dropped) -> dict[str, Any]:
    """The items of a broken document that are whole, each on its own."""
    found = _ITEMS.search(text)
    at = found.end() if found else len(text)
    return {"items": salvaged(text, at, MOST_ENTRIES, dropped)}


def _article(
    item: dict[str, Any], feed: dict[str, Any], site: str, document: Fetched, intake: Intake
) -> Article:
    html, base = without_labels(_text(item, "content_html")), document.base or site
    title = plain(_text(item, "title"))
    summary = plain(_text(item, "summary")) or tidy(_text(item, "content_text")) or plain(html)
    named = [safe_url(_text(item, name), base) for name in ("url", "external_url")]
    url = next((u for u in (*named, safe_url(_text(item, "id"))) if u), "")
    mark = str(item.get("id") or f"{title}\n{summary}")
    authors = [
        a
        for t in (item, feed)
        for a in (*_list(t, "authors"), t.get("author"))
        if isinstance(a, dict)
    ]
    addresses = [_text(item, "image"), _text(item, "banner_image")]
    addresses += [
        _text(attachment, "url")
        for attachment in _list(item, "attachments")
        if isinstance(attachment, dict) and _text(attachment, "mime_type").startswith("image/")
    ]
    pictures = (found for address in addresses if address and (found := image(address, base)))
    picture, published = next(pictures, None), intake.moment(_text(item, "date_published"))
    return intake.article(
        url=url or (site if title or summary else ""),
        fragment="" if url else digest(mark),
        title=title,
        summary=summary,
        language=_text(item, "language"),
        fallback_language=_text(feed, "language"),
        published=published or intake.moment(_text(item, "date_modified")),
        image=picture or first_image(html, base),
        author=plain(next((name for a in authors if (name := _text(a, "name"))), "")),
        site=plain(_text(feed, "title")),
        tags=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
        doubts=_doubts(item, intake, published=published is not None, picture=picture is not None),
    )


def _doubts(
    item: dict[str, Any], intake: Intake, *, published: bool, picture: bool
) -> Iterator[FieldConfidence]:
    """Which values of an item are not sure; `published`, `picture`: whether it names them."""
    yield from intake.zone_doubts(_text(item, "date_published" if published else "date_modified"))
    if not published:
        yield likely("published", "its entry has only the date of its last change")
    if not picture:
        yield likely("image", "its entry names none; the first in its text")


def _list(table: dict[str, Any], name: str) -> list[Any]:
    value = table.get(name)
    return value if isinstance(value, list) else []


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""
