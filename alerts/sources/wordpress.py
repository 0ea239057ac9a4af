"""Posts of WordPress by its REST interface, `/wp-json/wp/v2/posts`: one page of its answer.

A post is its title, link, date, excerpt and text; with `_embed` its author, picture, categories and tags.
What is protected by a password or not published is left out. Fetches nothing (`wordpress_site.py` does).
"""

import json
from collections.abc import Iterator
from typing import Any

from alerts.domain.article import Article, Image
from alerts.domain.errors import InputError
from alerts.domain.printable import printable
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.json_items import salvaged
from alerts.sources.normalise import Intake, SourceContent, image
from alerts.text.decoding import charset_of, received
from alerts.text.plain_text import first_image, plain, safe_url
from alerts.text.sentences import completed

_MOST = 100  # posts of one answer; WordPress gives no more
_NO_TAGS = frozenset(
    {"uncategorized", "uncategorised", "sin categoría", "non classé", "sem categoria"}
)


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The articles of one page of posts; raises `InputError` where the document is something else."""
    place = intake.source.location
    dropped = Dropped(place)
    text = received(document.body, charset_of(document.content_type)).replace("\0", "")
    try:
        posts = json.loads(text, strict=False)
    except json.JSONDecodeError as fault:
        whole = salvaged(text, max(0, text.find("[")), _MOST, dropped)
        posts = [one for one in whole if isinstance(one, dict) and "link" in one]
        if not posts:
            raise InputError(f"{place}, line {fault.lineno}: broken JSON") from fault
    except RecursionError as fault:
        raise InputError(f"{place}: no posts of WordPress: nested too deeply") from fault
    if not isinstance(posts, list):
        said = posts.get("message") if isinstance(posts, dict) else ""
        why = f": it says “{printable(said, 100)}”" if isinstance(said, str) and said else ""
        raise InputError(f"{place}: no list of posts of WordPress{why}")
    articles = []
    for number, post in enumerate(posts[:_MOST], 1):
        if not isinstance(post, dict):
            dropped.item(number, "it is no object")
        elif _is_public(post):
            article = _article(post, document, intake)
            if not article.url:
                dropped.item(number, f"“{printable(article.title, 50)}” has no link")
                continue
            articles.append(article)
    return SourceContent(tuple(articles), tuple(dropped.faults()), tuple(dropped.notes()))


def _is_public(post: dict[str, Any]) -> bool:
    body = post.get("content")
    locked = isinstance(body, dict) and body.get("protected") is True
    return not locked and post.get("status", "publish") == "publish"


def _article(post: dict[str, Any], document: Fetched, intake: Intake) -> Article:
    base = document.base
    url = safe_url(_text(post, "link"), base)
    body = _rendered(post, "content")
    text = plain(body)
    guid = _rendered(post, "guid")
    return intake.article(
        url=url,
        title=plain(_rendered(post, "title")),
        summary=completed(plain(_rendered(post, "excerpt")), text),
        text=text,
        language=_text(post, "lang"),
        published=intake.moment(_text(post, "date_gmt") + "Z")
        or intake.moment(_text(post, "date")),
        image=next(_pictures(post, base), None) or first_image(body, url or base),
        author=plain(next((_text(one, "name") for one in _embedded(post, "author")), "")),
        tags=[name for name in _terms(post) if name.casefold() not in _NO_TAGS],
        marks=[f"guid:{guid}"] if guid else [],
    )


def _pictures(post: dict[str, Any], base: str) -> Iterator[Image]:
    for media in _embedded(post, "wp:featuredmedia"):
        if found := image(_text(media, "source_url"), base, _text(media, "alt_text")):
            yield found
    if found := image(_text(post, "jetpack_featured_media_url"), base):
        yield found


def _terms(post: dict[str, Any]) -> Iterator[str]:
    """The names of the categories and tags."""
    for group in _embedded(post, "wp:term", list):
        yield from (
            plain(_text(term, "name"))
            for term in group
            if isinstance(term, dict) and _text(term, "taxonomy") in ("category", "post_tag")
        )


def _embedded(post: dict[str, Any], name: str, kind: type = dict) -> list[Any]:
    """What `_embed` brought of that name; an error in its place is no such thing."""
    brought = post.get("_embedded")
    values = brought.get(name) if isinstance(brought, dict) else None
    return [one for one in values if isinstance(one, kind)] if isinstance(values, list) else []


def _rendered(post: dict[str, Any], name: str) -> str:
    value = post.get(name)
    return _text(value, "rendered") if isinstance(value, dict) else _text(post, name)


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""
