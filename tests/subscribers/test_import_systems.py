"""Exports of thirty systems, also in other shapes: whoever left, bounced or never agreed is not active."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.domain.entry import Standing, worst
from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.import_options import ReadOptions
from alerts.subscribers.import_summary import Unclear
from alerts.subscribers.import_tables import tables
from alerts.subscribers.systems import SYSTEMS
from tests.conftest import Alerts
from tests.subscribers.exports import DATA, EXPORTS, Export

Table = list[list[str]]


def _csv(table: Table, delimiter: str = ",", encoding: str = "utf-8", **form: object) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, **form).writerows(table)  # type: ignore[arg-type]
    return out.getvalue().encode(encoding)


def _shuffled(table: Table, seed: int = 1) -> Table:
    order = list(range(len(table[0])))
    random.Random(seed).shuffle(order)
    return [[row[n] for n in order] + row[len(order) :] for row in table]


def _cased(table: Table, change: Callable[[str], str]) -> Table:
    return [[change(cell) for cell in table[0]], *table[1:]]


def _workbook(table: Table) -> bytes:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def _standings(data: bytes, file: str, options: ReadOptions | None = None) -> dict[str, Standing]:
    """How each person stands by a file: the worst that it says of them."""
    people = ImportFile(tables(io.BytesIO(data), file), file, options)
    found: dict[str, Standing] = {}
    for entry in people:
        said = Standing(entry.status or "active")
        found[entry.email] = worst(said, found.get(entry.email, Standing.ACTIVE))
    assert people.rejected == []
    return found


def _wrong(found: dict[str, Standing], export: Export) -> list[str]:
    """Who does not stand as the address tells."""
    assert len(found) == len(export.rows), "somebody was lost"
    return [
        f"{export.system}, {export.file}: {email} is {standing}"
        for email, standing in found.items()
        if email.split(".")[0] != ("no" if standing.refuses else standing)
    ]


SHAPES: dict[str, Callable[[Table], bytes]] = {
    "as it is": _csv,
    "semicolons, with a byte order mark": lambda t: _csv(t, ";", "utf-8-sig"),
    "tabs, in UTF-16": lambda t: _csv(t, "\t", "utf-16"),
    "everything quoted": lambda t: _csv(t, quoting=csv.QUOTE_ALL),
    "Windows lines in cp1252": lambda t: _csv(t, encoding="cp1252", lineterminator="\r\n"),
}
HEADED: dict[str, Callable[[Table], bytes]] = {
    "columns in another order": lambda t: _csv(_shuffled(t)),
    "columns backwards": lambda t: _csv([row[: len(t[0])][::-1] for row in t]),
    "upper case": lambda t: _csv(_cased(t, str.upper)),
    "lower case": lambda t: _csv(_cased(t, str.lower)),
    "blanks for underlines": lambda t: _csv(_cased(t, lambda cell: cell.replace("_", " "))),
}


@pytest.mark.parametrize("shape", [*SHAPES, *HEADED, "workbook", "ZIP"])
def test_nobody_stands_otherwise_whatever_the_shape_of_the_file(shape: str) -> None:
    wrong: list[str] = []
    tried = 0
    for export in EXPORTS:
        if shape in HEADED and not export.header:
            continue
        file, table = export.file, export.table
        if shape == "workbook":
            data, file = _workbook(table), f"{Path(file).stem}.xlsx"
        elif shape == "ZIP":
            data, file = _zipped([(file, _csv(table))]), "export.zip"
        else:
            data = {**SHAPES, **HEADED}[shape](table)
        wrong += _wrong(_standings(data, file), export)
        tried += len(export.rows)
    assert wrong == []
    assert tried > 150


def test_each_system_is_recognised_by_the_headings_or_the_name_of_its_files() -> None:
    for export in EXPORTS:
        people = ImportFile.of([_csv(export.table)], export.file)
        list(people)
        if export.system != "Revue":  # its columns are plain ones: only the name of a folder tells
            assert [summary.system for summary in people.summaries] == [export.system], export.file
    assert {one.name for one in SYSTEMS} == {export.system for export in EXPORTS}


@pytest.mark.parametrize("export", [e for e in EXPORTS if e.header], ids=lambda e: f"{e.system}")
def test_objects_of_json_say_the_same_as_rows(export: Export) -> None:
    header, *rows = export.table
    objects = [dict(zip(header, row, strict=False)) for row in rows]
    file = f"{Path(export.file).stem}.json"
    assert _wrong(_standings(json.dumps(objects).encode(), file), export) == []


ANY_COLUMNS = st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([e for e in EXPORTS if e.header]), ANY_COLUMNS, st.booleans())
def test_whoever_shows_a_sign_of_leaving_is_never_active_whichever_columns_are_exported(
    export: Export, chosen: list[int], renamed: bool
) -> None:
    """Columns are left out at random, the address and one that says “no” are not; the file may be renamed."""
    header, *rows = export.table
    address = next(n for n, cell in enumerate(export.rows[0][1]) if cell == "@")
    people = ImportFile.of([_csv([header, *rows])], export.file)
    list(people)
    signs = {n for plan in people.summaries[0].plans for n, _ in plan.signs}
    kept = sorted({address, *signs, *(n for n in chosen if n < len(header))})
    table = [[row[n] for n in kept] for row in (header, *rows)]
    people = ImportFile.of([_csv(table)], "list.csv" if renamed else export.file)
    try:
        found = {entry.email: Standing(entry.status or "active") for entry in people}
    except Unclear:  # it stops and asks, so nobody is active at all
        return
    by_name_alone = renamed and not signs
    for email, standing in found.items():
        if email.startswith("no.") and not by_name_alone:
            assert standing is not Standing.ACTIVE, f"{export.system}: {email}"


def _truth() -> list[dict[str, str]]:
    with (DATA / "truth.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("file", sorted({row["file"] for row in _truth()}))
def test_the_samples_give_the_people_status_languages_and_tags_that_they_say(
    alerts: Alerts, file: str
) -> None:
    truth = [row for row in _truth() if row["file"] == file]
    done = alerts("subscriber", "import", str(DATA / file), "--json")
    assert (done.code, done.json["added"], done.json["rejected"]) == (0, len(truth), [])
    people = {p["email"]: p for p in alerts("subscriber", "list", "--json").json}
    for row in truth:
        person = people[row["address"]]
        assert person["status"] == row["expected status"], row
        if row["expected language"] != "-":
            assert person["language"] == row["expected language"], row
        tags = [] if row["expected tags"] == "-" else sorted(row["expected tags"].split(","))
        assert person["tags"] == tags, row
    again = alerts("subscriber", "import", str(DATA / file), "--json")
    assert (again.code, again.json["added"], again.json["updated"]) == (0, 0, 0)
    assert again.json["unchanged"] == len(truth)


@pytest.mark.usefixtures("project")
def test_a_plain_list_afterwards_makes_none_of_them_active(alerts: Alerts) -> None:
    """Those who left, bounced or were blocked are remembered, not only refused."""
    files = sorted({row["file"] for row in _truth()})
    for file in files:
        alerts("subscriber", "import", str(DATA / file))
    noes = {row["address"] for row in _truth() if row["expected status"] != "active"}
    alerts("subscriber", "import", "-", stdin="email\n" + "\n".join(sorted(noes)))
    active = {p["email"] for p in alerts("subscriber", "list", "--status", "active", "--json").json}
    assert active & noes == set()
    assert active == {row["address"] for row in _truth()} - noes
