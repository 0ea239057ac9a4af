"""The kinds of source: ours in one table, those of plug-ins by the entry point group `alerts.sources`.

A kind is one file with a function `read(document, intake) -> SourceContent`, and one line here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from alerts.config.plug_ins import SOURCES, plug_ins
from alerts.domain.article import SourceKind
from alerts.domain.errors import InputError, PlugInFault, UsageError
from alerts.sources.normalise import SourceContent

Read = Callable[..., SourceContent]


@dataclass(frozen=True, slots=True)
class KindDefinition:
    """How a kind of source is read.

    `read` runs in a cell. `dated`: it takes a third argument, the moment from which events are wanted.
    `for_people`: the site's robots.txt is obeyed. `always_whole`: the source is read again although its
    document is unchanged, because it may give other articles today.
    """

    load: Callable[[], Read]
    dated: bool = False
    for_people: bool = False
    always_whole: bool = False


def _ours(name: str) -> Callable[[], Read]:
    """The function `read` of one of our modules; each costs up to 300 ms to import."""

    def load() -> Read:
        read: Read = import_module(f"alerts.sources.{name}").read
        return read

    return load


KINDS: dict[str, KindDefinition] = {
    SourceKind.FEED: KindDefinition(_ours("feed")),
    SourceKind.PAGE: KindDefinition(_ours("page"), for_people=True),
    SourceKind.LISTING: KindDefinition(  # its links are followed; each leads to a page
        _ours("page"), for_people=True, always_whole=True
    ),
    SourceKind.SITEMAP: KindDefinition(_ours("page"), always_whole=True),  # likewise
    SourceKind.WORDPRESS: KindDefinition(_ours("wordpress")),
    SourceKind.CALENDAR: KindDefinition(_ours("calendar"), dated=True, always_whole=True),
    SourceKind.FOLDER: KindDefinition(
        _ours("folder"), always_whole=True
    ),  # so that a bad file is named again
    SourceKind.MAILBOX: KindDefinition(_ours("mailbox")),
    SourceKind.PDF: KindDefinition(_ours("pdf"), for_people=True),
    SourceKind.REFERENCES: KindDefinition(_ours("references"), dated=True),
    SourceKind.TABLE: KindDefinition(_ours("table")),
}


def kind_of(name: str, location: str) -> KindDefinition:
    """The kind of that name; raises `InputError` where it is unknown or its plug-in cannot be loaded."""
    if known := KINDS.get(name):
        return known
    plug_in = plug_ins(SOURCES).get(name)
    if plug_in is None:
        raise InputError(
            f"{location}: nothing here reads sources of kind “{name}”; is its plug-in installed?"
        )
    try:
        read = plug_in.load()
    except PlugInFault as fault:
        raise InputError(f"{location}: {fault}") from fault
    return KindDefinition(lambda: read)


def known_kind(name: str) -> str:
    """Check the name of a kind, ours or of an installed plug-in; raises `UsageError` for others."""
    if name not in KINDS and name not in (others := plug_ins(SOURCES)):
        raise UsageError(
            f"no kind of source “{name}”; there are {', '.join((*KINDS, *sorted(others)))}"
        )
    return name
