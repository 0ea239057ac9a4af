"""`project.subscribers`: who is on the list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TextIO, Unpack

from alerts.domain.address import Address
from alerts.domain.errors import InputError, UsageError
from alerts.domain.subscriber import ShownStatus, Subscriber, SubscriberStatus
from alerts.library.imports import (
    FileImported,
    ImportOptions,
    Migration,
    Read,
    folder_or_file,
    imported_of,
    options_of,
    people_in,
    told_when_read,
)
from alerts.library.lists import SubscriberShown, write_list
from alerts.library.opened import ProjectPart, call
from alerts.store import audit_log, subscriber_query, subscribers, suppressions
from alerts.store.import_changes import Change, Told
from alerts.subscribers import (
    admin,
    confirmation,
    doubtful,
    fields,
    migration,
    self_service,
    take_in,
)
from alerts.subscribers.admin import SubscriberEdits
from alerts.subscribers.confirmation import Invited
from alerts.subscribers.edits import EDITABLE, parse_edits
from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.take_in import Imported

__all__ = ["Change", "Imported", "SubscriberShown", "Subscribers"]


class Subscribers(ProjectPart):
    """The people on the list. Iterating yields them all, but for those who were erased.

    What is no address raises `InputError`, as does an address that is not known where it must be; a
    language, section, tag or field that cannot be, `UsageError`.
    """

    def __iter__(self) -> Iterator[Subscriber]:
        return self.list()

    @call
    def find(self, email: str) -> Subscriber | None:
        """The person with that address, whatever their status."""
        return subscribers.find(self._opened.db, Address.parse(email))

    def list(
        self,
        *,
        status: SubscriberStatus | ShownStatus | str | None = None,
        language: str = "",
        tag: str = "",
        where: str = "",
        after: int = 0,
    ) -> Iterator[Subscriber]:
        """Those of whom all of it is true, of an id over `after`; `where` as in `alerts subscriber list
        --where`, else `UsageError`."""
        condition = subscriber_query.parse(where) if where else None
        wanted = language.lower().replace("_", "-")
        which = {"status": status or "", "language": wanted, "tag": tag, "where": condition}
        return self._listed({**which, "after": after})

    def _listed(self, which: Mapping[str, Any]) -> Iterator[Subscriber]:
        with self._opened.translated():
            yield from subscribers.listed(self._opened.db, **which)

    @call
    def show(self, email: str) -> SubscriberShown:
        """One person with their latest events."""
        address, db = Address.parse(email), self._opened.db
        person = subscribers.find(db, address)
        suppression = suppressions.find(db, address)
        if person is None:
            hint = f"; suppressed ({suppression.reason})" if suppression else ""
            raise InputError(f"{address}: no such subscriber{hint}")
        shown = replace(person, suppressed=suppression is not None)
        return SubscriberShown(shown, suppression, audit_log.of_subscriber(db, person.id))

    @call
    def held(self, email: str) -> Mapping[str, Any]:
        """All that is held about one person (GDPR art. 15 and 20), as JSON may have it."""
        return self_service.stored_data(self._opened.db, self._known(email))

    @call
    def add(
        self,
        /,
        email: str,
        *,
        language: str | None = None,
        tags: Iterable[str] = (),
        consent: str = "",
        consent_source: str = "",
        sections: Iterable[str] | None = None,
        pending: bool = False,
        resubscribe: bool = False,
        as_typed: bool = False,
        **texts: str | None,
    ) -> str:
        """Put one person on the list; returns "added", "updated" or "unchanged". Mails nobody.

        `texts` are those fields of `Subscriber` that are plain text, such as `name`. One who left comes
        back only with `resubscribe` and a new consent, one whose address is suppressed not at all, and
        one whose address looks mistyped only `as_typed`: raises `InputError`, as for what is no
        address, language or section.
        """
        opened = self._opened
        edits = self._edits(
            language=language,
            tags=tags,
            consent=consent,
            consent_source=consent_source,
            sections=sections,
            **texts,
        )
        return admin.add(
            opened.db,
            Address.parse(email),
            edits,
            language=opened.settings.default_language,
            now=opened.now,
            pending=pending,
            resubscribe=resubscribe,
            as_typed=as_typed,
        )

    @call
    def reserved(self, email: str) -> str:
        """Why an address can be nobody's, since its domain is reserved for examples; else empty."""
        address = Address.parse(email)
        return doubtful.doubt(address) if doubtful.reserved(address) else ""

    @call
    def invite(self, email: str) -> Invited | None:
        """Queue a mail by which a pending person confirms; None where the pages have no address for the
        link (web.base_url)."""
        web = self._opened.settings.web
        if not web.has_address:
            return None
        page = f"{web.public_url}/confirm"
        return confirmation.invite(self._opened.db, Address.parse(email), page, self._opened.now)

    @call
    def edit(
        self,
        /,
        email: str,
        *,
        new_email: str | None = None,
        language: str | None = None,
        tags: Iterable[str] = (),
        untags: Iterable[str] = (),
        consent: str = "",
        consent_source: str = "",
        sections: Iterable[str] | None = None,
        pause_until: str | None = None,
        specials: bool | None = None,
        **texts: str | None,
    ) -> str:
        """Change what is given of one person: "updated" or "unchanged".

        `sections` empty means all of the alert; `pause_until` is a day, such as 2027-03-01 (UTC), and
        empty ends a pause. `specials`: whether they get special alerts. `new_email` moves them to
        another address.
        """
        edits = self._edits(
            language=language,
            tags=tags,
            untags=untags,
            consent=consent,
            consent_source=consent_source,
            sections=sections,
            pause_until=pause_until,
            specials=specials,
            **texts,
        )
        new = Address.parse(new_email) if new_email else None
        opened = self._opened
        return admin.edit(opened.db, Address.parse(email), edits, now=opened.now, move_to=new)

    @call
    def export(self, people: Iterable[Subscriber], out: TextIO, file_format: str = "csv") -> None:
        """Write these people so that `import_file` reads them back: as `csv`, safe to open in a
        spreadsheet, as `json` (one array), or as `jsonl` (an object a line). Raises `UsageError`."""
        write_list(people, out, file_format)

    @call
    def tag(self, people: Iterable[Subscriber], word: str, *, remove: bool = False) -> int:
        """Give these people a tag, or take it away, all or none; how many changed."""
        words = fields.tag_words(word)
        if len(words) != 1:
            raise UsageError(f"“{word}”: name one tag")
        edits = SubscriberEdits(untags=words) if remove else SubscriberEdits(tags=words)
        return admin.tag(self._opened.db, people, edits, now=self._opened.now)

    @call
    def import_file(
        self,
        /,
        file: Path | str | BinaryIO,
        *,
        name: str = "",
        dry_run: bool = False,
        progress: Told | None = None,
        read: Read | None = None,
        **options: Unpack[ImportOptions],
    ) -> FileImported:
        """Import a file or ZIP of people, completely or not at all; bad lines are in `rejected`.

        `options`: see `ImportOptions`. `name` is what messages call the file. `read` is called once it is
        read and before anything is written, `progress` with each change of those who are on the list
        already. Raises `InputError` where it is no list, `Unclear` (a `UsageError`) where a column must
        be asked about first.
        """
        opened = self._opened
        chosen = options_of(options, opened.prefix, counting=dry_run)
        with people_in(file, name, chosen) as people:
            told_when_read(people, read)
            language, now = opened.settings.default_language, opened.now
            done = take_in.take_in(
                opened.db, people, language=language, now=now, dry_run=dry_run, told=progress
            )
        if dry_run:
            opened.pass_over()  # what was staged is no change
        return self._imported(people, done)

    @call
    def migrate(
        self,
        /,
        export: Path | str,
        *,
        dry_run: bool = False,
        read: Read | None = None,
        **options: Unpack[ImportOptions],
    ) -> Migration:
        """Take over the whole export of another system: a folder, a ZIP or one file, whole or not at
        all. The worst that any file says of a person counts."""
        opened, path = self._opened, Path(export)
        chosen = options_of(options, opened.prefix, counting=dry_run)
        people = ImportFile(folder_or_file(path), path.name, chosen)
        told_when_read(people, read)
        language, now = opened.settings.default_language, opened.now
        done = migration.migrate(opened.db, people, language=language, now=now, dry_run=dry_run)
        if dry_run:
            opened.pass_over()
        whole = self._imported(people, done.done)
        return Migration(done.files, done.total, whole, done.reconciles)

    @call
    def unsubscribe(self, email: str) -> bool:
        """Unsubscribe one person; False where they were."""
        done = admin.unsubscribe(self._opened.db, Address.parse(email), now=self._opened.now)
        return done == "unsubscribed"

    @call
    def unsubscribe_all(self, people: Iterable[Subscriber]) -> int:
        """Unsubscribe these people; how many were still on the list. Cut off, it can be called again."""
        return admin.unsubscribe_all(self._opened.db, people, now=self._opened.now)

    @call
    def erase(self, email: str) -> None:
        """Remove all data of one person for good."""
        admin.erase(self._opened.db, Address.parse(email), now=self._opened.now)

    def _edits(self, **given: Any) -> SubscriberEdits:
        """What is asked for, read; raises `UsageError`."""
        opened = self._opened
        if foreign := given.keys() - EDITABLE:
            raise UsageError(f"a subscriber has no field “{min(foreign)}” that could be set")
        try:
            return parse_edits(opened.settings, opened.now, before=opened.prefix, **given)
        except InputError as fault:
            raise UsageError(str(fault)) from fault

    def _known(self, email: str) -> Subscriber:
        address = Address.parse(email)
        person = subscribers.find(self._opened.db, address)
        if person is None:
            raise InputError(f"{address}: no such subscriber; see `alerts subscriber list`")
        return person

    def _imported(self, people: ImportFile, done: Imported) -> FileImported:
        known, db = self._opened.settings.alert.sections, self._opened.db
        return imported_of(people, done, subscribers.unknown_sections(db, known))
