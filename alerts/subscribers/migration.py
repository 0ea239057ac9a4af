"""Use case: import the whole export of another system, and report the result for each row.

All files count as one: of several statuses for one person, the worst counts. The totals must reconcile
with the files: each row is a person who now has a status, or a repetition, or a rejected line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.entry import place
from alerts.subscribers import take_in
from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.import_tables import Table, folder, tables

STATES = ("active", "pending", "unsubscribed", "suppressed")


@dataclass(frozen=True, slots=True)
class FileCount:
    """The results for the rows of one file: people by their present status, repetitions and rejections."""

    file: str
    system: str
    rows: int
    active: int
    pending: int
    unsubscribed: int
    suppressed: int
    repeated: int
    rejected: int
    unread: tuple[str, ...]

    @property
    def accounted(self) -> int:
        """The number of rows with a known result."""
        people = self.active + self.pending + self.unsubscribed + self.suppressed
        return people + self.repeated + self.rejected


@dataclass(frozen=True, slots=True)
class Migrated:
    """The result of a migration or of a dry run."""

    files: tuple[FileCount, ...]
    total: FileCount
    done: take_in.Imported

    @property
    def reconciles(self) -> bool:
        """Whether every row of every file became a person with a status, a repetition or a rejection."""
        return self.total.rejected == 0 and self.total.accounted == self.total.rows


def source(path: Path) -> Iterator[Table]:
    """The tables of a folder, or of a file such as a ZIP; raises `InputError`."""
    if path.is_dir():
        yield from folder(path)
        return
    with path.open("rb") as file:
        yield from tables(file, path.name)


def migrate(
    db: Database, people: ImportFile, *, language: str, now: datetime, dry_run: bool
) -> Migrated:
    """Import an export, completely or not at all. Can be repeated; raises `InputError`, `Unclear`."""
    done = take_in.take_in(db, people, language=language, now=now, dry_run=dry_run)
    counted = (_count(people, number, done) for number in range(len(people.names)))
    files = tuple(one for one in counted if one is not None)
    return Migrated(files, _total(files), done)


def _count(people: ImportFile, number: int, done: take_in.Imported) -> FileCount | None:
    """The figures of one file; None where it has no people."""
    name = people.names[number]
    summary = next((summary for summary in people.summaries if summary.number == number), None)
    if summary is None:
        return None
    counts = {state: done.stand.get((number, state), 0) for state in (*STATES, "repeated")}
    rejected = sum(place(one.line)[0] == number for one in people.rejected)
    return FileCount(
        name,
        summary.system,
        summary.rows,
        **counts,
        rejected=rejected,
        unread=tuple(summary.unread),
    )


def _total(files: tuple[FileCount, ...]) -> FileCount:
    """The sums, with every system and every unread column once."""

    def several(words: Iterator[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(words))

    numbers = {
        name: sum(getattr(one, name) for one in files)
        for name in ("rows", *STATES, "repeated", "rejected")
    }
    systems = several(one.system for one in files if one.system)
    unread = several(heading for one in files for heading in one.unread)
    return FileCount("", ", ".join(systems), **numbers, unread=unread)
