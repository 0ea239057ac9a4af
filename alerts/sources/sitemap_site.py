"""Reads what a sitemap names: the pages that can be of the month, each as a page.

Guarantees: an address without a date is not read, nor one that was last changed before the month; pages
and maps of other sites are not; at most `sources.follow` pages in one collection, the newest first, as
for listings (`follow.py`). A page that says no date of its own, and whose map says none, is taken for one
that has no date, such as “About us”, and left out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from alerts.domain.errors import InputError
from alerts.sources.deadline import Deadline
from alerts.sources.fetch import Fetcher
from alerts.sources.mapped import MappedPage, Sitemap
from alerts.sources.normalise import SourceContent
from alerts.text.aliases import is_front, site_of
from alerts.text.aliases import pages as pages_of
from alerts.text.plural import counted
from alerts.text.urls import canonical, page_of

_MOST_MAPS = 20
# Maps that systems make of what is no article.
_OTHER_MAPS = re.compile(
    r"(?:^|[-_/.])(?:categor(?:y|ies)|tags?|post_tag|authors?|users|taxonom\w*|product\w*|images?|videos?|"
    r"attachments?|pages?|e-landing-page|elementor\w*)[-_.]?(?:site-?map)?[-_.]?\d*\.xml",
    re.IGNORECASE,
)

Parse = Callable[[str, Deadline], Sitemap]
Moment = Callable[[str], datetime | None]
Follow = Callable[[Sequence[tuple[str, str]]], SourceContent]


@dataclass(frozen=True, slots=True)
class MapReading:
    """How a sitemap is read: `parse` fetches and parses another map, `moment` reads a date; nothing from
    before `begins` is read."""

    location: str
    begins: datetime
    parse: Parse
    moment: Moment
    fetcher: Fetcher
    deadline: Deadline

    def content(self, first: Sitemap, follow: Follow) -> SourceContent:
        """The articles of the pages that `first`, or the maps that it names, have; `follow` reads pages."""
        notes: list[str] = []
        pages = self._pages(first, notes) if first.is_index else list(first.pages)
        here = [one for one in pages if site_of(one.url) == site_of(self.location)]
        dated = {one.url: at for one in here if (at := self._at(one)) and not is_front(one.url)}
        if here and not dated:
            notes.append(
                f"{self.location}: no address has a date; try the site with --kind listing"
            )
        wanted = [one for one in here if one.url in dated and dated[one.url] >= self.begins]
        wanted.sort(key=lambda one: dated[one.url], reverse=True)
        found = follow([(one.url, one.title) for one in wanted])
        return self._with_dates(found, wanted, notes)

    def _pages(self, index: Sitemap, notes: list[str]) -> list[MappedPage]:
        """The pages of the maps that an index names, but for those from before and of no articles."""
        maps = [
            one for one in index.pages
            if site_of(one.url) == site_of(self.location)
            and not _OTHER_MAPS.search(urlsplit(one.url).path)
            and not ((at := self.moment(one.changed)) and at < self.begins)
        ]  # fmt: skip
        maps.sort(key=lambda one: one.changed, reverse=True)
        if len(maps) > _MOST_MAPS:
            notes.append(f"{self.location}: {len(maps)} maps; the newest {_MOST_MAPS} are read")
        pages: list[MappedPage] = []
        for one in maps[:_MOST_MAPS]:
            try:
                found = self.parse(one.url, self.deadline)
            except InputError as fault:
                notes.append(str(fault))
                continue
            if not found.is_index:  # an index in an index is not allowed
                pages += found.pages
        return pages

    def _at(self, page: MappedPage) -> datetime | None:
        """The date of publication, else the last change: nothing is published after that."""
        return self.moment(page.published) or self.moment(page.changed)

    def _with_dates(
        self, found: SourceContent, wanted: Sequence[MappedPage], notes: list[str]
    ) -> SourceContent:
        said = {page_of(canonical(one.url)): self.moment(one.published) for one in wanted}
        articles = [
            replace(one, published=one.published or _of(one.marks, one.url, said))
            for one in found.articles
        ]
        kept = tuple(one for one in articles if one.published or one.event)
        undated = [one for one in articles if one not in kept]
        if undated:
            told = counted(len(undated), "page")
            notes.append(f"{self.location}: {told} without a date left out")
        asked = tuple(page_of(led) for one in undated for led in pages_of(one))
        return replace(
            found, articles=kept, notes=(*found.notes, *notes), empty=(*found.empty, *asked)
        )


def _of(marks: Sequence[str], url: str, said: dict[str, datetime | None]) -> datetime | None:
    """The date that the map says of a page, by its own address or the one that led there."""
    led = [mark.removeprefix("page:") for mark in marks if mark.startswith("page:")]
    return next((at for one in (url, *led) if (at := said.get(page_of(one)))), None)
