"""Collects: reads every source and stores its articles in the month that they belong to.

Guarantees: one bad source never stops the others; collecting twice changes nothing more than once; a
month whose issue is queued or sent does not change. Sources are fetched in parallel. Only the calling
thread writes to the database, in one transaction per source, and no transaction is open during network
access.
"""

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import OF_PAGES, Article, Source
from alerts.domain.confidence import likely
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.domain.printable import printable
from alerts.sources import quarantine
from alerts.sources import reader as sources
from alerts.sources.cell.pool import Cells
from alerts.sources.collected import Collected, Failure, Move
from alerts.sources.dates import month_in_address
from alerts.sources.document_reader import NO_ENVIRON
from alerts.sources.joining import join_duplicates, join_versions
from alerts.sources.late import Filing, filed, late_words
from alerts.sources.moved import is_gone, told
from alerts.sources.picture.collect import collect_pictures
from alerts.sources.placing import Placed, Placer
from alerts.store import (
    article_pages,
    articles,
    audit_log,
    clock,
    empty_links,
    issues,
    source_locations,
    stories,
    transaction,
)
from alerts.store import sources as kept
from alerts.text.plural import counted
from alerts.text.urls import canonical, page_of

_BY_ADDRESS = likely("published", "it has no date; its address names the month")


def collect(
    db: Database,
    settings: Settings,
    month: Month,
    now: datetime,
    *,
    fetcher: sources.Fetcher | None = None,
    environ: Mapping[str, str] = NO_ENVIRON,
) -> Collected:
    """Read every source and store the articles; returns the numbers, failures and notes.

    `month` is the month whose issue is being made: undated articles join it, and calendars give the
    events of the weeks after it. `now` is an aware datetime; `environ` is where passwords are looked up.
    A source that cannot be read becomes a `Failure` in the result, not an exception.
    """
    result = Collected(month)
    asked = kept.all_sources(db)
    joined = _joined_month(db, settings, month)
    scope = sources.ReadingScope(
        joined.plus(1).start(settings.zone),
        article_pages.pages(db),
        empty_links.asked_since(db, now - quarantine.A_DAY),
        begins=joined.start(settings.zone),
        environ=environ,
    )
    fetcher = fetcher or sources.Fetcher(settings)
    with (
        Cells(settings.sources.concurrency) as cells,
        sources.SourceReader(settings, fetcher, scope, cells) as reader,
    ):
        again = list(quarantine.read_again(db, reader, now))
        for source, found in _asked(asked, settings, reader):
            if isinstance(found, InputError):
                _keep_failure(db, source, found, result, now)
                continue
            result.notes += found.notes
            result.failed += [Failure(source.location, fault) for fault in found.faults]
            with transaction(db):
                _keep(db, source, found, settings, result, now)
        for source, waiting in again:
            with transaction(db):
                _place(db, source, waiting, settings, result, now)
        if settings.sources.join_doubles:
            _join(db, settings, result, reader, now)
        result.notes += collect_pictures(db, settings, month, now, fetcher, cells)
    return result


def _joined_month(db: Database, settings: Settings, month: Month) -> Month:
    """The month whose issue is made: the first one from `month` on that is open. Events begin at its end."""
    return filed(None, month, settings.zone, issues.closed_months(db), settings.alert.late).month


def _asked(
    asked: Collection[Source], settings: Settings, reader: sources.SourceReader
) -> Iterator[tuple[Source, sources.SourceContent | InputError]]:
    """Yield each source with its content or its error, in the order in which sources were added.

    The order is fixed, so that which of two sources is the first to name a page does not depend on
    which server is faster.
    """
    with ThreadPoolExecutor(max(1, settings.sources.concurrency)) as pool:
        answers = pool.map(lambda source: _ask(source, reader), asked)
        yield from zip(asked, answers, strict=True)


def _ask(source: Source, reader: sources.SourceReader) -> sources.SourceContent | InputError:
    try:
        return reader.read(source)
    except InputError as fault:
        return fault


def _keep(
    db: Database,
    source: Source,
    found: sources.SourceContent,
    settings: Settings,
    result: Collected,
    now: datetime,
) -> None:
    """Store the articles of one source and the fact that it was read, in one transaction."""
    result.unchanged += found.known
    _keep_move(db, source, found, result)
    placed = _place(db, source, found.articles, settings, result, now)
    given = found.known + placed
    reading = kept.LastReading(found.etag, found.last_modified, found.digest, given, found.moved_to)
    kept.collected(db, source, reading, now)
    empty_links.keep(db, found.empty, now)
    if found.told_at is not None:
        clock.tell(db, source.id, found.told_at, now)


