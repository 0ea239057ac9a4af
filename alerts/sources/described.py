"""Checks a source that an admin adds, and detects its kind where the admin does not name one."""

from collections.abc import Iterable

from alerts.config.known import language_known, section_known
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError, UsageError
from alerts.sources.detection import kind_by_place
from alerts.sources.kinds import known_kind
from alerts.sources.locations import is_imap, local_path
from alerts.sources.reader import Fetcher, ReadingScope, SourceReader, normal_location
from alerts.text.plain_text import tidy


def described(
    settings: Settings,
    location: str,
    *,
    kind: str = "",
    section: str = "",
    language: str = "",
    profile: str = "",
    tags: Iterable[str] = (),
) -> Source:
    """The checked source, not stored yet. Fetches the location where `kind` is empty.

    Raises `UsageError` for an unknown kind, section or language and for a malformed location, and
    `InputError` where the location must be fetched and cannot be read.
    """
    section_known(section, settings)
    language = language_known(language)
    location = normal_location(location, settings)
    if kind:
        found = known_kind(kind)
        placed = kind_by_place(location, local_path(location, settings))
        if (found == SourceKind.MAILBOX) != (placed == SourceKind.MAILBOX) and (
            found == SourceKind.MAILBOX or is_imap(location)
        ):
            raise UsageError(
                f"{location}: a mailbox is imaps://user@host/FOLDER or a Maildir, of --kind mailbox"
            )
    else:
        try:
            with SourceReader(settings, Fetcher(settings), ReadingScope()) as reader:
                found = reader.detect(location)
        except InputError as fault:
            raise InputError(f"{fault} (or say what it is with --kind)") from fault
    kept = tuple(filter(None, map(tidy, tags)))
    return Source(0, location, found, section, language, profile, tags=kept)
