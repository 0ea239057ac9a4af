"""A list of people, as a spreadsheet or JSON: which column or key is what, and each row as an entry.

Promises that every line with something on it either becomes an `Entry` whose fields can be trusted
(address parsed, language known, text clean and within its cap) or a `Rejection` with its line
number and reason; one bad line never costs another. Reads columns under the names that people give
them in several languages (`headings.py`), CSV without a header, and JSON by what the file begins with.
Does not know who is subscribed already.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from alerts import jsonlist
from alerts.address import Address
from alerts.errors import InputError
from alerts.fields import (
    MAX_NAME,
    MAX_SOURCE,
    clean,
    evidence,
    language,
    pause,
    sections,
    shown,
    status,
    tags,
)
from alerts.headings import HEADINGS, columns, plain
from alerts.project import known_language
from alerts.sheet import Lines, Row, ahead, delimiter_of, restored, rows


class Entry(NamedTuple):
    """One accepted line. Empty: the file does not say. `tags` and `sections` are sorted JSON arrays."""

    line: int
    key: str
    email: str
    name: str
    language: str
    status: str
    tags: str
    consent: str
    consent_source: str
    consent_at: str
    sections: str
    paused_until: str


class Rejection(NamedTuple):
    """One line that was not taken in, and why; of a JSON array, `line` is the number of the entry."""

    line: int
    email: str
    reason: str


class Roster:
    """A file of people. `blocks` are its octets; `file` is what messages call it.

    Iterating yields the entries, once, in flat memory; `rejected` fills as it goes, and `notices`
    holds what the person who imports should know about how the file was read.
    """

    def __init__(
        self, blocks: Iterable[bytes], file: str, mapping: Mapping[str, str] | None = None
    ) -> None:
        """`mapping` names fields by headings of the file, see `mapped`; it wins over what we know."""
        self.file = file
        self.unit = "line"  # what the numbers count: lines, or the entries of a JSON array
        self._mapping = mapping or {}
        self.rejected: list[Rejection] = []
        self.notices: list[str] = []
        self._blocks = iter(blocks)
        self._width = 0
        self._email = 0

    def __iter__(self) -> Iterator[Entry]:
        """Raises `InputError` where the file is empty, no column holds addresses, or it is no JSON."""
        head, blocks = ahead(self._blocks)
        if jsonlist.begins(head) or PurePath(self.file).suffix.lower() in jsonlist.SUFFIXES:
            read = jsonlist.array if jsonlist.is_array(head) else jsonlist.lines
            self.unit = "entry" if read is jsonlist.array else "line"
            yield from self._objects(read(blocks, self.file))
        else:
            yield from self._rows(Lines(blocks))

    def _rows(self, source: Lines) -> Iterator[Entry]:
        """The entries of CSV."""
        lines = iter(source)
        sample = list(itertools.islice(lines, 20))
        skipped = 0
        if sample and re.fullmatch(r"sep=.", sample[0]):  # Excel's own hint
            delimiter, skipped = sample.pop(0)[-1], 1
        else:
            delimiter = delimiter_of(sample)
        table = rows(
            itertools.chain(sample, lines),
            delimiter,
            lambda cells, taken: self._whole(cells, taken, delimiter),
        )
        table = (row._replace(line=row.line + skipped) for row in table) if skipped else table
        found, table = self._columns(table)
        yield from self._entries(found, table)
        if source.guessed:
            self.notices.append(
                f"{self.file}, line {source.guessed}: not UTF-8; read as cp1252 (Western European)"
            )

    def _whole(self, cells: list[str], taken: list[str], delimiter: str) -> bool:
        """Whether a row over several lines is one row and not several people swallowed."""
        if self._width and len(cells) != self._width:
            return False
        for line in taken[1:]:
            parts = line.split(delimiter)
            if self._email < len(parts) and _is_address(parts[self._email].strip(' "')):
                return False
        return True

    def _columns(self, table: Iterator[Row]) -> tuple[dict[str, int], Iterator[Row]]:
        """Where each field stands, and the rows that hold people."""
        first = next(table, None)
        if first is None:
            raise InputError(f"{self.file}: holds no lines; give a CSV file with a column “email”")
        self._width = len(first.cells)
        headed = bool(self._mapping) or not any(map(_is_address, first.cells))
        named = self._named(first) if headed else {}
        if not named:
            sample = [first, *itertools.islice(table, 20)]
            named = self._guessed(sample)
            table = itertools.chain(sample, table)
        if "email" not in named:
            found = ", ".join(f"“{shown(cell)}”" for cell in first.cells[:20] if cell.strip())
            raise InputError(
                f"{self.file}, line {first.line}: no column of addresses; name one of"
                f" {found[:300] or 'the columns'} “email”"
            )
        self._email = named["email"]
        return named, table

    def _named(self, header: Row) -> dict[str, int]:
        """The columns that the header names; raises `InputError` where two are one field."""
        try:
            return columns(header.cells, self._mapping)
        except InputError as fault:
            raise InputError(f"{self.file}, line {header.line}: {fault}") from fault

    def _guessed(self, ahead: list[Row]) -> dict[str, int]:
        """The columns of a file without a header, by what its first rows hold."""
        for row in ahead:
            for index, cell in enumerate(row.cells):
                if _is_address(cell):
                    self._width = len(row.cells)
                    return {"email": index, **_by_looks(row.cells, index)}
        return {}

    def _entries(self, found: dict[str, int], table: Iterable[Row]) -> Iterator[Entry]:
        read = reader(found, restored)
        email, width = found["email"], self._width
        for line, cells, fault in table:
            if not fault:
                try:
                    entry = read(line, cells if len(cells) == width else _fitted(cells, width))
                except InputError as refused:
                    fault = str(refused)
                else:
                    yield entry
                    continue
            address = restored(cells[email]) if email < len(cells) else ""
            self.rejected.append(Rejection(line, shown(address), fault))

    def _objects(self, items: Iterable[jsonlist.Item]) -> Iterator[Entry]:
        """The entries of JSON, whose keys are the headings; each object may have others."""
        shape: tuple[str, ...] | None = None
        found: dict[str, int] = {}
        unseen = set(self._mapping)
        for number, value, fault in items:
            address = ""
            try:
                if fault:
                    raise InputError(fault)
                if not isinstance(value, jsonlist.Object):
                    raise InputError(f"is {jsonlist.kind(value)}; write an object")
                keys = tuple(key for key, _ in value)
                if keys != shape:
                    named = columns(keys, self._mapping, optional=True)
                    if "email" not in named:
                        raise InputError("has no “email”; name the key of the address so, or --map")
                    shape, found, read = keys, named, reader(named, str)
                    unseen -= {heading for heading in unseen if plain(heading) in map(plain, keys)}
                address = value[found["email"]][1]
                cells = [""] * len(value)
                for field, index in found.items():
                    cells[index] = _text(field, *value[index])
                entry = read(number, cells)
            except InputError as refused:
                given = address if isinstance(address, str) else ""
                self.rejected.append(Rejection(number, shown(given), str(refused)))
            else:
                yield entry
        if unseen and shape is not None:
            raise InputError(f"{self.file}: --map: no entry has a key “{shown(min(unseen))}”")


def _text(field: str, key: str, value: Any) -> str:
    """What a key of an object says, as the cell of a table would; raises `InputError`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    lists = field in ("tags", "sections")
    if lists and type(value) is list and all(isinstance(word, str) for word in value):
        return "\n".join(value)
    wanted = "a list of texts" if lists else "text"
    raise InputError(f"“{shown(key)}” is {jsonlist.kind(value)}; write {wanted} in quotation marks")


