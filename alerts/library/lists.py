"""One subscriber, and lists of them as CSV or JSON that `import_file` reads back, one at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TextIO

from alerts.domain.errors import UsageError
from alerts.domain.subscriber import SHOWN, Subscriber
from alerts.store.suppressions import Suppression
from alerts.text.csv_text import line_of


@dataclass(frozen=True, slots=True)
class SubscriberShown:
    """One person, why their address must not be mailed if so, and their events, oldest first."""

    person: Subscriber
    suppression: Suppression | None
    events: Sequence[Mapping[str, Any]]


def document(person: Subscriber) -> dict[str, Any]:
    """One person as a JSON object."""
    values = {field: getattr(person, field) for field in SHOWN}
    values["status"] = person.standing.value
    return {
        field: list(value) if isinstance(value, tuple) else value for field, value in values.items()
    }


def write_json(people: Iterable[Subscriber], out: TextIO, *, escaped: bool = False) -> None:
    """Write one JSON array, one person at a time; `escaped`: in ASCII."""
    before = "["
    for person in people:
        out.write(f"{before}\n  {json.dumps(document(person), ensure_ascii=escaped)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def write_lines(people: Iterable[Subscriber], out: TextIO) -> None:
    """Write one JSON object a line (JSON Lines)."""
    for person in people:
        out.write(f"{json.dumps(document(person), ensure_ascii=False)}\n")


def write_csv(people: Iterable[Subscriber], out: TextIO) -> None:
    """Write CSV from which `import` reads the same values."""
    out.write(line_of(SHOWN))
    for person in people:
        cells = document(person).values()
        out.write(line_of(", ".join(c) if isinstance(c, list) else str(c) for c in cells))


WRITERS = {"csv": write_csv, "json": write_json, "jsonl": write_lines}
"""How a list is exported, by the name of the format; `import_file` reads each back."""


def write_list(people: Iterable[Subscriber], out: TextIO, file_format: str) -> None:
    """Write a list in the format of that name; raises `UsageError`."""
    if file_format not in WRITERS:
        raise UsageError(
            f"“{file_format}” is no format of an export; there are {', '.join(WRITERS)}"
        )
    WRITERS[file_format](people, out)


_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_WORKBOOKS = (".xlsx", ".xls", ".ods", ".zip")


def format_of(file: PurePath, file_format: str | None) -> str:
    """The format in which a list is exported to that file: as its name says, CSV where it says nothing.

    Raises `UsageError` where the name says another format than `file_format`, or one that is not written:
    other programs, and `import_file`, believe the name.
    """
    suffix = file.suffix.lower()
    if suffix in _WORKBOOKS:
        raise UsageError(f"{file}: export writes CSV and JSON, no {suffix}: name it .csv or .json")
    named = _SUFFIXES.get(suffix) or ("csv" if suffix == ".csv" else "")
    if file_format and named and file_format != named:
        raise UsageError(
            f"{file}: --format {file_format} does not go with a name that ends in {suffix}"
        )
    return file_format or named or "csv"
