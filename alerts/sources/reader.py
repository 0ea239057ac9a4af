"""Reads sources of every kind: feed, page, listing, calendar, table, folder, mailbox.

A `SourceReader` turns one source into articles, whatever its kind, and finds out the kind of a location.
It reaches the outside world only through `fetch.Fetcher` and, for locations that an admin wrote as a
path, the file system (`local_files.py`): nothing that comes from the network can name a local file. It
fetches, and parses nothing itself: documents are parsed in cells. Knows nothing of the store.
"""

from collections.abc import Sequence
from dataclasses import replace

from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.detection import kind_by_place
from alerts.sources.document import Fetched
from alerts.sources.document_reader import DocumentReader, ReadingScope
from alerts.sources.fetch import Fetcher
from alerts.sources.kinds import kind_of
from alerts.sources.locations import local_path, normal_location
from alerts.sources.look_up import LookedUp, look_up
from alerts.sources.moved import agree, claimed, redirected
from alerts.sources.normalise import SourceContent
from alerts.sources.robots import Robots
from alerts.sources.wordpress_site import is_posts


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
        self._documents = DocumentReader(settings, fetcher, scope, self._cells, self._robots)

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
        document = self._documents.document(source, path, deadline, for_people=kind.for_people)
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
        found = self._documents.content(source, document, deadline)
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
        if (placed := kind_by_place(location, path)) is not None:
            return self.read(replace(source, kind=placed))
        deadline = self._fetcher.deadline()
        document = self._documents.document(source, path, deadline)
        known = replace(source, kind=self._documents.kind(document, source, deadline))
        if known.kind == SourceKind.WORDPRESS and not is_posts(location):
            document = self._documents.document(known, path, deadline)
        found = self._documents.content(known, document, deadline)
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
            there = self._documents.articles(replace(source, location=url), document, deadline)
        except InputError:
            return False
        return agree(found.articles, there.articles)

    def look_up(self, urls: Sequence[str], source: Source | None = None) -> list[LookedUp]:
        """What the pages at these URLs of one site say of themselves (`look_up.py`), as articles of
        `source`."""

        def read_page(document: Fetched, deadline: Deadline) -> SourceContent:
            own = source or Source(0, document.url, SourceKind.PAGE)
            page = replace(own, location=document.url, kind=SourceKind.PAGE)
            return self._documents.articles(page, document, deadline)

        deadline = self._fetcher.deadline()
        return look_up(urls, read_page, self._fetcher, self._robots, deadline)

    def detect(self, location: str) -> SourceKind:
        """The kind of source at that location. Fetches it, so it raises as `read` does."""
        path = local_path(location, self._settings)
        if (placed := kind_by_place(location, path)) is not None:
            return placed
        source, deadline = Source(0, location, SourceKind.PAGE), self._fetcher.deadline()
        document = self._documents.document(source, path, deadline)
        return self._documents.kind(document, source, deadline)


__all__ = [
    "Fetcher",
    "ReadingScope",
    "SourceContent",
    "SourceReader",
    "local_path",
    "normal_location",
]
