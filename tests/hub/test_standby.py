"""The control node is lost in mid-send, and another machine takes over with a backup made during it."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.conftest import Alerts
from tests.hub.crew import WAIT, Crew, M, after, ended, in_doubt, queued, states
from tests.postgres import Postgres


def test_another_control_node_mails_nobody_twice_and_nobody_who_left(
    hub: Postgres, crew: Crew, project: Path, alerts: Alerts
) -> None:
    """Who left after the backup stands in the departures ledger alone; what was sent after it, nowhere."""
    emails = queued(project, 200)
    relay, reached = after(30)
    with relay:
        worker = crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        copy = project.parent / "copy.db"
        assert alerts("backup", str(copy)).code == 0
        mailed = len(relay.inbox)
        while len(relay.inbox) < mailed + 20 and worker.poll() is None:
            pass
        control.kill()
        worker.kill()
        ended(control)
        gone = emails[-1]
        assert alerts("subscriber", "unsubscribe", gone).code == 0
        with psycopg.connect(hub.url, autocommit=True) as db:  # two minutes pass
            db.execute("UPDATE alerts_hub.sends SET seen_at = seen_at - interval '2 min'")
            db.execute("UPDATE alerts_hub.leases SET expires_at = expires_at - interval '2 min'")
        standby = _moved(project, copy)
        before = [one.recipient for one in relay.inbox]
        assert gone not in before

        def there(*arguments: str) -> None:
            command = [sys.executable, "-m", "alerts", *arguments]
            subprocess.run(command, cwd=standby, check=True, capture_output=True)

        other = Crew(crew.hub, standby, crew.running)
        assert ended(other.control())[0] == 1, "nobody has decided which copy sends"
        there("adopt")
        crew.worker(relay)
        code, said = ended(other.control())
        assert (code, len(relay.inbox)) == (1, len(before)), said
        held = in_doubt(standby)
        assert len({*before} | held | {gone}) == len(emails), "nobody is lost"
        assert states(standby)["in_doubt"] == len(held)
        there("delivery", "retry", *M, "--state", "in_doubt")
        code, said = ended(other.control())
        got = {one.recipient for one in relay.inbox}
        assert got == {*emails} - {gone}, said


def _moved(project: Path, copy: Path) -> Path:
    """The project on another machine: its files, the backup, and the newest departures ledger."""
    standby = project.parent / "standby"
    shutil.copytree(project, standby)
    for one in standby.glob("subscribers.db*"):
        if "departures" not in one.name:
            one.unlink()
    shutil.copy(copy, standby / "subscribers.db")
    return standby
