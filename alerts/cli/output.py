"""Writes a file that appears complete or not at all, or to standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from alerts.domain.errors import UsageError
from alerts.domain.open_transaction import outside
from alerts.text.atomic_file import atomic_file


@contextmanager
def written(file: Path) -> Iterator[TextIO]:
    """Yield a file that appears complete or not at all, readable only by its owner; or stdout."""
    outside("a file is written")
    if str(file) == "-":
        if isinstance(sys.stdout, TextIOWrapper):  # data, so UTF-8 whatever the terminal speaks
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent}: no such folder")
    if file.exists() and not file.is_file():  # /dev/stdout or a pipe cannot be replaced
        with file.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    with atomic_file(file) as octets:
        out = TextIOWrapper(octets, encoding="utf-8", newline="", write_through=True)
        yield out
        out.detach()