def reader(found: dict[str, int], taken: Callable[[str], str]) -> Callable[[int, list[str]], Entry]:
    """A function that makes an `Entry` of a row's cells, or raises `InputError`.

    `found` is where each field stands; `taken` what a cell says.
    """
    email = found["email"]
    at = {field: found.get(field, -1) for field in HEADINGS}
    nothing = ("", "", "", "[]", "", "", "", "[]", "")
    bare = set(found) <= {"email"}
    parse = Address.parse

    def cell(cells: list[str], field: str) -> str:
        index = at[field]
        return taken(cells[index]) if index >= 0 else ""

    def read(line: int, cells: list[str]) -> Entry:
        address = parse(taken(cells[email]))
        local, domain = address.local, address.domain
        key, text = f"{local.lower()}@{domain}", f"{local}@{domain}"
        if bare:
            return Entry(line, key, text, *nothing)
        return Entry(
            line,
            key,
            text,
            clean(_name(*(cell(cells, f) for f in ("first", "name", "last"))), MAX_NAME, "name"),
            language(cell(cells, "language")) if at["language"] >= 0 else "",
            status(cell(cells, "status")) if at["status"] >= 0 else "",
            tags(cell(cells, "tags")) if at["tags"] >= 0 else "[]",
            evidence(cell(cells, "consent")) if at["consent"] >= 0 else "",
            clean(cell(cells, "consent_source"), MAX_SOURCE, "consent_source"),
            clean(cell(cells, "consent_at"), 100, "consent_at"),
            sections(cell(cells, "sections")) if at["sections"] >= 0 else "[]",
            pause(cell(cells, "paused_until")) if at["paused_until"] >= 0 else "",
        )

    return read


def _name(first: str, name: str, last: str) -> str:
    """One name of the columns that there are; “nom” beside “prénom” is a family name."""
    if first and last:
        return name or f"{first} {last}"
    return f"{first} {name}{last}".strip() if first else f"{name} {last}".strip()


def _fitted(cells: list[str], width: int) -> list[str]:
    """A row with as many cells as the header; raises `InputError` where there are too many."""
    if any(cell.strip() for cell in cells[width:]):
        raise InputError(f"has {len(cells)} cells where the first line has {width}")
    return cells[:width] + [""] * (width - len(cells))


def _is_address(cell: str) -> bool:
    if "@" not in cell or len(cell) > 400:
        return False
    try:
        Address.parse(restored(cell))
    except InputError:
        return False
    return True


def _by_looks(cells: list[str], email: int) -> dict[str, int]:
    """Language and name columns of a row without a header, where they can be told."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        word = cell.strip()
        if index == email or not word:
            continue
        code = len(word) == 2 or word[:2].islower()  # “Vai” and “Asa” are names first
        if "language" not in found and code and known_language(word.lower().replace("_", "-")):
            found["language"] = index
        elif "name" not in found and word[0].isalpha():
            found["name"] = index
    return found
