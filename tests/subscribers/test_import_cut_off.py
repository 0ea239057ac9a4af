"""An import that was cut off between two transactions is finished by whatever opens the database next."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Alerts
from tests.pages import PROCESS_ENVIRONMENT

ROWS = 60
CUT = """
import os, sys
from alerts import cli
from alerts.store import import_chunk, subscriber_import
import_chunk.CHUNK = subscriber_import.CHUNK = 10
update, left = import_chunk.update, [int(sys.argv[1])]
def cut(*given):
    left[0] -= 1
    return update(*given) if left[0] else os._exit(9)
import_chunk.update = cut
cli.call(["subscriber", "import", "people.csv"])
"""


@pytest.mark.parametrize("chunk", [1, 2, 4, 6])
def test_the_next_command_finishes_it(project: Path, alerts: Alerts, chunk: int) -> None:
    names = "".join(f"reader{number}@example.org\n" for number in range(ROWS))
    (project / "people.csv").write_text(f"email\n{names}", encoding="utf-8")
    environment = {**PROCESS_ENVIRONMENT, "PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-c", CUT, str(chunk)]
    assert subprocess.run(command, cwd=project, env=environment, check=False).returncode == 9
    staging = project / "subscribers.db.importing"
    assert staging.stat().st_mode & 0o777 == 0o600
    assert len(alerts("subscriber", "list", "--json").json) == ROWS
    assert not staging.exists()
    shown = alerts("subscriber", "import", str(project / "people.csv"), "--json").json
    assert (shown["added"], shown["unchanged"]) == (0, ROWS)


def test_nothing_is_queued_or_backed_up_before_it_is_finished(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    from alerts.store.lock import project_lock
    from tests.factories import NOW, database

    added = ("--url", "https://example.org/1", "--title", "One", "--month", "2026-10")
    assert alerts("article", "add", *added).code == 0
    db = database(project)
    with project_lock(project / "subscribers.db", "subscriber import", NOW, "import"):
        db.execute(
            "INSERT INTO imports (id, file, language, at, done, people)"
            " VALUES (1, 'people.csv', 'en', '2026-11-02T09:00:00Z', 0, 9)"
        )
        queued = alerts("queue", "--month", "2026-10")
        assert (queued.code, "import" in queued.stderr) == (75, True)
        assert alerts("backup", str(tmp_path / "copy.db")).code == 75
    db.close()
    assert alerts("queue", "--month", "2026-10").code == 0
    assert alerts("backup", str(tmp_path / "copy.db")).code == 0
