"""Collecting: every source is asked, and what it says is kept as articles of the right month.

Promises that one bad source never stops the others, that collecting twice changes nothing more than
once, and that a month whose issue is queued or sent stays as it was. Sources are fetched side by
side; the database is written by the calling thread alone, one transaction a source, and no
transaction is open while the network is waited for.
"""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from alerts import likeness, sources
from alerts.errors import InputError
from alerts.model import Article, Month, Source
from alerts.settings import Settings
from alerts.store import addresses, articles, doubles, events, issues, transaction
from alerts.store import sources as kept


@dataclass(frozen=True, slots=True)
class Failure:
    """A source, or a part of one, that could not be read."""

    source: str
    reason: str


@dataclass(slots=True)
class Collected:
    """What a collection brought: articles by what became of them, failures, notes for a person."""

    month: Month
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(
    db: Database,
    settings: Settings,
    month: Month,
    now: datetime,
    *,
    fetcher: sources.Fetcher | None = None,
) -> Collected:
    """Ask every source. `month` is the one being made: undated articles join it, and calendars give
    the events of the weeks after it."""
    result = Collected(month)
    asked = kept.all_sources(db)
    occasion = sources.Occasion(_events_from(db, settings, month), addresses.pages(db))
    reader = sources.Reader(settings, fetcher or sources.Fetcher(settings), occasion)
    for source, found in _asked(asked, settings, reader):
        if isinstance(found, InputError):
            result.failed.append(Failure(source.location, str(found)))
            kept.failed(db, source.id, str(found), now)
            continue
        result.notes += found.notes
        result.failed += [Failure(source.location, fault) for fault in found.faults]
        with transaction(db):
            _keep(db, source, found, settings, result, now)
    if settings.sources.join_doubles and result.new + result.updated:
        _join_doubles(db, month, result, now)
    return result


def _events_from(db: Database, settings: Settings, month: Month) -> datetime:
    """The moment from which events are news: the end of the month whose issue they will join."""
    joined = month_of(None, month, settings.zone, _closed(db), settings.alert.late)
    return joined.plus(1).start(settings.zone)


def _closed(db: Database) -> frozenset[Month]:
    return frozenset(Month.parse(text) for text in articles.frozen_months(db))


def _asked(
    asked: Collection[Source], settings: Settings, reader: sources.Reader
) -> Iterator[tuple[Source, sources.Found | InputError]]:
    """Each source with what it said, in the order in which sources were added, so that which of two
    sources first names a page does not hang on which server is faster."""
    with ThreadPoolExecutor(max(1, settings.sources.concurrency)) as pool:
        answers = pool.map(lambda source: _ask(source, reader), asked)
        yield from zip(asked, answers, strict=True)


def _ask(source: Source, reader: sources.Reader) -> sources.Found | InputError:
    try:
        return reader.read(source)
    except InputError as fault:
        return fault


def _keep(
    db: Database,
    source: Source,
    found: sources.Found,
    settings: Settings,
    result: Collected,
    now: datetime,
) -> None:
    """Store what one source said, and that it said it, together."""
    result.unchanged += found.known
    closed = _closed(db)
    told = found.known
    changed: dict[Month, dict[str, list[str]]] = {}
    for article in found.articles:
        if not article.url:
            continue
        month = month_of(
            article.published, result.month, settings.zone, closed, settings.alert.late
        )
        change = articles.put(db, article, month, source.id, now)
        setattr(result, change, getattr(result, change) + 1)
        told += 1
        if change != "unchanged":
            kept_in, id_ = articles.place(db, article.url)
            changed.setdefault(kept_in, {}).setdefault(change, []).append(id_)
    for touched, of_month in changed.items():
        detail = {"source": source.location, "command": "collect", **of_month}
        issue_id = issues.begin(db, touched, now)
        events.record(db, now, "issue.collected", issue_id=issue_id, detail=detail)
    reading = kept.Reading(found.etag, found.last_modified, found.digest, told)
    kept.collected(db, source.id, reading, now)


def _join_doubles(db: Database, month: Month, result: Collected, now: datetime) -> None:
    """Let one article stand for all that tell the same, in the month being made and the one after."""
    for one in (month, month.plus(1)):
        if str(one) in articles.frozen_months(db):
            continue
        free = doubles.candidates(db, one)
        shown = [a for a in articles.of_month(db, one) if a.id in free and not a.event]
        # what an editor has touched comes first, so that it stands for others and never they for it
        shown.sort(key=lambda article: not free[article.id].edited)
        told = [_told(article, free[article.id].source_id) for article in shown]
        found = [pair for pair in likeness.doubles(told) if not free[pair[0]].edited]
        with transaction(db):
            for later, first in found:
                doubles.join(db, later, first, now, by_editor=False)
                detail = {"article": later, "same_as": first, "command": "collect"}
                events.record(
                    db, now, "article.joined", issue_id=issues.begin(db, one, now), detail=detail
                )
                result.notes.append(
                    f"{later}: reported by several sources; {first} stands for it "
                    f"(`alerts article part {later}` undoes it)"
                )


def _told(article: Article, source_id: int | None) -> likeness.Told:
    language = article.language.partition("-")[0]
    return likeness.Told(article.id, source_id, language, article.title, article.summary)


def month_of(
    published: datetime | None,
    collected_for: Month,
    zone: ZoneInfo,
    closed: Collection[Month],
    late: timedelta,
) -> Month:
    """The month that an article found only now belongs to.

    That of its date in the alert's time zone, or without a date the one collected for. Where that
    month is closed (its issue is queued or sent), the first later month that is open, unless the
    article was published more than `late` before that month begins: then it stays where it was.
    """
    own = Month.of(published, zone) if published else collected_for
    month = own
    while month in closed:
        month = month.plus(1)
    if published and month != own and month.start(zone) - published > late:
        return own
    return month
