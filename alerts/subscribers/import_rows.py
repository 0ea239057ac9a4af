"""Forms of rows: objects as cells, rows that are too long or short, lists without a header."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from alerts.domain.errors import InputError
from alerts.domain.languages import known_language
from alerts.subscribers.column_names import HEADINGS
from alerts.subscribers.fields import shown
from alerts.subscribers.import_plan import Plan
from alerts.subscribers.import_row import is_address
from alerts.subscribers.status_words import plain
from alerts.subscribers.systems import SYSTEMS
from alerts.text import json_stream
from alerts.text.csv_text import Row

_TITLES = 20  # most lines above the headings: a title, a date, how the report was filtered
_ADDRESSES = frozenset(
    plain(heading)
    for headings in (
        HEADINGS["email"],
        *(one.fields.get("email", "").split("|") for one in SYSTEMS),
    )
    for heading in headings
)

_ADDRESS_LINE = re.compile(r"[^<>@]*<[^<>\s]+@[^<>\s]+>\s*")


def object_cells(plan: Plan, value: json_stream.Object) -> list[str]:
    """The values of an object's keys as the cells of a table; raises `InputError`."""
    cells = [loose(one) for _, one in value]
    for name, index in [*plan.fields.items(), *(("tags", index) for index in plan.tags)]:
        if not plan.lenient or name == "email":
            cells[index] = strict(name, *value[index])
    for index, _ in plan.signs:
        if not cells[index]:
            cells[index] = _nested(value[index][1])
    return cells


def _nested(value: Any) -> str:
    """The texts of an object in an object, which may say more than nothing; empty for any other value."""
    if not isinstance(value, json_stream.Object):
        return ""
    parts = ((key, loose(one) or _nested(one)) for key, one in value)
    return ", ".join(f"{key}: {text}" for key, text in parts if text)


def address_lines(sample: Sequence[str]) -> bool:
    """Whether each line is one address, some of them as `Name <address>`, which may hold a comma."""
    lines = [line for line in sample if line.strip()]
    told = [bool(_ADDRESS_LINE.fullmatch(line)) for line in lines]
    bare = [line.count("@") == 1 and not re.search(r"[\s,;]", line.strip()) for line in lines]
    rest = [one or other for one, other in zip(told, bare, strict=True)]
    return any(told) and all(rest[1:]) and (rest[0] or "@" not in lines[0])


def below_titles(table: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    """The lines that stand above the headings, and the table from its headings on.

    Reports and spreadsheets often begin with a title. The headings are the first line above all
    addresses that names a column of them; or the last such line, where the first has one cell only.
    """
    above = list(itertools.islice(table, _TITLES))
    end = next((n for n, row in enumerate(above) if any(map(is_address, row.cells))), len(above))
    named = (n for n, row in enumerate(above[:end]) if _ADDRESSES & set(map(plain, row.cells)))
    head = next(named, None)
    if head is None:
        titled = 1 < end < len(above) and _filled(above[0]) == 1 < _filled(above[end - 1])
        head = end - 1 if titled else 0
    return above[:head], itertools.chain(above[head:], table)


def told_titles(table: str, titles: list[Row], header: Row) -> str:
    """The remark that lines above the headings were left out."""
    words = shown(" ".join(filter(None, titles[0].cells)))
    return f"{table}: the headings are in line {header.line}; above them: “{words}”"


def words_above(titles: list[Row], header: Row, plan: Plan) -> str:
    """The words above the addresses that are not a usual heading, and may say who is in the table."""
    words = [cell for row in titles for cell in row.cells]
    heading = header.cells[plan.fields["email"]] if "email" in plan.fields else ""
    return " ".join(words if plain(heading) in _ADDRESSES else [*words, heading])


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def fitted(cells: list[str], width: int, generous: bool) -> list[str]:
    """A row with as many cells as the header; raises `InputError` where there are too many."""
    if not generous and any(cell.strip() for cell in cells[width:]):
        raise InputError(f"has {len(cells)} cells where the first line has {width}")
    return cells[:width] + [""] * (width - len(cells))


def by_looks(cells: list[str], email: int) -> dict[str, int]:
    """The language and name columns of a row without a header, where they can be recognised."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        word = cell.strip()
        if index == email or not word:
            continue
        # “Vai” and “Asa” are names of people more often than of languages
        code = len(word) == 2 or word[:2].islower()
        if "language" not in found and code and known_language(word.lower().replace("_", "-")):
            found["language"] = index
        elif "name" not in found and word[0].isalpha():
            found["name"] = index
    return found


def loose(value: Any) -> str:
    """A JSON value as text; empty unless it is a text, a number, true or false, or a list of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if type(value) is list:
        return "\n".join(loose(one) for one in value)
    return ""


def strict(field: str, key: str, value: Any) -> str:
    """The text that a key of an object gives for a field of ours; raises `InputError` for a wrong type."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    lists = field in ("tags", "sections")
    if lists and type(value) is list and all(isinstance(word, str) for word in value):
        return "\n".join(value)
    wanted = "a list of texts" if lists else "text"
    raise InputError(
        f"“{shown(key)}” is {json_stream.kind(value)}; write {wanted} in quotation marks"
    )
