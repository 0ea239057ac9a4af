"""What a command loads that finds nothing to do; never how long that takes."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.domain.month import Month
from alerts.store import settled_counts
from tests.factories import database, queue_issue

# What fetches, parses, checks or draws.
HEAVY = ("feedparser", "icalendar", "httpx2", "PIL", "premailer", "tinycss2", "numpy")
SAY = "import json, sys; from alerts.__main__ import _command_line; code = _command_line(); "
SAY += "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"


@pytest.mark.parametrize("command", ["run", "send", "check"])
def test_nothing_heavy_is_loaded_where_nothing_is_owed(project: Path, command: str) -> None:
    """Cron calls `run` every hour of every month: here, after the last two were sent."""
    now = datetime.now(UTC)
    last = Month.last_ended(now, ZoneInfo("UTC"))
    db = database(project)
    for month in (last.plus(-1), last):
        queue_issue(project, db, month, now - timedelta(days=1))
    settled_counts.close_finished(db, now)
    db.close()
    done = subprocess.run(
        [sys.executable, "-c", SAY, "-q", "--project", str(project), command],
        capture_output=True,
        text=True,
        check=True,
    )
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    assert "sqlite_utils" in loaded, "it looked"
    assert not set(HEAVY) & set(loaded)
