"""What tests share is what users have: a project of `new_project` is one of `alerts init`."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.conftest import Alerts
from tests.factories import new_project

# Differs from one project to the next: keys and names, and times and other numbers.
RANDOM = re.compile(r"[0-9a-f]{16,}|[0-9][0-9:.T+-]*Z?", re.IGNORECASE)


def _dump(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "subscribers.db")) as connection:
        lines = list(connection.iterdump())
    return [RANDOM.sub("…", line.replace(str(root), "ROOT")) for line in lines]


def _files(root: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode for path in root.iterdir()}


def test_a_project_of_the_tests_is_as_alerts_init_makes_it(tmp_path: Path, alerts: Alerts) -> None:
    made = tmp_path / "made"
    assert alerts("init", "--no-samples", str(made)).code == 0
    shared = new_project(tmp_path / "shared")
    assert _files(shared) == _files(made)
    assert (shared / "alerts.toml").read_text() == (made / "alerts.toml").read_text()
    assert len(_dump(made)) > 100
    assert _dump(shared) == _dump(made)
