"""`project.sources`: where articles are collected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.domain.month import Month
from alerts.library.opened import ProjectPart, call
from alerts.sources.kinds import known_kind
from alerts.sources.opml_import import OpmlImported, import_opml
from alerts.store import profiles
from alerts.store import sources as store
from alerts.store.sources import StoredSource

if TYPE_CHECKING:
    from alerts.sources.normalise import SourceContent

__all__ = ["Looked", "SourceAdded", "Sources", "known_kind", "look"]


@dataclass(frozen=True, slots=True)
class SourceAdded:
    """The source as it is kept. `new` is False where it was there already; `unknown_profile`: nobody has
    added the profile of its articles yet."""

    source: Source
    new: bool
    unknown_profile: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What a location would give, under the name that it would be kept by."""

    location: str
    content: "SourceContent"


def look(settings: Settings, location: str, kind: str | None, ended: Month) -> Looked:
    """The articles that a location would give; needs no project and keeps nothing.

    Of a calendar the events after the month `ended`; `kind` is found out where it is None. Raises
    `UsageError` for a malformed address, `InputError` where it cannot be read.
    """
    from alerts.sources import reader as sources  # imports httpx2

    location = sources.normal_location(location, settings)
    occasion = sources.ReadingScope(ended.plus(1).start(settings.zone))
    with sources.SourceReader(settings, sources.Fetcher(settings), occasion) as reader:
        return Looked(location, reader.check(location, kind))


class Sources(ProjectPart):
    """The sources of a project. Iterating yields them in the order in which they were added."""

    def __iter__(self) -> Iterator[Source]:
        with self._opened.translated():
            yield from store.all_sources(self._opened.db)

    @call
    def kept(self) -> tuple[StoredSource, ...]:
        """The same, each with how its last collection went."""
        return tuple(store.kept(self._opened.db))

    @call
    def add(
        self,
        location: str,
        *,
        kind: str = "",
        section: str = "",
        language: str = "",
        profile: str = "",
        tags: Iterable[str] = (),
    ) -> SourceAdded:
        """Add a URL, or a path relative to the project's folder; `kind` is detected where it is empty.

        Raises `InputError` where nothing is there, and `UsageError` for what the alert does not know.
        """
        from alerts.sources.described import described  # imports httpx2

        opened = self._opened
        wanted = described(
            opened.settings,
            location,
            kind=kind,
            section=section,
            language=language,
            profile=profile,
            tags=tags,
        )
        new = store.add(opened.db, wanted, opened.now)
        kept = next(one for one in self if one.location == wanted.location)
        unknown = bool(profile) and profile not in profiles.all_profiles(opened.db)
        return SourceAdded(kept, bool(new), unknown)

    @call
    def import_opml(
        self, document: bytes, name: str, *, section: str = "", language: str = ""
    ) -> OpmlImported:
        """Add every feed of an OPML file that a feed reader exported; `name` is the file's name in
        errors."""
        opened = self._opened
        return import_opml(
            opened.db,
            opened.settings,
            document,
            name,
            opened.now,
            section=section,
            language=language,
        )

    @call
    def remove(self, location: str) -> Source | None:
        """Forget a source, by its location or number; what was collected from it stays. None where there
        is no such source."""
        wanted = {location, location.rstrip("/")}
        for known in store.all_sources(self._opened.db):
            if known.location in wanted or str(known.id) == location:
                store.remove(self._opened.db, known.id)
                return known
        return None

    @call
    def look(
        self, location: str, *, kind: str | None = None, month: Month | str | None = None
    ) -> Looked:
        """The articles that a location would give, of a calendar the events after `month`."""
        return look(self._opened.settings, location, kind, self._opened.month(month))
