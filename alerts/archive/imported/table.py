"""The tables of an export: what they say of each issue, and issues whose words stand in a table itself.

Mailchimp's `campaigns.csv`, Buttondown's `emails.csv` or `.json`, a `dates.csv` of one's own. A row is
matched to a file by its name, its number or its title; where two rows would fit, neither does.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from alerts.domain.errors import InputError
from alerts.text.csv_text import delimiter_of
from alerts.text.decoding import received

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "filename", "file name", "path"),
    "id": ("id", "unique id", "web id"),
    "slug": ("slug",),
    "name": ("title", "name"),
    "subject": ("subject", "subject line", "email subject"),
    "date": (
        *("date", "send date", "sent date", "sent", "sent at", "send time", "publish date"),
        *("published", "published at", "publish_date", "date sent", "sent on"),
    ),
    "language": ("language", "lang", "locale"),
    "body": ("body", "html", "content", "html body", "markdown", "text"),
    "status": ("status", "state"),
}
_SENT = frozenset(
    {"", "sent", "published", "imported", "complete", "completed", "delivered", "public"}
)
_CELL = 5_000_000  # characters


@dataclass(frozen=True, slots=True)
class TableRow:
    """What a table says of one issue; `place` names the row."""

    place: str
    file: str = ""
    id: str = ""
    slug: str = ""
    name: str = ""
    subject: str = ""
    date: str = ""
    language: str = ""
    body: str = ""
    status: str = ""

    @property
    def sent(self) -> bool:
        """False for a draft, or what is planned."""
        return self.status.strip().lower() in _SENT


NO_ROW = TableRow("")


def read_table(octets: bytes, name: str) -> list[TableRow]:
    """The rows of a table that is about issues; none where it is about something else."""
    text = received(octets)
    read = _of_json if name.lower().endswith(".json") else _of_csv
    rows = [TableRow(place, **_known(cells)) for place, cells in read(text, name)]
    return [one for one in rows if one.body or one.date]


def _of_csv(text: str, name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    text = text.removeprefix("\ufeff")
    mark = delimiter_of(text[:20_000].splitlines()[:5])
    before = csv.field_size_limit(_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark or ",")
        headings = next(reader, [])
        for cells in reader:
            yield f"{name}, line {reader.line_num}", dict(zip(headings, cells, strict=False))
    except csv.Error as fault:
        raise InputError(
            f"{name}, line {reader.line_num}: cannot be read; save it as CSV"
        ) from fault
    finally:
        csv.field_size_limit(before)


def _of_json(text: str, name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InputError(f"{name}: no JSON; export it again") from fault
    if isinstance(found, dict):
        found = next((v for k in ("results", "emails", "issues") if (v := found.get(k))), [found])
    for number, one in enumerate(found if isinstance(found, list) else [], 1):
        if isinstance(one, dict):
            yield f"{name}, number {number}", {str(key): value for key, value in one.items()}


def _known(cells: Mapping[str, object]) -> dict[str, str]:
    """The values of the columns that mean something here."""
    plain = {
        " ".join(key.strip().lower().replace("_", " ").split()): value
        for key, value in cells.items()
    }
    said: dict[str, str] = {}
    for field, names in _COLUMNS.items():
        value = next((plain[one] for one in names if isinstance(plain.get(one), str | int)), "")
        if value != "":
            said[field] = str(value).strip()
    return said


class TableRows:
    """The rows of all tables of an export, found by the name of a file."""

    def __init__(self, rows: Iterable[TableRow]) -> None:
        self.rows = tuple(rows)
        self._by: dict[str, TableRow | None] = {}
        self._matched: set[TableRow] = set()
        for row in self.rows:
            keys = (row.file, row.id, row.slug, slug(row.name), slug(row.subject))
            for key in {key.lower() for key in keys if key}:
                self._by[key] = None if key in self._by else row

    def of(self, name: str) -> TableRow:
        """The row about a file; an empty one where there is none."""
        path = PurePosixPath(name.lower())
        number = re.match(r"\d{3,}(?=[_-]|$)", path.stem)
        bare = re.sub(r"^[\d_-]+", "", path.stem)
        tried = (path.as_posix(), path.name, path.stem, number[0] if number else "")
        for key in (*tried, slug(path.stem), slug(bare)):
            if key and (row := self._by.get(key)):
                self._matched.add(row)
                return row
        return NO_ROW

    def of_themselves(self) -> Iterator[TableRow]:
        """The rows that have the words of an issue, and no file."""
        yield from (row for row in self.rows if row.body and row not in self._matched)


def slug(text: str) -> str:
    """A title as systems make a file name of it: “october-2026-alert”."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))
