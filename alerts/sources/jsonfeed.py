"""JSON Feed, versions 1 and 1.1 (jsonfeed.org): the one kind of feed that feedparser does not read.

Promises to take what can be used of each item, whatever its other fields hold.
"""

import json
from collections.abc import Iterator
from typing import Any

from alerts.errors import InputError
from alerts.markup import first_image, plain, safe_url, tidy
from alerts.model import Article
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Intake, decoded, digest, image
from alerts.sources.trim import MOST_ENTRIES


def claims(body: bytes) -> bool:
    """True where the document can only be JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def pairs(document: Fetched, intake: Intake) -> Iterator[tuple[Article, str]]:
    """The same of a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    place = intake.source.location
    try:
        feed = json.loads(decoded(document.body, document.content_type))
    except json.JSONDecodeError as fault:
        raise InputError(f"{place}, line {fault.lineno}: broken JSON: {fault.msg}") from fault
    except RecursionError as fault:
        raise InputError(f"{place}: not a JSON Feed: nested too deeply") from fault
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise InputError(f"{place}: not a JSON Feed: it has no list of “items”")
    site = safe_url(_text(feed, "home_page_url"), document.base) or safe_url(document.url)
    for item in feed["items"][:MOST_ENTRIES]:
        if isinstance(item, dict) and (article := _article(item, feed, site, document, intake)):
            yield article, str(item.get("id", ""))


def _article(
    item: dict[str, Any], feed: dict[str, Any], site: str, document: Fetched, intake: Intake
) -> Article:
    html, base = _text(item, "content_html"), document.base or site
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
    return intake.article(
        url=url or (site if title or summary else ""),
        fragment="" if url else digest(mark),
        title=title,
        summary=summary,
        language=_text(item, "language"),
        fallback_language=_text(feed, "language"),
        published=intake.moment(_text(item, "date_published"))
        or intake.moment(_text(item, "date_modified")),
        image=next(pictures, None) or first_image(html, base),
        author=plain(next((name for a in authors if (name := _text(a, "name"))), "")),
        tags=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
    )


def _list(table: dict[str, Any], name: str) -> list[Any]:
    value = table.get(name)
    return value if isinstance(value, list) else []


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""
