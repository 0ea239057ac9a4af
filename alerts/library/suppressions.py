"""`project.suppressions`: the addresses that must not be mailed."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.library.imports import SuppressionsImported, people_in, read_of
from alerts.library.opened import ProjectPart, call
from alerts.store import suppressions
from alerts.store.suppressions import Suppression
from alerts.subscribers import admin, fields, take_in
from alerts.subscribers import unsubscribe as unsubscribing
from alerts.subscribers.import_options import ReadOptions

MOST_NOTE = 500  # characters


class Suppressions(ProjectPart):
    """The addresses that must not be mailed. Iterating yields them all; erased addresses are not
    readable."""

    def __iter__(self) -> Iterator[Suppression]:
        return self.list()

    @call
    def add(
        self, *emails: str, reason: SuppressionReason = SuppressionReason.MANUAL, note: str = ""
    ) -> int:
        """Never mail these again, all or none; returns how many were not suppressed before."""
        addresses = [Address.parse(email) for email in emails]
        return self._suppress(addresses, reason, note)[0]

    @call
    def find(self, email: str) -> Suppression | None:
        """Why that address must not be mailed; None where it may be."""
        return suppressions.find(self._opened.db, Address.parse(email))

    @call
    def remove(self, email: str) -> bool:
        """Remove a suppression; False where there was none."""
        return admin.allow(self._opened.db, Address.parse(email), now=self._opened.now)

    @call
    def import_file(
        self,
        file: Path | str | BinaryIO,
        *,
        name: str = "",
        reason: SuppressionReason = SuppressionReason.MANUAL,
        note: str = "",
    ) -> SuppressionsImported:
        """Suppress every address in a file: one per line, or any list or ZIP of lists. Everything else
        is ignored, and bad lines are in `rejected`. Raises `InputError` where it has no addresses."""
        with people_in(file, name, ReadOptions(addresses_only=True)) as people:
            # read before the database is locked
            addresses = [Address.parse(entry.email) for entry in people]
        added, unchanged = self._suppress(addresses, reason, note)
        rejected = take_in.placed(people, people.rejected)
        notices = tuple(people.notices)
        return SuppressionsImported(added, unchanged, rejected, notices, read_of(people))

    def _suppress(
        self, addresses: list[Address], reason: SuppressionReason, note: str
    ) -> tuple[int, int]:
        opened = self._opened
        kept = fields.clean(note, MOST_NOTE, f"{opened.prefix}note")
        return unsubscribing.suppress(
            opened.db, addresses, reason=reason, note=kept, now=opened.now
        )

    def list(self, after: int = 0) -> Iterator[Suppression]:
        """All of an id over `after`."""
        with self._opened.translated():
            yield from suppressions.listed(self._opened.db, after)
