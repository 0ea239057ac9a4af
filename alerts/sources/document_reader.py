"""Reads one document by its kind: fetches it, finds out what it is, and what else belongs to it.

A document is parsed in a cell. What a listing or sitemap leads to is fetched here, and so are the further
pages of WordPress, and files that a feed only names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from alerts.config.settings import Settings
from alerts.domain.article import OF_PAGES, Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources.cell.checks import flag, links
from alerts.sources.cell.job import Task, job_for
from alerts.sources.cell.pool import Cells
from alerts.sources.cell.values import found_of, sitemap_of
from alerts.sources.deadline import Deadline
from alerts.sources.detection import is_pdf, kind_by_octets
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.follow import follow
from alerts.sources.linked_files import filled
from alerts.sources.local_files import local_document, local_folder, picture_in
from alerts.sources.locations import local_path
from alerts.sources.mailbox_files import mails
from alerts.sources.mapped import Sitemap
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.picture.address import FILE, file_url
from alerts.sources.robots import Robots
from alerts.sources.sheets import fetched_sheet, is_sheet
from alerts.sources.sitemap_site import MapReading
from alerts.sources.wordpress_site import first_page, further, is_posts, posts_of

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NO_ENVIRON: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ReadingScope:
    """The purpose of a reading: calendars give the events from `since` on, and the month that is made
    `begins` then, before which nothing is asked for that has a date; pages in `known`
    (`urls.page_of`) are not read again, nor those in `empty` behind links, and none that a listing names
    without `follow_links`. `environ` is where the passwords of mailboxes are looked up."""

    since: datetime = _LONG_AGO
    known: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    follow_links: bool = True
    begins: datetime = _LONG_AGO
    environ: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRON)


class DocumentReader:
    """Reads documents of sources, one after the other or from several threads at once."""

    def __init__(
        self,
        settings: Settings,
        fetcher: Fetcher,
        scope: ReadingScope,
        cells: Cells,
        robots: Robots,
    ) -> None:
        self._settings, self._fetcher, self._scope = settings, fetcher, scope
        self._cells, self._robots = cells, robots

    def document(
        self, source: Source, path: Path | None, deadline: Deadline, *, for_people: bool = False
    ) -> Fetched:
        """The document of a source, `path` where it is a file; `for_people`: robots.txt is obeyed. Raises
        `InputError`."""
        most = self._settings.sources.max_bytes
        if source.kind == SourceKind.MAILBOX:
            since = max(self._scope.begins - self._settings.alert.late, _LONG_AGO)
            return mails(source, path, self._settings, self._scope.environ, since, deadline)
        if source.kind == SourceKind.FOLDER:
            if path is None:
                raise InputError(f"{source.location}: a folder source is a path, not an address")
            return local_folder(source.location, path, most)
        if path is not None:
            return local_document(source.location, path, most)
        if for_people:
            self._robots.check(source.location, deadline)
        validators = (source.etag, source.last_modified)
        if source.kind == SourceKind.WORDPRESS or is_posts(source.location):
            return first_page(source.location, self._fetcher, deadline, *validators)
        if is_sheet(source.location):
            return fetched_sheet(source.location, self._fetcher, deadline, *validators)
        return self._fetcher.fetch(source.location, *validators, deadline)

    def kind(self, document: Fetched, source: Source, deadline: Deadline) -> SourceKind:
        """A page is recognised by its markup; anything else is tried as a feed.

        A page or listing is read only if the site's robots.txt allows it.
        """
        if (kind := kind_by_octets(document, source.location)) is not None:
            return kind
        if posts_of(document) and self._has_posts(source, deadline):
            return SourceKind.WORDPRESS
        if document.url:
            self._robots.check(document.url, deadline)
        job = job_for(source, document, self._settings, Task.IS_LISTING)
        listing = self._cells.ask(job, document.body, flag, deadline)
        return SourceKind.LISTING if listing else SourceKind.PAGE

    def _has_posts(self, source: Source, deadline: Deadline) -> bool:
        """Whether a site of WordPress lets its posts be read; many close the interface."""
        try:
            first = first_page(source.location, self._fetcher, deadline)
            return bool(
                self.articles(replace(source, kind=SourceKind.WORDPRESS), first, deadline).articles
            )
        except InputError:
            return False

    def content(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        """The content of a source by its document, with all that belongs to it; raises `InputError`."""
        if not document.body.strip():
            raise InputError(f"{source.location}: empty")
        if source.kind == SourceKind.SITEMAP:
            return self._mapped(source, document, deadline)
        if source.kind != SourceKind.LISTING:
            found = self.articles(source, document, deadline)
            if source.kind in OF_PAGES or not self._scope.follow_links:
                return found
            if source.kind == SourceKind.WORDPRESS:
                since = self._scope.begins - self._settings.alert.late
                read = partial(self.articles, source, deadline=deadline)
                at = source.location
                found = further(found, document, at, since, read, self._fetcher, deadline)
            as_page = replace(source, kind=SourceKind.PAGE)
            read_file = partial(self.articles, as_page)
            known = self._scope.known
            return filled(found, known, read_file, self._fetcher, self._robots, deadline)
        job = job_for(source, document, self._settings, Task.LINKS)
        listed = self._cells.ask(job, document.body, links, deadline)
        if not self._scope.follow_links:
            return SourceContent(known=len(listed))
        return self._followed(source, listed, deadline)

    def _followed(
        self, source: Source, listed: Sequence[tuple[str, str]], deadline: Deadline
    ) -> SourceContent:
        """The articles of the pages behind these links that are not known."""
        as_page = replace(source, kind=SourceKind.PAGE)
        return follow(
            source.location,
            listed,
            self._scope.known,
            self._scope.empty,
            lambda page, within: self.articles(as_page, page, within),
            self._fetcher,
            self._robots,
            deadline,
        )

    def _mapped(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
        """The articles of the pages in a sitemap that can be of the month."""

        def parse(at: Fetched, within: Deadline) -> Sitemap:
            named = replace(source, location=at.url or source.location)
            job = job_for(named, at, self._settings, Task.SITEMAP)
            return self._cells.ask(job, at.body, sitemap_of, within)

        first = parse(document, deadline)
        if not self._scope.follow_links:
            return SourceContent(known=len(first.pages))
        reading = MapReading(
            document.url or source.location,
            self._scope.begins,
            lambda url, within: parse(self._fetcher.fetch(url, deadline=within), within),
            Intake(source, self._settings).moment,
            self._fetcher,
            deadline,
        )
        return reading.content(first, lambda pages: self._followed(source, pages, deadline))

    def articles(self, source: Source, document: Fetched, deadline: Deadline) -> SourceContent:
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
