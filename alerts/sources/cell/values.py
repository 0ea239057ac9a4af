"""The result of a reader as JSON, and back.

The cell writes it, and the parent trusts nothing in it: a field with another name or type, a text that
is too long, or an address that is not http(s) raises `Malformed`. The fields are those of the table in
`domain/article.py`, without those that only editors set (an exclusion, a note, the primary article), so
no document can set them.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from alerts.domain.article import SAID, Article, Event, Image, Translation, day_or_moment
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.confidence import JUDGED, Confidence, FieldConfidence
from alerts.domain.picture import focus_of, focus_text
from alerts.domain.printable import printable
from alerts.sources.cell.checks import (
    LONGEST,
    Malformed,
    address,
    count,
    flag,
    items,
    line,
    optional,
    pairs,
    picture_address,
    row,
    table,
    text,
)
from alerts.sources.mapped import MappedPage, Sitemap
from alerts.sources.normalise import SourceContent

_MOST_ARTICLES = 10_000
_MOST_MAPPED = 50_000
_MOST_LINES = 20_000  # faults and notes


def found_json(found: SourceContent) -> dict[str, Any]:
    """The content of a document as a JSON value."""
    return {
        "articles": [_article_json(article) for article in found.articles],
        "faults": list(found.faults),
        "notes": list(found.notes),
        "own_address": found.own_address,
    }


def _article_json(article: Article) -> dict[str, Any]:
    return {one.name: _TOLD[one.kind](getattr(article, one.name)) for one in SAID}


def _event_json(event: Event) -> list[str]:
    return [
        event.start.isoformat(),
        event.end.isoformat() if event.end else "",
        event.place,
        event.ics,
    ]


def found_of(value: Any) -> SourceContent:
    """The content from the value that `found_json` wrote, checked; raises `Malformed`."""
    fields = table(value, ("articles", "faults", "notes", "own_address"))
    return SourceContent(
        tuple(_article(one) for one in items(fields["articles"], _MOST_ARTICLES)),
        tuple(printable(text(one)) for one in items(fields["faults"], _MOST_LINES)),
        tuple(printable(text(one)) for one in items(fields["notes"], _MOST_LINES)),
        own_address=address(fields["own_address"]),
    )


def sitemap_of(value: Any) -> Sitemap:
    """The sitemap that a cell has read, checked; raises `Malformed`."""
    fields = table(value, ("is_index", "pages"))
    pages = (row(one, 4) for one in items(fields["pages"], _MOST_MAPPED))
    return Sitemap(
        flag(fields["is_index"]),
        tuple(
            MappedPage(address(url), line(changed), line(published), line(title))
            for url, changed, published, title in pages
        ),
    )


def _article(value: Any) -> Article:
    fields = table(value, _FIELDS)
    return Article(**{one.name: _READ[one.kind](fields[one.name]) for one in SAID})


def _image(value: Any) -> Image:
    url, alt, focus = row(value, 3)
    try:
        point = focus_of(text(focus))
    except ValueError as fault:
        raise Malformed from fault
    return Image(picture_address(url), line(alt), point)


def _event(value: Any) -> Event:
    start, end, place, ics = row(value, 4)
    return Event(_when(start), _when(end) if end else None, line(place), address(ics))


def _confidence(value: Any) -> FieldConfidence:
    name, confidence, why = row(value, 3)
    if name not in JUDGED or confidence not in list(Confidence):
        raise Malformed
    return FieldConfidence(name, Confidence(confidence), printable(line(why)))


def _translation(value: Any) -> Translation:
    title, summary, url = row(value, 3)
    return Translation(line(title), line(summary), address(url))


def _when(value: Any) -> date | datetime:
    try:
        when = day_or_moment(text(value))
    except ValueError as fault:
        raise Malformed from fault
    if isinstance(when, datetime) and when.tzinfo is None:
        raise Malformed
    return when


def _moment(value: Any) -> datetime:
    when = _when(value)
    if not isinstance(when, datetime):
        raise Malformed
    return when


def _same(value: Any) -> Any:
    return value


_FIELDS = tuple(one.name for one in SAID)

# How a field of each kind is told, and what is believed of it.
_TOLD: Mapping[Kind, Callable[[Any], Any]] = {
    **dict.fromkeys(Kind, _same),
    Kind.MOMENT: lambda moment: moment.isoformat() if moment else None,
    Kind.IMAGE: lambda one: [one.url, one.alt, focus_text(one.focus)] if one else None,
    Kind.EVENT: lambda event: _event_json(event) if event else None,
    Kind.WORDS: list,
    Kind.ADDRESSES: dict,
    Kind.CONFIDENCE: lambda told: [[one.field, one.confidence.value, one.why] for one in told],
    Kind.TRANSLATIONS: lambda told: {t: [w.title, w.summary, w.url] for t, w in told.items()},
}
_READ: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: line,
    Kind.LINES: lambda value: text(value, LONGEST),
    Kind.ADDRESS: address,
    Kind.NAME: text,
    Kind.WORDS: lambda value: tuple(line(word) for word in items(value)),
    Kind.MOMENT: lambda value: optional(value, _moment),
    Kind.FLAG: flag,
    Kind.NUMBER: lambda value: optional(value, count),
    Kind.IMAGE: lambda value: optional(value, _image),
    Kind.EVENT: lambda value: optional(value, _event),
    Kind.TRANSLATIONS: lambda value: {line(t): _translation(w) for t, w in pairs(value)},
    Kind.CONFIDENCE: lambda value: tuple(map(_confidence, items(value, len(JUDGED)))),
    Kind.ADDRESSES: lambda value: {line(tag): address(url) for tag, url in pairs(value)},
}
