"""What an import says of people who left is in the departures ledger before it is in the database."""

from pathlib import Path
from typing import Any

import pytest

from alerts.store import departures_follow, departures_write, subscriber_import
from alerts.store.departures_location import ledger_of
from tests.conftest import Alerts
from tests.factories import NOW, database

SAID = {
    "left@example.net": "unsubscribed",
    "bounced@example.net": "bounced",
    "spam@example.net": "complained",
    "blocked@example.net": "blocked",
    "deleted@example.net": "deleted",
}
STAYS = ("active@example.net", "pending@example.net")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's state folder, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def export(project: Path, alerts: Alerts, tmp_path: Path) -> Path:
    """What another system says of these people, all of whom are active in a backup of ours."""
    everybody = [*SAID, *STAYS]
    (tmp_path / "plain.csv").write_text("email\n" + "\n".join(everybody))
    assert alerts("subscriber", "import", str(tmp_path / "plain.csv")).code == 0
    assert alerts("backup", str(tmp_path / "night.db")).code == 0
    file = tmp_path / "export.csv"
    rows = [*SAID.items(), ("active@example.net", "active"), ("pending@example.net", "pending")]
    file.write_text("email,status\n" + "".join(f"{who},{status}\n" for who, status in rows))
    return file


def _active(alerts: Alerts) -> set[str]:
    people = alerts("subscriber", "list", "--json").json
    return {p["email"] for p in people if p["status"] in ("active", "pending")}


def test_each_kind_of_leaving_outlives_the_database(
    export: Path, project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    assert alerts("subscriber", "import", str(export)).code == 0
    assert _active(alerts) == set(STAYS)
    (project / "subscribers.db").unlink()
    assert alerts("restore", str(tmp_path / "night.db")).code == 0
    assert alerts("adopt").code == 0
    assert _active(alerts) == set(STAYS)
    alerts("subscriber", "import", str(tmp_path / "plain.csv"))
    assert _active(alerts) == set(STAYS)


def test_what_the_ledger_knows_is_not_written_again(
    export: Path, project: Path, alerts: Alerts
) -> None:
    alerts("subscriber", "import", str(export))
    db = database(project)
    end = ledger_of(db).end()
    again = alerts("subscriber", "import", str(export), "--json").json
    assert (again["added"], again["updated"]) == (0, 0)
    assert ledger_of(db).end() == end
    db.close()


def test_a_crash_behind_the_ledger_and_before_the_import_lets_nobody_be_mailed(
    export: Path, project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce = departures_write.append_departures

    def announced(*given: Any) -> None:
        announce(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(departures_write, "append_departures", announced)
        alerts("subscriber", "import", str(export))
    db = database(project)
    assert not subscriber_import.under_way(db)
    departures_follow.catch_up(db, NOW)  # as whatever sends next does
    db.close()
    assert _active(alerts) == set(STAYS)


def test_a_dry_run_writes_nothing_down(export: Path, project: Path, alerts: Alerts) -> None:
    db = database(project)
    end = ledger_of(db).end()
    alerts("subscriber", "import", "--dry-run", str(export))
    assert ledger_of(db).end() == end
    db.close()
