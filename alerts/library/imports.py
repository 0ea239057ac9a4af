"""The typed options and results of an import of people."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypedDict

from alerts.domain.entry import Rejection, Standing
from alerts.domain.errors import InputError, UsageError
from alerts.store.import_changes import Change, Told
from alerts.subscribers import fields
from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.import_options import STANDINGS, ReadOptions, mapped
from alerts.subscribers.import_summary import TableSummary
from alerts.subscribers.import_tables import Table, tables
from alerts.subscribers.language_names import named
from alerts.subscribers.migration import FileCount
from alerts.subscribers.status_words import plain
from alerts.subscribers.take_in import Imported

__all__ = ["Change", "FileImported", "FileRead", "ImportOptions", "Migration", "Told", "mapped"]


class ImportOptions(TypedDict, total=False):
    """The options of an import.

    `mapping`: fields by headings of the file, {"E-Mail": "email"}. `values`: the meanings of a column's
    values, {"confirmed": {"0": "pending"}}; "*" is any value that is not empty. `ignore`: columns that
    do not say who may be mailed. `assert_subscribed`: where and how everybody in it has subscribed, if
    the file does not say; kept as evidence. `language`, `tags`, `consent` and `consent_source`:
    defaults. `status`: nobody gets a better status than this. `as_typed`: accept doubtful addresses.
    """

    mapping: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    ignore: Iterable[str]
    assert_subscribed: str
    language: str
    tags: Iterable[str]
    status: str
    consent: str
    consent_source: str
    as_typed: bool


@dataclass(frozen=True, slots=True)
class FileRead:
    """How a file was read, before anything is written: the meaning of each column of each table, and
    the files of an archive without people, each with the reason. `unit`: the name of a line in
    messages."""

    file: str
    unit: str
    tables: tuple[TableSummary, ...]
    skipped: tuple[tuple[str, InputError], ...]


Read = Callable[[FileRead], None]


@dataclass(frozen=True, slots=True)
class FileImported(Imported):
    """The result of an import. `notices` are remarks about how the file was read."""

    read: FileRead = FileRead("", "line", (), ())
    notices: tuple[str, ...] = ()
    unknown_sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Migration:
    """The result of importing another system's export, by file."""

    files: tuple[FileCount, ...]
    total: FileCount
    done: FileImported
    reconciles: bool


@dataclass(frozen=True, slots=True)
class SuppressionsImported:
    """The result of an import of suppressions."""

    added: int
    unchanged: int
    rejected: Sequence[Rejection]
    notices: tuple[str, ...]
    read: FileRead


def options_of(given: ImportOptions, prefix: str, *, counting: bool) -> ReadOptions:
    """These options, parsed; raises `UsageError`. `prefix` is put before the name of an option in an
    error; `counting`: count the values of every column."""
    mapping, values = given.get("mapping", {}), _meanings(given.get("values", {}))
    ignored = list(given.get("ignore", ()))
    if clash := [one for one in ignored if plain(one) in {*map(plain, mapping), *values}]:
        raise UsageError(f"--ignore and --map: both name “{clash[0]}”")
    source, asserted = given.get("consent_source", ""), given.get("assert_subscribed", "")
    try:
        return ReadOptions(
            mapping=mapping,
            values=values,
            ignored=frozenset(map(plain, ignored)),
            language=_language(given.get("language", "")),
            tags=tuple(json.loads(fields.tags(",".join(given.get("tags", ()))))),
            consent=fields.evidence(given.get("consent", "")),
            consent_source=fields.clean(
                source, fields.MAX_SOURCE, _called("consent_source", prefix)
            ),
            standing=_standing(given["status"]) if given.get("status") else None,
            asserted=fields.clean(
                asserted, fields.MAX_SOURCE, _called("assert_subscribed", prefix)
            ),
            as_typed=given.get("as_typed", False),
            counting=counting,
        )
    except InputError as fault:
        raise UsageError(str(fault)) from fault


@contextmanager
def people_in(file: Path | str | BinaryIO, name: str, options: ReadOptions) -> Iterator[ImportFile]:
    """The people of a file, which are read within the block; the caller's own file is left open."""
    if isinstance(file, Path | str):
        with Path(file).open("rb") as opened, people_in(opened, name, options) as people:
            yield people
        return
    name = name or Path(str(getattr(file, "name", "file"))).name
    yield ImportFile(tables(file, name), name, options)


def read_of(people: ImportFile) -> FileRead:
    """How that file was read so far."""
    return FileRead(people.file, people.unit, tuple(people.summaries), tuple(people.skipped))


def told_when_read(people: ImportFile, read: Read | None) -> None:
    """Have `read` called with how the file was read, before anything is written."""
    if read is not None:
        people.when_read = lambda whole: read(read_of(whole))


def imported_of(people: ImportFile, done: Imported, unknown: Sequence[str]) -> FileImported:
    """The result of an import, with the remarks about its file."""
    return FileImported(
        done.added,
        done.updated,
        done.unchanged,
        done.rejected,
        done.repeated,
        done.stand,
        read_of(people),
        tuple(people.notices),
        tuple(unknown),
    )


def _meanings(values: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Standing]]:
    """The meanings of the values of columns, by normalised heading and value."""
    return {
        plain(heading): {
            value if value == "*" else plain(value): _standing(word) for value, word in said.items()
        }
        for heading, said in values.items()
    }


def _standing(word: str) -> Standing:
    """The standing for that word; raises `UsageError`."""
    if word.lower() not in STANDINGS:
        raise UsageError(f"“{word}” is no status; there are {', '.join(STANDINGS)}")
    return STANDINGS[word.lower()]


def _called(name: str, prefix: str) -> str:
    return f"{prefix}{name.replace('_', '-') if prefix else name}"


def _language(text: str) -> str:
    """A language by its code or name; raises `InputError`."""
    try:
        return fields.language(text)
    except InputError:
        if found := named(text):
            return found
        raise


def folder_or_file(path: Path) -> Iterable[Table]:
    """The tables of another system's export."""
    from alerts.subscribers import migration

    return migration.source(path)
