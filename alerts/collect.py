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

from alerts import sources
from alerts.errors import InputError
from alerts.model import Month, Source
from alerts.settings import Settings
from alerts.store import articles, events, issues, transaction
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
    """Ask every source. `month` is the one being made: undated articles join it."""
    result = Collected(month)
    asked = kept.all_sources(db)
    for source, found in _asked(asked, settings, fetcher or sources.Fetcher(settings)):
        if isinstance(found, InputError):
            result.failed.append(Failure(source.location, str(found)))
            kept.failed(db, source.id, str(found), now)
            continue
        result.notes += found.notes
        result.failed += [Failure(source.location, fault) for fault in found.faults]
        with transaction(db):
            _keep(db, source, found, settings, result, now)
    return result


def _asked(
    asked: Collection[Source], settings: Settings, fetcher: sources.Fetcher
) -> Iterator[tuple[Source, sources.Found | InputError]]:
    """Each source with what it said, in the order in which sources were added, so that which of two
    sources first names a page does not hang on which server is faster."""
    with ThreadPoolExecutor(max(1, settings.sources.concurrency)) as pool:
        answers = pool.map(lambda source: _ask(source, settings, fetcher), asked)
        yield from zip(asked, answers, strict=True)


def _ask(
    source: Source, settings: Settings, fetcher: sources.Fetcher
) -> sources.Found | InputError:
    try:
        return sources.read(source, settings, fetcher)
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
    if found.unchanged:
        result.unchanged += articles.count_of_source(db, source.id)
    closed = frozenset(Month.parse(text) for text in articles.frozen_months(db))
    changed: dict[Month, dict[str, list[str]]] = {}
    for article in found.articles:
        if not article.url:
            continue
        month = month_of(
            article.published, result.month, settings.zone, closed, settings.alert.late
        )
        change = articles.put(db, article, month, source.id, now)
        setattr(result, change, getattr(result, change) + 1)
        if change != "unchanged":
            kept_in, id_ = articles.place(db, article.url)
            changed.setdefault(kept_in, {}).setdefault(change, []).append(id_)
    for touched, of_month in changed.items():
        detail = {"source": source.location, "command": "collect", **of_month}
        issue_id = issues.begin(db, touched, now)
        events.record(db, now, "issue.collected", issue_id=issue_id, detail=detail)
    kept.collected(db, source.id, found.etag, found.last_modified, now)


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
