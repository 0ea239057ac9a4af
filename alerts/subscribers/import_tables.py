"""The tables in a file of people: a CSV or JSON file, the sheets of a workbook, the files of a ZIP or
folder.

Guarantees constant memory for CSV and JSON; a workbook is held in memory by its reader. The files of an
archive are read one by one, without unpacking it to disk, up to `MAX_UNPACKED` octets in all.
"""

import io
import itertools
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import IO, Any

from alerts.domain.errors import InputError
from alerts.subscribers.status_words import silent_file, status_by_file_name
from alerts.text.csv_text import Row

BLOCK = 1 << 18  # octets read at once
MAX_UNPACKED = 4 << 30  # octets of all files of an archive together
LISTS = (
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".json",
    ".jsonl",
    ".ndjson",
    ".xlsx",
    ".xls",
    ".ods",
    ".zip",
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `name` is used in messages, `file` is the file name, which may say what kind of people
    it has.

    Either `blocks`, the octets of CSV or JSON, or `rows`, the cells of a sheet. `apart`: its name may say
    who is in it, as it is one of several, and is not understood.
    """

    name: str
    file: str
    blocks: Iterator[bytes] | None = None
    rows: Iterator[Row] | None = None
    apart: bool = False


def _apart(names: Iterable[str]) -> frozenset[str]:
    """Those of the names of tables of which nobody knows what they say of their people, if they are
    several and differ by more than a number; one alone is the list, beside those who left, unless
    another is named as the list."""
    names = list(names)
    silent = [name for name in names if silent_file(name)]
    stems = {re.sub(r"\d+", "", name.casefold()) for name in silent}
    listed = any(not silent_file(name) and status_by_file_name(name) is None for name in names)
    return frozenset(silent if len(stems) + listed > 1 else ())


def tables(source: IO[bytes], name: str) -> Iterator[Table]:
    """The tables of an open file, which need not be seekable. Raises `InputError`."""
    head = source.read(8)
    if not head.startswith((_ZIP, _OLE)):
        yield Table(name, name, blocks=itertools.chain((head,) if head else (), blocks(source)))
        return
    with tempfile.TemporaryFile() as whole:
        whole.write(head)
        for block in blocks(source):
            whole.write(block)
        whole.seek(0)
        yield from _packed(whole, name)


def folder(root: Path) -> Iterator[Table]:
    """The tables of the files of a folder, in order of their names, those of folders in it too."""
    lists = [
        path
        for path in sorted(path for path in root.rglob("*") if path.is_file())
        if path.suffix.lower() in LISTS
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    apart = _apart(path.relative_to(root).as_posix() for path in lists)
    for path in lists:
        with path.open("rb") as source:
            name = path.relative_to(root).as_posix()
            for table in tables(source, name):
                yield replace(table, apart=name in apart or table.apart)
    if not lists:
        raise InputError(f"{root}: holds no list: {', '.join(LISTS)}")


def blocks(source: IO[bytes]) -> Iterator[bytes]:
    """The octets of a file, in pieces."""
    while block := source.read(BLOCK):
        yield block


def _packed(whole: IO[bytes], name: str) -> Iterator[Table]:
    """The tables of a workbook or a ZIP."""
    whole.seek(0)
    if whole.read(4) == _OLE:
        yield from _sheets(whole, name)
        return
    try:
        archive = zipfile.ZipFile(whole)
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
        raise InputError(f"{name}: a ZIP file that is damaged; export it again") from fault
    names = {member.filename for member in members}
    if (
        "xl/workbook.xml" in names
        or {"mimetype", "content.xml"} <= names
        or "xl/workbook.bin" in names
    ):
        yield from _sheets(whole, name)
        return
    yield from _members(archive, members, name)


def _members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str
) -> Iterator[Table]:
    """The tables of the files of a ZIP, in order of their names."""
    lists = [one for one in members if _is_list(one.filename)]
    if not lists:
        raise InputError(f"{name}: holds no list: {', '.join(LISTS)}")
    if sum(one.file_size for one in lists) > MAX_UNPACKED:
        raise InputError(f"{name}: over {MAX_UNPACKED >> 30} GB when unpacked; unpack it yourself")
    apart = _apart(one.filename for one in lists)
    for member in sorted(lists, key=lambda one: one.filename):
        if member.flag_bits & 1:
            raise InputError(f"{name}: {member.filename}: needs a password; unpack it yourself")
        try:
            with archive.open(member) as source:
                for table in tables(source, member.filename):
                    yield replace(
                        table,
                        file=f"{name}/{table.file}",
                        apart=member.filename in apart or table.apart,
                    )
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as fault:
            raise InputError(f"{name}: {member.filename}: is damaged; export it again") from fault


def _is_list(path: str) -> bool:
    parts = PurePosixPath(path).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return bool(parts) and not hidden and PurePosixPath(path).suffix.lower() in LISTS


def _sheets(whole: IO[bytes], name: str) -> Iterator[Table]:
    """The sheets of a workbook that are not empty."""
    # imported only for a workbook
    from python_calamine import CalamineError, CalamineWorkbook

    whole.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(whole.read()))
        sheets = [(title, book.get_sheet_by_name(title)) for title in book.sheet_names]
    except (CalamineError, OSError, ValueError) as fault:
        raise InputError(f"{name}: a workbook that cannot be read; save it as CSV") from fault
    titles = [title for title, sheet in sheets if sheet.height > 0]
    several, apart = len(titles) > 1, _apart(titles)
    for title, sheet in sheets:
        if sheet.height:
            called = f"{name}, sheet {title}" if several else name
            yield Table(
                called,
                f"{name}/{title}" if several else name,
                rows=_rows(sheet),
                apart=title in apart,
            )


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows of a sheet that are not empty, as text, with the sheet's row numbers."""
    first = sheet.start[0] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), first + 1):
        cells = [_text(value) for value in values]
        if any(cell.strip() for cell in cells):
            yield Row(number, cells)


def _text(value: Any) -> str:
    """The text of a cell: whole numbers without a decimal point, dates as ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
