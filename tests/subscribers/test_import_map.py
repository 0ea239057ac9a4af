"""`subscriber import`: foreign headings, reports, evidence, and round trips of exports (S18, X11)."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.text.csv_text import Lines, inert, line_of, restored, rows
from tests.conftest import Alerts

GERMAN = "E-Mail,Anrede,Sprache,Herkunft\nana@x.org,Frau Ana,es,Messe\nbo@x.org,Bo,en,\n"
MAP = "E-Mail=email,Anrede=name,Sprache=language,Herkunft=consent_source"


def _report(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]


@pytest.mark.usefixtures("project")
def test_headings_nobody_knows_are_mapped(alerts: Alerts) -> None:
    pairs = [option for pair in MAP.split(",") for option in ("--map", pair)]
    told = alerts("subscriber", "import", "-", *pairs, "--dry-run", "--json", stdin=GERMAN)
    done = alerts("subscriber", "import", "-", "--map", MAP, "--json", stdin=GERMAN)
    assert done.json == told.json, "one option or several"
    assert (done.code, done.json["added"]) == (0, 2)
    (ana, bo) = alerts("subscriber", "list", "--json").json
    assert (ana["name"], ana["language"], ana["consent_source"]) == ("Frau Ana", "es", "Messe")
    assert bo["consent_source"] == "import of standard input"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("mapping", "code", "words"),
    [
        ("E-Mail=mail", 2, "fields are"),
        ("E-Mail", 2, "HEADING=FIELD"),
        ("=email", 2, "HEADING=FIELD"),
        ("E-Mail=email,Anrede=email", 2, "once"),
        ("Nowhere=email", 1, "not one of its columns"),
    ],
)
def test_a_wrong_mapping_is_named(alerts: Alerts, mapping: str, code: int, words: str) -> None:
    done = alerts("subscriber", "import", "-", "--map", mapping, stdin=GERMAN)
    assert done.code == code
    assert words in done.stderr
    assert alerts("subscriber", "list", "--json").json == []


def test_a_dry_run_reports_what_the_import_then_does(project: Path, alerts: Alerts) -> None:
    alerts(
        "subscriber", "import", "-", stdin="email,name,language\nana@x.org,Ana,en\ngo@x.org,Go,en\n"
    )
    alerts("subscriber", "unsubscribe", "go@x.org")
    file = (
        "email,name,language,tags\nana@x.org,Old,en,\nana@x.org,=Ana Maria,es,press\n"
        "new@x.org,New,fr,\ngo@x.org,Go,en,\nbad@,X,en,\n"
    )
    before = alerts("subscriber", "list", "--json").json
    dry = alerts(
        "subscriber", "import", "-", "--dry-run", "--report", "dry.csv", "--json", stdin=file
    )
    assert alerts("subscriber", "list", "--json").json == before
    wet = alerts("subscriber", "import", "-", "--report", "wet.csv", "--json", stdin=file)
    assert dry.json == wet.json
    told = _report(project / "dry.csv")
    assert told == _report(project / "wet.csv")
    assert told[:5] == [
        ["2", "ana@x.org", "repeated", "", "", "line 3"],
        ["3", "ana@x.org", "updated", "name", "Ana", "'=Ana Maria"],  # X11
        ["3", "ana@x.org", "updated", "language", "en", "es"],
        ["3", "ana@x.org", "updated", "tags", "[]", '["press"]'],
        ["4", "new@x.org", "added", "", "", ""],
    ]
    assert [line[:3] for line in told[5:]] == [
        ["5", "go@x.org", "rejected"],
        ["6", "bad@", "rejected"],
    ]
    again = alerts("subscriber", "import", "-", "--dry-run", stdin="email,name\nana@x.org,Ana\n")
    assert "line 2: ana@x.org: name: =Ana Maria → Ana" in again.stderr


@pytest.mark.usefixtures("project")
def test_s18_the_evidence_of_consent_is_kept_as_it_was(alerts: Alerts) -> None:
    line = '"I agree to get the alert, monthly.",fair 2026,12/05/2026 14:03\n'
    alerts(
        "subscriber",
        "import",
        "-",
        stdin=f"email,consent,consent_source,consent_at\nana@x.org,{line}",
    )
    (ana,) = alerts("subscriber", "list", "--json").json
    assert ana["consent"] == "I agree to get the alert, monthly."
    assert (ana["consent_source"], ana["consent_at"]) == ("fair 2026", "12/05/2026 14:03")


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(max_examples=500, deadline=None)
@given(st.lists(CELL, min_size=2, max_size=5))
def test_x11_a_row_that_was_exported_is_read_back_as_it_was(cells: list[str]) -> None:
    clean = [" ".join(cell.split()) or "x" for cell in cells]
    text = line_of(clean)
    (row,) = rows(Lines([text.encode()]), ",", lambda cells, lines: True)
    assert [restored(cell) for cell in row.cells] == clean
    assert not any(inert(cell)[:1] in tuple("=+-@\t\r＝＋－＠") for cell in clean)


NAMES = st.text(alphabet=st.sampled_from("aé=+-@'\"“,;|\tñ中ا "), min_size=1, max_size=15).map(
    lambda text: " ".join(text.split())
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_x11_an_export_imports_to_the_same_list(
    project: Path, alerts: Alerts, names: list[str]
) -> None:
    people = [line_of((f"p{n}@x.org", name, "en")) for n, name in enumerate(names)]
    alerts("subscriber", "import", "-", stdin="email,name,language\n" + "".join(people))
    out = alerts("subscriber", "export").stdout
    again = alerts("subscriber", "import", "-", "--json", stdin=out)
    assert (again.json["updated"], again.json["rejected"], again.json["added"]) == (0, [], 0)
    held = {p["email"]: p["name"] for p in alerts("subscriber", "list", "--json").json}
    assert all(held[f"p{n}@x.org"] == name for n, name in enumerate(names) if name)
