"""What a command loads that finds nothing to do; never how long that takes."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.domain.month import Month
from alerts.store import settled_counts
from tests.factories import database, queue_issue

# What fetches, parses, checks, renders, draws, plans or connects.
HEAVY = {
    "apscheduler", "babel", "feedparser", "httpx2", "icalendar", "jinja2", "lxml", "msgspec", "numpy", "PIL",
    "premailer", "smtplib", "ssl", "tinycss2",
}  # fmt: skip
SAY = "import json, sys; from alerts.__main__ import _command_line; code = _command_line(); "
SAY += "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"


@pytest.fixture
def quiet_project(project: Path) -> Path:
    """Cron calls `run` every hour of every month: here, after the last two were sent by a relay."""
    now = datetime.now(UTC)
    last = Month.last_ended(now, ZoneInfo("UTC"))
    db = database(project)
    for month in (last.plus(-1), last):
        queue_issue(project, db, month, now - timedelta(days=1))
    settled_counts.close_finished(db, now)
    db.close()
    return project


def loaded(project: Path, *command: str) -> set[str]:
    """What a process has imported that ran the command, which ended well."""
    done = subprocess.run(
        [sys.executable, "-c", SAY, "-q", "--project", str(project), *command],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ
        | {
            "ALERTS_DELIVERY__RELAY": "smtp://127.0.0.1:9",
            "ALERTS_ALERT__LANGUAGES": '["en", "es"]',
        },
    )
    code, names = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    assert "sqlite_utils" in names, "it looked"
    return set(names)


@pytest.mark.parametrize("command", ["run", "send", "check"])
def test_nothing_heavy_is_loaded_where_nothing_is_owed(quiet_project: Path, command: str) -> None:
    assert not HEAVY & loaded(quiet_project, command)


def test_an_import_of_one_person_loads_nothing_that_makes_or_sends_an_issue(
    project: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("email,name\nada@example.org,Ada\n")
    assert not HEAVY & loaded(project, "subscriber", "import", str(people))
