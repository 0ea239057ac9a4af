"""Writing lists of subscribers, a person at a time, as JSON or as CSV that `import` reads back."""

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from alerts.errors import UsageError
from alerts.model import Subscriber
from alerts.sheet import line_of

FIELDS = (
    "email", "name", "language", "status", "tags", "sections", "paused_until", "consent",
    "consent_source", "consent_at", "created_at",
)  # fmt: skip


def document(person: Subscriber) -> dict[str, Any]:
    """One person as JSON has them."""
    return {
        field: list(value) if isinstance(value := getattr(person, field), tuple) else value
        for field in FIELDS
    }


def write_json(people: Iterable[Subscriber], out: TextIO) -> None:
    """One JSON array, a person at a time."""
    before = "["
    for person in people:
        out.write(f"{before}\n  {json.dumps(document(person), ensure_ascii=False)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def write_csv(people: Iterable[Subscriber], out: TextIO) -> None:
    """CSV that `import` reads back as it was."""
    out.write(line_of(FIELDS))
    for person in people:
        cells = (getattr(person, field) for field in FIELDS)
        out.write(line_of(", ".join(c) if isinstance(c, tuple) else str(c) for c in cells))


@contextmanager
def written(file: Path) -> Iterator[TextIO]:
    """A file that appears complete or not at all, readable by its owner alone; or stdout."""
    if str(file) == "-":
        yield sys.stdout
        return
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent}: no such folder")
    if file.exists() and not file.is_file():  # /dev/stdout, a pipe: nothing to put in its place
        with file.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
