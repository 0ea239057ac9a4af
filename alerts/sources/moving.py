"""Takes over where a source has moved: it stays the same source, at another location.

Guarantees: nothing is changed unless the new location was read as a source of the same kind; its number,
section, language, profile, tags, articles and their aliases stay; no two sources are at one location.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.domain.errors import InputError, UsageError
from alerts.sources.document_reader import NO_ENVIRON
from alerts.sources.locations import local_path, normal_location
from alerts.sources.moved import SourceMoved
from alerts.sources.reader import Fetcher, ReadingScope, SourceReader
from alerts.store import source_locations, transaction
from alerts.text.urls import canonical, page_of


def move(
    db: Database,
    settings: Settings,
    source: Source,
    now: datetime,
    new: str = "",
    *,
    environ: Mapping[str, str] = NO_ENVIRON,
) -> SourceMoved:
    """Have a source be at `new`; without it, where it is told to have moved, which is asked for where
    nothing was told at the last collection.

    Raises `UsageError` for a location of another source or one that cannot be, and `InputError` where
    the source is not there.
    """
    there = normal_location(new, settings) if new else source.moved_to
    scope = ReadingScope(now, follow_links=False, environ=environ)
    with SourceReader(settings, Fetcher(settings), scope) as reader:
        there = there or reader.read(_whole(source)).moved_to
        if not there or there == source.location:
            return SourceMoved(source)
        _check_free(db, source, there)
        there, found = _read_there(reader, source, there)
    if there == source.location:
        return SourceMoved(source)
    with transaction(db):
        _check_free(db, source, there)
        if local_path(source.location, settings) is None and found:
            _keep_fragments(db, source, found)
        source_locations.move(db, source.id, there, now)
    return SourceMoved(replace(_whole(source), location=there, moved_to=""), source.location)


def _whole(source: Source) -> Source:
    """The source as if it had not been read yet."""
    return replace(source, etag="", last_modified="", digest="")


def _read_there(reader: SourceReader, source: Source, there: str) -> tuple[str, str]:
    """Where the source is in the end, and the address that answers there; raises `InputError`."""
    try:
        content = reader.read(replace(_whole(source), location=there, moved_to=""))
    except InputError as fault:
        raise InputError(f"{fault}; {source.location} stays as it was") from fault
    on = content.moved_to if content.moved_to == content.read_at else ""
    return on or there, content.read_at


def _check_free(db: Database, source: Source, there: str) -> None:
    known = source_locations.find(db, there)
    if known not in (None, source.id):
        raise UsageError(
            f"{there}: is source {known} already; `alerts source remove {source.id}` leaves that one"
        )


def _keep_fragments(db: Database, source: Source, answered: str) -> None:
    old, new = canonical(source.location), canonical(answered)
    if page_of(old) != page_of(new):
        source_locations.keep_fragments(db, source.id, old, new)
