"""Reads a file of people, or several files as one: each row becomes an entry.

Guarantees: every row with data becomes either an `Entry` with valid fields (address parsed, language
known, text clean and within its length) or a `Rejection` with its line number and reason; one bad row
affects no other. `import_plan.py` decides what the columns mean, `import_row.py` reads a row. This
module does not know who is subscribed already.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from alerts.domain.entry import LINES, Entry, Rejection, place
from alerts.domain.errors import InputError
from alerts.subscribers.fields import shown
from alerts.subscribers.import_options import ReadOptions
from alerts.subscribers.import_plan import Plan, doubted, nameless, planned, refuse_nameless
from alerts.subscribers.import_row import is_address, reader
from alerts.subscribers.import_rows import (
    address_lines,
    below_titles,
    by_looks,
    fitted,
    loose,
    object_cells,
    told_titles,
    words_above,
)
from alerts.subscribers.import_summary import TableSummary, Unclear
from alerts.subscribers.import_tables import Table
from alerts.subscribers.status_words import plain
from alerts.text import json_stream
from alerts.text.csv_text import Lines, Row, ahead, delimiter_of, restored, rows

MAX_SHAPES = 1000  # most different sets of keys of the objects in one file
SAMPLE = 50  # rows that are examined before the first is read
_NO_DELIMITER = "\x1f"


class ImportFile:
    """The people of some tables. `file` is the name of the whole in messages.

    Iterating yields the entries, once, in constant memory, and ends with `Unclear` where a column must
    be explained. Meanwhile `rejected` and `summaries` are filled, and `notices` get remarks about how the
    file was read; then `when_read` is called, before anything is written. `skipped` are the files of an
    archive that have no people, each with the reason.
    """

    def __init__(
        self, tables: Iterable[Table], file: str, options: ReadOptions | None = None
    ) -> None:
        self.file = file
        self.unit = "line"  # the unit of the numbers: lines, or entries of a JSON array
        self.options = options or ReadOptions()
        self.rejected: list[Rejection] = []
        self.notices: list[str] = []
        self.summaries: list[TableSummary] = []
        self.skipped: list[tuple[str, InputError]] = []
        self.names: list[str] = []
        self.when_read: Callable[[ImportFile], None] | None = None
        self._tables = iter(tables)

    @classmethod
    def of(
        cls, blocks: Iterable[bytes], file: str, options: ReadOptions | None = None
    ) -> "ImportFile":
        """One file of CSV or JSON, whose octets are `blocks`."""
        return cls([Table(file, file, blocks=iter(blocks))], file, options)

    def where(self, line: int) -> str:
        """The file and line of `Entry.line`, in words."""
        number, at = place(line)
        return f"{self.names[number] if number < len(self.names) else self.file}, {self.unit} {at}"

    def __iter__(self) -> Iterator[Entry]:
        """Raises `InputError` where the file is empty, has no column of addresses, or is malformed
        JSON."""
        for number, table in enumerate(self._tables):
            self.names.append(table.name)
            known = len(self.summaries)
            try:
                yield from self._read(table, number)
            except InputError as fault:
                # the file is cut off or damaged, so some people are missing
                if len(self.summaries) > known:
                    raise
                self.skipped.append((table.name, fault))
        if len(self.skipped) == len(self.names):
            raise self.skipped[0][1]
        asked = [summary for summary in self.summaries if summary.questions]
        if self.when_read is not None:
            self.when_read(self)
        if asked:
            raise Unclear(asked)

    def _read(self, table: Table, number: int) -> Iterator[Entry]:
        one = _Reading(self, table, number * LINES)
        yield from one.entries()
        self.notices += one.notices


class _Reading:
    """The reading of one table."""

    def __init__(self, people: ImportFile, table: Table, offset: int) -> None:
        self._people, self._table, self._offset = people, table, offset
        self._options = people.options
        self.notices: list[str] = []
        self._width = 0
        self._email = 0
        self._escaped = False
        self._summary = TableSummary(table.name, offset // LINES)

    def entries(self) -> Iterator[Entry]:
        """The entries, for any kind of table."""
        if self._table.rows is not None:
            yield from self._table_of(self._table.rows, str)
            return
        head, blocks = ahead(iter(self._table.blocks or ()))
        suffix = PurePath(self._table.file).suffix.lower()
        if json_stream.begins(head) or suffix in json_stream.SUFFIXES:
            read = json_stream.array if json_stream.is_array(head) else json_stream.lines
            self._people.unit = "entry" if read is json_stream.array else "line"
            yield from self._objects(read(blocks, self._table.name))
        else:
            yield from self._csv(Lines(blocks))

    def _csv(self, source: Lines) -> Iterator[Entry]:
        lines = iter(source)
        sample = list(itertools.islice(lines, 20))
        skipped = 0
        if sample and re.fullmatch(r"sep=.", sample[0]):  # a line that Excel understands
            delimiter, skipped = sample.pop(0)[-1], 1
        elif address_lines(sample):
            delimiter = _NO_DELIMITER
        else:
            delimiter = delimiter_of(sample)
        table = rows(
            self._unescaped(itertools.chain(sample, lines)),
            delimiter,
            lambda cells, taken: self._whole(cells, taken, delimiter),
        )
        table = (row._replace(line=row.line + skipped) for row in table) if skipped else table
        yield from self._table_of(table, restored)
        if source.guessed:
            self.notices.append(
                f"{self._table.name}, line {source.guessed}: not UTF-8; read as cp1252"
                " (Western European)"
            )

    def _unescaped(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines, with quotation marks in the form of CSV, once the system is known."""
        for line in lines:
            yield line.replace('\\"', '""') if self._escaped and "\\" in line else line

    def _whole(self, cells: list[str], taken: list[str], delimiter: str) -> bool:
        """Whether a row over several lines is one row, and not several people in an unclosed quotation."""
        if self._width and len(cells) != self._width:
            return False
        for line in taken[1:]:
            parts = line.split(delimiter)
            if self._email < len(parts) and is_address(parts[self._email].strip(' "')):
                return False
        return True

    def _table_of(self, table: Iterator[Row], taken: Any) -> Iterator[Entry]:
        """The entries of rows of cells, with a header or without."""
        titles, table = below_titles(table)
        first = next(table, None)
        if first is None:
            raise InputError(
                f"{self._table.name}: holds no lines; give a CSV file with a column “email”"
            )
        if titles:
            self.notices.append(told_titles(self._table.name, titles, first))
        self._width = len(first.cells)
        headed = bool(self._options.mapping) or not any(map(is_address, first.cells))
        plan = None
        if headed:
            system_escapes = "globalstatus" in "".join(first.cells).casefold().replace(" ", "")
            self._escaped = system_escapes
            sample = list(itertools.islice(table, SAMPLE))
            plan = self._planned(first, [row.cells for row in sample])
            plan = doubted(plan, words_above(titles, first, plan), self._options)
            table = itertools.chain(sample, table)
            if "email" not in plan.fields and not self._guessed([first, *sample]):
                refuse_nameless(plan, self._table.name, first.line)
        if plan is None or "email" not in plan.fields:
            sample = [first, *itertools.islice(table, SAMPLE)]
            found = self._guessed(sample)
            table = itertools.chain(sample, table)
            cells = [row.cells[: self._width] for row in sample]
            plan = nameless(cells, self._table.file, self._options, found, apart=self._table.apart)
            refuse_nameless(plan, self._table.name, first.line)
        self._email = plan.fields["email"]
        self._begin(plan)
        yield from self._rows(plan, table, taken)

    def _planned(self, header: Row, sample: Sequence[Sequence[str]]) -> Plan:
        """The plan by the header; raises `InputError` where two columns mean one field."""
        try:
            plan = planned(
                header.cells,
                self._table.file,
                self._options,
                sample,
                json=False,
                apart=self._table.apart,
            )
        except InputError as fault:
            raise InputError(f"{self._table.name}, line {header.line}: {fault}") from fault
        self._email = plan.fields.get("email", 0)
        return plan

    def _guessed(self, ahead: list[Row]) -> dict[str, int]:
        """The columns of a file without a header, guessed from its first rows."""
        for row in ahead:
            for index, cell in enumerate(row.cells):
                if is_address(cell):
                    self._width = len(row.cells)
                    return {"email": index, **by_looks(row.cells, index)}
        return {}

    def _begin(self, plan: Plan) -> None:
        """Record how the table is read."""
        if not self._summary.plans:
            self._people.summaries.append(self._summary)
        self._summary.begin(plan)

    def _rows(self, plan: Plan, table: Iterable[Row], taken: Any) -> Iterator[Entry]:
        read = reader(plan, self._options, taken, self._summary)
        email, width = plan.fields["email"], self._width
        offset, summary = self._offset, self._summary
        generous = plan.lenient or self._options.addresses_only
        for line, cells, fault in table:
            summary.rows += 1
            if not fault:
                try:
                    if len(cells) != width:
                        cells = fitted(cells, width, generous)
                    entry = read(line + offset, cells)
                except InputError as refused:
                    fault = str(refused)
                else:
                    yield entry
                    continue
            address = restored(cells[email]) if email < len(cells) else ""
            self._people.rejected.append(Rejection(line + offset, shown(address), fault))

    def _objects(self, items: Iterable[json_stream.JsonItem]) -> Iterator[Entry]:
        """The entries of JSON, whose keys are the headings; each object may have different keys."""
        shapes: dict[tuple[str, ...], tuple[Plan, Any]] = {}
        unseen = set(self._options.mapping)
        for number, value, fault in items:
            self._summary.rows += 1
            address: object = ""
            try:
                if fault:
                    raise InputError(fault)
                if not isinstance(value, json_stream.Object):
                    raise InputError(f"is {json_stream.kind(value)}; write an object")
                keys = tuple(key for key, _ in value)
                if keys not in shapes:
                    if len(shapes) == MAX_SHAPES:
                        raise InputError(
                            f"the entries have over {MAX_SHAPES} different sets of keys"
                        )
                    plan = self._shape(keys, value)
                    shapes[keys] = plan, reader(plan, self._options, str, self._summary)
                    unseen -= {one for one in unseen if plain(one) in map(plain, keys)}
                plan, read = shapes[keys]
                address = value[plan.fields["email"]][1]
                entry = read(number + self._offset, object_cells(plan, value))
            except InputError as refused:
                given = address if isinstance(address, str) else ""
                self._people.rejected.append(
                    Rejection(number + self._offset, shown(given), str(refused))
                )
            else:
                yield entry
        if unseen and shapes:
            raise InputError(
                f"{self._table.name}: --map: no entry has a key “{shown(min(unseen))}”"
            )

    def _shape(self, keys: tuple[str, ...], value: json_stream.Object) -> Plan:
        """The plan of objects with these keys; raises `InputError`."""
        cells = [loose(one) for _, one in value]
        plan = planned(
            keys, self._table.file, self._options, [cells], json=True, apart=self._table.apart
        )
        if "email" not in plan.fields:
            raise InputError("has no “email”; name the key of the address so, or --map")
        self._begin(plan)
        return plan
