"""What is exported is taken in again with nothing changed, whatever the status."""

from pathlib import Path

import pytest

from alerts.library.lists import WRITERS
from tests.conftest import Alerts
from tests.factories import database

PEOPLE = (
    "active", "pending", "unsubscribed", "suppressed", "bounced", "complained", "pending-suppressed",
    "left-suppressed", "paused",
)  # fmt: skip

NAMES = (
    "all.csv",
    "all.json",
    "all.jsonl",
    "all.NDJSON",
    "all.tsv",
    "all.txt",
    "all",
)  # every format


@pytest.fixture
def everybody(project: Path, alerts: Alerts) -> Path:
    """Somebody in each status and with each reason of a suppression, and two who are no subscribers."""
    for name in PEOPLE:
        pending = ("--pending",) if name.startswith("pending") else ()
        added = alerts(
            "subscriber", "add", f"{name}@example.net", "--name", name, "--tag", "b", "--tag", "a",
            "--consent", "yes", "--consent-source", "fair", *pending,
        )  # fmt: skip
        assert added.code == 0, added.stderr
    for name in ("unsubscribed", "left-suppressed"):
        assert alerts("subscriber", "unsubscribe", f"{name}@example.net").code == 0
    for name in ("suppressed", "pending-suppressed", "left-suppressed", "stranger"):
        assert alerts("suppression", "add", f"{name}@example.net").code == 0
    for name, reason in (("bounced", "hard_bounce"), ("complained", "complaint")):
        assert alerts("suppression", "add", f"{name}@example.net", "--reason", reason).code == 0
    assert alerts("subscriber", "add", "erased@example.net").code == 0
    assert alerts("subscriber", "erase", "erased@example.net").code == 0
    edit = ("subscriber", "edit", "paused@example.net", "--pause-until", "2040-01-01")
    assert alerts(*edit).code == 0
    return project


def _held(project: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row about people, but for the keys that cannot be the same."""
    db = database(project)
    found = {
        table: db.conn.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
        for table in ("subscribers", "suppressions", "events", "departed", "notices")
    }
    db.close()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_into_the_same_project_it_changes_nothing(
    everybody: Path, alerts: Alerts, name: str
) -> None:
    exported = alerts("subscriber", "export", name)
    assert exported.code == 0, exported.stderr
    before = _held(everybody)
    done = alerts("subscriber", "import", name, "--json")
    assert done.code == 0, done.stderr
    told = done.json
    assert (told["added"], told["updated"], told["rejected"]) == (0, 0, [])
    assert told["unchanged"] == len(PEOPLE)
    assert _held(everybody) == before


@pytest.mark.parametrize("name", NAMES)
def test_into_another_project_everybody_stands_as_they_did(
    everybody: Path, alerts: Alerts, name: str, tmp_path: Path
) -> None:
    alerts("subscriber", "export", str(tmp_path / name))
    shown = alerts("subscriber", "list", "--json").json
    other = tmp_path / "other"
    assert alerts("init", str(other)).code == 0
    here = ("--project", str(other))
    assert alerts(*here, "subscriber", "import", str(tmp_path / name)).code == 0
    there = alerts(*here, "subscriber", "list", "--json").json
    fields = (
        "email",
        "name",
        "language",
        "status",
        "tags",
        "consent",
        "consent_source",
        "paused_until",
    )
    told = [
        {field: one[field] for field in fields} for one in sorted(shown, key=lambda p: p["email"])
    ]
    assert told == [
        {field: one[field] for field in fields} for one in sorted(there, key=lambda p: p["email"])
    ]
    alerts(*here, "subscriber", "export", str(tmp_path / f"again-{name}"))
    db = database(other)
    kept_out = {row[0] for row in db.conn.execute("SELECT email_key FROM suppressions")}
    assert {f"{p}@example.net" for p in PEOPLE if "suppressed" in p} <= kept_out
    assert {"bounced@example.net", "complained@example.net"} <= kept_out
    db.close()


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_written_to_stdout_is_read_from_stdin(
    everybody: Path, alerts: Alerts, form: str
) -> None:
    exported = alerts("subscriber", "export", "--format", form)
    before = _held(everybody)
    told = alerts("subscriber", "import", "-", "--json", stdin=exported.stdout).json
    assert (told["added"], told["updated"], told["rejected"]) == (0, 0, [])
    assert told["unchanged"] == len(PEOPLE)
    assert _held(everybody) == before


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.json", "csv"),
        ("a.jsonl", "json"),
        ("a.csv", "jsonl"),
        ("a.xlsx", None),
        ("a.zip", "csv"),
    ],
)
def test_a_file_is_never_given_a_name_that_contradicts_what_is_in_it(
    everybody: Path, alerts: Alerts, name: str, form: str | None
) -> None:
    refused = alerts("subscriber", "export", name, *(("--format", form) if form else ()))
    assert (refused.code, name in refused.stderr) == (2, True)
    assert not (everybody / name).exists()
