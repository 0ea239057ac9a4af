"""The picture of one article, at once: when an editor names another one, gives a file, or moves its focus.

A picture that is given is refused before anything is changed; one that has to be fetched may fail, and is
then asked for again by the next collection.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.domain.picture import Focus, PictureKind, focus_text
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.fetch import Fetcher
from alerts.sources.picture.address import given_url
from alerts.sources.picture.collect import keep, of_article, prepare_all
from alerts.sources.picture.prepare import Original, Preparer, local_picture, missing_focuses
from alerts.store import articles, picture_originals

__all__ = ["bring", "give", "local_picture", "refocus"]

MakeFetcher = Callable[[Settings], Fetcher]


def bring(
    db: Database,
    settings: Settings,
    article: Article,
    now: datetime,
    fetcher: MakeFetcher = Fetcher,
) -> tuple[str, ...]:
    """Fetch and make the picture of an article; returns notes where it cannot be shown."""
    original = of_article(article)
    if original is None or settings.pictures.delivery in ("source", "none"):
        return ()
    with Cells(1) as cells:
        wanted = {original.key: original}
        return tuple(prepare_all(db, settings, wanted, now, fetcher(settings), cells))


def give(
    db: Database, settings: Settings, document: bytes, name: str, focus: Focus | None, now: datetime
) -> str:
    """Keep a picture that an editor gives; returns its address. Raises `InputError` where it cannot be
    shown; `name` is what the error calls it."""
    url = given_url(document)
    original = Original(url, PictureKind.STORY, frozenset({focus_text(focus)}), name)
    seconds = settings.pictures.timeout.total_seconds()
    with Cells(1) as cells:
        preparer = Preparer(settings, Fetcher(settings), cells, now)
        deadline = Deadline(seconds, setting="pictures.timeout")
        made = preparer.given(document, original, deadline)
    if made.fault:
        raise InputError(made.fault.replace(url, name))
    keep(db, made, None, now)
    return url


def refocus(db: Database, settings: Settings, month: Month, now: datetime) -> tuple[str, ...]:
    """Make what is missing of pictures that are here already; fetches nothing."""
    known = picture_originals.known(db)
    wanted = {
        one.key: one
        for one in _originals(articles.of_month(db, month))
        if one.key in known and known[one.key].has_master and missing_focuses(one, known[one.key])
    }
    if not wanted:
        return ()
    notes = []
    with Cells(settings.sources.concurrency) as cells:
        preparer = Preparer(settings, Fetcher(settings), cells, now)
        for key, original in wanted.items():
            master = picture_originals.master(db, known[key].id)
            deadline = Deadline(
                settings.pictures.timeout.total_seconds(), setting="pictures.timeout"
            )
            notes.append(
                keep(db, preparer.rebuilt(original, known[key], master, deadline), known[key], now)
            )
    return tuple(filter(None, notes))


def _originals(found: Iterable[Article]) -> Iterable[Original]:
    merged: dict[tuple[str, PictureKind], Original] = {}
    for one in filter(None, map(of_article, found)):
        before = merged.get(one.key, one)
        merged[one.key] = replace(before, focuses=before.focuses | one.focuses)
    return merged.values()
