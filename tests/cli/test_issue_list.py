"""`alerts issue list`: every issue by its key, with its state, version, and how many copies went."""

from pathlib import Path

import pytest

from alerts import Project
from tests.conftest import Alerts
from tests.factories import add_subscribers, database

OCTOBER, MAY = ("--month", "2026-10"), ("--month", "2026-05")


@pytest.fixture
def issues(project: Path, alerts: Alerts) -> str:
    """A month that was recalled and sent, its correction, a special alert, a dropped and an imported month;
    returns the key of the special alert."""
    db = database(project)
    add_subscribers(db, 3)
    db.close()
    (project / "old").mkdir()
    (project / "old" / "2019-05-14.html").write_text(
        "<html lang='en'><title>Old news</title><p>The words of a past issue, long ago.</p></html>"
    )
    calls = [
        ("article", "add", *OCTOBER, "--url", "https://a.example/1", "--title", "One"),
        ("article", "add", *MAY, "--url", "https://a.example/2", "--title", "Two"),
        ("queue", *OCTOBER),
        ("send", *OCTOBER, "--limit", "1"),
        ("issue", "recall", *OCTOBER),
        ("issue", "reissue", *OCTOBER),
        ("send", *OCTOBER),
        ("issue", "correct", *OCTOBER, "--text", "en=Two, not one.", "--yes"),
        ("issue", "drop", *MAY, "--why", "none", "--yes"),
        ("archive", "import", "old", "--language", "en"),
    ]
    for call in calls:
        done = alerts(*call)
        assert done.code == 0, done.stderr
    key = alerts("issue", "new", "--special", "Call to action").stdout.strip()
    assert alerts("issue", "schedule", "--issue", key, "2199-12-10 09:00").code == 0
    return key


def test_all_kinds_are_listed_with_what_went(issues: str, alerts: Alerts, project: Path) -> None:
    found = {one["key"]: one for one in alerts("issue", "list", "--json").json}
    told = {
        key: (one["kind"], one["state"], one["version"], one["sent"], one["owed"], one["open"])
        for key, one in found.items()
    }
    assert told == {
        issues: ("special", "draft", 1, 0, 0, 0),
        "2026-10": ("month", "sent", 2, 3, 3, 0),
        "2026-10/1": ("correction", "queued", 1, 0, 1, 1),
        "2026-05": ("month", "dropped", 1, 0, 0, 0),
        "2019-05-14": ("imported", "imported", 1, 0, 0, 0),
    }
    assert list(found)[1:] == ["2026-10", "2026-10/1", "2026-05", "2019-05-14"]
    assert found[issues]["subject"] == "Call to action"
    assert found[issues]["scheduled"] == "2199-12-10T09:00:00+00:00"
    assert found["2019-05-14"]["subject"] == "Old news"
    assert found["2026-10"]["languages"][0] == "en"
    with Project(project) as opened:
        assert [one.key for one in opened.issues.listed()] == list(found)
    assert alerts("archive", "withdraw", "2026-10", "--why", "x", "--yes").code == 0
    withdrawn = {one["key"]: one for one in alerts("issue", "list", "--json").json}["2026-10"]
    assert (withdrawn["state"], withdrawn["subject"]) == ("withdrawn", "")


def test_the_table_names_keys_and_figures(issues: str, alerts: Alerts) -> None:
    table = alerts("issue", "list").stdout.splitlines()
    assert table[0].split() == ["KEY", "STATE", "SENT", "DAY", "SUBJECT"]
    assert any(line.startswith("2026-10    ") and "sent, version 2" in line for line in table)
    assert any("goes 2199-12-10 09:00" in line for line in table)
