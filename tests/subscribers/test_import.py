"""`subscriber import`: any CSV that people have; good lines in, bad ones named, nothing half-way."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Alerts, Result
from tests.factories import sqlite_connection

PEOPLE = "email,name,language,tags\nana@x.org,Ana Núñez,es,press\nbob@x.org,Böb,en,\n"


def _people(alerts: Alerts, *options: str) -> dict[str, dict[str, Any]]:
    return {p["email"]: p for p in alerts("subscriber", "list", "--json", *options).json}


def _import(alerts: Alerts, data: str | bytes, *options: str) -> Result:
    return alerts("subscriber", "import", "-", "--json", *options, stdin=data)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "data",
    [
        PEOPLE.encode(),
        PEOPLE.encode("utf-8-sig"),
        PEOPLE.encode("latin-1"),
        PEOPLE.encode("cp1252"),
        PEOPLE.encode("utf-16"),
        PEOPLE.encode("utf-16-le"),
        PEOPLE.encode("utf-16-be"),
        b"\xfe\xff" + PEOPLE.encode("utf-16-be"),
        PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace(",", "\t").encode("utf-16"),
        PEOPLE.replace(",", "|").encode(),
        PEOPLE.replace("\n", "\r\n").encode(),
        PEOPLE.replace("\n", "\r").encode(),
        PEOPLE.replace("\n", "\n\n \n,,,\n").encode(),
        PEOPLE.rstrip().encode(),
        ("sep=;\r\n" + PEOPLE.replace(",", ";")).encode(),
        PEOPLE.replace("email,name,language,tags", "E-Mail,Full Name,LANG,Labels").encode(),
        PEOPLE.replace("email,name,language,tags", "Correo electrónico,Nombre,Idioma,Etiquetas").encode(),
        PEOPLE.replace("email,name,language,tags", "Courriel,Nom,Langue,Étiquettes").encode(),
        PEOPLE.replace("email,name,language,tags", '"E-mail\naddress",name,language,tags').encode(),
        PEOPLE.replace("\n", ",\n").encode(),
        PEOPLE.replace("es,", '"es","').replace("press", 'press"').encode(),
        PEOPLE.replace("ana@x.org", "  Ana@X.ORG ".strip().lower()).encode(),
    ],
)  # fmt: skip
def test_every_encoding_delimiter_and_heading_gives_the_same_people(
    alerts: Alerts, data: bytes
) -> None:
    done = _import(alerts, data)
    assert (done.code, done.json) == (0, {"added": 2, "updated": 0, "unchanged": 0, "rejected": []})
    people = _people(alerts)
    assert {email: (p["name"], p["language"], p["tags"]) for email, p in people.items()} == {
        "ana@x.org": ("Ana Núñez", "es", ["press"]),
        "bob@x.org": ("Böb", "en", []),
    }
    again = _import(alerts, data)
    assert (again.code, again.json["unchanged"], again.json["added"]) == (0, 2, 0)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "data",
    [
        "ana@x.org\nbob@x.org\n",
        "ana@x.org,Ana,es\nbob@x.org,Bob,es\n",
        "Ana;ana@x.org;es\nBob;bob@x.org;es\n",
        "1\tana@x.org\tes\tAna\n2\tbob@x.org\tes\tBob",
    ],
)
def test_a_file_without_header_is_read_from_its_first_line(alerts: Alerts, data: str) -> None:
    assert _import(alerts, data).json["added"] == 2
    people = _people(alerts)
    assert list(people) == ["ana@x.org", "bob@x.org"]
    if "Ana" in data:
        assert (people["ana@x.org"]["name"], people["ana@x.org"]["language"]) == ("Ana", "es")


@pytest.mark.usefixtures("project")
def test_one_bad_line_in_a_thousand_is_named_and_the_rest_is_in(alerts: Alerts) -> None:
    lines = [f"reader{n}@example.org,Reader {n}" for n in range(1000)]
    lines[499] = "not an address,X"
    done = _import(alerts, "email,name\n" + "\n".join(lines) + "\n")
    assert done.code == 1
    assert done.json["added"] == 999
    (rejected,) = done.json["rejected"]
    assert (rejected["line"], rejected["email"]) == (501, "not an address")
    assert "has no @" in rejected["reason"]


BAD_LINES = [
    ("a@b> SIZE=99", "X1"),
    ("a@b.org>\\r\\nRCPT TO:<x@y.org", "X1"),
    ('"a b"@c.org', "quoted local part"),
    ("a@[127.0.0.1]", "literal"),
    ("a@b..org", ""),
    ("@b.org", ""),
    ("a@", ""),
    ("a..b@c.org", ""),
    ("a@b.org a@c.org", ""),
    ("a\x00@b.org", "NUL"),
    ("a\x0b@b.org", "control"),
    ("x" * 65 + "@b.org", "long"),
    ("a@" + "b" * 64 + ".org", "long"),
    ("x" * 40_000 + "@b.org", "X11 cap"),
    ('"a@b.org', "quotation mark never closed"),
    ("a@b.org,Ana,en,more,cells,still", "too many cells"),
    ("a@b.org," + "n" * 300, "name over its cap"),
    ("a@b.org,Ana,klingon", "unknown language"),
    ("a@b.org,Ana,xx", "unknown language"),
    ("a@b.org,Ana,../../etc", "unknown language"),
    ("=cmd|' /C calc'!A0", "X11"),
]


@pytest.mark.usefixtures("project")
def test_no_bad_line_spoils_another_and_none_gets_through(alerts: Alerts) -> None:
    lines = ["email,name,language"]
    for number, (bad, _) in enumerate(BAD_LINES):
        lines += [f'good{number}@x.org,"Quoted, {number}",en', bad]
    lines.append("last@x.org,Last,es")
    done = _import(alerts, "\n".join(lines))
    assert done.code == 1
    assert done.json["added"] == len(BAD_LINES) + 1  # tried len(BAD_LINES), 0 through
    expected = [3 + 2 * number for number in range(len(BAD_LINES))]
    assert [r["line"] for r in done.json["rejected"]] == expected
    for rejected in done.json["rejected"]:
        assert rejected["reason"]
        assert "\n" not in rejected["reason"] + rejected["email"]
    assert all(email.endswith("@x.org") for email in _people(alerts))


@pytest.mark.usefixtures("project")
def test_quoted_cells_hold_newlines_delimiters_and_quotes(alerts: Alerts) -> None:
    done = _import(
        alerts,
        'email,name,consent\r\nana@x.org,"Núñez, ""Ana""\r\nMaría","I agree,\r\nI really do"\r\n'
        "b@x.org,B,\r\n",
    )
    assert (done.code, done.json["added"]) == (0, 2)
    person = _people(alerts)["ana@x.org"]
    assert person["name"] == 'Núñez, "Ana" María'  # one line: it stands in a header
    assert person["consent"] == "I agree,\nI really do"


@pytest.mark.usefixtures("project")
def test_a_stray_quotation_mark_costs_its_own_line_only(alerts: Alerts) -> None:
    rows = [f'p{n}@x.org,"Person, {n}",en' for n in range(600)]
    rows[50] = 'stray@x.org,"Stray,en'
    rows[599] = 'final@x.org,"Final,en'
    done = _import(alerts, "email,name,language\n" + "\n".join(rows))
    assert [r["line"] for r in done.json["rejected"]] == [52, 601]
    assert [r["email"] for r in done.json["rejected"]] == ["stray@x.org", "final@x.org"]
    assert done.json["added"] == 598


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "holds no lines"),
        (b"\n\n  \n", "holds no lines"),
        (b"name,language\nAna,es\n", "no column of addresses"),
        (b"email,name,Email\na@x.org,A,b@x.org\n", "line 1: two columns are named"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no column of addresses"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_line(
    alerts: Alerts, data: bytes, words: str
) -> None:
    done = _import(alerts, data)
    assert (done.code, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert _people(alerts) == {}


@pytest.mark.usefixtures("project")
def test_a_header_alone_adds_nobody_and_blank_or_unknown_columns_are_ignored(
    alerts: Alerts,
) -> None:
    assert _import(alerts, "email,name\n").json["added"] == 0
    assert _import(alerts, ",email,Note,Note,\n1,a@x.org,x,y,\n").json["added"] == 1


@pytest.mark.usefixtures("project")
def test_first_and_last_names_are_joined_in_several_languages(alerts: Alerts) -> None:
    for number, heading in enumerate(
        ("First name,Last name", "Nombre,Apellidos", "Prénom,Nom", "Vorname,Nachname")
    ):
        _import(alerts, f"email,{heading}\nj{number}@x.org,Jane,Roe\n")
    assert [p["name"] for p in _people(alerts).values()] == ["Jane Roe"] * 4


@pytest.mark.usefixtures("project")
def test_a_repeated_address_counts_once_and_its_last_line_wins(alerts: Alerts) -> None:
    done = _import(alerts, "email,name\nA@x.org,One\nb@x.org,B\na@X.org,Two\n")
    assert (done.code, done.json) == (0, {"added": 2, "updated": 0, "unchanged": 1, "rejected": []})
    assert "repeat" in done.stderr
    assert sorted(p["name"] for p in _people(alerts).values()) == ["B", "Two"]


@pytest.mark.usefixtures("project")
def test_an_import_corrects_and_adds_but_empties_nothing(alerts: Alerts) -> None:
    _import(alerts, "email,name,language,tags,consent\na@x.org,Ana,es,press,Yes\n")
    done = _import(alerts, "email,name,language,tags,consent\na@x.org,,fr,donor,\n")
    assert done.json["updated"] == 1
    person = _people(alerts)["a@x.org"]
    assert (person["name"], person["language"], person["consent"]) == ("Ana", "fr", "Yes")
    assert person["tags"] == ["donor", "press"]


@pytest.mark.usefixtures("project")
def test_a_known_language_without_edition_is_kept_and_none_is_the_default(alerts: Alerts) -> None:
    assert _import(alerts, "email,lang\na@x.org,pt_BR\nb@x.org,\nc@x.org,AR\n").code == 0
    assert [p["language"] for p in _people(alerts).values()] == ["pt-br", "en", "ar"]


@pytest.mark.usefixtures("project")
def test_no_import_brings_back_who_left_is_suppressed_or_erased(alerts: Alerts) -> None:
    _import(alerts, "email\nleft@x.org\nerased@x.org\nstays@x.org\n")
    alerts("subscriber", "unsubscribe", "left@x.org")
    alerts("subscriber", "erase", "erased@x.org")
    alerts("suppression", "add", "stop@x.org")
    tried = 0
    for shape in (str.lower, str.upper, str.title):
        for status in ("", "active", "pending", "subscribed", "confirmed"):
            who = ("left@x.org", "erased@x.org", "stop@x.org")
            data = "".join(f"{shape(a)},{status}\n" for a in who)
            done = _import(alerts, f"email,status\nstays@x.org,\n{data}")
            tried += 3
            assert done.code == 1
            assert done.json["unchanged"] == 1
            assert [r["line"] for r in done.json["rejected"]] == [3, 4, 5]
            words = " ".join(r["reason"] for r in done.json["rejected"])
            assert all(word in words for word in ("unsubscribed", "erased", "suppressed"))
    assert tried == 45  # 45 tried, 0 through
    assert set(_people(alerts, "--status", "active")) == {"stays@x.org"}


@pytest.mark.usefixtures("project")
def test_a_file_may_unsubscribe_and_bring_in_the_pending_as_pending(alerts: Alerts) -> None:
    _import(alerts, "email\na@x.org\n")  # S20: pending people are pending, and listed as such
    done = _import(alerts, "email,status\na@x.org,unsubscribed\nb@x.org,pending\n")
    assert (done.json["added"], done.json["updated"]) == (1, 1)
    assert set(_people(alerts, "--status", "pending")) == {"b@x.org"}
    assert set(_people(alerts, "--status", "unsubscribed")) == {"a@x.org"}
    assert _import(alerts, "email\nb@x.org\n").json["unchanged"] == 1
    assert set(_people(alerts, "--status", "pending")) == {"b@x.org"}
    kinds = [e["kind"] for e in alerts("subscriber", "show", "a@x.org", "--json").json["events"]]
    assert kinds == ["subscriber.added", "subscriber.unsubscribed"]


def test_a_dry_run_tells_and_changes_nothing(project: Path, alerts: Alerts) -> None:
    before = (project / "subscribers.db").read_bytes()
    done = _import(alerts, PEOPLE, "--dry-run")
    assert (done.code, done.json["added"]) == (0, 2)
    assert _people(alerts) == {}
    assert (project / "subscribers.db").read_bytes() == before


def test_events_tell_when_and_from_which_file_without_an_address(
    project: Path, alerts: Alerts
) -> None:
    (project / "members.csv").write_text(PEOPLE, encoding="utf-8")
    alerts("subscriber", "import", "members.csv")
    shown = alerts("subscriber", "show", "ana@x.org", "--json").json
    assert [(e["kind"], e["detail"]) for e in shown["events"]] == [
        ("subscriber.added", {"file": "members.csv"})
    ]
    assert shown["consent_source"] == "import of members.csv"
    with sqlite_connection(project / "subscribers.db") as db:
        details = [row[0] for row in db.execute("SELECT detail FROM events")]  # X15
    db.close()
    assert len(details) == 2
    assert not any("@" in detail for detail in details)


def test_a_missing_file_is_a_usage_fault(project: Path, alerts: Alerts) -> None:
    done = alerts("subscriber", "import", str(project / "nowhere.csv"))
    assert done.code == 2
    assert "nowhere.csv" in done.stderr


@pytest.mark.proof
def test_a_kill_in_mid_import_leaves_all_or_nothing(project: Path, alerts: Alerts) -> None:
    """T13: at moments spread over the whole run, `kill -9` leaves the list whole or not begun."""
    rows = 30_000
    file = project / "big.csv"
    file.write_text(
        "email,name\n" + "".join(f"r{n * 7919 % rows}@x.org,Reader {n}\n" for n in range(rows)),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "alerts", "subscriber", "import", str(file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    database = project / "subscribers.db"
    empty = database.read_bytes()
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=project)
    whole = time.monotonic() - begun
    counts = []
    chance = random.Random(13)
    for _ in range(12):
        database.write_bytes(empty)
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=project,
        )
        try:
            process.wait(whole * chance.uniform(0.3, 1.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        listed = sum(1 for _ in json.loads(alerts("subscriber", "list", "--json").stdout))
        with sqlite_connection(database) as db:
            events = db.execute("SELECT count(*) FROM events").fetchone()[0]
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        db.close()
        counts.append((listed, events))
    assert set(counts) <= {(0, 0), (rows, rows)}  # 12 tried, 0 half-written
    assert (0, 0) in counts
    done = alerts("subscriber", "import", str(file), "--json")
    assert done.json["added"] + done.json["unchanged"] == rows