def _keep_failure(
    db: Database, source: Source, fault: InputError, result: Collected, now: datetime
) -> None:
    """Record that a source could not be read."""
    gone = is_gone(fault)
    reason = (
        f"{fault}: it is gone for good; `alerts source remove {source.id}`" if gone else f"{fault}"
    )
    result.failed.append(Failure(source.location, reason))
    kept.failed(db, source.id, reason, now, gone=gone)


def _keep_move(
    db: Database, source: Source, found: sources.SourceContent, result: Collected
) -> None:
    """Tell that a source has moved, and know its articles at both addresses."""
    if found.read_at and page_of(canonical(found.read_at)) != page_of(canonical(source.location)):
        old, new = canonical(source.location), canonical(found.read_at)
        source_locations.keep_fragments(db, source.id, old, new)
    if found.moved_to:
        known = source_locations.find(db, found.moved_to)
        other = None if known == source.id else known
        remedy = f"`alerts source move {source.id}` takes that over"
        result.notes.append(told(source.location, found.moved_to, other, remedy))
        result.moved.append(Move(source.location, found.moved_to))


def _place(
    db: Database,
    source: Source,
    given: Collection[Article],
    settings: Settings,
    result: Collected,
    now: datetime,
) -> int:
    """Store articles of a source, those that are not plausible in quarantine; returns how many."""
    closed = issues.closed_months(db)
    changed: dict[Month, dict[str, list[str]]] = {}
    listed = tuple(article for article in given if article.url)
    present = frozenset(page_of(article.url) for article in listed)
    undated = 0
    placer = Placer(
        db,
        source.id or None,
        present,
        settings.default_language,
        now,
        issues.frozen_months(db),
    )
    for article, why in quarantine.judged(db, source, listed, result.month, now):
        at = article.published or _by_address(article, settings)
        if at is not None and article.published is None:
            article = replace(article, confidence=(*article.confidence, _BY_ADDRESS))
        filing = filed(at, result.month, settings.zone, closed, settings.alert.late)
        asked = "" if why else quarantine.in_doubt(article, filing, settings)
        if why:
            id_, change, note = quarantine.hold(db, source, article, why, filing.month, now)
            placed = Placed(id_, change, note)
        else:
            quarantine.reopen(db, article, filing, now)
            placed = placer.place(article, filing.month)
        result.notes += [placed.note] if placed.note else []
        if asked:
            note = quarantine.ask(db, source, article, placed, asked, now)
            result.notes += [note] if note else []
        elif placed.new and filing.late:
            result.notes.append(_keep_late(db, article, filing, now))
        if not why and not asked and (released := quarantine.release(db, placed.id, filing, now)):
            result.notes.append(released)
            placed = replace(placed, change="updated")
        undated += placed.change == "new" and at is None and article.event is None and not why
        setattr(result, placed.change, getattr(result, placed.change) + 1)
        if source.kind in OF_PAGES:
            stories.keep_look_up(db, placed.id, now)  # its page has been read
        if placed.change != "unchanged":
            kept_in = articles.get(db, placed.id).month
            changed.setdefault(kept_in, {}).setdefault(placed.change, []).append(placed.id)
    if undated:
        about = f"{source.location}: {counted(undated, 'new article')} without a date"
        result.notes.append(f"{about}, filed in {result.month} or the next open month")
    for touched, of_month in changed.items():
        detail = {"source": source.location, "command": "collect", **of_month}
        issue_id = issues.begin(db, touched, now)
        audit_log.record(db, now, "issue.collected", issue_id=issue_id, detail=detail)
    return len(listed)


def _by_address(article: Article, settings: Settings) -> datetime | None:
    """The end of the month that stands in the address of an article without a date: so it is filed, and
    no day is made up."""
    month = month_in_address(article.url) if article.event is None else None
    return month.plus(1).start(settings.zone) - timedelta(seconds=1) if month else None


def _keep_late(db: Database, article: Article, filing: Filing, now: datetime) -> str:
    """Store a new late article, left out where it is too old for its month; returns a note about it."""
    own = issues.get(db, filing.own)
    state = own.state if own and own.frozen else "dropped"
    words = late_words(filing.own, state, filing.month)
    about = f"“{printable(article.title, 80)}” ({article.id}) {words}"
    if not filing.left_out:
        return about
    articles.edit(db, article.id, {"excluded": True}, now)
    return (
        f"{about}, but is older than alert.late: it is left out there"
        f" (`alerts article include {article.id}` takes it in)"
    )


def _join(
    db: Database,
    settings: Settings,
    result: Collected,
    reader: sources.SourceReader,
    now: datetime,
) -> None:
    """Join translations and duplicates of the open months."""
    versions, notes = join_versions(db, settings, result.month, reader, now)
    result.notes += notes
    versions = min(versions, result.new)
    result.new, result.updated = result.new - versions, result.updated + versions
    if result.new + result.updated:
        result.notes += join_duplicates(db, result.month, now)
