"""Adds every feed of an OPML file that a feed reader exported."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.config.known import language_known, section_known
from alerts.config.settings import Settings
from alerts.domain import languages
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import opml, opml_file
from alerts.store import sources, transaction


@dataclass(frozen=True, slots=True)
class RejectedOutline:
    """An entry of the list that could not be added, and why."""

    line: int
    location: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpmlImported:
    """The numbers of feeds that were added and that existed before, and the rejected entries."""

    added: int
    known: int
    rejected: tuple[RejectedOutline, ...]


def import_opml(
    db: Database,
    settings: Settings,
    document: bytes,
    name: str,
    now: datetime,
    *,
    section: str = "",
    language: str = "",
) -> OpmlImported:
    """Add the feeds of a list; `section` and `language` take precedence over those in the list.

    A folder with the name of a section puts its feeds there; any other folder name becomes a tag.
    Raises `InputError`, in which `name` is the name of the file, where it is too large or not OPML.
    """
    section_known(section, settings)
    language = language_known(language)
    limit = settings.sources.max_bytes
    if len(document) > limit:
        raise InputError(f"{name}: larger than {limit} octets (sources.max_bytes)")
    outlines = opml_file.outlines(document, name, settings.sources)
    added, rejected = 0, []
    with transaction(db):
        for outline in outlines:
            if not outline.url:
                reason = "not an http or https address"
                rejected.append(RejectedOutline(outline.line, outline.written, reason))
            else:
                added += sources.add(db, _source(outline, section, language, settings), now)
    return OpmlImported(added, len(outlines) - added - len(rejected), tuple(rejected))


def _source(outline: opml.Outline, section: str, language: str, settings: Settings) -> Source:
    """A feed of the list as a source."""
    named = {title.casefold(): key for key in settings.alert.sections for title in (key, *(
        settings.alert.section_titles.get(key, {}).values()))}  # fmt: skip
    places = [named[folder.casefold()] for folder in outline.folders if folder.casefold() in named]
    tags = tuple(folder for folder in outline.folders if folder.casefold() not in named)
    if not language and languages.known_language(outline.language):
        language = outline.language
    chosen = section or (places[-1] if places else "")
    return Source(0, outline.url, SourceKind.FEED, chosen, language, tags=tags)
