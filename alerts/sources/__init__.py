"""Where articles come from: a feed, a page, a listing, a calendar, a table, a folder.

A `Reader` turns one source into articles, whatever its kind, and finds out the kind of a location.
It reaches the outside world only through `fetch.Fetcher` and, for locations that an admin wrote as a
path, the file system: nothing that comes from the network can name a local file. Knows nothing of the
store.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from alerts.errors import FetchError, InputError, UsageError
from alerts.markup import safe_url, tidy
from alerts.model import Source, SourceKind
from alerts.settings import Settings
from alerts.sources.fetch import Fetched, Fetcher
from alerts.sources.guard import shown
from alerts.sources.intake import Found, Intake
from alerts.sources.robots import Robots

_FOR_PEOPLE = (SourceKind.PAGE, SourceKind.LISTING)  # whose robots.txt is heeded
# The same calendar holds other weeks next month; the same listing may hold links not yet followed.
_ALWAYS_WHOLE = (SourceKind.CALENDAR, SourceKind.LISTING)
_FEED_MARKS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a reading is for: calendars give the events from `since` on; pages in `known`
    (`canonical.page_of`) are not read again."""

    since: datetime = _LONG_AGO
    known: frozenset[str] = frozenset()


class Reader:
    """Reads sources, one after the other or from several threads at once."""

    def __init__(self, settings: Settings, fetcher: Fetcher, occasion: Occasion) -> None:
        self._settings, self._fetcher, self._occasion = settings, fetcher, occasion
        self._robots = Robots(fetcher)

    def read(self, source: Source) -> Found:
        """Everything that `source` holds now; raises `InputError`, or `FetchError` over the network."""
        path = local_path(source.location, self._settings)
        if source.kind is SourceKind.FOLDER:
            return self._folder(source, path)
        if source.kind in _ALWAYS_WHOLE:
            source = replace(source, etag="", last_modified="", digest="")
        document = self._document(source, path, source.kind)
        if document.unchanged or (document.digest == source.digest and source.articles):
            same = Found(unchanged=True, known=source.articles, digest=source.digest)
            return replace(
                same,
                etag=document.etag or source.etag,
                last_modified=document.last_modified or source.last_modified,
            )
        found = self._read(source.kind, document, source)
        return replace(
            found,
            etag=document.etag,
            last_modified=document.last_modified,
            digest=document.digest,
        )

    def check(self, location: str, kind: SourceKind | None) -> Found:
        """The same for a source that is not kept, its kind found out where it is None."""
        source = Source(0, location, kind or SourceKind.FEED)
        if kind is not None:
            return self.read(source)
        path = local_path(location, self._settings)
        if path is not None and path.is_dir():
            return self._folder(source, path)
        document = self._document(source, path, None)
        found = self._kind(document, location)
        return self._read(found, document, replace(source, kind=found))

    def detect(self, location: str) -> SourceKind:
        """What kind of source is at that location; looks at it, so it raises as `read` does."""
        path = local_path(location, self._settings)
        if path is not None and path.is_dir():
            return SourceKind.FOLDER
        document = self._document(Source(0, location, SourceKind.PAGE), path, None)
        return self._kind(document, location)

    def _folder(self, source: Source, path: Path | None) -> Found:
        from alerts.sources import folder

        if path is None:
            raise InputError(f"{source.location}: a folder source is a path, not an address")
        return folder.read(path, Intake(source, self._settings))

    def _document(self, source: Source, path: Path | None, kind: SourceKind | None) -> Fetched:
        if path is not None:
            return _local_document(source.location, path, self._settings.sources.max_bytes)
        if kind in _FOR_PEOPLE:
            self._robots.check(source.location)
        return self._fetcher.fetch(source.location, source.etag, source.last_modified)

    def _kind(self, document: Fetched, location: str) -> SourceKind:
        """A page begins with the markup of one; whatever else it is, only a feed reader can tell.

        What turns out to be for people is read only if the site's robots.txt lets programs in.
        """
        kind = document.content_type.partition(";")[0].strip().lower()
        start = (
            document.body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
        )
        if start.startswith(b"begin:vcalendar") or kind == "text/calendar":
            return SourceKind.CALENDAR
        if start.startswith((b"{", b"[")) or any(mark in start for mark in _FEED_MARKS):
            return SourceKind.FEED
        if kind == "text/csv" or location.lower().endswith((".csv", ".tsv")):
            return SourceKind.TABLE
        html = b"<!doctype html" in start or b"<html" in start
        if not html and kind not in ("text/html", "application/xhtml+xml"):
            return SourceKind.FEED
        if document.url:
            self._robots.check(document.url)
        from alerts.sources import listing, page

        tree = page.page_tree(document, location)
        return SourceKind.LISTING if listing.is_listing(tree, document.base) else SourceKind.PAGE

    def _read(self, kind: SourceKind, document: Fetched, source: Source) -> Found:
        if not document.body.strip():
            raise InputError(f"{source.location}: empty")
        reader = import_module(f"alerts.sources.{kind}")  # each costs up to 300 ms to import
        more: dict[SourceKind, tuple[Any, ...]] = {
            SourceKind.CALENDAR: (self._occasion.since,),
            SourceKind.LISTING: (self._fetcher, self._robots, self._occasion.known),
        }
        try:
            found: Found = reader.read(
                document, Intake(source, self._settings), *more.get(kind, ())
            )
        except InputError:
            raise
        except (
            Exception
        ) as fault:  # a parser of others, on hostile input: any fault is the source's
            what = tidy(f"{type(fault).__name__}: {fault}")[:200]
            raise InputError(f"{source.location}: cannot be read ({what})") from fault
        return found


def normal_location(location: str, settings: Settings) -> str:
    """A location as it is kept: the absolute URL, or the path relative to the project where it can be.

    Raises `UsageError` for an address that is none.
    """
    location = location.strip()
    if location.lower().startswith("webcal://"):  # how calendars are offered for subscription
        location = f"https://{location[9:]}"
    path = local_path(location, settings)
    if path is None:
        url = safe_url(location)
        if not url:
            raise UsageError(
                f"“{shown(location)}” is no address of a source: "
                "write http(s)://… without a password, or a path"
            )
        return url
    if not path.exists():
        raise UsageError(
            f"{location}: no such file or folder (paths are relative to {settings.root})"
        )
    resolved, root = path.resolve(), settings.root.resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(resolved)


def local_path(location: str, settings: Settings) -> Path | None:
    """The path that an admin named, seen from the project's folder; None for a URL."""
    if "://" in location or location.lower().startswith(("data:", "javascript:", "file:")):
        return None
    return settings.root / Path(location).expanduser()


def _local_document(location: str, path: Path, most: int) -> Fetched:
    try:
        if path.is_dir():
            raise FetchError(f"{location}: is a folder; use --kind folder")
        if path.stat().st_size > most:
            raise FetchError(f"{location}: larger than {most} octets (sources.max_bytes)")
        return Fetched("", "", path.read_bytes())
    except OSError as fault:
        raise FetchError(f"{location}: {fault.strerror or fault}") from fault


__all__ = ["Fetcher", "Found", "Occasion", "Reader", "local_path", "normal_location"]
