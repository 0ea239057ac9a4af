"""Reads sources of every kind: feed, page, listing, calendar, table, folder.

A `SourceReader` turns one source into articles, whatever its kind, and finds out the kind of a location.
It reaches the outside world only through `fetch.Fetcher` and, for locations that an admin wrote as a
path, the file system (`local_files.py`): nothing that comes from the network can name a local file. It
fetches, and parses nothing itself: documents are parsed in cells. Knows nothing of the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError, UsageError
from alerts.sources.cell.checks import flag, links
from alerts.sources.cell.job import Task, job_for
from alerts.sources.cell.pool import Cells
from alerts.sources.cell.values import found_of
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.follow import follow
from alerts.sources.kinds import kind_of
from alerts.sources.local_files import local_document, local_folder, picture_in
from alerts.sources.look_up import LookedUp, look_up
from alerts.sources.normalise import SourceContent
from alerts.sources.picture.address import FILE, file_url
from alerts.sources.public_only import shown
from alerts.sources.robots import Robots
from alerts.text.plain_text import safe_url

_FEED_MARKS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReadingScope:
    """The purpose of a reading: calendars give the events from `since` on; pages in `known`
    (`urls.page_of`) are not read again."""

    since: datetime = _LONG_AGO
    known: frozenset[str] = frozenset()


class SourceReader:
    """Reads sources, one after the other or from several threads at once.

    Each source has `sources.timeout` for all fetching and parsing. A context manager: leaving it ends
    its cells, but not `cells` that were passed in.
    """

    def __init__(
        self, settings: Settings, fetcher: Fetcher, scope: ReadingScope, cells: Cells | None = None
    ) -> None:
        self._settings, self._fetcher, self._scope = settings, fetcher, scope
        self._cells = cells or Cells(settings.sources.concurrency)
        self._own_cells = cells is None
        self._robots = Robots(fetcher, self._cells)

    def __enter__(self) -> "SourceReader":
        return self

    def __exit__(self, *_: object) -> None:
        if self._own_cells:
            self._cells.close()

    def read(self, source: Source) -> SourceContent:
        """The present content of `source`; raises `InputError`, or `FetchError` from the network."""
        path = local_path(source.location, self._settings)
        kind = kind_of(source.kind, source.location)
        if kind.always_whole:
            source = replace(source, etag="", last_modified="", digest="")
        deadline = self._fetcher.deadline()
        document = self._document(source, path, deadline, for_people=kind.for_people)
        if document.unchanged or (document.digest == source.digest and source.articles):
            same = SourceContent(unchanged=True, known=source.articles, digest=source.digest)
            return replace(
                same,
                etag=document.etag or source.etag,
                last_modified=document.last_modified or source.last_modified,
                told_at=document.told_at,
            )
        found = self._read(source, document, deadline)
        return replace(
            found,
            etag=document.etag,
            last_modified=document.last_modified,
            digest=document.digest,
            told_at=document.told_at,
        )

    def check(self, location: str, kind: str | None) -> SourceContent:
        """The content of a location that is not stored as a source; its kind is detected where it is
        None."""
        source = Source(0, location, kind or SourceKind.FEED)
        if kind is not None:
            return self.read(source)
        path = local_path(location, self._settings)
        if path is not None and path.is_dir():
            return self.read(replace(source, kind=SourceKind.FOLDER))
        deadline = self._fetcher.deadline()
        document = self._document(source, path, deadline)
        found = replace(source, kind=self._kind(document, source, deadline))
        return self._read(found, document, deadline)

    def look_up(self, urls: Sequence[str], source: Source | None = None) -> list[LookedUp]:
        """What the pages at these URLs of one site say of themselves (`look_up.py`), as articles of
        `source`."""

        def read_page(document: Fetched, deadline: Deadline) -> SourceContent:
            own = source or Source(0, document.url, SourceKind.PAGE)
            page = replace(own, location=document.url, kind=SourceKind.PAGE)
            return self._articles(page, document, deadline)

        deadline = self._fetcher.deadline()
        return look_up(urls, read_page, self._fetcher, self._robots, deadline)

    def detect(self, location: str) -> SourceKind:
        """The kind of source at that location. Fetches it, so it raises as `read` does."""
        path = local_path(location, self._settings)
        if path is not None and path.is_dir():
            return SourceKind.FOLDER
        source, deadline = Source(0, location, SourceKind.PAGE), self._fetcher.deadline()
        document = self._document(source, path, deadline)
        return self._kind(document, source, deadline)

    def _document(
        self, source: Source, path: Path | None, deadline: Deadline, *, for_people: bool = False
    ) -> Fetched:
        most = self._settings.sources.max_bytes
        if source.kind == SourceKind.FOLDER:
            if path is None:
                raise InputError(f"{source.location}: a folder source is a path, not an address")
            return local_folder(source.location, path, most)
        if path is not None:
            return local_document(source.location, path, most)
        if for_people:
            self._robots.check(source.location, deadline)
        return self._fetcher.fetch(source.location, source.etag, source.last_modified, deadline)

    def _kind(self, document: Fetched, source: Source, deadline: Deadline) -> SourceKind:
        """A page is recognised by its markup; anything else is tried as a feed.

        A page or listing is read only if the site's robots.txt allows it.
        """
        kind = document.content_type.partition(";")[0].strip().lower()
        start = (
            document.body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
        )
        if start.startswith(b"begin:vcalendar") or kind == "text/calendar":
            return SourceKind.CALENDAR
        if start.startswith((b"{", b"[")) or any(mark in start for mark in _FEED_MARKS):
            return SourceKind.FEED
        if kind == "text/csv" or source.location.lower().endswith((".csv", ".tsv")):
            return SourceKind.TABLE
        html = b"<!doctype html" in start or b"<html" in start
        if not html and kind not in ("text/html", "application/xhtml+xml"):
            return SourceKind.FEED
        if document.url:
            self._robots.check(document.url, deadline)
        job = job_for(source, document, self._settings, Task.IS_LISTING)
        listing = self._cells.ask(job, document.body, flag, deadline)
        return SourceKind.LISTING if listing else SourceKind.PAGE

    def _read(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        if not document.body.strip():
            raise InputError(f"{source.location}: empty")
        if source.kind != SourceKind.LISTING:
            return self._articles(source, document, deadline)
        job = job_for(source, document, self._settings, Task.LINKS)
        found = self._cells.ask(job, document.body, links, deadline)
        as_page = replace(source, kind=SourceKind.PAGE)
        return follow(
            source.location,
            found,
            self._scope.known,
            lambda page, within: self._articles(as_page, page, within),
            self._fetcher,
            self._robots,
            deadline,
        )

    def _articles(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        """The articles that the parser of this kind finds in a document."""
        job = job_for(source, document, self._settings, since=self._scope.since)
        found = self._cells.ask(job, document.body, found_of, deadline)
        return replace(found, articles=tuple(self._placed(one, source) for one in found.articles))

    def _placed(self, article: Article, source: Source) -> Article:
        """An article whose picture, if it is a file, is one of its own folder; no other source has files.

        No document can say that it is the page at another address, or what led to it.
        """
        marks = tuple(mark for mark in article.marks if not mark.startswith(("page:", "link:")))
        article = replace(article, marks=marks) if marks != article.marks else article
        if article.image is None or not article.image.url.startswith(FILE):
            return article
        folder = local_path(source.location, self._settings)
        name = article.image.url.removeprefix(FILE)
        mine = folder is not None and source.kind == SourceKind.FOLDER
        path = picture_in(folder, name) if folder is not None and mine else None
        url = file_url(path, self._settings.root) if path else ""
        return replace(article, image=replace(article.image, url=url) if url else None)


def normal_location(location: str, settings: Settings) -> str:
    """A location in the form that is stored: the absolute URL, or the path relative to the project
    where possible.

    Raises `UsageError` for a malformed address or a missing file.
    """
    location = location.strip()
    if location.lower().startswith("webcal://"):  # the scheme of calendar subscriptions
        location = f"https://{location[9:]}"
    path = local_path(location, settings)
    if path is None:
        url = safe_url(location)
        if not url:
            raise UsageError(
                f"“{shown(location)}” is not the location of a source: "
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
    """The path that an admin named, resolved against the project's folder; None for a URL."""
    if "://" in location or location.lower().startswith(("data:", "javascript:", "file:")):
        return None
    return settings.root / Path(location).expanduser()


__all__ = [
    "Fetcher",
    "ReadingScope",
    "SourceContent",
    "SourceReader",
    "local_path",
    "normal_location",
]
