"""`project.sources`: where articles are collected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.domain.errors import AlertsError, UsageError
from alerts.domain.month import Month
from alerts.library.opened import ProjectPart, call
from alerts.sources import moved
from alerts.sources.kinds import known_kind
from alerts.sources.moved import SourceMoved
from alerts.sources.opml_import import OpmlImported, import_opml
from alerts.store import profiles, source_locations
from alerts.store import sources as store
from alerts.store.sources import StoredSource

if TYPE_CHECKING:
    from alerts.sources.normalise import SourceContent

__all__ = [
    "Looked",
    "SourceAdded",
    "SourceMoved",
    "SourceStayed",
    "Sources",
    "known_kind",
    "look",
]


@dataclass(frozen=True, slots=True)
class SourceStayed:
    """A source that is told to have moved and could not be moved, by its location, and why."""

    location: str
    reason: str


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


def look(
    settings: Settings, location: str, kind: str | None, ended: Month, environ: Mapping[str, str]
) -> Looked:
    """The articles that a location would give; needs no project and keeps nothing.

    Of a calendar the events after the month `ended`; `kind` is found out where it is None;
    the password of a mailbox is looked up in `environ`. Raises
    `UsageError` for a malformed address, `InputError` where it cannot be read.
    """
    from alerts.sources import reader as sources  # imports httpx2

    location = sources.normal_location(location, settings)
    zone = settings.zone
    occasion = sources.ReadingScope(
        ended.plus(1).start(zone), begins=ended.start(zone), environ=environ
    )
    with sources.SourceReader(settings, sources.Fetcher(settings), occasion) as reader:
        found = reader.check(location, kind)
    if found.moved_to:
        remedy = f"add that one; of a source, `alerts source move {location}` takes it over"
        note = moved.told(location, found.moved_to, None, remedy)
        found = replace(found, notes=(*found.notes, note))
    return Looked(location, found)


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
        number = source_locations.find(opened.db, wanted.location)
        kept = next(one for one in self if one.id == number)
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
    def move(self, location: str, new: str = "") -> SourceMoved:
        """Have a source, by its location or number, be at `new`: without it, where it is told to have
        moved. It stays the same source. Moving it twice changes nothing.

        Raises `UsageError` where there is no such source, or `new` is another one, and `InputError`
        where it is not there.
        """
        from alerts.sources.moving import move  # imports httpx2

        opened = self._opened
        number = source_locations.find(opened.db, location)
        number = number or source_locations.find(opened.db, location.rstrip("/"))
        for source in store.all_sources(opened.db):
            if source.id == number or str(source.id) == location:
                return move(
                    opened.db, opened.settings, source, opened.now, new, environ=opened.environ
                )
        raise UsageError(f"no source “{location}”; `alerts source list` shows them")

    @call
    def move_all(self) -> tuple[SourceMoved | SourceStayed, ...]:
        """Have every source be where it is told to have moved; one that cannot be moved stays."""
        from alerts.sources.moving import move  # imports httpx2

        opened = self._opened
        done: list[SourceMoved | SourceStayed] = []
        for source in store.all_sources(opened.db):
            if source.moved_to:
                try:
                    done.append(move(opened.db, opened.settings, source, opened.now))
                except AlertsError as fault:
                    done.append(SourceStayed(source.location, str(fault)))
        return tuple(done)

    @call
    def look(
        self, location: str, *, kind: str | None = None, month: Month | str | None = None
    ) -> Looked:
        """The articles that a location would give, of a calendar the events after `month`."""
        return look(
            self._opened.settings, location, kind, self._opened.month(month), self._opened.environ
        )
