"""Reads sources of every kind: feed, page, listing, calendar, table, folder.

A `SourceReader` turns one source into articles, whatever its kind, and finds out the kind of a location.
It reaches the outside world only through `fetch.Fetcher` and, for locations that an admin wrote as a
path, the file system (`local_files.py`): nothing that comes from the network can name a local file. It
fetches, and parses nothing itself: documents are parsed in cells. Knows nothing of the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.article import OF_PAGES, Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources.cell.checks import flag, links
from alerts.sources.cell.job import Task, job_for
from alerts.sources.cell.pool import Cells
from alerts.sources.cell.values import found_of
from alerts.sources.deadline import Deadline
from alerts.sources.detection import is_pdf, kind_by_octets
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.follow import follow
from alerts.sources.kinds import kind_of
from alerts.sources.linked_files import filled
from alerts.sources.local_files import local_document, local_folder, picture_in
from alerts.sources.locations import local_path, normal_location
from alerts.sources.look_up import LookedUp, look_up
from alerts.sources.moved import agree, claimed, redirected
from alerts.sources.normalise import SourceContent
from alerts.sources.picture.address import FILE, file_url
from alerts.sources.robots import Robots

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReadingScope:
    """The purpose of a reading: calendars give the events from `since` on; pages in `known`
    (`urls.page_of`) are not read again, and none that a listing names without `follow_links`."""

    since: datetime = _LONG_AGO
    known: frozenset[str] = frozenset()
    follow_links: bool = True


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
                moved_to=redirected(source.location, document) or source.moved_to,
                read_at=document.url,
            )
        found = self._read(source, document, deadline)
        return replace(
            self._with_move(found, source, document, deadline),
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
        known = replace(source, kind=self._kind(document, source, deadline))
        found = self._read(known, document, deadline)
        return self._with_move(found, known, document, deadline)

    def _with_move(
        self, found: SourceContent, source: Source, document: Fetched, deadline: Deadline
    ) -> SourceContent:
        """The content with where the source has moved. A feed's own word is checked: the same articles
        are there, at that very address."""
        there = redirected(source.location, document)
        own = "" if there else claimed(source.location, document, found.own_address)
        if own and (own == source.moved_to or self._is_at(own, found, source, deadline)):
            there = own
        return replace(found, moved_to=there, read_at=document.url)

    def _is_at(self, url: str, found: SourceContent, source: Source, deadline: Deadline) -> bool:
        """Whether a source that was read is at `url`, too."""
        try:
            document = self._fetcher.fetch(url, deadline=deadline.part(deadline.seconds / 2))
            if document.hops:
                return False
            there = self._articles(replace(source, location=url), document, deadline)
        except InputError:
            return False
        return agree(found.articles, there.articles)

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
        if (kind := kind_by_octets(document, source.location)) is not None:
            return kind
        if document.url:
            self._robots.check(document.url, deadline)
        job = job_for(source, document, self._settings, Task.IS_LISTING)
        listing = self._cells.ask(job, document.body, flag, deadline)
        return SourceKind.LISTING if listing else SourceKind.PAGE

    def _read(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        if not document.body.strip():
            raise InputError(f"{source.location}: empty")
        if source.kind != SourceKind.LISTING:
            found = self._articles(source, document, deadline)
            if source.kind in OF_PAGES or not self._scope.follow_links:
                return found
            as_page = replace(source, kind=SourceKind.PAGE)
            read_file = partial(self._articles, as_page)
            known = self._scope.known
            return filled(found, known, read_file, self._fetcher, self._robots, deadline)
        job = job_for(source, document, self._settings, Task.LINKS)
        listed = self._cells.ask(job, document.body, links, deadline)
        if not self._scope.follow_links:
            return SourceContent(known=len(listed))
        as_page = replace(source, kind=SourceKind.PAGE)
        return follow(
            source.location,
            listed,
            self._scope.known,
            lambda page, within: self._articles(as_page, page, within),
            self._fetcher,
            self._robots,
            deadline,
        )

    def _articles(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        """The articles that the parser of this kind finds in a document; where a page was expected, a
        PDF file is read as one."""
        if source.kind in OF_PAGES and is_pdf(document):
            source = replace(source, kind=SourceKind.PDF, location=document.url or source.location)
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


__all__ = [
    "Fetcher",
    "ReadingScope",
    "SourceContent",
    "SourceReader",
    "local_path",
    "normal_location",
]
